//! Draws what is to be printed (印刷任务).
//!
//! A batch is drawn in parts of [`PART`] codes. Each part is a PDF of its own in the object store and written down in the
//! job's row, so that after a worker was killed another goes on with the next part. When all parts are there, they are
//! joined into one file, one at a time. So memory holds one part, however large the batch is. See
//! docs/decisions/0038-printing-in-parts.md.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::calendar::local_date;
use minyi_gateways::clock::random_bytes;
use minyi_print::{
    code::Picture,
    join::Joiner,
    sheet::{Look, sheets_pdf},
};
use minyi_store::{CodePage, PrintWork};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{Error, Result, Worker, in_rounds};

/// Codes in a part. Each template's number of codes a page divides it, so that no page inside of a batch stays half empty.
const PART: i32 = 240;
/// A batch is looked for so often: somebody waits for it at a screen.
const ROUND: Duration = Duration::from_secs(1);
/// Drawing a part takes a second or two; who does not come back within this time is believed dead.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Why a batch is not drawn to its end.
enum Stop {
    /// It was cancelled, or is in other hands.
    NotOurs,
    /// Drawing it again would fail again.
    Hopeless(String),
    /// The database or the store is away; the lease runs out and somebody tries again.
    Later(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Later(error.into())
    }
}

impl Worker {
    pub(crate) async fn run_prints(self: Arc<Self>, stop: watch::Receiver<bool>) {
        in_rounds(ROUND, stop.clone(), "nothing can be printed; trying again", || {
            self.print(&stop)
        })
        .await;
    }

    /// Draws all batches that wait, until `stop` says so; what was begun is taken up again later. Returns how many came
    /// to an end.
    ///
    /// # Errors
    /// The database or the object store is away; the batch is taken up again when its lease has run out.
    pub async fn print(&self, stop: &watch::Receiver<bool>) -> Result<usize> {
        let mut ended = 0;
        loop {
            let (now, lease) = (self.clock.now(), Uuid::new_v4());
            let claim = move |store: &minyi_store::Store| store.claim_print_job(lease, now, now + LEASE);
            let Some(work) = self.in_store(claim).await? else {
                return Ok(ended);
            };
            let id = work.id;
            match self.draw(&work, stop).await {
                Ok(true) => ended += 1,
                Ok(false) => return Ok(ended),
                Err(Stop::NotOurs) => {
                    tracing::info!(job = %id, "the batch was cancelled, or is in other hands");
                    self.remove_cancelled(&work).await?;
                }
                Err(Stop::Hopeless(reason)) => {
                    tracing::warn!(job = %id, reason, "a batch cannot be printed");
                    let (work, now) = (work, self.clock.now());
                    let fail = move |store: &minyi_store::Store| store.finish_print_job(&work, Err(&reason), now);
                    self.in_store(fail).await?;
                    ended += 1;
                }
                Err(Stop::Later(error)) => return Err(error),
            }
        }
    }

    /// One batch to its end; `false`: we are to stop.
    async fn draw(&self, work: &PrintWork, stop: &watch::Receiver<bool>) -> std::result::Result<bool, Stop> {
        let look = Arc::new(self.look(work).await?);
        let mut done = work.done;
        while done < work.total {
            if *stop.borrow() {
                self.let_go(work, done).await?;
                return Ok(false);
            }
            self.draw_part(work, done, &look).await?;
            done = (done + PART).min(work.total);
            self.advance(work, done).await?;
        }
        let (name, size) = self.join(work).await?;
        let (finished, now) = (work.clone(), self.clock.now());
        let finish = {
            let name = name.clone();
            move |store: &minyi_store::Store| store.finish_print_job(&finished, Ok((&name, size)), now)
        };
        if !self.in_store(finish).await? {
            self.objects.delete(&name).await?;
            return Err(Stop::NotOurs);
        }
        self.remove_parts(work.id, work.total).await?;
        Ok(true)
    }

    async fn look(&self, work: &PrintWork) -> std::result::Result<Look, Stop> {
        let logo = match &work.look.logo_object {
            Some(name) => self.objects.get(name).await?,
            None => None,
        };
        let logo = logo.map(|object| Picture::read(&object.bytes)).transpose();
        Ok(Look {
            template: work.template,
            crop_marks: work.crop_marks,
            design: work.look.design.clone(),
            logo: logo.map_err(hopeless)?,
        })
    }

