//! Everything that can break: a Postgres and a Redis of our own, apis and workers as processes, WeChat's counterpart.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use minyi_api::auth::tokens::generate_key;
use minyi_dev::servers::{
    Durability, Place, PrivatePostgres, PrivateRedis, Server, free_port, random_password, wait_ready,
};
use minyi_domain::people::Role;
use minyi_gateways::clock::Clock;
use minyi_store::{
    Store, StoreConfig,
    fixtures::{COUNTY, City, Deputy, Grid, TOWNSHIP, openid_of},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;
use wechat_simulator::{Simulator, SimulatorConfig};

use crate::child::offset;

mod program;

const PATIENCE: Duration = Duration::from_secs(60);

/// Which process is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Api(usize),
    Worker(usize),
    Postgres,
    Redis,
}

/// How large a house is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub apis: usize,
    pub workers: usize,
    /// Grids, each with a deputy who has a phone.
    pub places: usize,
}

/// Who can take a matter over from a deputy.
#[derive(Clone, Debug, Default)]
pub struct Office {
    pub id: Uuid,
    /// Of the one who acts for it.
    pub openid: String,
}

/// Which clock the programs go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// One that can be turned; it begins on Monday 2 March 2026, nine o'clock in China: many working days with a known
    /// calendar lie ahead.
    Turned,
    /// The machine's own.
    Real,
}

pub struct House {
    place: Place,
    postgres: PrivatePostgres,
    redis: PrivateRedis,
    simulator: Simulator,
    time: Time,
    /// Of its programs, instead of the usual ones here.
    settings: Vec<(&'static str, &'static str)>,
    pub client: Client,
    /// Of each api.
    pub bases: Vec<String>,
    pub places: Vec<(Grid, Deputy)>,
    pub office: Office,
    running: Vec<(Part, Child)>,
}

fn address() -> anyhow::Result<String> {
    Ok(format!("http://127.0.0.1:{}", free_port()?))
}

impl House {
    pub async fn build(size: Size, time: Time) -> anyhow::Result<Self> {
        Self::build_with(size, time, &[]).await
    }

    /// With other settings of its programs.
    pub async fn build_with(size: Size, time: Time, settings: &[(&'static str, &'static str)]) -> anyhow::Result<Self> {
        let place = Place::temporary(&format!("minyi-faults-{}", random_password()?))?;
        // What is confirmed must survive a killed server, as in service.
        let postgres = PrivatePostgres::prepare(&place, Durability::Kept)?;
        let redis = PrivateRedis::prepare(&place, Durability::Thrown)?;
        std::fs::write(place.folder().join("jwt.pem"), generate_key()?)?;
        let mut house = Self {
            time,
            settings: settings.to_vec(),
            bases: (0..size.apis).map(|_| address()).collect::<anyhow::Result<_>>()?,
            place,
            postgres,
            redis,
            simulator: wechat_simulator::start(SimulatorConfig::default()).await?,
            client: Client::builder().timeout(PATIENCE).build()?,
            places: Vec::new(),
            office: Office::default(),
            running: Vec::new(),
        };
        let beginning: DateTime<Utc> = "2026-03-02T01:00:00Z".parse()?;
        house.set_offset(match time {
            Time::Turned => beginning - Clock::System.now(),
            Time::Real => TimeDelta::zero(),
        })?;
        house.start(Part::Postgres)?;
        house.start(Part::Redis)?;
        house.settle(size.places, time).await?;
        for part in (0..size.apis).map(Part::Api).chain((0..size.workers).map(Part::Worker)) {
            house.start(part)?;
        }
        Ok(house)
    }

