//! The parts of `cargo dev test`.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{count::Count, oracle};
use crate::builds;
use crate::checkout::Checkout;
use crate::error::{Doing as _, Error, Result};
use crate::process;
use crate::servers::{self, Durability, Place, PrivatePostgres, PrivateRedis, Server};
use crate::{steps, tools};

/// Everything of the system, before anything else is tried.
pub fn tools() -> Result<()> {
    tools::ensure(tools::TO_RUN.iter().chain(tools::TO_TEST))
}

/// The format of the Rust code.
pub fn format(checkout: &Checkout) -> Result<()> {
    cargo(checkout, &["fmt", "--all", "--check"])
}

/// Clippy over everything, tests included.
pub fn clippy(checkout: &Checkout) -> Result<()> {
    let lint = ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    cargo(checkout, &lint)
}

/// The residents' page: its types, its checks, its build.
pub fn resident_page(checkout: &Checkout) -> Result<()> {
    let folder = checkout.root().join("web/resident");
    builds::install_packages(&folder)?;
    steps::run(builds::npm(&folder, &["run", "check"]))?;
    steps::run(builds::npm(&folder, &["run", "build"]))
}

/// The deputies' client: its types, its tests, both builds as they are deployed, and what a build must keep to.
pub fn deputy_client(checkout: &Checkout) -> Result<()> {
    let folder = checkout.root().join("web/deputy");
    builds::install_packages(&folder)?;
    steps::run(builds::npm(&folder, &["run", "--silent", "check"]))?;
    steps::run(builds::npm(&folder, &["run", "--silent", "check:bundles"]))
}

/// The console: its types, its tests, and what a build must keep to.
pub fn console(checkout: &Checkout) -> Result<()> {
    let folder = checkout.root().join("web/console");
    builds::install_packages(&folder)?;
    steps::run(builds::npm(&folder, &["run", "--silent", "check"]))?;
    // The browser tests use the same build.
    builds::console(checkout)?;
    steps::run(builds::npm(&folder, &["run", "--silent", "check:bundle"]))
}

/// All Rust tests, by nextest where it is there.
pub fn rust_tests(checkout: &Checkout, servers: &TestServers) -> Result<Count> {
    let mut probe = checkout.cargo();
    probe
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let nextest = probe.status().is_ok_and(|status| status.success());
    let mut command = checkout.cargo();
    if nextest {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        command.args(["test", "--workspace", "--no-fail-fast"]);
    }
    command.env("MINYI_TEST_POSTGRES", &servers.postgres_url);
    command.env("MINYI_TEST_REDIS", &servers.redis_url);
    match oracle::python(checkout) {
        Ok(python) => drop(command.env(oracle::NAME, python)),
        Err(error) => say!("{error}\n      without it, tests that ask Python's packages are skipped"),
    }
    let (count, success) = counted(command)?;
    // It did not compile, or a test binary died before it could count.
    if !success && count.failed == 0 {
        return Ok(Count { failed: 1, ..count });
    }
    Ok(count)
}

/// The browser tests; they bring up a product for each half of them and take both down again.
pub fn browser_tests(checkout: &Checkout) -> Result<Count> {
    let folder = checkout.root().join("tests/browser");
    builds::install_packages(&folder)?;
    steps::run(builds::npm(&folder, &["run", "check"]))?;
    let report = checkout.kept("playwright.json");
    if report.exists() {
        std::fs::remove_file(&report).doing(|| format!("removing {}", report.display()))?;
    }
    let mut command = Command::new("npx");
    command
        .args(["--no-install", "playwright", "test"])
        .current_dir(&folder);
    command.stdin(Stdio::null()).env("MINYI_BROWSER_REPORT", &report);
    // The Rust tests have built the programs.
    command.env("MINYI_BROWSER_BUILT", "yes");
    let outcome = steps::run(command);
    let found = File::open(&report)
        .ok()
        .and_then(|file| serde_json::from_reader(file).ok());
    let count = found.as_ref().and_then(Count::from_playwright);
    match (outcome, count) {
        (Ok(()), None) => Err(Error::failed(
            "Playwright ended well but left no report.",
            "look at the reporters in tests/browser/playwright.config.ts",
        )),
        (Err(_), Some(count)) if count.failed > 0 => Ok(count),
        (Err(error), _) => Err(error),
        (Ok(()), Some(count)) => Ok(count),
    }
}

/// One Postgres and one Redis for a whole run; what they hold is thrown away at the end.
pub struct TestServers {
    postgres_url: String,
    redis_url: String,
    children: Vec<(Child, Box<dyn Server>)>,
    place: Place,
}

impl TestServers {
    /// Starts both.
    pub fn start(checkout: &Checkout) -> Result<Self> {
        let name = format!("minyi-test-{}-{}", std::process::id(), servers::random_password()?);
        let place = Place::fleeting(&name)?;
        let postgres = PrivatePostgres::prepare(&place, Durability::Thrown)?;
        let redis = PrivateRedis::prepare(&place, Durability::Thrown)?;
        let mut all = Self {
            postgres_url: postgres.url("postgres"),
            redis_url: redis.url(0),
            children: Vec::new(),
            place,
        };
        all.add(checkout, Box::new(postgres))?;
        all.add(checkout, Box::new(redis))?;
        Ok(all)
    }

    fn add(&mut self, checkout: &Checkout, server: Box<dyn Server>) -> Result<()> {
        let doing = || format!("starting {}", server.name());
        // Not beside its data, which are gone after the run: then of all times somebody asks why it ended.
        let log = checkout.kept("log").join(format!("test-{}.log", server.name()));
        let output = File::create(&log).doing(doing)?;
        let second = output.try_clone().doing(doing)?;
        let mut command = server.command()?;
        command.stdout(output).stderr(second);
        process::tie_to_parent(&mut command, server.stop_signal());
        let child = command.spawn().doing(doing)?;
        self.children.push((child, server));
        match self.children.last_mut() {
            Some((child, server)) => servers::wait_ready(server.as_ref(), child, Duration::from_secs(60)),
            None => Ok(()),
        }
    }
}

impl Drop for TestServers {
    fn drop(&mut self) {
        while let Some((mut child, server)) = self.children.pop() {
            process::stop(&mut child, server.stop_signal(), Duration::from_secs(20));
        }
        let _ = std::fs::remove_dir_all(self.place.folder());
    }
}

fn cargo(checkout: &Checkout, arguments: &[&str]) -> Result<()> {
    let mut command = checkout.cargo();
    command.args(arguments).stdin(Stdio::null());
    steps::run(command)
}

/// Runs tests; shows every line they say and counts from the lines that sum up.
fn counted(mut command: Command) -> Result<(Count, bool)> {
    let name = steps::shown(&command);
    let doing = || format!("running {name}");
    let (output, input) = io::pipe().doing(doing)?;
    let second = input.try_clone().doing(doing)?;
    command.stdin(Stdio::null()).stdout(input).stderr(second);
    let mut child = command.spawn().doing(doing)?;
    drop(command);
    let mut count = Count::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.doing(doing)?;
        let line = String::from_utf8_lossy(&line);
        say!("{line}");
        count.add_line(&line);
    }
    let status = child.wait().doing(doing)?;
    Ok((count, status.success()))
}
