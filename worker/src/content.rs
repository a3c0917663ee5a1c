//! Checks what came in before anything of it can be published: its words here, the rest by asking WeChat, as long as the
//! resident has just been in the mini-program.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use minyi_domain::content::{Verdict, WordList};
use minyi_gateways::wechat::content::{Asked, Judgement};
use minyi_store::{ContentQuestion, ContentResult, Subject, Unable};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{Result, Worker, in_rounds, ladder::spread};

/// Nobody waits for it: what is published was registered and answered before.
const ROUND: Duration = Duration::from_secs(2);
const TEXTS: i64 = 50;
const QUESTIONS: i64 = 20;
/// WeChat is told of a photo's address for so long: it may come late, and be asked again.
const PHOTO_LINK: TimeDelta = TimeDelta::hours(1);
/// After so many attempts a person looks instead; with the waits between them that is most of the two hours within
/// which WeChat would answer.
const ATTEMPTS: i16 = 8;
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

impl Worker {
    pub(crate) async fn run_content(self: Arc<Self>, stop: watch::Receiver<bool>) {
        in_rounds(
            ROUND,
            stop.clone(),
            "what came in cannot be checked; trying again",
            || self.check_content(&stop),
        )
        .await;
    }

    /// Checks a batch of what was not checked yet, until `stop` says so: a question takes seconds when WeChat is slow, and
    /// what was not asked is asked later. Returns how many checks were worked on.
    ///
    /// # Errors
    /// The database is away; what was not checked waits.
    pub async fn check_content(&self, stop: &watch::Receiver<bool>) -> Result<usize> {
        let now = self.clock.now();
        let added = self.in_store(|store| store.content_words()).await?;
        let list = WordList::new(added.into_iter().map(|word| (word.word, word.category)))?;
        let texts = self
            .in_store(move |store| store.check_words(TEXTS, now, |text| list.find(text)))
            .await?;
        self.in_store(move |store| store.settle_content_reports(now)).await?;
        let stale = self.stale();
        let questions = self
            .in_store(move |store| store.claim_content_checks(now, stale, QUESTIONS))
            .await?;
        let mut asked = 0;
        for question in questions {
            if *stop.borrow() {
                break;
            }
            asked += 1;
            let (id, result) = (question.id, self.ask(question).await);
            let now = self.clock.now();
            self.in_store(move |store| store.finish_content_check(id, &result, now))
                .await?;
        }
        Ok(texts + asked)
    }

    async fn ask(&self, question: ContentQuestion) -> ContentResult {
        let Some(openid) = &question.openid else {
            return ContentResult::Unable(Unable::VisitorGone);
        };
        match &question.subject {
            Subject::Text(text) => {
                let said = self.channels.wechat().check_text(openid, text).await;
                self.judge(&question, said, |Judgement { is_pass, label }| ContentResult::Said {
                    verdict: if is_pass { Verdict::Pass } else { Verdict::Look },
                    label,
                })
            }
            Subject::Photo(photo) => match self.photo_link(*photo) {
                Some(url) => {
                    let said = self.channels.wechat().check_photo(openid, &url).await;
                    self.judge(&question, said, |trace_id| ContentResult::Pending { trace_id })
                }
                None => ContentResult::Unable(Unable::Refused),
            },
        }
    }

    /// Where WeChat can fetch a photo; `None`: this worker is not told how.
    fn photo_link(&self, photo: Uuid) -> Option<String> {
        let links = self.links.as_ref()?;
        Some(links.photo(photo, self.clock.now() + PHOTO_LINK))
    }

    fn judge<T>(
        &self,
        question: &ContentQuestion,
        asked: Asked<T>,
        answered: impl FnOnce(T) -> ContentResult,
    ) -> ContentResult {
        match asked {
            Asked::Answered(said) => answered(said),
            Asked::VisitorGone => ContentResult::Unable(Unable::VisitorGone),
            Asked::Refused { errcode } => {
                tracing::warn!(check = %question.id, errcode, "WeChat does not check this");
                ContentResult::Unable(Unable::Refused)
            }
            Asked::Later(_) if question.attempts >= ATTEMPTS => ContentResult::Unable(Unable::GivenUp),
            Asked::Later(after) => {
                let growing = i32::from(question.attempts) * i32::from(question.attempts);
                let wait = TimeDelta::from_std(after).unwrap_or(LONGEST_WAIT) * growing;
                ContentResult::Later {
                    at: self.clock.now() + spread(wait.min(LONGEST_WAIT), self.jitter()),
                }
            }
        }
    }
}