    async fn draw_part(&self, work: &PrintWork, from: i32, look: &Arc<Look>) -> std::result::Result<(), Stop> {
        let (id, today) = (work.id, local_date(self.clock.now()));
        let pages = self
            .in_store(move |store| store.print_job_pages(id, from, PART, today))
            .await?;
        let sheets: Vec<_> = pages.iter().map(|page| page.sheet(&work.public_url)).collect();
        if sheets.is_empty() {
            return Ok(());
        }
        let (look, font) = (Arc::clone(look), self.font.clone());
        let drawn = tokio::task::spawn_blocking(move || sheets_pdf(&sheets, &look, &font)).await?;
        let pdf = drawn.map_err(|error| unprintable(&error, &pages))?;
        Ok(self.objects.put(&part_name(id, from), pdf.into()).await?)
    }

    async fn advance(&self, work: &PrintWork, done: i32) -> std::result::Result<(), Stop> {
        let (work, until) = (work.clone(), self.clock.now() + LEASE);
        if self
            .in_store(move |store| store.advance_print_job(&work, done, until))
            .await?
        {
            Ok(())
        } else {
            Err(Stop::NotOurs)
        }
    }

    /// Lets another worker go on at once.
    async fn let_go(&self, work: &PrintWork, done: i32) -> std::result::Result<(), Stop> {
        let (work, now) = (work.clone(), self.clock.now());
        self.in_store(move |store| store.advance_print_job(&work, done, now - LEASE))
            .await?;
        Ok(())
    }

    /// All parts as one file; its name and size.
    async fn join(&self, work: &PrintWork) -> std::result::Result<(String, i64), Stop> {
        let name = format!(
            "prints/{}/{:032x}.pdf",
            work.id.simple(),
            u128::from_be_bytes(random_bytes())
        );
        let mut file = self.objects.write(&name).await?;
        let (mut joiner, mut size) = (Joiner::new(), 0_i64);
        for from in parts(work.total) {
            let Some(part) = self.objects.get(&part_name(work.id, from)).await? else {
                continue;
            };
            let joined = joiner.append(&part.bytes);
            drop(part);
            let bytes = joined.map_err(hopeless)?;
            size += i64::try_from(bytes.len()).unwrap_or(0);
            file.write(bytes.into()).await?;
            self.advance(work, work.total).await?;
        }
        if joiner.pages() == 0 {
            file.abort().await?;
            return Err(Stop::Hopeless("要印的码都已经停用或者更换".to_owned()));
        }
        let end: Bytes = joiner
            .finish(&format!("{} {}", work.look.design.title, work.subject))
            .into();
        size += i64::try_from(end.len()).unwrap_or(0);
        file.write(end).await?;
        file.finish().await?;
        Ok((name, size))
    }

    async fn remove_parts(&self, id: Uuid, total: i32) -> Result<()> {
        for from in parts(total) {
            self.objects.delete(&part_name(id, from)).await?;
        }
        Ok(())
    }

    /// The parts of a batch that was cancelled while it was drawn; one that is in other hands keeps them.
    async fn remove_cancelled(&self, work: &PrintWork) -> Result<()> {
        let id = work.id;
        if self.in_store(move |store| store.is_print_job_cancelled(id)).await? {
            self.remove_parts(work.id, work.total).await?;
        }
        Ok(())
    }

    /// Throws away at most `limit` batches from before that time, with their files; how many.
    pub(crate) async fn forget_prints(&self, before: DateTime<Utc>, limit: i64) -> Result<usize> {
        let due = self.in_store(move |store| store.due_print_jobs(before, limit)).await?;
        let count = due.len();
        for (id, total, file) in due {
            if let Some(file) = file {
                self.objects.delete(&file).await?;
            }
            self.remove_parts(id, total).await?;
            self.in_store(move |store| store.forget_print_job(id)).await?;
        }
        Ok(count)
    }
}

/// Where the parts of a batch begin.
fn parts(total: i32) -> impl Iterator<Item = i32> {
    (0..total).step_by(usize::try_from(PART).unwrap_or(1))
}

fn part_name(id: Uuid, from: i32) -> String {
    format!("prints/{}/part-{from:05}.pdf", id.simple())
}

fn hopeless(error: minyi_print::Error) -> Stop {
    Stop::Hopeless(error.zh().unwrap_or_else(|| error.to_string()))
}

/// What cannot be set, with its place, so that somebody can make it right.
fn unprintable(error: &minyi_print::Error, pages: &[CodePage]) -> Stop {
    let reason = error.zh().unwrap_or_else(|| error.to_string());
    let place = error
        .sheet_number()
        .and_then(|number| pages.get(number.checked_sub(1)?));
    Stop::Hopeless(match place {
        Some(page) => format!("“{}”印不了：{reason}", page.place),
        None => reason,
    })
}
