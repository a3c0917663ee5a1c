//! What the house starts as its api and its workers.

use std::process::Command;

use wechat_simulator::{DEFAULT_APPID, DEFAULT_SECRET, templates};

use super::{House, Part, Time};

impl House {
    /// This program as api or worker.
    pub(super) fn program(&self, part: Part) -> anyhow::Result<Command> {
        let key = |letter: &str| letter.repeat(43) + "=";
        let folder = self.place.folder();
        let own = std::env::current_exe()?;
        let mut command = Command::new(own);
        match part {
            Part::Api(number) => {
                let listen = self.bases[number].trim_start_matches("http://");
                command.arg("api").env("MINYI_LISTEN", listen);
            }
            Part::Worker(number) => {
                let file = self.ready_file(number);
                command.arg("worker").env("MINYI_WORKER_READY_FILE", file);
            }
            Part::Postgres | Part::Redis => unreachable!("not a program of ours"),
        }
        if self.time == Time::Turned {
            command.env("MINYI_FAULTS_CLOCK", self.clock_file());
        }
        // Built clients, if the one who starts this has any.
        if std::env::var_os("MINYI_WEB_DIR").is_none() {
            command.env("MINYI_WEB_DIR", folder.join("web"));
        }
        command.envs([
            ("MINYI_MODE", "development".to_owned()),
            ("MINYI_DATABASE_URL", self.database_url()),
            ("MINYI_REDIS_URL", self.redis.url(0)),
            ("MINYI_OBJECTS", format!("file://{}/objects", folder.display())),
            ("MINYI_WECHAT_BASE_URL", self.simulator.address.clone()),
            ("MINYI_WECHAT_APPID", DEFAULT_APPID.to_owned()),
            ("MINYI_WECHAT_SECRET", DEFAULT_SECRET.to_owned()),
            ("MINYI_WECHAT_TEMPLATE_DEPUTY_NEW", templates::DEPUTY_NEW.to_owned()),
            (
                "MINYI_WECHAT_TEMPLATE_DEPUTY_DEADLINE",
                templates::DEPUTY_DEADLINE.to_owned(),
            ),
            (
                "MINYI_WECHAT_TEMPLATE_RESIDENT_PROGRESS",
                templates::RESIDENT_PROGRESS.to_owned(),
            ),
            ("MINYI_WECHAT_TIMEOUT_SECONDS", "2".to_owned()),
            ("MINYI_PUBLIC_URL", "http://my.example.test".to_owned()),
            ("MINYI_CONTACT_KEYS", format!("k1:{}", key("A"))),
            ("MINYI_INDEX_KEY", key("E")),
            ("MINYI_LINK_KEY", key("I")),
            ("MINYI_JWT_PRIVATE_KEY_FILE", format!("{}/jwt.pem", folder.display())),
            ("MINYI_LIMIT_ADDRESS_PER_MINUTE", "1000000".to_owned()),
            ("MINYI_LIMIT_CODE_PER_MINUTE", "1000000".to_owned()),
            ("MINYI_LIMIT_RECEIPT_PER_MINUTE", "1000000".to_owned()),
            ("MINYI_LIMIT_GUESSES_PER_MINUTE", "1000000".to_owned()),
            ("MINYI_WORKER_LISTEN", "127.0.0.1:0".to_owned()),
            ("MINYI_WORKER_STALE_SECONDS", "4".to_owned()),
            ("MINYI_WORKER_UNKNOWN_SECONDS", "2".to_owned()),
            // Several programs start at once and open all their connections.
            ("MINYI_DATABASE_PATIENCE_SECONDS", "10".to_owned()),
            ("RUST_LOG", "warn".to_owned()),
        ]);
        command.envs(self.settings.iter().copied());
        Ok(command)
    }
}
