use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, dsl::count_star};
use minyi_domain::token::CaseToken;
use uuid::Uuid;

use crate::{
    Result, Store,
    schema::{releases, supports},
};

impl Store {
    /// Joins a released case (附议), once a supporter: a digest of a browser's mark with this case. Gives how many have
    /// joined and whether this one is new; `None`: no such case.
    pub fn support(&self, token: &CaseToken, supporter: &[u8; 32], now: DateTime<Utc>) -> Result<Option<(i64, bool)>> {
        let mut connection = self.connection()?;
        let id: Option<Uuid> = releases::table
            .filter(releases::public_token.eq(token.as_str()))
            .filter(releases::withdrawn_at.is_null())
            .select(releases::submission_id)
            .first(&mut *connection)
            .optional()?;
        let Some(id) = id else { return Ok(None) };
        let new = diesel::insert_into(supports::table)
            .values((
                supports::submission_id.eq(id),
                supports::supporter.eq(supporter.as_slice()),
                supports::supported_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(&mut *connection)?;
        let count = supports::table
            .filter(supports::submission_id.eq(id))
            .select(count_star())
            .first(&mut *connection)?;
        Ok(Some((count, new > 0)))
    }
}
