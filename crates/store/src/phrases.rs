//! Phrases for answers (常用答复): those of the division, and what the person wrote lately.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, IntoSql, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Integer, Text, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Actor, Role, Scope},
};
use serde_json::json;

use crate::{
    Act, By, Refusal, Result, Store, audit,
    prepared::Prepared,
    schema::{answer_templates, regions, sites},
};

/// Recent answers that are offered.
const RECENT: i32 = 8;

/// A phrase of a division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    pub title: String,
    pub text: String,
}

impl Store {
    /// The phrases of the nearest division that has any, in their order; and the person's own last answers, each once,
    /// the newest first.
    pub fn phrases(&self, actor: &Actor) -> Result<(Vec<Phrase>, Vec<String>)> {
        let mut connection = self.connection()?;
        let connection = &mut *connection;
        let templates = match region_of(connection, actor)? {
            Some(region) => templates_for(connection, &region)?,
            None => Vec::new(),
        };
        let binds = (actor.account_id.into_sql::<SqlUuid>(), RECENT.into_sql::<Integer>());
        let recent = Prepared::<Text, _>::new(
            "WITH input (account, most) AS (VALUES (",
            binds,
            "))
            SELECT text FROM answers JOIN input ON author_account_id = account
            WHERE kind = 'answer' AND same_as_id IS NULL AND char_length(text) <= 500
            GROUP BY text ORDER BY max(answered_at) DESC LIMIT (SELECT most FROM input)",
        );
        Ok((templates, recent.load(connection)?))
    }

    /// Sets the phrases of a division, in this order; none takes them away. [`Refusal::TargetUnknown`] (`region`) when
    /// there is no such division in the person's scope.
    pub fn set_answer_templates(
        &self,
        by: &By,
        actor: &Actor,
        region: &str,
        phrases: &[Phrase],
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let within = match actor.scope() {
                Scope::Region(code) => region.starts_with(&code),
                _ => actor.role == Role::SystemAdmin,
            };
            let known: Option<String> = regions::table
                .find(region)
                .select(regions::code)
                .for_update()
                .first(connection)
                .optional()?;
            if !within || known.is_none() {
                return Err(Refusal::TargetUnknown("region").into());
            }
            let old = answer_templates::table.filter(answer_templates::region_code.eq(region));
            diesel::delete(old).execute(connection)?;
            let rows: Vec<_> = (1_i16..)
                .zip(phrases)
                .map(|(position, phrase)| {
                    (
                        answer_templates::region_code.eq(region),
                        answer_templates::position.eq(position),
                        answer_templates::title.eq(&phrase.title),
                        answer_templates::text.eq(&phrase.text),
                    )
                })
                .collect();
            diesel::insert_into(answer_templates::table)
                .values(rows)
                .execute(connection)?;
            let act = Act::done(Action::AnswerTemplatesSet, ObjectKind::AnswerTemplates, region);
            let act = act.in_region(Some(region.to_owned()));
            Ok(audit::record(
                connection,
                by,
                &act.with(json!({"templates": phrases.len()})),
                now,
            )?)
        })
    }
}

fn region_of(connection: &mut PgConnection, actor: &Actor) -> Result<Option<String>> {
    if let Some(site) = actor.site_id {
        let region = sites::table.find(site).select(sites::region_code);
        return Ok(region.first(connection).optional()?);
    }
    let Some(deputy) = actor.deputy_id else {
        return Ok(actor.region_code.clone());
    };
    let bind = deputy.into_sql::<SqlUuid>();
    let region = Prepared::<Text, _>::new(
        "WITH input (deputy) AS (VALUES (",
        bind,
        "))
        SELECT region_code FROM (
            SELECT sites.region_code, 1 AS rank FROM deputies JOIN input ON deputies.id = deputy
                JOIN sites ON sites.id = deputies.site_id
            UNION ALL
            SELECT grids.region_code, 2 FROM grid_assignments JOIN input ON deputy_id = deputy
                JOIN grids ON grids.id = grid_id
        ) AS places ORDER BY rank, region_code LIMIT 1",
    );
    Ok(region.get_result(connection).optional()?)
}

fn templates_for(connection: &mut PgConnection, region: &str) -> Result<Vec<Phrase>> {
    let nearest = Prepared::<(Text, Text), _>::new(
        "WITH input (region) AS (VALUES (",
        region.into_sql::<Text>(),
        ")),
        nearest AS (
            SELECT region_code FROM answer_templates JOIN input ON starts_with(region, region_code)
            ORDER BY length(region_code) DESC LIMIT 1
        )
        SELECT title, text FROM answer_templates JOIN nearest USING (region_code) ORDER BY position",
    );
    let rows: Vec<(String, String)> = nearest.load(connection)?;
    Ok(rows.into_iter().map(|(title, text)| Phrase { title, text }).collect())
}
