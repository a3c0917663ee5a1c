//! The list of all problems.

use minyi_domain::{access::Need, text::TextError};
use minyi_store::{AccountRefusal, DataRefusal, Refusal, RetentionRefusal};

use super::FieldProblem;

mod refusals;
mod words;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.entry().code)]
pub enum Problem {
    // The request itself
    /// The body is not what the operation takes; nothing in it could be read.
    Malformed {
        /// What the parser says, in Chinese.
        detail: String,
    },
    /// Fields are wrong.
    Invalid(Vec<FieldProblem>),
    /// The body has another content type than the operation takes.
    UnsupportedMediaType,
    /// The body is larger than the operation takes.
    PayloadTooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// No such address.
    NotFound,
    /// The address knows other methods.
    MethodNotAllowed {
        /// The header `Allow`.
        allowed: String,
    },
    /// Too many requests.
    RateLimited {
        /// When to come again.
        retry_after_seconds: u32,
    },

    // Codes and receipts
    /// The typed token cannot be right.
    CodeMistyped {
        /// Counted from 1, if a single character is impossible.
        position: Option<usize>,
    },
    /// No code has this token.
    CodeUnknown,
    /// The code rests.
    CodeSuspended,
    /// The code is out of use for good.
    CodeRetired,
    /// The typed receipt cannot be right.
    ReceiptMistyped {
        /// Counted from 1, if a single character is impossible.
        position: Option<usize>,
    },
    /// No submission has this receipt, or number and phone do not belong together.
    ReceiptUnknown,
    /// The code's state does not allow what is to be done with it.
    CodeActRefused {
        /// In groups.
        token: String,
        /// In Chinese.
        state: &'static str,
    },
    /// Nothing of what is chosen lies in this person's place.
    NothingSelected,
    /// No print job of this id that this person may see.
    PrintJobUnknown,
    /// No computing of clocks of this id that this person may see.
    ClockJobUnknown,
    /// The print job has no file, not yet or never.
    PrintJobUnfinished,
    /// The picture of a code cannot be drawn like this.
    CodeImageRefused {
        /// What to change.
        detail: String,
    },

    // Submissions
    /// The header is missing or malformed.
    IdempotencyKeyRequired,
    /// The key stands for another request.
    IdempotencyKeyReused,
    /// A rating where there is nothing to rate now.
    RatingRefused,
    /// An answer where none is expected now.
    AnswerRefused,
    /// No submission of this id that this person may see.
    SubmissionUnknown,
    /// No cluster of this id of which this person may see anything.
    ClusterUnknown,
    /// No handover of this id that this person may see.
    HandoverUnknown,
    /// No dead message of this id in the person's scope.
    NotificationUnknown,
    /// No proposal of this id that this person may see.
    ProposalUnknown,
    /// No promise of this id that this person may see.
    PromiseUnknown,
    /// No site of this id that this person may see.
    SiteUnknown,
    /// No place of this id that this person keeps.
    PlaceUnknown,
    /// The group has no robot to try.
    RobotMissing,
    /// No hearing of this id that this person may see.
    HearingUnknown,
    /// More rows than such a file takes.
    TooManyRows {
        /// What the filter lets through.
        found: i64,
        /// The limit.
        most: i64,
    },
    /// Nothing public of this name: no such station, division or case, or not public any more.
    OpenUnknown,
    /// A rule of the casework refuses.
    Refused(Refusal),

    // Photos
    /// A HEIC picture.
    PhotoHeic,
    /// Not a picture that is taken.
    PhotoFormat,
    /// The picture ends too early.
    PhotoIncomplete,
    /// The picture cannot be decoded.
    PhotoUnreadable,
    /// The picture has too many pixels.
    PhotoTooManyPixels,
    /// No photo of this id, or of this size.
    PhotoUnknown,
    /// The link's signature is wrong.
    LinkForged,
    /// The link's time is over.
    LinkExpired,

