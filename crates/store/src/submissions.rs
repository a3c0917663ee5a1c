//! What residents say (民意): sending it in, and how those read it whose work it is.

use chrono::{DateTime, Utc};
use diesel::{Queryable, Selectable, pg::Pg};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    schema::{answers, events, photos, ratings},
    word::{Word, words},
};

mod detail;
mod inbox;
mod parts;
mod submit;

pub use detail::SubmissionDetail;
pub use inbox::{InboxFilter, InboxItem};
pub(crate) use parts::Parts;
pub use submit::{NewSubmission, SubmitOutcome, SubmitReceipt};

use minyi_domain::submission::Satisfaction;

words! {
    /// What happened with a submission, in the timeline.
    EventKind {
        Registered = "registered",
        /// data: `reason` (a route reason), `deputy` (published name or null).
        Routed = "routed",
        /// The message reached the recipient's WeChat. data: `role` of the recipient.
        Notified = "notified",
        Reminded = "reminded",
        Overdue = "overdue",
        Escalated = "escalated",
        Answered = "answered",
        /// data: `solved`, `satisfaction`.
        Rated = "rated",
        /// data: `reason` (`dissatisfied`), `answer_due_at`.
        Reopened = "reopened",
        /// data: `reason` (`rated` or `no_rating`).
        Closed = "closed",
        /// Somebody opened the sealed contact data; not public.
        ContactViewed = "contact_viewed",
    }
}

words! {
    /// Who made an event happen.
    EventActor {
        Resident = "resident",
        Account = "account",
        Clock = "clock",
    }
}

/// A row of the timeline (办理过程).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(Pg))]
pub struct EventView {
    #[diesel(deserialize_as = Word<EventKind>)]
    pub kind: EventKind,
    #[diesel(deserialize_as = Word<EventActor>)]
    pub actor: EventActor,
    pub actor_account_id: Option<Uuid>,
    pub is_public: bool,
    /// Depends on the kind; no personal data.
    pub data: Value,
    pub occurred_at: DateTime<Utc>,
}

/// A photo as one of a submission's or an answer's.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = photos, check_for_backend(Pg))]
pub struct PhotoView {
    pub id: Uuid,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
}

/// An answer (答复).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerView {
    pub id: Uuid,
    /// The name as it was when the answer was given.
    pub author_name: String,
    pub text: String,
    pub photos: Vec<PhotoView>,
    pub answered_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = answers, check_for_backend(Pg))]
struct AnswerRecord {
    id: Uuid,
    author_name: String,
    text: String,
    answered_at: DateTime<Utc>,
}

/// A rating (评价); one a round.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = ratings, check_for_backend(Pg))]
pub struct RatingView {
    /// 0 first, then counting the reopenings.
    pub round: i16,
    pub solved: bool,
    #[diesel(deserialize_as = Word<Satisfaction>)]
    pub satisfaction: Satisfaction,
    pub comment: Option<String>,
    pub rated_at: DateTime<Utc>,
}
