//! A mail server that keeps what it gets: enough of SMTP (RFC 5321) for a client that sends, without TLS, on the
//! loopback address. It asks for a password like every provider. Faults hit the mail as they hit a call; their
//! numbers become the protocol's.

mod message;

use std::sync::Arc;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::faults::Effect;
use crate::inbox::{Arrival, Way};
use crate::state::Shared;

/// Under this path faults find mail, and calls are counted.
pub const PATH: &str = "/smtp";
/// The account of the simulator. It opens nothing else.
pub const USER: &str = "minyi";
pub const PASSWORD: &str = "simulatorMailPassword";
const MAX_BYTES: usize = 1 << 20;
const MAX_LINE: u64 = 2000;

/// Takes mail until the runtime ends.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // A client that hangs up is no fault of ours.
            let _ = Session::new(stream, shared).run().await;
        });
    }
}

struct Session {
    stream: BufReader<TcpStream>,
    shared: Arc<Shared>,
    is_known: bool,
    sender: Option<String>,
    recipients: Vec<String>,
}

/// What happens after a reply.
enum Next {
    Go,
    Stop,
}

impl Session {
    fn new(stream: TcpStream, shared: Arc<Shared>) -> Self {
        Self {
            stream: BufReader::new(stream),
            shared,
            is_known: false,
            sender: None,
            recipients: Vec::new(),
        }
    }

    async fn run(mut self) -> std::io::Result<()> {
        self.say("220 simulator ESMTP").await?;
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                return Ok(());
            }
            if matches!(self.answer(line.trim_end()).await?, Next::Stop) {
                return Ok(());
            }
        }
    }

    async fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        (&mut self.stream).take(MAX_LINE).read_line(&mut line).await?;
        Ok(line)
    }

    async fn say(&mut self, words: &str) -> std::io::Result<()> {
        self.stream.write_all(format!("{words}\r\n").as_bytes()).await
    }

    async fn answer(&mut self, line: &str) -> std::io::Result<Next> {
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                self.say("250-simulator\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN")
                    .await?
            }
            "HELO" | "NOOP" => self.say("250 OK").await?,
            "RSET" => {
                self.forget();
                self.say("250 OK").await?;
            }
            "AUTH" => self.log_in(line).await?,
            "MAIL" if !self.is_known => self.say("530 5.7.0 Authentication required").await?,
            "MAIL" => {
                self.forget();
                self.sender = address(line);
                self.say("250 OK").await?;
            }
            "RCPT" if self.sender.is_none() => self.say("503 5.5.1 MAIL first").await?,
            "RCPT" => match address(line) {
                Some(mailbox) if !mailbox.ends_with(".invalid") => {
                    self.recipients.push(mailbox);
                    self.say("250 OK").await?;
                }
                _ => self.say("550 5.1.1 No such mailbox").await?,
            },
            "DATA" if self.recipients.is_empty() => self.say("503 5.5.1 RCPT first").await?,
            "DATA" => return self.take_mail().await,
            "QUIT" => {
                self.say("221 Bye").await?;
                return Ok(Next::Stop);
            }
            _ => self.say("500 5.5.2 Unknown command").await?,
        }
        Ok(Next::Go)
    }

    fn forget(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    async fn log_in(&mut self, line: &str) -> std::io::Result<()> {
        let given = line.split(' ').nth(2).and_then(|text| STANDARD.decode(text).ok());
        self.is_known = given == Some(format!("\0{USER}\0{PASSWORD}").into_bytes());
        let words = if self.is_known {
            "235 2.7.0 Accepted"
        } else {
            "535 5.7.8 Bad user or password"
        };
        self.say(words).await
    }

    async fn take_mail(&mut self) -> std::io::Result<Next> {
        self.say("354 Go ahead").await?;
        let mut raw = String::new();
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                return Ok(Next::Stop);
            }
            if line.trim_end() == "." {
                break;
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            if raw.len() > MAX_BYTES {
                self.say("552 5.3.4 Too long").await?;
                return Ok(Next::Stop);
            }
        }
        let (effect, words) = self.deliver(&raw);
        self.forget();
        if effect.outage || effect.reset_after_processing {
            return Ok(Next::Stop);
        }
        tokio::time::sleep(Duration::from_millis(effect.latency_ms)).await;
        self.drip(&words, Duration::from_millis(effect.slow_body_ms)).await?;
        Ok(Next::Go)
    }

    /// The mail meets the faults aimed at its first recipient, and goes to all of them.
    fn deliver(&mut self, raw: &str) -> (Effect, String) {
        let now = self.shared.clock.now();
        let mut state = self.shared.lock();
        let effect = state
            .faults
            .strike(PATH, self.recipients.first().map(String::as_str), None);
        let words = match effect.errcode {
            _ if effect.outage => "closed",
            _ if effect.http_status.is_some() => "421 4.3.2 Service not available",
            Some(-1) => "451 4.3.0 Try again later",
            Some(43101 | 40003) => "550 5.1.1 No such mailbox",
            Some(45009 | 43117) => "452 4.2.2 Mailbox full",
            Some(_) => "554 5.7.1 Refused",
            None => {
                for mailbox in &self.recipients {
                    state.inbox.add(arrival(mailbox, raw, now));
                }
                "250 2.0.0 OK"
            }
        };
        let counted = words.split(' ').next().unwrap_or_default();
        let closed = if effect.reset_after_processing { "_closed" } else { "" };
        state.count_call(PATH, format!("{counted}{closed}"));
        (effect, words.to_owned())
    }

    async fn drip(&mut self, words: &str, all: Duration) -> std::io::Result<()> {
        let line = format!("{words}\r\n");
        let pause = all / u32::try_from(line.len()).unwrap_or(1);
        for byte in line.bytes() {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            self.stream.write_all(&[byte]).await?;
        }
        Ok(())
    }
}

/// `MAIL FROM:<a@b> BODY=8BITMIME`
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    let (address, _) = rest.split_once('>')?;
    (!address.is_empty()).then(|| address.to_lowercase())
}

fn arrival(mailbox: &str, raw: &str, now: DateTime<Utc>) -> Arrival {
    let message = message::read(raw);
    Arrival {
        way: Way::Mail,
        to: mailbox.to_owned(),
        text: format!("{}\n\n{}", message.subject, message.text),
        id: message.id,
        received_at: now,
    }
}
