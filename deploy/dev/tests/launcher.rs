//! The launcher as a person uses it, in a made-up checkout: real servers, stand-ins for the rest.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use minyi_dev::process::{self, Identity};
use minyi_dev::servers;
use nix::sys::signal::Signal;
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(60);
const PROGRAMS: [&str; 4] = ["minyi-api", "minyi-worker", "minyi-demo", "wechat-simulator"];

/// A checkout with nothing in it but what the launcher looks for.
struct Checkout(PathBuf);

impl Checkout {
    fn new() -> Self {
        let name = format!("minyi-checkout-{}", servers::random_password().unwrap());
        let root = std::env::temp_dir().join(name);
        let folders = [
            "deploy/dev",
            "web/resident/node_modules",
            "web/deputy/node_modules",
            "web/console/node_modules",
            "tests/browser/node_modules",
            "target/debug",
            "bin",
        ];
        for folder in folders {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("deploy/dev/Cargo.toml"), "").unwrap();
        for package in ["web/resident", "web/deputy", "web/console", "tests/browser"] {
            fs::write(root.join(package).join("package-lock.json"), "{}").unwrap();
        }
        let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand-in.cjs");
        for program in PROGRAMS {
            symlink(&stand_in, root.join("target/debug").join(program)).unwrap();
        }
        let checkout = Self(root);
        for tool in ["npm", "npx", "cargo", "chromium", "zbarimg", "pdftoppm", "exiftool"] {
            checkout.script(tool, "exit 0");
        }
        checkout
    }

    /// A program that the launcher finds before the system's.
    fn script(&self, name: &str, text: &str) {
        let path = self.0.join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_minyi-dev"));
        command.args(arguments).current_dir(&self.0).stdin(Stdio::null());
        command.env("CARGO", self.0.join("bin/cargo"));
        command.env("PATH", format!("{}/bin:{path}", self.0.display()));
        for inherited in ["CARGO_MANIFEST_DIR", "CARGO_TARGET_DIR", "MINYI_DEV_DIR"] {
            command.env_remove(inherited);
        }
        command
    }

