use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, dsl::sql, pg::Pg, sql_types::Bool,
};
use minyi_domain::{people::Scope, token::ReceiptToken};
use uuid::Uuid;

use crate::{Result, schema::submissions, scope::submissions_in, word::Word, word::words};

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

/// The kin of a submission, the oldest first. `scope`: only those that the person sees; none: all, for the resident.
pub fn kin(connection: &mut PgConnection, id: Uuid, scope: Option<&Scope>) -> Result<Vec<Kin>> {
    let own: Option<(Option<Uuid>, Option<Uuid>)> = submissions::table
        .find(id)
        .select((submissions::merged_into_id, submissions::split_from_id))
        .first(connection)
        .optional()?;
    let (into, from) = own.unwrap_or_default();
    let seen = scope.map_or_else(|| Box::new(sql::<Bool>("true")) as _, submissions_in);
    let named: Vec<Uuid> = [into, from].into_iter().flatten().collect();
    let rows: Vec<Record> = submissions::table
        .filter(seen)
        .filter(
            submissions::id
                .eq_any(named)
                .or(submissions::merged_into_id.eq(id))
                .or(submissions::split_from_id.eq(id)),
        )
        .order((submissions::submitted_at, submissions::id))
        .select(Record::as_select())
        .load(connection)?;
    let kin = |record: Record| Kin {
        kinship: if Some(record.id) == into {
            Kinship::MergedInto
        } else if Some(record.id) == from {
            Kinship::SplitFrom
        } else if record.split_from_id == Some(id) {
            Kinship::SplitInto
        } else {
            Kinship::TakenIn
        },
        id: record.id,
        number: record.number,
        receipt: record.receipt,
    };
    Ok(rows.into_iter().map(kin).collect())
}
