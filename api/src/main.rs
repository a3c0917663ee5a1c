//! The program `minyi-api`.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use minyi_api::{Application, Config, StartError, auth::tokens, openapi};
use minyi_gateways::{clock::Clock, logging};
use minyi_store::{Store, StoreConfig};

mod create_admin;
mod import_calendar;
mod import_categories;

/// 民意码: the residents' pages and the API.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer requests until a signal to stop (the default)
    Serve(Box<Config>),
    /// Bring the database to this program's shape
    Migrate(StoreConfig),
    /// Create one of the three administrators and print a link to set the password: once, within 24 hours
    CreateAdmin(create_admin::Options),
    /// Take a year's holidays from a JSON file and compute the provisional deadlines again
    ImportCalendar {
        #[command(flatten)]
        store: StoreConfig,
        /// `{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}`
        file: PathBuf,
    },
    /// Look for events and answers that were changed or removed behind the program's back
    VerifyTimeline(StoreConfig),
    /// Look for acts in the audit log that were changed or removed behind the program's back
    VerifyAudit(StoreConfig),
    /// Make a CSV file (level1,level2,level3) the category scheme; what is missing in it is retired
    ImportCategories {
        #[command(flatten)]
        store: StoreConfig,
        file: PathBuf,
    },
    /// Print the contract (OpenAPI 3.1) as YAML
    Openapi,
    /// Print a new key for MINYI_JWT_PRIVATE_KEY_FILE
    GenerateKey,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.len() == 1 {
        arguments.push("serve".into());
    }
    match run(Cli::parse_from(arguments).command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "minyi-api: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(config) => serve(&config),
        Command::Migrate(config) => migrate(&config),
        Command::CreateAdmin(options) => print(&create_admin::run(&options)?),
        Command::ImportCalendar { store, file } => print(&import_calendar::run(&store, &file)?),
        Command::VerifyTimeline(config) => verify_timeline(&config),
        Command::VerifyAudit(config) => verify_audit(&config),
        Command::ImportCategories { store, file } => print(&import_categories::run(&store, &file)?),
        Command::Openapi => print(&openapi::yaml()?),
        Command::GenerateKey => print(&tokens::generate_key()?),
    }
}

fn print(text: &str) -> Result<(), Failure> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

fn migrate(config: &StoreConfig) -> Result<(), Failure> {
    let done = Store::connect(config)?.migrate()?;
    print(&done.into_iter().map(|name| format!("{name}\n")).collect::<String>())
}

fn verify_timeline(config: &StoreConfig) -> Result<(), Failure> {
    let shown = |count| drop(write!(std::io::stderr(), "\r{count} submissions verified"));
    let verified = Store::connect(config)?.verify_timelines(shown)?;
    print("\n")?;
    for broken in &verified.breaks {
        let seq = broken.seq.map_or_else(|| "-".to_owned(), |seq| seq.to_string());
        print(&format!("{}\t{seq}\t{}\n", broken.number, broken.what))?;
    }
    if !verified.breaks.is_empty() {
        return Err(format!("{} breaks found", verified.breaks.len()).into());
    }
    print(&format!("{} timelines are whole\n", verified.submissions))
}

fn verify_audit(config: &StoreConfig) -> Result<(), Failure> {
    let (chains, breaks) = Store::connect(config)?.verify_audit_log()?;
    if breaks > 0 {
        return Err(format!("{breaks} breaks found").into());
    }
    print(&format!("{chains} chains are whole\n"))
}

#[actix_web::main]
async fn serve(config: &Config) -> Result<(), Failure> {
    logging::start(config.mode.mode);
    let store = Store::connect(&config.store).map_err(StartError::from)?;
    let application = Application::build(config, store, Clock::System)?;
    tracing::info!(
        address = %application.address,
        public_url = %config.public_url,
        mode = ?config.mode.mode,
        web_dir = %config.web_dir.display(),
        objects = config.objects.objects.scheme(),
        database_pool = config.store.pool_size,
        trusted_proxies = ?config.trusted_proxies,
        limits = ?config.limits,
        "answering requests"
    );
    Ok(application.run().await?)
}
