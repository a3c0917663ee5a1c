//! One logical Redis database a test.

use redis::Client;

use crate::servers;

/// As many as the private Redis has; number 0 keeps the count.
const DATABASES: u32 = 1024;

/// An empty logical database; nobody else of this run uses it at the same time.
#[derive(Debug)]
pub struct TestRedis {
    url: String,
    number: u32,
}

impl TestRedis {
    /// Takes the next one. A run that takes more than there are starts again at the first, and leaves out those whose
    /// tests are still at work: the longest last as long as all others together.
    pub fn new() -> Self {
        let base = &servers::addresses().redis;
        let mut count = connect(base);
        let mut next = || 1 + taken(&mut count) % (DATABASES - 1);
        let number = (1..DATABASES).map(|_| next()).find(|number| hold(base, *number));
        let number = number.expect("a test leaves its logical database when it is over");
        let (server, _) = base.rsplit_once('/').unwrap();
        let redis = Self {
            url: format!("{server}/{number}"),
            number,
        };
        redis.empty();
        redis
    }

    /// Its address, password included.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Loses everything in it, as a Redis does that was emptied or started afresh.
    pub fn empty(&self) {
        redis::cmd("FLUSHDB").exec(&mut connect(&self.url)).unwrap();
    }
}

impl Default for TestRedis {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestRedis {
    fn drop(&mut self) {
        let client = Client::open(servers::addresses().redis.as_str());
        // The servers may be gone already; then nobody needs it any more.
        if let Ok(mut connection) = client.and_then(|client| client.get_connection()) {
            let _ = redis::cmd("DEL").arg(held(self.number)).exec(&mut connection);
        }
    }
}

fn held(number: u32) -> String {
    format!("minyi:test:held:{number}")
}

fn taken(count: &mut redis::Connection) -> u32 {
    redis::cmd("INCR").arg("minyi:test:taken").query(count).unwrap()
}

/// Whether it is this test's from now on.
fn hold(base: &str, number: u32) -> bool {
    let mut set = redis::cmd("SET");
    set.arg(held(number)).arg(std::process::id()).arg("NX");
    set.query::<Option<String>>(&mut connect(base)).unwrap().is_some()
}

fn connect(url: &str) -> redis::Connection {
    Client::open(url).unwrap().get_connection().unwrap()
}
