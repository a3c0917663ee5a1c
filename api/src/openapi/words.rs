//! The closed sets of words of `domain`, as schemas. They are read from the sets themselves and cannot differ.

use minyi_domain::{
    access, appointment, audit,
    beside::Beside,
    deadlines::Unit,
    handover, hearing,
    lifecycle::{Action, State},
    people::{DeputyLevel, Level, Role},
    places::{GridRole, SiteKind},
    rates::{Grouping, Measure, Rate},
    retention::DataClass,
    revisit,
    rights::Permission,
    routing::RouteReason,
    sheet::Template,
    submission::{Channel, CoordinateSystem, Kind, Satisfaction, Urgency},
};
use utoipa::openapi::{
    Object,
    schema::{Array, ArrayBuilder, ObjectBuilder, Type},
};

fn set(words: impl Iterator<Item = (&'static str, &'static str)>) -> Object {
    let words: Vec<_> = words.collect();
    let description: Vec<String> = words.iter().map(|(word, zh)| format!("`{word}` {zh}")).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description.join("；")))
        .enum_values(Some(words.iter().map(|(word, _)| *word)))
        .build()
}

/// A list of what may be done with a submission: steps of its lifecycle, and what is done beside it.
pub fn deeds() -> Array {
    let steps = Action::ALL.iter().map(|word| (word.as_str(), word.zh()));
    let beside = Beside::ALL.iter().map(|word| (word.as_str(), word.zh()));
    ArrayBuilder::new().items(set(steps.chain(beside))).build()
}

/// Several actions on a handover.
pub fn handover_actions() -> Array {
    ArrayBuilder::new().items(handover_action()).build()
}

/// What somebody may do.
pub fn permissions() -> Array {
    ArrayBuilder::new().items(permission()).build()
}

/// Several actions on an appointment.
pub fn appointment_actions() -> Array {
    ArrayBuilder::new().items(appointment_action()).build()
}

/// What a login still needs.
pub fn needs() -> Array {
    ArrayBuilder::new().items(need()).build()
}

macro_rules! schemas {
    ($($(#[$meta:meta])* $function:ident: $set:ty;)+) => {
        $($(#[$meta])* pub fn $function() -> Object {
            set(<$set>::ALL.iter().map(|word| (word.as_str(), word.zh())))
        })+
    };
}

schemas! {
    /// A unit of deadlines.
    unit: Unit;
    /// What a login still needs.
    need: access::Need;
    /// How a session was opened.
    way_in: access::Way;
    /// Who must have a second factor.
    obliged: access::Obliged;
    /// An act of the audit log.
    audit_action: audit::Action;
    /// To what an act of the audit log was done.
    audit_object: audit::ObjectKind;
    /// What came of an act of the audit log.
    audit_result: audit::Outcome;
    /// A class of data with a retention period of its own.
    data_class: DataClass;
    /// What is printed.
    template: Template;
    /// Kind of matter.
    kind: Kind;
    /// Kind of a site.
    site_kind: SiteKind;
    /// What a deputy is to a grid.
    grid_role: GridRole;
    /// How a submission came in.
    submission_channel: Channel;
    /// A volume of the statistics.
    measure: Measure;
    /// A rate of the statistics.
    rate: Rate;
    /// By what the statistics are taken apart.
    grouping: Grouping;
    /// Where a submission stands.
    state: State;
    /// What moves a submission on.
    action: Action;
    /// How urgent a matter is.
    urgency: Urgency;
    /// The level to which a report on an official goes.
    level: Level;
    /// How content a resident is.
    satisfaction: Satisfaction;
    /// Datum of a position.
    coordinate_system: CoordinateSystem;
    /// Why a submission went where it went.
    route_reason: RouteReason;
    /// What an account may do.
    role: Role;
    /// A right.
    permission: Permission;
    /// By which way a matter goes to an office.
    handover_channel: handover::Channel;
    /// What moves a handover on.
    handover_action: handover::Action;
    /// Where a handover stands.
    handover_state: handover::State;
    /// What came of it.
    result_class: handover::ResultClass;
    /// Level of a deputy's congress.
    deputy_level: DeputyLevel;
    /// Where an appointment stands.
    appointment_state: appointment::State;
    /// What moves an appointment on.
    appointment_action: appointment::Action;
    /// Which side asked for an appointment.
    appointment_side: appointment::Side;
    /// Kind of hearing.
    hearing_kind: hearing::Kind;
    /// Where a hearing stands.
    hearing_state: hearing::State;
    /// Why somebody is asked again.
    revisit_reason: revisit::Reason;
    /// How somebody was asked again.
    revisit_way: revisit::Way;
    /// What came out of asking again.
    revisit_outcome: revisit::Outcome;
}
