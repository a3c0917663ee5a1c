//! A resident who does not agree that a matter is not taken (申请复核).

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use minyi_domain::{
    lifecycle::{Action, Party},
    token::ReceiptToken,
};
use serde_json::json;

use super::Refusal;
use crate::{
    Result, Store, calendar,
    events::NewEvent,
    ids,
    receipts::{by_receipt, reopen},
    schema::submissions,
    submissions::EventKind,
};

impl Store {
    /// Asks the level above to look at a refusal; once. Returns until when it answers.
    pub fn request_review(
        &self,
        receipt: &ReceiptToken,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<DateTime<Utc>, Refusal>> {
        self.act(|connection| {
            let mut case = by_receipt(connection, receipt)?;
            if case.review_asked_at.is_some() {
                return Err(Refusal::Once.into());
            }
            case.next(Party::Resident, Action::RequestReview)?;
            let (asked, reopened) = ids::pair(now);
            diesel::update(submissions::table.find(case.id))
                .set(submissions::review_asked_at.eq(now))
                .execute(connection)?;
            NewEvent::new(case.id, EventKind::ReviewAsked, now)
                .with_id(asked)
                .by_resident()
                .insert(connection)?;
            let plan = calendar::rules(connection, case.id, now)?.plan(now);
            let data = json!({ "reason": "review", "answer_due_at": plan.answer_due.at });
            case.handled_above = true;
            reopen(connection, &mut case, reopened, data, &plan, now)?;
            Ok(plan.answer_due.at)
        })
    }
}
