//! The product's own programs: how they are called, what they are told, when they are ready.

mod channels;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::checkout::Checkout;
use crate::error::Result;
use crate::secrets::Secrets;
use crate::servers::Server;
use crate::stack::Addresses;

/// The programs that `up` builds: package names, which are the programs' names too.
pub const PROGRAMS: &[&str] = &["minyi-api", "minyi-worker", "minyi-demo", "wechat-simulator"];

/// The file, in the state folder, with the people who have a phone in the simulator.
pub const SIMULATOR_USERS: &str = "simulator-users.json";

/// The mini-program's number; it means something to the simulator alone.
const APPID: &str = "wx5d1f0a8c36e2974b";

/// The message templates that the simulator knows, by the variable that names them to the product.
/// The launcher does not link the simulator, to be compiled in seconds; a test compares them.
pub const TEMPLATES: [(&str, &str); 3] = [
    (
        "MINYI_WECHAT_TEMPLATE_DEPUTY_NEW",
        "aiXkXB5imt5s6EfCmoh65GyyhpTf4eCdJpMxasIq7mp",
    ),
    (
        "MINYI_WECHAT_TEMPLATE_DEPUTY_DEADLINE",
        "g5dOmu8CTVa5U31Gse9AWLlvGwh6KfTgrCOIZxfH1LY",
    ),
    (
        "MINYI_WECHAT_TEMPLATE_RESIDENT_PROGRESS",
        "yqhdXy1tLmfYO51MZFv4jj2r1LNMZ4ipYBbzJdD884h",
    ),
];

/// What api and simulator have agreed on for pushes from WeChat; only the simulator of this machine knows this address.
const PUSH_TOKEN: &str = "developmentOnlyPushToken";
const PUSH_AES_KEY: &str = "developmentOnlyEncodingAesKey00000000000000";

/// Variables of the environment.
pub type Environment = BTreeMap<&'static str, String>;

/// One of the product's programs that stays and answers HTTP.
pub struct Program {
    name: &'static str,
    path: PathBuf,
    arguments: Vec<String>,
    environment: Environment,
    port: u16,
    ready_path: &'static str,
}

impl Program {
    /// The HTTP service.
    pub fn api(checkout: &Checkout, environment: &Environment, port: u16) -> Self {
        Self {
            name: "api",
            path: checkout.program("minyi-api"),
            arguments: vec!["serve".into()],
            environment: environment.clone(),
            port,
            ready_path: "/health/ready",
        }
    }

    /// The worker; the port is for its health and figures.
    pub fn worker(checkout: &Checkout, environment: &Environment, port: u16) -> Self {
        let mut environment = environment.clone();
        environment.insert("MINYI_WORKER_LISTEN", format!("127.0.0.1:{port}"));
        Self {
            name: "worker",
            path: checkout.program("minyi-worker"),
            arguments: Vec::new(),
            environment,
            port,
            ready_path: "/health/ready",
        }
    }

    /// The WeChat simulator with the demonstration's people.
    pub fn simulator(checkout: &Checkout, addresses: &Addresses, secrets: &Secrets) -> Self {
        let users = checkout.kept(SIMULATOR_USERS);
        let arguments = [
            format!("--port={}", addresses.simulator),
            format!("--smtp-port={}", addresses.mail),
            format!("--users={}", users.display()),
            format!("--product-url={}", addresses.base_url()),
        ];
        Self {
            name: "simulator",
            path: checkout.program("wechat-simulator"),
            arguments: arguments.into(),
            environment: Environment::from([
                ("SIMULATOR_APPID", APPID.into()),
                ("SIMULATOR_SECRET", secrets.key("wechat_secret").into()),
                ("SIMULATOR_PUSH_TOKEN", PUSH_TOKEN.into()),
                ("SIMULATOR_PUSH_AES_KEY", PUSH_AES_KEY.into()),
            ]),
            port: addresses.simulator,
            ready_path: "/_sim/users",
        }
    }
}

impl Server for Program {
    fn name(&self) -> &'static str {
        self.name
    }

    fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.path);
        // Colours would stand in the files as codes.
        command
            .env("NO_COLOR", "1")
            .args(&self.arguments)
            .envs(&self.environment)
            .stdin(Stdio::null());
        Ok(command)
    }

    fn is_ready(&self) -> bool {
        answers(self.port, self.ready_path).unwrap_or(false)
    }

    fn stop_signal(&self) -> Signal {
        Signal::SIGTERM
    }
}

/// What api, worker and demonstration are told about each other.
pub fn environment(checkout: &Checkout, addresses: &Addresses, secrets: &Secrets) -> Environment {
    let root = checkout.root().display();
    let objects = checkout.kept("objects");
    let mut all = Environment::from([
        ("MINYI_MODE", "development".into()),
        ("MINYI_LISTEN", format!("127.0.0.1:{}", addresses.product)),
        ("MINYI_PUBLIC_URL", addresses.base_url()),
        ("MINYI_DATABASE_URL", addresses.database.clone()),
        ("MINYI_REDIS_URL", addresses.redis.clone()),
        ("MINYI_WEB_DIR", format!("{root}/web")),
        ("MINYI_OBJECTS", format!("file://{}", objects.display())),
        ("MINYI_CONTACT_KEYS", secrets.key("contact_keys").into()),
        ("MINYI_INDEX_KEY", secrets.key("index_key").into()),
        ("MINYI_LINK_KEY", secrets.key("link_key").into()),
        ("MINYI_JWT_PRIVATE_KEY_FILE", secrets.jwt_key_file.display().to_string()),
        ("MINYI_WECHAT_BASE_URL", addresses.simulator_url()),
        ("MINYI_WECHAT_APPID", APPID.into()),
        ("MINYI_WECHAT_SECRET", secrets.key("wechat_secret").into()),
        ("MINYI_WECHAT_PUSH_TOKEN", PUSH_TOKEN.into()),
        ("MINYI_WECHAT_PUSH_AES_KEY", PUSH_AES_KEY.into()),
    ]);
    all.extend(channels::settings(addresses));
    all.extend(TEMPLATES.map(|(variable, id)| (variable, id.to_owned())));
    // Here every simulated resident comes from the one address of this machine. Who wants to see
    // a limit at work sets it before `cargo dev up`.
    for limit in ["MINYI_LIMIT_ADDRESS_PER_MINUTE", "MINYI_LIMIT_CODE_PER_MINUTE"] {
        all.insert(limit, std::env::var(limit).unwrap_or_else(|_| "1000000".into()));
    }
    all
}

/// Runs one of the product's programs to its end, its words passing through.
pub fn run(checkout: &Checkout, program: &str, arguments: &[&str], environment: &Environment) -> Result<()> {
    let mut command = Command::new(checkout.program(program));
    command.args(arguments).envs(environment).stdin(Stdio::null());
    crate::steps::run(command)
}

fn answers(port: u16, path: &str) -> std::io::Result<bool> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut connection = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    connection.set_read_timeout(Some(Duration::from_secs(2)))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes())?;
    let mut answer = [0; 10];
    connection.read_exact(&mut answer)?;
    Ok(&answer == b"HTTP/1.1 2")
}

#[cfg(test)]
mod tests {
    use wechat_simulator::templates::{DEPUTY_DEADLINE, DEPUTY_NEW, RESIDENT_PROGRESS};

    use super::TEMPLATES;

    #[test]
    fn the_templates_are_those_of_the_simulator() {
        let ids = TEMPLATES.map(|(_, id)| id);
        assert_eq!(ids, [DEPUTY_NEW, DEPUTY_DEADLINE, RESIDENT_PROGRESS]);
    }
}