    // People
    /// Nobody is signed in, or not any more.
    NotSignedIn,
    /// Wrong name, wrong password, locked: which one is nobody's business.
    LoginFailed,
    /// This WeChat user has no account here.
    WechatNotBound,
    /// WeChat does not accept the code of this login.
    WechatCodeRefused,
    /// The refresh token is unknown or too old.
    RefreshTokenInvalid,
    /// The refresh token was used before: its session has been ended.
    RefreshTokenReused,
    /// No deputy's account has this phone.
    PhoneUnknown,
    /// The invitation is unknown, used or too old.
    InvitationInvalid,
    /// The account has another WeChat user, or the WeChat user another account.
    AlreadyBound,
    /// The code of a text message is wrong, used or too old.
    OneTimeCodeInvalid,
    /// Another account has this phone.
    PhoneTaken,
    /// No provider of text messages is set.
    SmsNotConfigured,
    /// There is no service account to bind.
    ServiceAccountMissing,
    /// The address to bind the service account by is unknown, used or too old, or the login is over.
    BindingLinkInvalid,
    /// WeChat shows the page to a stand-in (快照页).
    StandInVisitor,
    /// The login still needs something.
    StepNeeded(Need),
    /// The code of the second factor is wrong or was used before, or the account is locked after too many.
    SecondFactorInvalid,
    /// No second factor was begun, or another one meanwhile.
    EnrolmentMissing,
    /// The link to set a password is unknown, used or too old.
    SetupLinkInvalid,
    /// The present password is another one.
    PasswordWrong,
    /// The account has no password.
    NoPassword,
    /// No session of this id.
    SessionUnknown,
    /// A rule about personal-information requests refuses.
    DataRefused(DataRefusal),
    /// No run removes what is due.
    RetentionRefused(RetentionRefusal),
    /// Something of the whole installation, by somebody of a division.
    WholeInstallation,
    /// A rule about accounts refuses.
    AccountRefused(AccountRefusal),
    /// No deputy of this id that this person may see.
    DeputyUnknown,
    /// A form that does not come from our own page.
    CrossSite,
    /// A push that is not from WeChat, or not as it was agreed on.
    PushUnbelieved,
    /// Not on today's roster.
    NotOnDuty,
    /// On today's roster, at another station.
    CodeOfAnotherStation,
    /// The same request is being done.
    StillRunning,
    /// The person's role does not allow it.
    Forbidden,

    // Us
    /// Something that we need does not answer.
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A mistake of ours.
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Problem {
    /// A mistake of ours; the cause is logged and never shown.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// One wrong field.
    pub fn field(pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblem::new(pointer, code, detail)])
    }

    /// More than an operation takes at once.
    pub fn too_many_rows(found: usize, most: usize) -> Self {
        let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
        Self::TooManyRows {
            found: number(found),
            most: number(most),
        }
    }

    /// A wrong text of one field.
    pub fn text(pointer: &'static str) -> impl Fn(TextError) -> Self {
        move |error| Self::Invalid(vec![FieldProblem::text(pointer, error)])
    }

    /// The same problem, told of something else than a submission when nothing was found.
    #[must_use]
    pub fn unknown_as(self, unknown: Self) -> Self {
        if matches!(self, Self::Refused(Refusal::NotFound)) {
            unknown
        } else {
            self
        }
    }

    /// The stable name for programs.
    pub fn code(&self) -> &'static str {
        self.entry().code
    }

    /// A few words for people.
    pub fn title(&self) -> &'static str {
        self.entry().title
    }

    /// What is wrong where.
    pub fn errors(&self) -> &[FieldProblem] {
        if let Self::Invalid(errors) = self { errors } else { &[] }
    }

    /// When to come again.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::RateLimited { retry_after_seconds } => Some(*retry_after_seconds),
            Self::Unavailable(_) => Some(5),
            Self::StillRunning => Some(1),
            _ => None,
        }
    }
}
