//! The product's own programs: how they are called, what they are told, when they are ready.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::checkout::Checkout;
use crate::error::{Doing as _, Error, Result};
use crate::secrets::Secrets;
use crate::servers::Server;
use crate::stack::Addresses;

/// The programs that `up` builds: package names, which are the programs' names too.
pub const PROGRAMS: &[&str] = &["minyi-api", "minyi-worker", "minyi-demo", "wechat-simulator"];

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
    pub fn simulator(checkout: &Checkout, product: &str, port: u16) -> Self {
        let demo = checkout.kept("demo.json");
        let arguments = [
            format!("--listen=127.0.0.1:{port}"),
            format!("--users={}", demo.display()),
            format!("--product-url={product}"),
        ];
        Self {
            name: "simulator",
            path: checkout.program("wechat-simulator"),
            arguments: arguments.into(),
            environment: Environment::new(),
            port,
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
        command
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
pub fn environment(checkout: &Checkout, addresses: &Addresses, secrets: &Secrets, wechat: &Value) -> Environment {
    let root = checkout.root().display();
    let told = |pointer: &str| {
        wechat
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let listen = addresses.base.trim_start_matches("http://").to_owned();
    Environment::from([
        ("MINYI_MODE", "development".into()),
        ("MINYI_LISTEN", listen),
        ("MINYI_PUBLIC_URL", addresses.base.clone()),
        ("MINYI_DATABASE_URL", addresses.database.clone()),
        ("MINYI_REDIS_URL", addresses.redis.clone()),
        ("MINYI_WEB_DIR", format!("{root}/web")),
        (
            "MINYI_OBJECTS",
            format!("file://{}", checkout.kept("objects").display()),
        ),
        ("MINYI_CONTACT_KEYS", secrets.key("contact_keys").into()),
        ("MINYI_INDEX_KEY", secrets.key("index_key").into()),
        ("MINYI_LINK_KEY", secrets.key("link_key").into()),
        ("MINYI_JWT_PRIVATE_KEY_FILE", secrets.jwt_key_file.display().to_string()),
        ("MINYI_WECHAT_BASE_URL", addresses.simulator.clone()),
        ("MINYI_WECHAT_APPID", told("/appid")),
        ("MINYI_WECHAT_SECRET", told("/secret")),
        ("MINYI_WECHAT_TEMPLATE_DEPUTY_NEW", told("/templates/deputy_new")),
        (
            "MINYI_WECHAT_TEMPLATE_DEPUTY_DEADLINE",
            told("/templates/deputy_deadline"),
        ),
        (
            "MINYI_WECHAT_TEMPLATE_RESIDENT_PROGRESS",
            told("/templates/resident_progress"),
        ),
        // Here every simulated resident comes from the one address of this machine.
        ("MINYI_LIMIT_ADDRESS_PER_MINUTE", "1000000".into()),
    ])
}

/// What the simulator expects from its client: `{appid, secret, templates: {…}}`.
pub fn wechat_settings(checkout: &Checkout) -> Result<Value> {
    let mut command = Command::new(checkout.program("wechat-simulator"));
    command
        .arg("--print-config")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = command
        .output()
        .doing(|| "running wechat-simulator --print-config".into())?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        Error::failed(
            format!("wechat-simulator --print-config printed no JSON ({error})."),
            "this is a mistake in tests/wechat-simulator",
        )
    })
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
    let mut answer = [0; 12];
    connection.read_exact(&mut answer)?;
    Ok(&answer == b"HTTP/1.1 200")
}