    fn dev(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn stack(&self) -> Option<Value> {
        let text = fs::read_to_string(self.0.join(".dev/stack.json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    fn process(&self, name: &str) -> Option<Identity> {
        let pid = self.stack()?.get("pids")?.get(name)?.as_u64()?;
        Identity::of(u32::try_from(pid).ok()?)
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        self.dev(&["down"]);
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[test]
fn in_the_background_it_comes_up_replaces_what_was_killed_and_goes_down() {
    let checkout = Checkout::new();

    let up = checkout.dev(&["up", "--detach"]);
    assert!(up.status.success(), "{}", said(&up));
    let stack = checkout.stack().unwrap();
    for key in ["base_url", "simulator_url", "database_url", "redis_url"] {
        assert!(stack[key].is_string(), "{key}");
    }
    assert_eq!(stack["codes"][0], "ACDE3467KMNP");
    assert_eq!(stack["deputy"]["openid"], "o1");
    let password = stack["console"]["password"].as_str().unwrap();
    assert!(password.len() >= 16);
    assert!(said(&up).contains(password), "the table shows the password");
    let mode = fs::metadata(checkout.0.join(".dev/stack.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    let killed = checkout.process("worker").unwrap();
    killed.signal(Signal::SIGKILL);
    let replaced = || checkout.process("worker").filter(|now| *now != killed);
    assert!(
        process::poll(PATIENCE, replaced).is_some(),
        "the worker was not started again"
    );

    assert!(said(&checkout.dev(&["up"])).contains("up already"));
    let names = ["launcher", "postgres", "redis", "simulator", "api", "worker"];
    let all = names.map(|name| checkout.process(name).expect(name));
    let status = said(&checkout.dev(&["status"]));
    assert!(names.iter().all(|name| status.contains(name)), "{status}");

    let down = checkout.dev(&["down"]);
    assert!(down.status.success(), "{}", said(&down));
    assert!(all.iter().all(|one| !one.is_alive()), "something was left running");
    assert!(checkout.stack().is_none());
    assert!(said(&checkout.dev(&["down"])).contains("nothing was running"));

    let reset = checkout.dev(&["reset"]);
    assert!(reset.status.success(), "{}", said(&reset));
    assert!(!checkout.0.join(".dev").exists());
}

#[test]
fn in_the_foreground_ctrl_c_stops_everything_and_a_killed_launcher_leaves_nothing() {
    let checkout = Checkout::new();
    for signal in [Signal::SIGINT, Signal::SIGKILL] {
        let mut up = checkout.command(&["up"]).stdout(Stdio::null()).spawn().unwrap();
        let launcher = Identity::of(up.id()).unwrap();
        let came_up = process::poll(PATIENCE, || checkout.process("launcher").filter(|it| *it == launcher));
        assert!(came_up.is_some(), "it did not come up");
        let names = ["postgres", "redis", "simulator", "api", "worker"];
        let all = names.map(|name| checkout.process(name).expect(name));

        launcher.signal(signal);

        let status = up.wait().unwrap();
        assert_eq!(status.success(), signal == Signal::SIGINT);
        for (name, one) in names.iter().zip(all) {
            assert!(one.wait_gone(PATIENCE), "{name} was left running after {signal}");
        }
    }
}

#[test]
fn beside_another_product_of_the_checkout_nothing_is_built() {
    let checkout = Checkout::new();
    for tool in ["npm", "cargo"] {
        checkout.script(tool, "exit 1");
    }

    let up = checkout.dev(&["up", "--detach", "--beside"]);

    assert!(up.status.success(), "{}", said(&up));
    assert!(checkout.process("api").is_some());
}

#[test]
fn a_port_that_is_taken_is_refused_with_the_reason() {
    let checkout = Checkout::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();

    let up = checkout.dev(&["up", "--detach", "--port", &port]);

    assert!(!up.status.success());
    assert!(
        said(&up).contains(&format!("Port {port} cannot be used")),
        "{}",
        said(&up)
    );
    assert!(checkout.stack().is_none());
}

#[test]
fn a_program_that_ends_at_once_is_named_with_its_last_words() {
    let checkout = Checkout::new();
    let api = checkout.0.join("target/debug/minyi-api");
    fs::remove_file(&api).unwrap();
    let script = "#!/bin/sh\n[ \"$1\" = serve ] || { echo 'PRIVATE KEY'; exit 0; }\necho the key is missing\nexit 3\n";
    fs::write(&api, script).unwrap();
    fs::set_permissions(&api, Permissions::from_mode(0o755)).unwrap();

    let up = checkout.dev(&["up", "--detach"]);

    assert!(!up.status.success());
    assert!(said(&up).contains("api ended while starting"), "{}", said(&up));
    assert!(said(&up).contains("the key is missing"), "{}", said(&up));
}

const NEXTEST: &str = r#"case "$1 $2" in
"nextest run")
  [ -n "$MINYI_TEST_POSTGRES" ] && [ -n "$MINYI_TEST_REDIS" ] || exit 9
  echo "     Summary [   0.1s] 5 tests run: 5 passed (1 slow), 0 skipped" >&2 ;;
"#;
const PLAYWRIGHT: &str =
    r#"echo '{"stats": {"expected": 2, "unexpected": 0, "flaky": 0}, "errors": []}' > "$MINYI_BROWSER_REPORT""#;

#[test]
fn every_part_of_the_tests_is_counted_in_one_last_line() {
    let checkout = Checkout::new();
    checkout.script("cargo", &format!("{NEXTEST}esac"));
    checkout.script("npx", PLAYWRIGHT);

    let test = checkout.dev(&["test"]);

    // Five checks, five Rust tests, two browser tests.
    assert_eq!(
        said(&test).lines().last(),
        Some("13 passed, 0 failed"),
        "{}",
        said(&test)
    );
    assert!(test.status.success());
}

#[test]
fn a_part_that_fails_is_counted_and_does_not_hide_the_others() {
    let checkout = Checkout::new();
    checkout.script("cargo", &format!("{NEXTEST}fmt*) exit 1 ;; esac"));
    checkout.script("npx", &format!("{PLAYWRIGHT}; exit 7"));

    let test = checkout.dev(&["test"]);

    assert_eq!(
        said(&test).lines().last(),
        Some("10 passed, 2 failed"),
        "{}",
        said(&test)
    );
    assert!(said(&test).contains("failed: format"));
    assert!(!test.status.success());
}

#[test]
fn the_contract_is_written_only_when_the_program_printed_one() {
    let checkout = Checkout::new();
    let contract = checkout.0.join("openapi.yaml");
    checkout.script("cargo", "echo 'openapi: 3.1.0'");
    assert!(checkout.dev(&["openapi"]).status.success());
    assert_eq!(fs::read_to_string(&contract).unwrap(), "openapi: 3.1.0\n");

    checkout.script("cargo", "echo 'no such thing'");

    assert!(!checkout.dev(&["openapi"]).status.success());
    assert_eq!(fs::read_to_string(&contract).unwrap(), "openapi: 3.1.0\n");
}

#[test]
fn what_is_missing_and_cannot_be_installed_is_told_with_the_one_command() {
    let checkout = Checkout::new();
    checkout.script("node", "echo v20.0.0");

    // Neither Redis nor a package manager is to be found on this path.
    let up = checkout
        .command(&["up"])
        .env("PATH", checkout.0.join("bin"))
        .output()
        .unwrap();

    assert!(!up.status.success());
    let command = said(&up)
        .lines()
        .find(|line| line.contains("apt-get install"))
        .unwrap_or_default()
        .to_owned();
    assert!(command.trim().starts_with("sudo apt-get update && "), "{}", said(&up));
    assert!(command.contains(" redis-server"), "{}", said(&up));
}

#[test]
fn what_is_not_understood_is_answered_with_the_help() {
    let checkout = Checkout::new();
    for arguments in [
        ["fly", "now"],
        ["up", "--fast"],
        ["up", "--port=0"],
        ["down", "--detach"],
    ] {
        let output = checkout.dev(&arguments);
        assert!(!output.status.success());
        assert!(said(&output).contains("cargo dev up [--detach]"), "{arguments:?}");
    }
}
