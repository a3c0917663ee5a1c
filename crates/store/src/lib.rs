//! The database: one module per aggregate, all of it methods of [`Store`].
//!
//! - A use case that must be atomic is one function with one transaction (or one statement).
//! - Lookups return `Result<Option<T>>`; a rule that refuses is a value of the function's own outcome enum;
//!   [`Error`] is what the caller cannot help: the database is away, or a row contradicts the program.
//! - Every query that a person's rights limit takes a [`Scope`](minyi_domain::people::Scope).
//! - The time comes in as `now`; the database's own clock is never asked.
//! - Everything here blocks: call it from a thread that may wait.

mod accounts;
mod answers;
mod audit;
mod bindings;
mod calendar;
mod casework;
mod categories;
mod chain;
mod clock_jobs;
mod clusters;
mod codes;
mod config;
mod contact_views;
mod content;
mod deputies;
mod directory;
mod dossier;
mod error;
mod events;
#[cfg(feature = "test-fixtures")]
pub mod fixtures;
mod group_robots;
mod handovers;
mod hearings;
mod home;
mod ids;
mod intake;
mod invitations;
mod keepalives;
mod kept_answers;
mod ledger;
mod likes;
mod listen;
mod login_policy;
mod meetings;
mod messages;
mod migrations;
mod notifications;
mod numbers;
mod one_time_codes;
mod open;
mod page;
mod personal_data;
mod photos;
mod phrases;
mod places;
mod policies;
mod pool;
mod prepared;
mod prints;
mod promises;
mod proposals;
mod push_permissions;
mod receipts;
mod regions;
mod releases;
mod retention;
mod revisits;
pub mod schema;
mod scope;
mod second_factors;
mod service_bindings;
mod sessions;
mod settings;
mod sites;
mod steps;
mod submissions;
mod subscriptions;
mod suggestions;
mod wechat_pushes;
mod word;
mod wordings;
mod work;