    /// Grids with their deputies, an office, and administrators of two levels, so that what is late climbs from the one
    /// to the other; all have a phone.
    async fn settle(&mut self, places: usize, time: Time) -> anyhow::Result<()> {
        let store = self.store()?;
        store.migrate()?;
        if time == Time::Real {
            // It may be night in China.
            PgConnection::establish(&self.database_url())?
                .batch_execute("UPDATE delivery_policy SET quiet_from = NULL, quiet_until = NULL")?;
        }
        let mut city = City::found(&store, self.now());
        self.places = (0..places).map(|_| city.grid_with_lead()).collect();
        let id = city.office(TOWNSHIP);
        let openid = openid_of(&city.office_handler(id));
        self.office = Office { id, openid };
        let admins = [(TOWNSHIP, Role::StreetAdmin), (COUNTY, Role::CountyAdmin)];
        let mut phones = admins
            .map(|(region, role)| openid_of(&city.admin(region, role)))
            .to_vec();
        phones.push(self.office.openid.clone());
        phones.extend(self.places.iter().map(|(_, deputy)| deputy.openid.clone()));
        let users = phones.iter().map(|openid| json!({ "openid": openid, "name": "某人" }));
        self.control("users", users.collect()).await
    }

    pub fn store(&self) -> anyhow::Result<Store> {
        Ok(Store::connect(&StoreConfig {
            database_url: self.database_url(),
            pool_size: 2,
            patience_seconds: 60,
        })?)
    }

    pub fn database_url(&self) -> String {
        self.postgres.url("minyi")
    }

    pub fn redis_url(&self) -> String {
        self.redis.url(0)
    }

    /// Everything that it keeps; gone at the end.
    pub fn folder(&self) -> &Path {
        self.place.folder()
    }

    /// What a program said.
    pub fn log(&self, part: Part) -> PathBuf {
        self.folder().join(format!("{part:?}.log"))
    }

    fn clock_file(&self) -> PathBuf {
        self.place.folder().join("clock")
    }

    /// What the product takes for the present.
    pub fn now(&self) -> DateTime<Utc> {
        Clock::System.now() + offset(&self.clock_file())
    }

    fn set_offset(&self, offset: TimeDelta) -> anyhow::Result<()> {
        let draft = self.place.folder().join("clock.draft");
        std::fs::write(&draft, offset.num_seconds().to_string())?;
        Ok(std::fs::rename(draft, self.clock_file())?)
    }

    pub fn jump(&self, step: TimeDelta) -> anyhow::Result<()> {
        self.set_offset(offset(&self.clock_file()) + step)
    }

    /// Tells WeChat's counterpart.
    pub async fn control(&self, path: &str, body: Value) -> anyhow::Result<()> {
        let url = format!("{}/_sim/{path}", self.simulator.address);
        self.client.post(url).json(&body).send().await?.error_for_status()?;
        Ok(())
    }

