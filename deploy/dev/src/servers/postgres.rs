//! A private Postgres cluster.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::{Durability, Place, Server, free_port, random_password};
use crate::error::{Doing as _, Error, Result};
use crate::process::{self, Identity};

/// The SQL of the product is written for this major version and newer ones.
pub const OLDEST_POSTGRES: u32 = 15;

/// The superuser of the private cluster.
const USER: &str = "minyi";

/// The server programs of one major version of Postgres.
#[derive(Clone, Debug)]
pub struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// All usable ones on this machine, the newest first.
    pub fn find() -> Vec<Self> {
        let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        let packaged = packaged.flatten().map(|entry| entry.path().join("bin"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut found: Vec<Self> = packaged
            .chain(std::env::split_paths(&path))
            .filter_map(Self::in_folder)
            .filter(|binaries| binaries.major >= OLDEST_POSTGRES)
            .collect();
        found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
        found
    }

    fn in_folder(folder: PathBuf) -> Option<Self> {
        if !folder.join("initdb").exists() {
            return None;
        }
        let told = Command::new(folder.join("postgres")).arg("--version").output();
        let told = String::from_utf8(told.ok()?.stdout).ok()?;
        // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
        let version = told.split_whitespace().nth(2)?;
        let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
        Some(Self {
            folder,
            major: digits.parse().ok()?,
        })
    }

    /// Those that made `data`, or the newest when there is no data yet.
    fn for_data(data: &Path) -> Result<Self> {
        let made_by = fs::read_to_string(data.join("PG_VERSION")).ok();
        let made_by: Option<u32> = made_by.and_then(|text| text.trim().parse().ok());
        let fits = |binaries: &Self| made_by.is_none_or(|major| binaries.major == major);
        Self::find().into_iter().find(fits).ok_or_else(|| match made_by {
            Some(major) => Error::failed(
                format!("The data under .dev was made by PostgreSQL {major}, which is not here any more."),
                format!("install postgresql-{major}, or start afresh with `cargo dev reset`"),
            ),
            None => Error::failed(
                format!("No PostgreSQL server of version {OLDEST_POSTGRES} or newer was found."),
                "install it: apt-get install -y postgresql",
            ),
        })
    }
}

/// A cluster of our own: loopback only, no Unix socket, a random password.
#[derive(Debug)]
pub struct PrivatePostgres {
    place: Place,
    binaries: Binaries,
    data: PathBuf,
    port: u16,
    password: String,
    durability: Durability,
}

impl PrivatePostgres {
    /// Makes the cluster if there is none yet, with an empty database `minyi`, and picks a port.
    pub fn prepare(place: &Place, durability: Durability) -> Result<Self> {
        let data = place.folder().join("postgres");
        let binaries = Binaries::for_data(&data)?;
        let mut cluster = Self {
            place: place.clone(),
            binaries,
            data,
            port: free_port()?,
            password: String::new(),
            durability,
        };
        let password = place.folder().join("postgres.password");
        if cluster.data.exists() {
            cluster.password = fs::read_to_string(&password).doing(|| format!("reading {}", password.display()))?;
        } else {
            cluster.password = random_password()?;
            cluster.create()?;
        }
        Ok(cluster)
    }

    /// The address of one database, password included.
    pub fn url(&self, database: &str) -> String {
        let Self { port, password, .. } = self;
        format!("postgres://{USER}:{password}@127.0.0.1:{port}/{database}")
    }

    /// A cluster half made by an interrupted run is thrown away: it gets its name at the end.
    fn create(&self) -> Result<()> {
        let password_file = self.place.secret_file("postgres.password", &self.password)?;
        let half = self.place.folder().join("postgres.half");
        if half.exists() {
            fs::remove_dir_all(&half).doing(|| format!("removing {}", half.display()))?;
        }
        let half = self.place.subfolder("postgres.half")?;
        let mut initdb = self.place.command(&self.binaries.folder.join("initdb"));
        let auth = match self.durability {
            Durability::Kept => "scram-sha-256",
            // What makes a weak password dear to guess makes every connection dear, and tests open thousands. This
            // password is random, and nobody hears it but on the loopback interface.
            Durability::Thrown => "md5",
        };
        initdb.args(["--username", USER, "--auth", auth]);
        initdb.args(["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"]);
        initdb.arg("--pwfile").arg(password_file).arg("--pgdata").arg(&half);
        if self.durability == Durability::Thrown {
            initdb.arg("--no-sync");
        }
        run(initdb, "")?;
        let mut single = self.place.command(&self.binaries.folder.join("postgres"));
        single.arg("--single").arg("-D").arg(&half).arg("postgres");
        run(single, "CREATE DATABASE minyi\n")?;
        fs::rename(&half, &self.data).doing(|| format!("naming {}", self.data.display()))
    }

    /// After a crash the note of the old server may still lie there, and its number may belong to
    /// another process now, which would make Postgres refuse to start.
    fn clear_stale_note(&self) -> Result<()> {
        let note = self.data.join("postmaster.pid");
        let Ok(text) = fs::read_to_string(&note) else {
            return Ok(());
        };
        let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
        if let Some((pid, identity)) = pid.and_then(|pid| Some((pid, Identity::of(pid)?)))
            && self.is_ours(pid)
        {
            identity.signal(Signal::SIGINT);
            if identity.wait_gone(Duration::from_secs(20)) {
                return Ok(());
            }
            return Err(Error::failed(
                format!("An older Postgres of this checkout (process {pid}) does not end."),
                format!("end it yourself: kill -QUIT {pid}"),
            ));
        }
        // The killed server's own processes end when they notice, and a new server does not start beside them. One
        // that outlasts this patience makes it say so.
        let _ = process::poll(Duration::from_secs(20), || self.is_deserted().then_some(()));
        fs::remove_file(&note).doing(|| format!("removing {}", note.display()))
    }

    /// Whether no process works in the data's folder, as all of a server's do.
    fn is_deserted(&self) -> bool {
        let data = fs::canonicalize(&self.data).unwrap_or_else(|_| self.data.clone());
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let mut folders = processes.filter_map(|process| fs::read_link(process.path().join("cwd")).ok());
        !folders.any(|folder| folder == data)
    }

    fn is_ours(&self, pid: u32) -> bool {
        fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&*self.data.to_string_lossy()))
    }
}

