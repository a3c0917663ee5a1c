//! Mail (邮件) by SMTP, encrypted in production.
//!
//! The Message-ID is made of the notice's id: a repetition is the same mail again, and mail programs show it once.
//! Replies of the server are certain; a connection that is lost after the mail began to travel is not. So the
//! connection is tried first, and only then is the mail given to it.

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp,
};
use secrecy::{ExposeSecret, SecretString};
use std::time::{Duration, SystemTime};
use tokio::time::timeout;
use url::Url;

use crate::{
    Error, Mode, Result,
    channels::{
        Notice, Outcome, Refusal,
        outcome::{AFTER_REPAIR, NEXT_MINUTE, SHORTLY},
        settings, text,
    },
};

/// Of the connection, and again of the mail: the library's own limit is that of one read, and a server may drip.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Long enough for every notice.
pub(crate) const TEXT_BYTES: usize = 8192;
const SENDER: &str = "民意码";
const FOOT: &str = "这封信由系统发出，请勿回复。";

/// The settings of mail: both, or none and the channel does not exist.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct MailConfig {
    /// Mail server: smtps://user:password@host (TLS) or smtp://user:password@host?tls=required (STARTTLS); user and
    /// password percent-encoded; without it nobody is told by mail
    #[arg(long, env = "MINYI_MAIL_URL", default_value = "", hide_env_values = true)]
    pub mail_url: SecretString,
    /// Address of the sender
    #[arg(long, env = "MINYI_MAIL_FROM", default_value = "")]
    pub mail_from: String,
}

/// The client. Clones share connections.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// Checks the settings; nothing is called yet. `None`: there is no mail here.
    ///
    /// # Errors
    /// [`Error::Configuration`] if one is missing or malformed, or if in production mail would travel unencrypted.
    pub fn new(config: MailConfig, mode: Mode) -> Result<Option<Self>> {
        let url = config.mail_url.expose_secret();
        if !settings::all_or_none([("MINYI_MAIL_URL", url), ("MINYI_MAIL_FROM", &config.mail_from)])? {
            return Ok(None);
        }
        // The libraries' errors could repeat the password.
        let malformed = || Error::configuration("MINYI_MAIL_URL", "expected smtps://user:password@host");
        let parsed = Url::parse(url).map_err(|_| malformed())?;
        let starts_tls = parsed
            .query_pairs()
            .any(|(name, value)| name == "tls" && value == "required");
        if mode == Mode::Production && parsed.scheme() != "smtps" && !starts_tls {
            let problem = "must be smtps://… or smtp://…?tls=required in production";
            return Err(Error::configuration("MINYI_MAIL_URL", problem));
        }
        let address: Address = config
            .mail_from
            .trim()
            .parse()
            .map_err(|_| Error::configuration("MINYI_MAIL_FROM", "must be an address like minyi@example.cn"))?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| malformed())?;
        Ok(Some(Self {
            transport: transport.timeout(Some(TIMEOUT)).build(),
            from: Mailbox::new(Some(SENDER.to_owned()), address),
        }))
    }

    /// Sends `notice` to a mailbox.
    pub async fn send(&self, mailbox: &str, notice: &Notice) -> Outcome {
        let Ok(to) = mailbox.trim().parse::<Address>() else {
            return Outcome::refused("", Refusal::BadRecipient);
        };
        let Ok(mail) = self.compose(to, notice) else {
            return Outcome::refused("", Refusal::Content);
        };
        match timeout(TIMEOUT, self.transport.test_connection()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return before_mail(&error),
            Err(_) => return Outcome::retry(SHORTLY, "no_connection"),
        }
        match timeout(TIMEOUT, self.transport.send(mail)).await {
            Ok(Ok(_)) => Outcome::Sent {
                message_id: Some(self.message_id(notice)),
            },
            Ok(Err(error)) => judge(&error),
            Err(_) => Outcome::Unknown { reason: "timeout" },
        }
    }

    fn compose(&self, to: Address, notice: &Notice) -> std::result::Result<Message, lettre::error::Error> {
        let number = text::cut_chars(&text::visible(&notice.number), 40);
        let state = text::cut_chars(&text::visible(&notice.state), 40);
        let words = notice.text(TEXT_BYTES);
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(format!("{}：{number}（{state}）", notice.kind.title()))
            .message_id(Some(self.message_id(notice)))
            .date(SystemTime::from(notice.written_at))
            .multipart(MultiPart::alternative_plain_html(
                format!("{words}\n\n{FOOT}\n"),
                html(&words, notice.short_link()),
            ))
    }

    fn message_id(&self, notice: &Notice) -> String {
        format!("<{}@{}>", notice.id.simple(), self.from.email.domain())
    }
}

/// The text as a page: one paragraph a line, the link as one.
fn html(words: &str, link: Option<&str>) -> String {
    let line = |line: &str| match link {
        Some(link) if line == link => format!("<p><a href=\"{0}\">点开查看</a><br>{0}</p>", escape(link)),
        _ => format!("<p>{}</p>", escape(line)),
    };
    let lines: String = words.lines().map(line).collect();
    format!(
        "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{SENDER}</title></head>\
         <body style=\"font-size:18px;line-height:1.6\">{lines}<p>{FOOT}</p></body></html>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The connection could not be had: surely nothing was sent.
fn before_mail(error: &smtp::Error) -> Outcome {
    match error.status() {
        // 535 and the like: user or password.
        Some(code) if error.is_permanent() => Outcome::retry_for(code, AFTER_REPAIR, "configuration"),
        Some(code) => Outcome::retry_for(code, SHORTLY, "busy"),
        None => Outcome::retry(SHORTLY, "no_connection"),
    }
}

/// What went wrong on the way. A reply of the server is certain, whatever it says.
fn judge(error: &smtp::Error) -> Outcome {
    let Some(code) = error.status() else {
        let reason = if error.is_timeout() {
            "timeout"
        } else {
            "connection_lost"
        };
        return Outcome::Unknown { reason };
    };
    match u16::from(code) {
        // Mailbox unavailable, not local, name not allowed.
        550 | 551 | 553 => Outcome::refused(code, Refusal::BadRecipient),
        // Mailbox full or mail too long.
        452 | 552 => Outcome::refused(code, Refusal::Limited),
        554 => Outcome::refused(code, Refusal::Content),
        421 | 450 | 451 => Outcome::retry_for(code, NEXT_MINUTE, "busy"),
        // Not allowed to send: a person corrects it.
        530 | 535 | 538 => Outcome::retry_for(code, AFTER_REPAIR, "configuration"),
        _ if error.is_transient() => Outcome::retry_for(code, NEXT_MINUTE, "busy"),
        _ => Outcome::refused(code, Refusal::Other),
    }
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mailer({})", self.from.email)
    }
}
