//! One logical Redis database a test.

use redis::Client;

use crate::servers;

/// As many as the private Redis has; number 0 keeps the count.
const DATABASES: u32 = 1024;

/// An empty logical database; nobody else of this run uses it at the same time.
#[derive(Debug)]
pub struct TestRedis {
    url: String,
}

impl TestRedis {
    /// Takes the next one. A run that takes more than there are starts again at the first, which
    /// its test has long left by then.
    pub fn new() -> Self {
        let base = &servers::addresses().redis;
        let taken: u32 = redis::cmd("INCR")
            .arg("minyi:test:taken")
            .query(&mut connect(base))
            .unwrap();
        let (server, _) = base.rsplit_once('/').unwrap();
        let url = format!("{server}/{}", 1 + taken % (DATABASES - 1));
        let redis = Self { url };
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

fn connect(url: &str) -> redis::Connection {
    Client::open(url).unwrap().get_connection().unwrap()
}