impl Server for PrivatePostgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn command(&self) -> Result<Command> {
        self.clear_stale_note()?;
        let mut command = self.place.command(&self.binaries.folder.join("postgres"));
        command.arg("-D").arg(&self.data).arg("-p").arg(self.port.to_string());
        let mut settings = vec![
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=300",
            "timezone=UTC",
        ];
        if self.durability == Durability::Thrown {
            settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
            settings.extend(["wal_level=minimal", "max_wal_senders=0", "autovacuum=off"]);
        }
        for setting in settings {
            command.args(["-c", setting]);
        }
        Ok(command)
    }

    /// The eighth line of its own note says so once connections are taken.
    fn is_ready(&self) -> bool {
        fs::read_to_string(self.data.join("postmaster.pid"))
            .is_ok_and(|note| note.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
    }

    /// Fast shutdown: sessions end, everything is written.
    fn stop_signal(&self) -> Signal {
        match self.durability {
            Durability::Kept => Signal::SIGINT,
            Durability::Thrown => Signal::SIGQUIT,
        }
    }
}

/// Runs a preparing command to its end; what it said is shown only when it fails.
fn run(mut command: Command, input: &str) -> Result<()> {
    let doing = format!("running {}", command.get_program().to_string_lossy());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().doing(|| doing.clone())?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ended early has said why; that is read below.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().doing(|| doing.clone())?;
    let said = String::from_utf8_lossy(&output.stderr);
    // The single-user server answers a refused statement with a message and a clean end.
    if output.status.success() && !said.contains("ERROR:") {
        return Ok(());
    }
    Err(Error::failed(
        format!("Failed {doing}: {}", said.trim()),
        "mend what it says, then try again",
    ))
}
