//! The servers of a run of tests.
//!
//! nextest gives every test a process of its own, and a cluster for each would take seconds.
//! Therefore the first process of a run starts the servers and notes their addresses; the others
//! of the run find the note. A small shell waits for the end of the run (of nextest, or of this
//! process under `cargo test`), stops the servers and removes what they wrote. It knows all three
//! by number and start time: a number alone may be somebody else's by then.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use minyi_dev::process::Identity;
use minyi_dev::servers::{Durability, Place, PrivatePostgres, PrivateRedis, Server, wait_ready, write_private};

/// The start time is the 22nd field of `stat`; the second, a name in brackets, may hold spaces.
const WATCH: &str = r#"
runs() { [ "$(sed 's/.*) //' "/proc/${1% *}/stat" 2>/dev/null | cut -d ' ' -f 20)" = "${1#* }" ]; }
while runs "$1"; do sleep 0.5; done
runs "$2" && kill -QUIT "${2% *}"
runs "$3" && kill -TERM "${3% *}"
for _ in 1 2 3 4 5 6 7 8 9 10; do runs "$2" && sleep 0.2; done
rm -rf -- "$4" "$5"
"#;

/// Addresses of the run's servers, passwords included.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The database `postgres`, as superuser.
    pub postgres: String,
    /// Logical database 0.
    pub redis: String,
}

/// The servers of this run; starts them if nobody has.
pub fn addresses() -> &'static Addresses {
    static ADDRESSES: OnceLock<Addresses> = OnceLock::new();
    ADDRESSES.get_or_init(|| from_environment().unwrap_or_else(of_this_run))
}

fn from_environment() -> Option<Addresses> {
    Some(Addresses {
        postgres: std::env::var("MINYI_TEST_POSTGRES").ok()?,
        redis: std::env::var("MINYI_TEST_REDIS").ok()?,
    })
}

fn of_this_run() -> Addresses {
    let (run, owner) = match std::env::var("NEXTEST_RUN_ID") {
        Ok(run) => {
            let nextest = beginner(&run, std::process::id());
            (run, nextest)
        }
        Err(_) => {
            let own = std::process::id();
            (format!("{own}-{}", minyi_dev::servers::random_password().unwrap()), own)
        }
    };
    let name = format!("minyi-test-{run}");
    let lock_path = std::env::temp_dir().join(format!("{name}.lock"));
    let lock = File::create(&lock_path).unwrap();
    // Held while the servers start: the run's other processes wait here.
    lock.lock().unwrap();
    let place = Place::fleeting(&name).unwrap();
    let note = place.folder().join("addresses");
    if let Ok(text) = fs::read_to_string(&note) {
        let (postgres, redis) = text.split_once('\n').unwrap();
        return Addresses {
            postgres: postgres.to_owned(),
            redis: redis.to_owned(),
        };
    }
    let postgres = PrivatePostgres::prepare(&place, Durability::Thrown).unwrap();
    let redis = PrivateRedis::prepare(&place, Durability::Thrown).unwrap();
    let owner = Identity::of(owner).unwrap();
    let watched = [owner, start(&postgres, &place), start(&redis, &place)];
    end_with_run(watched, &place, &lock_path);
    let addresses = Addresses {
        postgres: postgres.url("postgres"),
        redis: redis.url(0),
    };
    write_private(&note, &format!("{}\n{}", addresses.postgres, addresses.redis)).unwrap();
    addresses
}

/// The nextest that began the run to which a process belongs. Not simply its parent: a test may have started the program
/// that asks, and that test's end is not the run's. Whatever nextest starts has the run's number in its environment,
/// nextest itself has not.
pub fn beginner(run: &str, mut process: u32) -> u32 {
    let mark = format!("NEXTEST_RUN_ID={run}");
    loop {
        process = parent_of(process);
        // What may not be read is nobody that a test has started.
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        if !environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == mark.as_bytes())
        {
            return process;
        }
    }
}

fn parent_of(process: u32) -> u32 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name in brackets may itself hold spaces and brackets; after it come the state and the parent.
    let (_, rest) = stat.rsplit_once(')').unwrap();
    rest.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Starts a server that outlives this process.
fn start(server: &dyn Server, place: &Place) -> Identity {
    let log = File::create(place.folder().join(format!("{}.log", server.name()))).unwrap();
    let mut command = server.command().unwrap();
    command.stdout(log.try_clone().unwrap()).stderr(log).process_group(0);
    let mut child = command.spawn().unwrap();
    wait_ready(server, &mut child, Duration::from_secs(60)).unwrap();
    Identity::of(child.id()).unwrap()
}

#[expect(clippy::zombie_processes, reason = "it outlives this process on purpose")]
fn end_with_run(watched: [Identity; 3], place: &Place, lock: &Path) {
    let mut watch = Command::new("sh");
    watch
        .args(["-c", WATCH, "watch"])
        .args(watched.map(|process| process.to_text()))
        .arg(place.folder())
        .arg(lock);
    watch.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    watch.process_group(0).spawn().unwrap();
}
