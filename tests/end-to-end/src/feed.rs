//! Sends every message once, as a resident's phone would: with its own idempotency key, again after a 429.

use std::{
    collections::BTreeMap,
    fmt,
    io::{BufRead, BufReader},
    path::PathBuf,
    time::Duration,
};

use anyhow::Context as _;
use futures_util::{StreamExt as _, stream};
use minyi_domain::text::SubmissionText;
use reqwest::{StatusCode, header::RETRY_AFTER};
use serde_json::{Value, json};

use crate::stack::Stack;

/// A resident's message.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Message {
    id: String,
    subject: String,
    text: String,
}

impl Message {
    fn words(&self) -> String {
        format!("{}\n{}", self.subject.trim(), self.text.trim())
    }
}

/// Reads at most `limit` messages from the files.
pub fn read(files: &[PathBuf], limit: usize) -> anyhow::Result<Vec<Message>> {
    let mut messages = Vec::new();
    for file in files {
        let reader = BufReader::new(std::fs::File::open(file).with_context(|| file.display().to_string())?);
        for line in reader.lines().take(limit - messages.len()) {
            let mut message: Message = serde_json::from_str(&line?).with_context(|| file.display().to_string())?;
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            message.id = format!("{name}-{}-{}", message.id, messages.len());
            messages.push(message);
        }
    }
    Ok(messages)
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Fed {
    pub sent: usize,
    /// Registration numbers of the accepted ones.
    pub numbers: Vec<String>,
    /// Problem code → how many.
    pub refused: BTreeMap<String, usize>,
    /// Those which the rules of the product allow, counted here from the texts alone.
    pub acceptable: usize,
    waited: usize,
    seconds: f64,
}

impl fmt::Display for Fed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.sent as f64 / self.seconds;
        write!(
            f,
            "sent {}, accepted {} (expected {}), ",
            self.sent,
            self.numbers.len(),
            self.acceptable
        )?;
        write!(
            f,
            "refused {:?}, told to wait {} times, {:.1} s, {rate:.0}/s",
            self.refused, self.waited, self.seconds
        )
    }
}

enum Answer {
    Accepted { number: String },
    Refused { code: String },
}

/// Sends all of them, spread over the codes, `connections` at once.
pub async fn send_all(stack: &Stack, messages: Vec<Message>, connections: usize) -> anyhow::Result<Fed> {
    let client = reqwest::Client::new();
    let run = std::process::id();
    let started = std::time::Instant::now();
    let mut fed = Fed {
        acceptable: messages
            .iter()
            .filter(|message| SubmissionText::parse(&message.words()).is_ok())
            .count(),
        ..Fed::default()
    };
    let sends = messages.iter().zip(stack.codes.iter().cycle()).map(|(message, code)| {
        let url = format!("{}/api/v1/codes/{code}/submissions", stack.base_url);
        send(
            client.clone(),
            url,
            format!("feed-{run}-{}", message.id),
            message.words(),
        )
    });
    let mut answers = stream::iter(sends).buffer_unordered(connections);
    while let Some(answer) = answers.next().await {
        let (answer, waited) = answer?;
        fed.sent += 1;
        fed.waited += waited;
        match answer {
            Answer::Accepted { number } => fed.numbers.push(number),
            Answer::Refused { code } => *fed.refused.entry(code).or_default() += 1,
        }
        if fed.sent.is_multiple_of(500) {
            println!("  {} sent", fed.sent);
        }
    }
    fed.seconds = started.elapsed().as_secs_f64();
    Ok(fed)
}

async fn send(client: reqwest::Client, url: String, key: String, text: String) -> anyhow::Result<(Answer, usize)> {
    let body = json!({ "kind": "problem", "text": text });
    for waited in 0..120 {
        let response = client
            .post(&url)
            .header("Idempotency-Key", &key)
            .json(&body)
            .send()
            .await?;
        let status = response.status();
        let pause = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        let answer: Value = response
            .json()
            .await
            .with_context(|| format!("{status} without JSON"))?;
        let word = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        match status {
            StatusCode::CREATED => {
                let number = word("number").context("an accepted submission without a number")?;
                anyhow::ensure!(word("receipt").is_some(), "an accepted submission without a receipt");
                return Ok((Answer::Accepted { number }, waited));
            }
            StatusCode::TOO_MANY_REQUESTS => tokio::time::sleep(Duration::from_secs(pause.unwrap_or(1))).await,
            status if status.is_client_error() => {
                let code = refusal(&answer).context("a refusal without a code")?;
                return Ok((Answer::Refused { code }, waited));
            }
            status => anyhow::bail!("{status}: {answer}"),
        }
    }
    anyhow::bail!("told to wait too often")
}

/// The code of the problem, with the first field's own code where there is one.
fn refusal(problem: &Value) -> Option<String> {
    let code = problem.get("code")?.as_str()?;
    let field = problem.pointer("/errors/0/code").and_then(Value::as_str);
    Some(field.map_or_else(|| code.to_owned(), |field| format!("{code}/{field}")))
}
