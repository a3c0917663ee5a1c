//! `cargo dev up`: everything that the product needs, started and kept running.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use serde_json::Value;

use crate::checkout::Checkout;
use crate::cli::Request;
use crate::error::{Doing as _, Error, Result};
use crate::lock::{self, Lock};
use crate::product::{self, Environment, Program};
use crate::secrets::Secrets;
use crate::servers::{self, Durability, Place, PrivatePostgres, PrivateRedis, write_private};
use crate::stack::{Addresses, Stack};
use crate::steps::{Interrupt, Steps};
use crate::supervisor::Supervisor;
use crate::{builds, detach, tools};

/// The port that people expect; another one is taken when it is not free.
const USUAL_PORT: u16 = 8080;
const STEPS: usize = 9;
/// So many of the steps build.
const BUILDS: usize = 4;

/// Starts everything, in this process or in one that stays in the background.
pub fn up(checkout: &Checkout, request: &Request) -> Result<()> {
    checkout.make_state()?;
    if lock::holder(checkout).is_some() {
        return already_up(checkout, request);
    }
    if request.detach {
        return detach::start(checkout, request);
    }
    if request.supervised {
        // Away from the terminal: neither its Ctrl-C nor its closing means this process any more.
        let _ = nix::unistd::setsid();
    }
    let interrupt = Interrupt::listen()?;
    let Some(_lock) = Lock::take(checkout)? else {
        return already_up(checkout, request);
    };
    Stack::remove(checkout)?;
    let mut supervisor = Supervisor::new(checkout, &interrupt);
    let outcome = serve(checkout, request, &interrupt, &mut supervisor);
    say!("stopping …");
    supervisor.stop();
    Stack::remove(checkout)?;
    say!("everything that was started here is stopped.");
    match outcome {
        Err(Error::Interrupted) => Ok(()),
        other => other,
    }
}

/// Says so; asking for another port than the one in use is a mistake worth telling.
fn already_up(checkout: &Checkout, request: &Request) -> Result<()> {
    let Some(stack) = Stack::read(checkout) else {
        say!("It is being started already; `cargo dev status` tells when it is up.");
        return Ok(());
    };
    say!("It is up already.\n\n{}", stack.table());
    match request.port {
        Some(port) if !stack.base_url().ends_with(&format!(":{port}")) => Err(Error::failed(
            format!("It runs at {}, not on port {port}.", stack.base_url()),
            format!("cargo dev down && cargo dev up --port {port}"),
        )),
        _ => Ok(()),
    }
}

fn serve(checkout: &Checkout, request: &Request, interrupt: &Interrupt, supervisor: &mut Supervisor) -> Result<()> {
    let held = hold_port(request.port)?;
    let port = held.local_addr().doing(|| "reading the port".into())?.port();
    let total = if request.beside { STEPS - BUILDS } else { STEPS };
    let mut steps = Steps::new(total, interrupt);
    steps.step("checking the system's programs", || tools::ensure(tools::TO_RUN))?;
    let (database, redis) = steps.step("starting a private Postgres and a private Redis", || {
        start_servers(checkout, supervisor)
    })?;
    let addresses = Addresses {
        product: port,
        simulator: servers::free_port()?,
        mail: servers::free_port()?,
        database,
        redis,
    };
    if !request.beside {
        build(checkout, request.built, &mut steps)?;
    }
    let (secrets, environment) = steps.step("making keys, and the database's tables", || {
        prepare(checkout, &addresses)
    })?;
    let demo = steps.step("loading the demonstration", || {
        if request.empty {
            return nobody(checkout);
        }
        load_demo(checkout, &environment)
    })?;
    steps.step("starting simulator, api and worker", || {
        drop(held);
        start_product(checkout, &addresses, &secrets, &environment, supervisor)
    })?;
    let mut stack = Stack::new(&addresses, demo)?;
    stack.write(checkout, supervisor.pids())?;
    // The checkout has one place for it: an empty product, which nobody can sign in to by WeChat, leaves it to others, and
    // so does one that comes up beside another.
    let has_mini_program = !request.empty && !request.beside;
    if has_mini_program && let Err(error) = builds::mini_program_beside(checkout, &addresses.base_url()) {
        say!("{error}");
    }
    if !request.supervised {
        say!("\n{}", stack.table());
        if has_mini_program {
            say!(
                "The mini-program for WeChat's developer tools comes into {} beside this (log/mini-program.log).",
                builds::MINI_PROGRAM
            );
        }
        say!("Ctrl-C stops everything. The programs' words follow.\n");
    }
    supervisor.watch(&mut stack)
}