pub use accounts::{
    Account, AccountChange, AccountFilter, AccountPlace, AccountPlaceKind, AccountRefusal, AccountRow, LoginFailure,
    NewSetupLink, OwnPassword, PlaceOf, WaysIn,
};
pub use answers::{AnswerOutcome, NewAnswer};
pub use audit::{Act, AuditEntry, AuditFilter, By};
pub use bindings::{BindOutcome, NewBinding, Phone};
pub use calendar::{
    CalendarDay, CalendarEffect, CalendarMistake, CalendarYear, KnownYear, MovedClock, MovedDate, Replanned,
};
pub use casework::{
    DeclineKind, InfoRequest, Kin, Kinship, MAX_PARTS, MAX_QUESTIONS, MergeTarget, NewPart, Refusal, SplitPart, Target,
    TransferTargets, TransferTo, TransferView,
};
pub use categories::{CategoryRow, ImportedCategories};
pub use chain::{Break, Verified};
pub use clock_jobs::{ClockEffect, ClockJob, ClockJobState, ClockTask, ClockWork};
pub use clusters::{Cluster, ClusterCase, ClusterCursor, ClusterFilter, ClusterOrder, ClusterPlace, Position};
pub use codes::{
    AlarmCursor, AskedPurpose, CodeAct, CodeAlarm, CodeChange, CodeCursor, CodeEvent, CodeEventKind, CodeFilter,
    CodePage, CodePlace, CodePlaceKind, CodeRecord, CodeRefusal, CodeRow, CodeState, GridRow, Installation, MOST_CODES,
    MakeOutcome, NewInstallation, Selection,
};
pub use config::StoreConfig;
pub use contact_views::ContactView;
pub use content::{
    CheckState, Checker, ContentCheck, ContentMark, ContentQuestion, ContentReport, ContentResult, ContentWord,
    Subject, Unable,
};
pub use deputies::{DeputyInGrid, DeputyPage, DeputyPublic};
pub use directory::{
    Directory, NewAccount, NewAssignment, NewCode, NewDeputy, NewDuty, NewGrid, NewOffice, NewRegion, NewSite,
};
pub use dossier::{Dossier, DossierCounts, DossierGrid, SignIn, SignInOutcome};
pub use error::{Error, Result};
pub use group_robots::{GroupRobot, RobotDelivery, RobotPlace};
pub use handovers::{
    Approval, HandedSubmission, HandoverDetail, HandoverFilter, HandoverItem, HandoverView, NewHandover, OfficeAnswer,
    OfficeAnswerView, OfficeCandidate, OfficePromise, PartnerView,
};
pub use hearings::{
    Hearing, HearingCandidate, HearingCase, HearingChange, HearingDetail, HearingNotice, Invited, Invitees, Minutes,
    NewHearing, PromiseSeen, Promised,
};
pub use home::{DutyDay, Home, HomeGrid, NextAppointment, Waiting};
pub use ids::new as new_id;
pub use intake::{IntakeGrid, IntakeSlip};
pub use invitations::{DeputyAccount, DeputyAccountCursor, InvitedDeputy, NewInvitation};
pub use keepalives::with_keepalives;
pub use kept_answers::{KeptAnswer, Keyed};
pub use ledger::{Export, ExportKind, ExportRow, LedgerFilter, LedgerRow, Pick, Record, RegionPick};
pub use likes::Like;
#[cfg(feature = "test-fixtures")]
pub use likes::likes_sql;
pub use listen::{Announcement, Listener};
pub use meetings::{Agenda, Appointment, AskedBy, Duty, FreeSlot, Meetings, Settling, SlotKey};
pub use messages::InboxMessage;
pub use notifications::{
    ANNOUNCE_EVERY, Address, Attempt, BeginSending, ChannelError, ChannelNumbers, Correction, DeadLetter,
    DeadNotification, DeliveryHealth, DeliveryPolicy, DeliveryStage, DigestEntry, FailedMessage, LATENCY_BOUNDS,
    Latency, Letter, NewWishes, Outgoing, PHONE_SEALED_FOR, ROBOT_SEALED_FOR, Recipient, Republished, SendResult,
    Template, Unreachable, WishesView, sealed_for,
};
pub use numbers::{Figures, HeatCell, Map, SiteOnMap, Statistics};
pub use one_time_codes::{KeepOutcome, NewOneTimeCode};
pub use open::{MonthNumbers, OpenCase, OpenHearing, OpenNumbers, OpenPlace, SMALLEST};
pub use page::{Cursor, Page};
pub use personal_data::{
    Corrected, DataDecision, DataKind, DataRefusal, DataRequest, NewDataRequest, PersonalRecord, SealedCorrection,
};
pub use photos::{NewPhoto, Photo};
pub use phrases::{Phrase, TemplatePlace};
pub use places::{
    Advance, Advanced, AssignmentForm, AssignmentPlace, AssignmentRow, Boundary, DeputyColumns, DeputyForm,
    DeputyPlace, DeputyRef, DeputyTerm, Entry, GridColumns, GridForm, GridPlace, MOST_BOUNDARIES, NewBoundary,
    OfficeForm, OfficePlace, Overview, PlaceAsk, PlaceChange, PlaceCursor, PlaceFilter, PlaceForm, RegionForm,
    RegionPlace, RowProblem, Saved, SiteColumns, SiteForm, SitePlace, SiteRef, Target as PlaceTarget,
};
pub use policies::{DeadlinePolicy, ListedPolicy, Narrowed, PolicyRefusal, Recomputed};
pub use pool::Store;
pub use prints::{JobOutcome, MOST_PRINTED, NewPrintJob, PrintDesign, PrintJob, PrintJobState, PrintLook, PrintWork};
pub use promises::PromiseView;
pub use proposals::{DraftChange, NewDraft, ProposalDeputy, ProposalDetail, ProposalItem, ProposalLine};
pub use push_permissions::PushAnswer;
pub use receipts::{CloseReason, RateOutcome, ReceiptView};
pub use releases::{NewRelease, Publication, Release};
pub use retention::{
    AskedRun, DueData, DueSubmission, RetentionItem, RetentionPeriod, RetentionRefusal, RetentionRun, RetentionState,
    RetentionWork,
};
pub use revisits::{Revisit, RevisitResult};
pub use second_factors::{Proof as SecondProof, ProvedFactor, SecondFactor};
pub use service_bindings::{ServiceBinding, ServicePerson};
pub use sessions::{LiveSession, NewSession, RevokeReason, RotateOutcome, SessionRow};
pub use settings::RevisitPolicy;
pub use sites::SitePublic;
pub use steps::StepOutcome;
pub use submissions::{
    AnswerKind, AnswerView, EventActor, EventKind, EventView, InboxFilter, InboxItem, NewSubmission, PhotoView,
    RatingView, SubmissionDetail, SubmitOutcome, SubmitReceipt,
};
pub use suggestions::{NewSuggestion, Sorting, Suggestion, Unread};
pub use wechat_pushes::TakenPush;
pub use wordings::MessageWording;
pub use work::WorkCounts;
