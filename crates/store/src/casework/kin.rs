use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, pg::Pg,
};
use minyi_domain::{people::Scope, token::ReceiptToken};
use uuid::Uuid;

use crate::{Result, prepared::Constant, schema::submissions, scope::submissions_in, word::Word, word::words};

words! {
    /// What another submission is to this one.
    Kinship {
        /// This one goes on with it (并入).
        MergedInto = "merged_into",
        /// It goes on with this one.
        TakenIn = "taken_in",
        /// This one was split off from it (拆分).
        SplitFrom = "split_from",
        /// It was split off from this one.
        SplitInto = "split_into",
    }
}

/// A submission that has to do with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kin {
    pub kinship: Kinship,
    pub id: Uuid,
    pub number: String,
    /// For the eyes of who holds the other's receipt, and only for what was split off from that.
    pub receipt: ReceiptToken,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
struct Record {
    id: Uuid,
    number: String,
    #[diesel(deserialize_as = Word<ReceiptToken>)]
    receipt: ReceiptToken,
    split_from_id: Option<Uuid>,
}

impl Record {
    fn of(self, kinship: Kinship) -> Kin {
        Kin {
            kinship,
            id: self.id,
            number: self.number,
            receipt: self.receipt,
        }
    }
}

/// What was split off from a submission, the oldest first: for the resident.
pub fn split_into(connection: &mut PgConnection, id: Uuid) -> Result<Vec<Kin>> {
    let rows: Vec<Record> = submissions::table
        .filter(submissions::split_from_id.eq(id))
        .order((submissions::submitted_at, submissions::id))
        .select(Record::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(|record| record.of(Kinship::SplitInto)).collect())
}

/// The kin of a submission that the person sees, the oldest first.
pub fn kin(connection: &mut PgConnection, id: Uuid, scope: &Scope) -> Result<Vec<Kin>> {
    let own: Option<(Option<Uuid>, Option<Uuid>)> = submissions::table
        .find(id)
        .select((submissions::merged_into_id, submissions::split_from_id))
        .first(connection)
        .optional()?;
    let (into, from) = own.unwrap_or_default();
    let named: Vec<Uuid> = [into, from].into_iter().flatten().collect();
    let query = submissions::table
        .filter(submissions_in(scope))
        .filter(
            submissions::id
                .eq_any(named)
                .or(submissions::merged_into_id.eq(id))
                .or(submissions::split_from_id.eq(id)),
        )
        .order((submissions::submitted_at, submissions::id))
        .select(Record::as_select());
    let rows: Vec<Record> = Constant(query).load(connection)?;
    let kin = |record: Record| {
        let kinship = if Some(record.id) == into {
            Kinship::MergedInto
        } else if Some(record.id) == from {
            Kinship::SplitFrom
        } else if record.split_from_id == Some(id) {
            Kinship::SplitInto
        } else {
            Kinship::TakenIn
        };
        record.of(kinship)
    };
    Ok(rows.into_iter().map(kin).collect())
}
