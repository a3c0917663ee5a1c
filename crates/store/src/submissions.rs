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
pub(crate) use parts::{Holds, Parts, if_there};
pub use submit::{NewSubmission, SubmitOutcome, SubmitReceipt};

use minyi_domain::submission::Satisfaction;

words! {
    /// What happened with a submission, in the timeline.
    EventKind {
        /// data: `channel`, if the staff entered it.
        Registered = "registered",
        /// data: `reason` (a route reason), `deputy` (published name or null).
        Routed = "routed",
        /// The message reached the recipient. data: `role` of the recipient.
        Notified = "notified",
        Reminded = "reminded",
        Overdue = "overdue",
        Escalated = "escalated",
        Answered = "answered",
        /// data: `solved`, `satisfaction`.
        Rated = "rated",
        /// data: `reason` (`dissatisfied`, `review`), `answer_due_at`.
        Reopened = "reopened",
        /// data: `reason` (`rated`, `no_rating` or `declined`), `satisfaction` if rated.
        Closed = "closed",
        /// Somebody opened the sealed contact data; not public.
        ContactViewed = "contact_viewed",
        Accepted = "accepted",
        /// The clock stands still. data: `question`, `due_at`.
        InfoAsked = "info_asked",
        /// The clock goes on. data: `answer_due_at`.
        InfoGiven = "info_given",
        /// data: `answer_due_at`.
        InfoLapsed = "info_lapsed",
        /// data: `kind`, `answer_id`, `answer_digest`.
        Declined = "declined",
        /// By the resident, once.
        ReviewAsked = "review_asked",
        /// data: `deputy` (published name or null), `grid`, `reason`, `bounced`.
        Transferred = "transferred",
        /// data: `number` of the one that it goes on with; of that one (not public) `joined`: what goes on with it.
        Merged = "merged",
        /// data: `answer_due_at`.
        Unmerged = "unmerged",
        /// data: `numbers` of the new ones, or `from`.
        Split = "split",
        /// data: `category`; not public.
        Classified = "classified",
        /// data: `region`; not public.
        MadeConfidential = "made_confidential",
        /// data: `urgency`, `answer_due_at`.
        UrgencyChanged = "urgency_changed",
        /// data: `office`, `channel`, `answer_due_at`.
        HandedOver = "handed_over",
        /// data: `office`.
        HandoverAccepted = "handover_accepted",
        /// data: `office`, `reason`.
        HandoverRefused = "handover_refused",
        /// data: `office`, `reason`, `answer_due_at`.
        HandoverExtended = "handover_extended",
        /// data: `office`.
        HandoverPartnerOpined = "handover_partner_opined",
        /// data: `office`, `result`.
        HandoverAnswered = "handover_answered",
        /// data: `office`, `answer_due_at`.
        HandoverRedo = "handover_redo",
        /// data: `office`, `result`.
        HandoverDone = "handover_done",
        /// data: `office`.
        HandoverWithdrawn = "handover_withdrawn",
        /// data: `office`.
        HandoverOverdue = "handover_overdue",
        /// data: `office`.
        HandoverEscalated = "handover_escalated",
        /// The deputy has not judged the office's answer in time. data: `office`.
        JudgementOverdue = "judgement_overdue",
        /// data: `title`, `number`.
        Proposed = "proposed",
        /// data: `by`, `due_on`.
        PromiseMade = "promise_made",
        /// data: `by`, `note`.
        PromiseKept = "promise_kept",
        /// data: `by`, `due_on`.
        PromiseOverdue = "promise_overdue",
        /// Also when it was changed. data: `title`, `starts_at`, `place`; or `title`, `off` (`cancelled`, or `removed`:
        /// this submission is not answered there).
        HearingPlanned = "hearing_planned",
        /// data: `title`.
        HearingHeld = "hearing_held",
        /// data: `starts_at`.
        AppointmentAsked = "appointment_asked",
        /// data: `state`.
        AppointmentSettled = "appointment_settled",
        /// data: `outcome`.
        Revisited = "revisited",
        PublishConsented = "publish_consented",
        PublishWithdrawn = "publish_withdrawn",
        /// data: `digest` of what was confirmed.
        Released = "released",
        ReleaseWithdrawn = "release_withdrawn",
        /// Somebody had a message sent again that had not arrived; not public. data: `channel`.
        MessageResent = "message_resent",
    }
}

impl EventKind {
    /// Who is told of it is to see that the resident is answered.
    #[must_use]
    pub const fn calls_for_answer(self) -> bool {
        matches!(
            self,
            Self::Registered
                | Self::Routed
                | Self::Reminded
                | Self::Overdue
                | Self::Escalated
                | Self::Reopened
                | Self::InfoGiven
                | Self::InfoLapsed
                | Self::Transferred
                | Self::Unmerged
                | Self::Split
                | Self::MadeConfidential
                | Self::UrgencyChanged
        )
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

words! {
    /// What an answer says.
    AnswerKind {
        Answer = "answer",
        /// Not taken, with guidance to the right channel (不予受理).
        Decline = "decline",
    }
}

/// An answer (答复).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerView {
    pub id: Uuid,
    /// The name as it was when the answer was given.
    pub author_name: String,
    pub text: String,
    pub kind: AnswerKind,
    pub photos: Vec<PhotoView>,
    pub answered_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = answers, check_for_backend(Pg))]
struct AnswerRecord {
    id: Uuid,
    author_name: String,
    text: String,
    #[diesel(deserialize_as = Word<AnswerKind>)]
    kind: AnswerKind,
    answered_at: DateTime<Utc>,
    same_as_id: Option<Uuid>,
}

impl AnswerRecord {
    /// The answer whose photos are shown.
    fn shown_photos(&self) -> Uuid {
        self.same_as_id.unwrap_or(self.id)
    }
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
