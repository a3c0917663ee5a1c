//! The first administrators of an empty installation.

use chrono::TimeDelta;
use clap::ValueEnum;
use minyi_api::{auth::sessions::new_secret, console::accounts};
use minyi_domain::{calendar::CHINA, people::Role};
use minyi_gateways::clock::Clock;
use minyi_store::{NewSetupLink, Store, StoreConfig};

use super::Failure;

/// One of the three duties (三员分立).
#[derive(Clone, Copy, ValueEnum)]
pub enum Duty {
    /// 系统管理员: machine and settings
    SystemAdmin,
    /// 安全管理员: accounts, roles, login policy
    SecurityAdmin,
    /// 审计管理员: reads the audit
    Auditor,
}

/// Who it is to be.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    store: StoreConfig,
    /// The product's address as people see it
    #[arg(long, env = "MINYI_PUBLIC_URL")]
    public_url: url::Url,
    #[arg(long, value_enum, default_value = "system-admin")]
    role: Duty,
    /// Small letters, digits, `.`, `_`, `-`
    #[arg(long)]
    username: String,
    /// The person's name
    #[arg(long)]
    name: String,
}

/// Creates the account, or gives an existing one of this name and role a new link; what to print.
pub fn run(options: &Options) -> Result<String, Failure> {
    let role = match options.role {
        Duty::SystemAdmin => Role::SystemAdmin,
        Duty::SecurityAdmin => Role::SecurityAdmin,
        Duty::Auditor => Role::Auditor,
    };
    if !accounts::is_username(&options.username) {
        return Err("--username: 3 to 64 small letters, digits, '.', '_' or '-'".into());
    }
    let (secret, digest) = new_secret();
    let now = Clock::System.now();
    let link = NewSetupLink {
        digest,
        now,
        expires_at: now + LIFE,
    };
    let store = Store::connect(&options.store)?;
    let made = store.create_administrator(&options.username, role, options.name.trim(), &link)?;
    made.map_err(|refusal| format!("the user name {} is another account's ({refusal:?})", options.username))?;
    let until = link.expires_at.with_timezone(&CHINA).format("%Y-%m-%d %H:%M");
    Ok(format!(
        "{} {}\n{}\n一次有效，{until} 之前打开，设置密码并绑定动态验证码。\n",
        role.zh(),
        options.username,
        accounts::setup_url(options.public_url.as_str(), &secret),
    ))
}

const LIFE: TimeDelta = accounts::LINK_LIFE;
