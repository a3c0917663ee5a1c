//! Where Redis is asked. What is asked while it answers waits, and is asked together next: a busy minute costs Redis a
//! few scripts instead of one or two for each request.

use std::sync::LazyLock;

use redis::Script;
use tokio::sync::{mpsc, oneshot};

use super::{Check, gcra};
use crate::redis_link::RedisLink;

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("gcra.lua")));

/// So few that Redis is held up for about a millisecond.
const MOST: usize = 100;

/// The limits of a request.
struct Question {
    now: i64,
    /// Key, per and interval of each.
    limits: Vec<(String, i64, i64)>,
    reply: oneshot::Sender<Vec<i64>>,
}

/// Takes questions; clones take them to one place.
#[derive(Debug, Clone)]
pub(super) struct Desk(mpsc::UnboundedSender<Question>);

impl Desk {
    /// Must be called inside a tokio runtime.
    pub fn new(link: RedisLink) -> Self {
        let (sender, asked) = mpsc::unbounded_channel();
        tokio::spawn(serve(link, asked));
        Self(sender)
    }

    /// The verdict on a request; `None` if Redis cannot be asked.
    pub async fn ask(&self, keys: &[String], checks: &[Check<'_>], now: i64) -> Option<Vec<i64>> {
        let (reply, verdict) = oneshot::channel();
        let limit = |(key, check): (&String, &Check<'_>)| {
            let (per, interval) = gcra::parameters(check.limit);
            (key.clone(), per, interval)
        };
        let limits = keys.iter().zip(checks).map(limit).collect();
        self.0.send(Question { now, limits, reply }).ok()?;
        verdict.await.ok()
    }
}

async fn serve(link: RedisLink, mut asked: mpsc::UnboundedReceiver<Question>) {
    let mut waiting = Vec::new();
    while asked.recv_many(&mut waiting, MOST).await > 0 {
        // Who has gone counts for itself.
        waiting.retain(|question| !question.reply.is_closed());
        if waiting.is_empty() {
            continue;
        }
        match tokio::time::timeout(link.timeout() / 2, verdicts(&link, &waiting)).await {
            Ok(Ok(verdicts)) => {
                let mut verdicts = verdicts.into_iter();
                for question in waiting.drain(..) {
                    let own = verdicts.by_ref().take(question.limits.len()).collect();
                    drop(question.reply.send(own));
                }
            }
            Ok(Err(error)) => tracing::warn!(%error, "rate limits are counted without redis"),
            // Those who asked have given up already, and said so.
            Err(_) => {}
        }
        // Who got no answer hears so.
        waiting.clear();
    }
}

/// One for each limit, in their order.
async fn verdicts(link: &RedisLink, questions: &[Question]) -> redis::RedisResult<Vec<i64>> {
    let mut call = SCRIPT.prepare_invoke();
    for Question { now, limits, .. } in questions {
        call.arg(now).arg(limits.len());
        for (key, per, interval) in limits {
            call.key(key).arg(per).arg(interval);
        }
    }
    call.invoke_async(&mut link.manager()).await
}
