//! Phrases for answers (常用答复、答复模板): those of the station or the division, and what the person wrote lately.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, IntoSql, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{Bool, Integer, Nullable, Text, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Actor, Scope},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Act, By, Refusal, Result, Store, audit,
    casework::Ruling,
    prepared::Prepared,
    schema::{answer_templates, regions, sites},
    scope::Condition,
};

/// Recent answers that are offered.
const RECENT: i32 = 8;

/// A phrase of a station or a division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    pub title: String,
    pub text: String,
}

/// Whose phrases they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePlace {
    /// Code of a division.
    Region(String),
    Site(Uuid),
}

impl Store {
    /// The phrases of the person's station, without any there those of the nearest division that has some, in their order; and
    /// the person's own last answers, each once, the newest first.
    pub fn phrases(&self, actor: &Actor) -> Result<(Vec<Phrase>, Vec<String>)> {
        let mut connection = self.connection()?;
        let connection = &mut *connection;
        let templates = match place_of(connection, actor)? {
            Some((site, region)) => templates_for(connection, site, &region)?,
            None => Vec::new(),
        };
        let binds = (actor.account_id.into_sql::<SqlUuid>(), RECENT.into_sql::<Integer>());
        let recent = Prepared::<Text, _>::new(
            "WITH input (account, most) AS (VALUES (",
            binds,
            "))
            SELECT text FROM answers JOIN input ON author_account_id = account
            WHERE kind = 'answer' AND same_as_id IS NULL AND char_length(text) <= 500
            GROUP BY text ORDER BY max(answered_at) DESC, text LIMIT (SELECT most FROM input)",
        );
        Ok((templates, recent.load(connection)?))
    }

    /// The phrases that a place itself has, in their order; none: those of the nearest division hold there.
    /// [`Refusal::TargetUnknown`] when there is no such place that is this person's.
    pub fn answer_templates(
        &self,
        actor: &Actor,
        place: &TemplatePlace,
    ) -> Result<std::result::Result<Vec<Phrase>, Refusal>> {
        self.act(|connection| {
            hold(connection, actor, place)?;
            let rows: Vec<(String, String)> = answer_templates::table
                .filter(of_place(place))
                .order(answer_templates::position)
                .select((answer_templates::title, answer_templates::text))
                .load(connection)?;
            Ok(rows.into_iter().map(|(title, text)| Phrase { title, text }).collect())
        })
    }

    /// Sets the phrases of a place, in this order; none takes them away. Refuses as [`Store::answer_templates`].
    pub fn set_answer_templates(
        &self,
        (by, actor): (&By, &Actor),
        place: &TemplatePlace,
        phrases: &[Phrase],
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let region = hold(connection, actor, place)?;
            diesel::delete(answer_templates::table.filter(of_place(place))).execute(connection)?;
            let (of_region, of_site) = place.columns();
            let rows: Vec<_> = (1_i16..)
                .zip(phrases)
                .map(|(position, phrase)| {
                    (
                        answer_templates::region_code.eq(of_region),
                        answer_templates::site_id.eq(of_site),
                        answer_templates::position.eq(position),
                        answer_templates::title.eq(&phrase.title),
                        answer_templates::text.eq(&phrase.text),
                    )
                })
                .collect();
            diesel::insert_into(answer_templates::table)
                .values(rows)
                .execute(connection)?;
            let id = of_site.map_or_else(|| region.clone(), |site| site.to_string());
            let act = Act::done(Action::AnswerTemplatesSet, ObjectKind::AnswerTemplates, id);
            let act = act.in_region(Some(region)).with(json!({"templates": phrases.len()}));
            Ok(audit::record(connection, by, &act, now)?)
        })
    }
}

impl TemplatePlace {
    fn columns(&self) -> (Option<&str>, Option<Uuid>) {
        match self {
            Self::Region(code) => (Some(code), None),
            Self::Site(id) => (None, Some(*id)),
        }
    }
}