    /// Asks WeChat's counterpart.
    pub async fn ask(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}/_sim/{path}", self.simulator.address);
        Ok(self.client.get(url).send().await?.error_for_status()?.json().await?)
    }

    pub fn simulator(&self) -> &str {
        &self.simulator.address
    }

    /// Ends a process without warning and starts it anew; an emptied Redis, a Postgres that has to recover.
    pub async fn kill(&mut self, part: Part) -> anyhow::Result<()> {
        let signal = match part {
            // Immediate shutdown: all its processes end at once, nothing is written any more.
            Part::Postgres => Signal::SIGQUIT,
            _ => Signal::SIGKILL,
        };
        self.end(part, signal).await?;
        self.start(part)
    }

    /// Tells a program to stop, waits until it has, and starts it anew, ready to work. Tells how long stopping took.
    pub async fn restart(&mut self, part: Part) -> anyhow::Result<Duration> {
        let told = Instant::now();
        let status = self.end(part, Signal::SIGTERM).await?;
        let stopped = told.elapsed();
        anyhow::ensure!(status.success(), "{part:?} ended with {status}");
        if let Part::Worker(number) = part {
            // An old address would be taken for the new one.
            std::fs::remove_file(self.ready_file(number))?;
        }
        self.start(part)?;
        self.wait_ready(part).await?;
        Ok(stopped)
    }

    async fn end(&mut self, part: Part, signal: Signal) -> anyhow::Result<ExitStatus> {
        let at = self.running.iter().position(|(found, _)| *found == part).unwrap();
        let (_, mut child) = self.running.remove(at);
        kill(Pid::from_raw(i32::try_from(child.id())?), signal)?;
        Ok(tokio::task::spawn_blocking(move || child.wait()).await??)
    }

    fn ready_file(&self, worker: usize) -> PathBuf {
        self.place.folder().join(format!("worker-{worker}"))
    }

    /// Where health and figures of an api or a worker are; `None`: it does not work yet.
    fn vitals(&self, part: Part) -> Option<String> {
        match part {
            Part::Api(number) => self.bases.get(number).cloned(),
            Part::Worker(number) => {
                let address = std::fs::read_to_string(self.ready_file(number)).ok()?;
                address.strip_suffix('\n').map(str::to_owned)
            }
            Part::Postgres | Part::Redis => None,
        }
    }

    /// Waits until an api or a worker says that it can work.
    pub async fn wait_ready(&self, part: Part) -> anyhow::Result<()> {
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if let Some(base) = self.vitals(part) {
                let ready = self.client.get(format!("{base}/health/ready")).send().await;
                if ready.is_ok_and(|answer| answer.status().is_success()) {
                    return Ok(());
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("{part:?} is not ready after {PATIENCE:?}")
    }

    /// Waits until all apis and workers can work.
    pub async fn wait_all_ready(&self) -> anyhow::Result<()> {
        for (part, _) in &self.running {
            if matches!(part, Part::Api(_) | Part::Worker(_)) {
                self.wait_ready(*part).await?;
            }
        }
        Ok(())
    }

    /// A counter of a worker, by its name and labels as they stand in its figures.
    pub async fn figure(&self, worker: usize, name: &str) -> anyhow::Result<u64> {
        let base = self.vitals(Part::Worker(worker)).unwrap();
        let figures = self.client.get(format!("{base}/metrics")).send().await?.text().await?;
        let line = figures.lines().find_map(|line| line.strip_prefix(name));
        Ok(line.map_or(Ok(0), |value| value.trim().parse())?)
    }

    pub fn start(&mut self, part: Part) -> anyhow::Result<()> {
        let mut command = match part {
            Part::Postgres => self.postgres.command()?,
            Part::Redis => self.redis.command()?,
            Part::Api(_) | Part::Worker(_) => self.program(part)?,
        };
        let log = File::options().create(true).append(true).open(self.log(part))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        match part {
            Part::Postgres => wait_ready(&self.postgres, &mut child, PATIENCE)?,
            Part::Redis => wait_ready(&self.redis, &mut child, PATIENCE)?,
            Part::Api(_) | Part::Worker(_) => {}
        }
        self.running.push((part, child));
        Ok(())
    }

    /// Starts again what has ended by itself, as a supervisor would; returns how many.
    pub fn revive(&mut self) -> anyhow::Result<usize> {
        let ended: Vec<Part> = {
            let running = self.running.iter_mut();
            let gone = running.filter_map(|(part, child)| child.try_wait().ok().flatten().map(|_| *part));
            gone.collect()
        };
        for part in &ended {
            self.running.retain(|(found, _)| found != part);
            self.start(*part)?;
        }
        Ok(ended.len())
    }

    /// No fault any more, and everything up.
    pub async fn mend(&mut self) -> anyhow::Result<()> {
        let url = format!("{}/_sim/faults", self.simulator.address);
        self.client.delete(url).send().await?.error_for_status()?;
        for _ in 0..600 {
            self.revive()?;
            let ready = self.client.get(format!("{}/health/ready", self.bases[0])).send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        anyhow::bail!(
            "the product does not come up again; logs in {}",
            self.place.folder().display()
        )
    }
}

impl Drop for House {
    fn drop(&mut self) {
        for (part, child) in self.running.iter_mut().rev() {
            // Its own processes end with a Postgres that is told to end, not with one that is killed.
            let _ = match (*part, i32::try_from(child.id())) {
                (Part::Postgres, Ok(pid)) => kill(Pid::from_raw(pid), Signal::SIGQUIT).map_err(Into::into),
                _ => child.kill(),
            };
            let _ = child.wait();
        }
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(self.place.folder());
        }
    }
}
