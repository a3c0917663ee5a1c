use chrono::{DateTime, NaiveDate, Utc};
use diesel::{Connection as _, ExpressionMethods, PgConnection, RunQueryDsl, upsert::excluded};
use uuid::Uuid;

use super::{Directory, NewAccount, NewCode, NewDeputy};
use crate::{
    Result, Store,
    schema::{
        accounts, code_scans, codes, deputies, deputy_terms, duties, grid_assignments, grids, offices, regions, sites,
    },
};

/// Rows that go into one statement; Postgres takes 65,535 values in one, and the widest row has 16.
const CHUNK: usize = 1_000;

/// Inserts rows that diesel can insert as they are. A macro, because a function over every table needs a page of bounds.
macro_rules! enter {
    ($connection:expr, $table:ident, $rows:expr) => {
        for rows in $rows.chunks(CHUNK) {
            diesel::insert_into($table::table)
                .values(rows)
                .on_conflict_do_nothing()
                .execute($connection)?;
        }
    };
}

impl Store {
    /// Enters a directory, all or nothing. A row that exists stays as it is, so that it can be entered again.
    pub fn import_directory(&self, directory: &Directory) -> Result<()> {
        self.connection()?.transaction(|connection| {
            enter!(connection, regions, directory.regions);
            enter!(connection, sites, directory.sites);
            enter!(connection, offices, directory.offices);
            for rows in directory.deputies.chunks(CHUNK) {
                insert_deputies(connection, rows)?;
            }
            enter!(connection, grids, directory.grids);
            enter!(connection, grid_assignments, directory.assignments);
            enter!(connection, duties, directory.duties);
            for rows in directory.accounts.chunks(CHUNK) {
                insert_accounts(connection, rows)?;
            }
            for rows in directory.codes.chunks(CHUNK) {
                insert_codes(connection, rows)?;
            }
            Ok(())
        })
    }

    /// Enters counted scans of former days: code, day, how many (at least one). A day that was counted is replaced.
    pub fn import_scans(&self, scans: &[(Uuid, NaiveDate, i32)]) -> Result<()> {
        self.connection()?.transaction(|connection| {
            for rows in scans.chunks(CHUNK) {
                let rows: Vec<_> = rows
                    .iter()
                    .map(|(code_id, on_date, count)| {
                        (
                            code_scans::code_id.eq(*code_id),
                            code_scans::on_date.eq(*on_date),
                            code_scans::scans.eq(*count),
                        )
                    })
                    .collect();
                diesel::insert_into(code_scans::table)
                    .values(rows)
                    .on_conflict((code_scans::code_id, code_scans::on_date))
                    .do_update()
                    .set(code_scans::scans.eq(excluded(code_scans::scans)))
                    .execute(connection)?;
            }
            Ok(())
        })
    }

    /// Gives an account that logs in by password another one; `false`: no account has this user name.
    pub fn set_password(&self, username: &str, password_hash: &str, now: DateTime<Utc>) -> Result<bool> {
        use diesel::QueryDsl as _;
        let account = accounts::table.filter(accounts::username.eq(username));
        let changed = diesel::update(account)
            .set((
                accounts::password_hash.eq(password_hash),
                accounts::password_set_at.eq(now),
            ))
            .execute(&mut *self.connection()?)?;
        Ok(changed > 0)
    }
}

type Term = (Uuid, NaiveDate, Option<NaiveDate>);

fn insert_deputies(connection: &mut PgConnection, rows: &[NewDeputy]) -> Result<()> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                deputies::id.eq(row.id),
                deputies::public_token.eq(&row.public_token),
                deputies::name.eq(&row.name),
                deputies::level.eq(row.level.as_str()),
                deputies::site_id.eq(row.site_id),
                deputies::workplace.eq(&row.workplace),
                deputies::title.eq(&row.title),
                deputies::introduction.eq(&row.introduction),
                deputies::office_phone.eq(&row.office_phone),
                deputies::photo_key.eq(&row.photo_key),
                deputies::publishes_name.eq(row.publishes_name),
                deputies::publishes_workplace.eq(row.publishes_workplace),
                deputies::publishes_phone.eq(row.publishes_phone),
                deputies::publishes_photo.eq(row.publishes_photo),
                deputies::term_from.eq(row.term_from),
                deputies::term_until.eq(row.term_until),
            )
        })
        .collect();
    let entered: Vec<Term> = diesel::insert_into(deputies::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning((deputies::id, deputies::term_from, deputies::term_until))
        .get_results(connection)?;
    // The first term is the one that the row names.
    let terms: Vec<_> = entered
        .iter()
        .map(|(id, from, until)| {
            (
                deputy_terms::deputy_id.eq(id),
                deputy_terms::name.eq(""),
                deputy_terms::valid_from.eq(from),
                deputy_terms::valid_until.eq(until),
            )
        })
        .collect();
    diesel::insert_into(deputy_terms::table)
        .values(terms)
        .execute(connection)?;
    // The division of the station looks after its deputies.
    diesel::sql_query(
        "UPDATE deputies SET region_code = sites.region_code FROM sites
        WHERE sites.id = deputies.site_id AND deputies.region_code IS NULL",
    )
    .execute(connection)?;
    Ok(())
}

fn insert_accounts(connection: &mut PgConnection, rows: &[NewAccount]) -> Result<()> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                accounts::id.eq(row.id),
                accounts::role.eq(row.role.as_str()),
                accounts::display_name.eq(&row.display_name),
                accounts::username.eq(&row.username),
                accounts::password_hash.eq(&row.password_hash),
                accounts::wechat_openid.eq(&row.wechat_openid),
                accounts::deputy_id.eq(row.deputy_id),
                accounts::site_id.eq(row.site_id),
                accounts::office_id.eq(row.office_id),
                accounts::region_code.eq(&row.region_code),
                accounts::created_at.eq(row.created_at),
            )
        })
        .collect();
    diesel::insert_into(accounts::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}

fn insert_codes(connection: &mut PgConnection, rows: &[NewCode]) -> Result<()> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                codes::id.eq(row.id),
                codes::token.eq(row.token.as_str()),
                codes::grid_id.eq(row.grid_id),
                codes::state.eq(row.state.as_str()),
                codes::successor_id.eq(row.successor_id),
                codes::created_at.eq(row.created_at),
            )
        })
        .collect();
    diesel::insert_into(codes::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}