fn of_place(place: &TemplatePlace) -> Condition<answer_templates::table> {
    match place {
        TemplatePlace::Region(code) => {
            Box::new(sql::<Bool>("answer_templates.region_code = ").bind::<Text, _>(code.clone()))
        }
        TemplatePlace::Site(id) => Box::new(sql::<Bool>("answer_templates.site_id = ").bind::<SqlUuid, _>(*id)),
    }
}

/// Locks the place if this person keeps its phrases: a station's people their own station's, administrators those of their
/// division and of the stations in it. Returns the division in which it lies.
fn hold(connection: &mut PgConnection, actor: &Actor, place: &TemplatePlace) -> Ruling<String> {
    let unknown = match place {
        TemplatePlace::Region(_) => Refusal::TargetUnknown("region"),
        TemplatePlace::Site(_) => Refusal::TargetUnknown("site"),
    };
    let region: Option<String> = match place {
        TemplatePlace::Region(code) => regions::table
            .find(code)
            .select(regions::code)
            .for_no_key_update()
            .first(connection)
            .optional()?,
        TemplatePlace::Site(id) => sites::table
            .find(id)
            .select(sites::region_code)
            .for_no_key_update()
            .first(connection)
            .optional()?,
    };
    let region = region.ok_or_else(|| unknown.clone())?;
    let own_site = matches!((actor.scope(), place), (Scope::Site(own), TemplatePlace::Site(id)) if own == *id);
    if own_site || actor.place_scope().covers(&region) {
        Ok(region)
    } else {
        Err(unknown.into())
    }
}

/// The station of a person, if there is one, and the division.
fn place_of(connection: &mut PgConnection, actor: &Actor) -> Result<Option<(Option<Uuid>, String)>> {
    if let Some(site) = actor.site_id {
        let region = sites::table.find(site).select(sites::region_code);
        let region: Option<String> = region.first(connection).optional()?;
        return Ok(region.map(|region| (Some(site), region)));
    }
    let Some(deputy) = actor.deputy_id else {
        return Ok(actor.region_code.clone().map(|region| (None, region)));
    };
    let bind = deputy.into_sql::<SqlUuid>();
    let place = Prepared::<(Nullable<SqlUuid>, Text), _>::new(
        "WITH input (deputy) AS (VALUES (",
        bind,
        "))
        SELECT site_id, region_code FROM (
            SELECT sites.id AS site_id, sites.region_code, 1 AS rank FROM deputies JOIN input ON deputies.id = deputy
                JOIN sites ON sites.id = deputies.site_id
            UNION ALL
            SELECT grids.site_id, grids.region_code, 2 FROM grid_assignments JOIN input ON deputy_id = deputy
                JOIN grids ON grids.id = grid_id
        ) AS places ORDER BY rank, region_code LIMIT 1",
    );
    Ok(place.get_result(connection).optional()?)
}

fn templates_for(connection: &mut PgConnection, site: Option<Uuid>, region: &str) -> Result<Vec<Phrase>> {
    let binds = (site.into_sql::<Nullable<SqlUuid>>(), region.into_sql::<Text>());
    let nearest = Prepared::<(Text, Text), _>::new(
        "WITH input (site, region) AS (VALUES (",
        binds,
        ")),
        nearest AS (
            SELECT site_id, region_code FROM answer_templates JOIN input
                ON site_id = site OR starts_with(region, region_code)
            ORDER BY site_id IS NULL, length(region_code) DESC LIMIT 1
        )
        SELECT title, text FROM answer_templates AS own JOIN nearest
            ON own.site_id = nearest.site_id OR own.region_code = nearest.region_code
        ORDER BY position",
    );
    let rows: Vec<(String, String)> = nearest.load(connection)?;
    Ok(rows.into_iter().map(|(title, text)| Phrase { title, text }).collect())
}
