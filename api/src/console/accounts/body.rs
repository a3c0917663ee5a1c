//! What is sent and answered of accounts.

use chrono::{DateTime, Utc};
use minyi_domain::people::Role;
use minyi_store::{AccountChange, AccountRow, PlaceOf};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    openapi::words,
    problem::{FieldProblem, Problem},
};

/// The longest name.
const MOST_NAME: usize = 40;

/// A page of accounts.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-000000000001", "role": "station_staff", "role_name": "联络员",
        "display_name": "倪小雨", "username": "xinglin.staff1", "site_id": "019aa000-0000-7000-8000-000000000002",
        "office_id": null, "region_code": "990102003", "place_name": "杏林社区代表联络站", "has_password": true,
        "second_factor": false, "wechat_bound": false, "locked": false, "disabled": false,
        "created_at": "2026-10-01T01:00:00Z", "last_seen_at": "2026-11-21T01:20:00Z"
    }],
    "next_cursor": null
}))]
pub struct AccountsResponse {
    pub items: Vec<AccountEntry>,
    pub next_cursor: Option<String>,
}

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aa000-0000-7000-8000-000000000001", "role": "station_staff", "role_name": "联络员",
    "display_name": "倪小雨", "username": "xinglin.staff1", "site_id": "019aa000-0000-7000-8000-000000000002",
    "office_id": null, "region_code": "990102003", "place_name": "杏林社区代表联络站", "has_password": true,
    "second_factor": false, "wechat_bound": false, "locked": false, "disabled": false,
    "created_at": "2026-10-01T01:00:00Z", "last_seen_at": "2026-11-21T01:20:00Z"
}))]
pub struct AccountEntry {
    id: Uuid,
    #[schema(schema_with = words::role)]
    role: Role,
    /// In Chinese.
    role_name: &'static str,
    display_name: String,
    /// `null`: no login by password.
    username: Option<String>,
    site_id: Option<Uuid>,
    office_id: Option<Uuid>,
    /// The division in which it has its place; `null`: the whole installation.
    region_code: Option<String>,
    /// Of the station, the office or the division.
    place_name: Option<String>,
    /// False: its link was not used yet.
    has_password: bool,
    /// One is bound.
    second_factor: bool,
    wechat_bound: bool,
    /// After five failures, for a quarter of an hour.
    locked: bool,
    disabled: bool,
    created_at: DateTime<Utc>,
    last_seen_at: Option<DateTime<Utc>>,
}

impl AccountEntry {
    /// A row as it is at this time.
    pub fn new(row: AccountRow, now: DateTime<Utc>) -> Self {
        Self {
            id: row.id,
            role: row.role,
            role_name: row.role.zh(),
            display_name: row.display_name,
            username: row.username,
            site_id: row.site_id,
            office_id: row.office_id,
            region_code: row.place,
            place_name: row.place_name,
            has_password: row.has_password,
            second_factor: row.enrolled,
            wechat_bound: row.wechat_bound,
            locked: row.locked_until.is_some_and(|until| until > now),
            disabled: row.disabled_at.is_some(),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
        }
    }
}

/// Role, name and place: at most one of `region_code`, `site_id`, `office_id`.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "role": "station_staff", "display_name": "倪小雨", "site_id": "019aa000-0000-7000-8000-000000000002"
}))]
pub struct AccountRequest {
    #[schema(schema_with = words::role)]
    role: Role,
    #[schema(min_length = 2, max_length = 40)]
    display_name: String,
    /// Of an administrator; an auditor or security administrator without one is the whole installation's.
    region_code: Option<String>,
    /// Of a station's staff and head.
    site_id: Option<Uuid>,
    /// Of who acts for an office.
    office_id: Option<Uuid>,
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "username": "xinglin.staff1", "role": "station_staff", "display_name": "倪小雨",
    "site_id": "019aa000-0000-7000-8000-000000000002"
}))]
pub struct NewAccountRequest {
    /// Small letters, digits, `.`, `_` and `-`.
    #[schema(min_length = 3, max_length = 64, pattern = "^[a-z0-9][a-z0-9._-]{2,63}$")]
    username: String,
    #[serde(flatten)]
    account: AccountRequest,
}

impl AccountRequest {
    fn collect(&self, wrong: &mut Vec<FieldProblem>) -> AccountChange {
        let display_name = self.display_name.trim().to_owned();
        if !(2..=MOST_NAME).contains(&display_name.chars().count()) {
            let detail = format!("姓名是 2 到 {MOST_NAME} 个字。");
            wrong.push(FieldProblem::new("/display_name", "out_of_range", detail));
        }
        let place = match (&self.region_code, self.site_id, self.office_id) {
            (None, None, None) => PlaceOf::Everywhere,
            (Some(code), None, None) => PlaceOf::Region(code.trim().to_owned()),
            (None, Some(site), None) => PlaceOf::Site(site),
            (None, None, Some(office)) => PlaceOf::Office(office),
            _ => {
                let detail = "区划、联络站、承办单位只能选一个。";
                wrong.push(FieldProblem::new("/region_code", "one_of", detail));
                PlaceOf::Everywhere
            }
        };
        AccountChange {
            role: self.role,
            display_name,
            place,
        }
    }

    /// As the store takes it.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with everything that is wrong.
    pub fn read(&self) -> Result<AccountChange, Problem> {
        let mut wrong = Vec::new();
        let change = self.collect(&mut wrong);
        if wrong.is_empty() {
            Ok(change)
        } else {
            Err(Problem::Invalid(wrong))
        }
    }
}

/// Whether it can be a user name.
pub fn is_username(text: &str) -> bool {
    let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'_' | b'-');
    (3..=64).contains(&text.len())
        && text.bytes().all(fits)
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}

impl NewAccountRequest {
    /// User name and account, as the store takes them.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with everything that is wrong.
    pub fn read(&self) -> Result<(String, AccountChange), Problem> {
        let mut wrong = Vec::new();
        let username = self.username.trim().to_ascii_lowercase();
        if !is_username(&username) {
            let detail = "用户名是 3 到 64 个小写字母、数字、点、横线或者下划线，用字母或者数字开头。";
            wrong.push(FieldProblem::new("/username", "username_invalid", detail));
        }
        let change = self.account.collect(&mut wrong);
        if wrong.is_empty() {
            Ok((username, change))
        } else {
            Err(Problem::Invalid(wrong))
        }
    }
}
