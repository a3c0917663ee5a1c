//! What is printed (印刷): the design of a division's sheets, and batches that a worker draws.

mod designs;
mod jobs;
mod work;

use diesel::{dsl::sql, sql_types};
use minyi_domain::people::Scope;

pub use designs::{PrintDesign, PrintLook};
pub use jobs::{JobOutcome, MOST_PRINTED, NewPrintJob, PrintJob, PrintJobState};
pub use work::PrintWork;

use crate::scope::Condition;

/// The jobs that the scope lets through: those of the people of this place.
fn jobs_in<From: 'static>(scope: &Scope) -> Condition<From> {
    match scope {
        Scope::Nothing | Scope::Office(_) | Scope::Deputy(_) => Box::new(sql::<sql_types::Bool>("false")),
        Scope::Site(site) => Box::new(
            sql::<sql_types::Bool>("print_jobs.account_id IN (SELECT id FROM accounts WHERE site_id = ")
                .bind::<sql_types::Uuid, _>(*site)
                .sql(")"),
        ),
        Scope::Region(code) => Box::new(
            sql::<sql_types::Bool>(
                "print_jobs.account_id IN (SELECT accounts.id FROM accounts LEFT JOIN sites ON sites.id = accounts.site_id
                WHERE starts_with(coalesce(accounts.region_code, sites.region_code), ",
            )
            .bind::<sql_types::Text, _>(code.clone())
            .sql("))"),
        ),
    }
}