/// Everything that the product is made of.
fn build(checkout: &Checkout, built: bool, steps: &mut Steps) -> Result<()> {
    steps.step("building the residents' page (npm)", || builds::resident_page(checkout))?;
    steps.step("building the deputies' client (npm)", || {
        builds::browser_client(checkout)
    })?;
    steps.step("building the console (npm)", || builds::console(checkout))?;
    steps.step(
        "building the programs (cargo; the first time takes some minutes)",
        || builds::programs(checkout, built),
    )
}

/// Holds the product's port until the api takes it: building takes minutes, and a second checkout
/// that starts meanwhile must find it taken. It is also claimed, for the moments in which nobody listens on it: before
/// the api does, and whenever the api is started again.
fn hold_port(asked: Option<u16>) -> Result<TcpListener> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let Some(port) = asked else {
        let usual = servers::claim_port(USUAL_PORT)?
            .then(|| bind(USUAL_PORT).ok())
            .flatten();
        return match usual {
            Some(held) => Ok(held),
            None => bind(servers::free_port()?).doing(|| "taking a free port".into()),
        };
    };
    let claimed = servers::claim_port(port)?;
    let held = bind(port).and_then(|held| claimed.then_some(held).ok_or_else(|| ErrorKind::AddrInUse.into()));
    held.map_err(|error| {
        Error::failed(
            format!("Port {port} cannot be used ({error})."),
            format!("see who has it: ss -ltnp 'sport = :{port}'; or leave --port away, and a free one is taken"),
        )
    })
}

fn start_servers(checkout: &Checkout, supervisor: &mut Supervisor) -> Result<(String, String)> {
    let place = Place::for_state(checkout.state())?;
    if place.is_outside(checkout.state()) {
        say!(
            "      their account may not enter {}; their files are in {}",
            checkout.state().display(),
            place.folder().display()
        );
    }
    let postgres = PrivatePostgres::prepare(&place, Durability::Kept)?;
    let redis = PrivateRedis::prepare(&place, Durability::Kept)?;
    let urls = (postgres.url("minyi"), redis.url(0));
    supervisor.start(Box::new(postgres))?;
    supervisor.start(Box::new(redis))?;
    Ok(urls)
}

fn prepare(checkout: &Checkout, addresses: &Addresses) -> Result<(Secrets, Environment)> {
    let secrets = Secrets::load_or_make(checkout)?;
    let objects = checkout.kept("objects");
    let mut private = DirBuilder::new();
    private
        .recursive(true)
        .mode(0o700)
        .create(&objects)
        .doing(|| format!("making {}", objects.display()))?;
    let environment = product::environment(checkout, addresses, &secrets);
    product::run(checkout, "minyi-api", &["migrate"], &environment)?;
    Ok((secrets, environment))
}

/// Without the demonstration nobody has a phone in the simulator.
fn nobody(checkout: &Checkout) -> Result<Value> {
    write_private(&checkout.kept(product::SIMULATOR_USERS), "[]")?;
    Ok(Value::Object(serde_json::Map::new()))
}

fn load_demo(checkout: &Checkout, environment: &Environment) -> Result<Value> {
    let output = checkout.kept("demo.json");
    // It will hold passwords; a file that exists keeps its rights when it is written again.
    write_private(&output, "{}")?;
    // Not on the command line, where every user of the machine could read it.
    let mut environment = environment.clone();
    environment.insert("MINYI_DEMO_CONSOLE_PASSWORD", servers::random_password()?);
    let written = output.display().to_string();
    product::run(checkout, "minyi-demo", &["load", "--output", &written], &environment)?;
    let demo = read_json(&output)?;
    let users = demo.get("users").cloned().unwrap_or_default();
    write_private(&checkout.kept(product::SIMULATOR_USERS), &users.to_string())?;
    Ok(demo)
}

fn read_json(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).doing(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| {
        Error::failed(
            format!("{} is no JSON ({error}).", path.display()),
            "this is a mistake in deploy/demo",
        )
    })
}

fn start_product(
    checkout: &Checkout,
    addresses: &Addresses,
    secrets: &Secrets,
    environment: &Environment,
    supervisor: &mut Supervisor,
) -> Result<()> {
    let worker = servers::free_port()?;
    supervisor.start(Box::new(Program::simulator(checkout, addresses, secrets)))?;
    supervisor.start(Box::new(Program::api(checkout, environment, addresses.product)))?;
    supervisor.start(Box::new(Program::worker(checkout, environment, worker)))
}
