use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl, dsl::sql, sql_types,
    upsert::excluded,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Actor, Scope},
    sheet::{Colour, Design},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Act, By, Error, Result, Store, audit,
    schema::{print_designs, regions, sites},
};

/// How sheets look: the words and colours, and the logo's name in the object store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintLook {
    pub design: Design,
    pub logo_object: Option<String>,
}

/// The look of a division's sheets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintDesign {
    pub look: PrintLook,
    /// Whose look it is: the division itself, one above it, or nobody's (the product's own).
    pub of_region: Option<String>,
    pub changed_at: Option<DateTime<Utc>>,
}

type Row = (
    String,
    String,
    String,
    Option<String>,
    String,
    String,
    String,
    Option<String>,
    DateTime<Utc>,
);

impl Store {
    /// How the sheets of a division look, by its own row or that of the nearest one above it. `None`: no such division in
    /// this scope. A station sees the look of the division in which it lies.
    pub fn print_design(&self, scope: &Scope, region_code: &str) -> Result<Option<PrintDesign>> {
        let mut connection = self.connection()?;
        if !is_seen(&mut connection, scope, region_code)? {
            return Ok(None);
        }
        let row: Option<Row> = print_designs::table
            .filter(
                sql::<sql_types::Bool>("starts_with(")
                    .bind::<sql_types::Text, _>(region_code)
                    .sql(", region_code)"),
            )
            .order(sql::<sql_types::Integer>("length(region_code)").desc())
            .select((
                print_designs::region_code,
                print_designs::title,
                print_designs::hint,
                print_designs::hotline,
                print_designs::main_colour,
                print_designs::accent_colour,
                print_designs::code_colour,
                print_designs::logo_object,
                print_designs::changed_at,
            ))
            .first(&mut *connection)
            .optional()?;
        let own = PrintDesign {
            look: PrintLook::default(),
            of_region: None,
            changed_at: None,
        };
        row.map_or(Ok(own), design).map(Some)
    }

    /// The division in which a person's sheets are designed: that of the account, or of its site.
    pub fn home_region(&self, actor: &Actor) -> Result<Option<String>> {
        match (&actor.region_code, actor.site_id) {
            (Some(code), _) => Ok(Some(code.clone())),
            (None, Some(site)) => Ok(sites::table
                .find(site)
                .select(sites::region_code)
                .first(&mut *self.connection()?)
                .optional()?),
            (None, None) => Ok(None),
        }
    }

    /// Sets the look of a division in this person's scope; tells whether there is such a division.
    pub fn put_print_design(
        &self,
        by: &By,
        actor: &Actor,
        region_code: &str,
        look: &PrintLook,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            if !matches!(actor.scope(), Scope::Region(_)) || !is_seen(connection, &actor.scope(), region_code)? {
                return Ok(false);
            }
            let design = &look.design;
            diesel::insert_into(print_designs::table)
                .values((
                    print_designs::region_code.eq(region_code),
                    print_designs::title.eq(&design.title),
                    print_designs::hint.eq(&design.hint),
                    print_designs::hotline.eq(&design.hotline),
                    print_designs::main_colour.eq(design.main.to_string()),
                    print_designs::accent_colour.eq(design.accent.to_string()),
                    print_designs::code_colour.eq(design.code.to_string()),
                    print_designs::logo_object.eq(&look.logo_object),
                    print_designs::changed_by_account_id.eq(actor.account_id),
                    print_designs::changed_at.eq(now),
                ))
                .on_conflict(print_designs::region_code)
                .do_update()
                .set((
                    print_designs::title.eq(excluded(print_designs::title)),
                    print_designs::hint.eq(excluded(print_designs::hint)),
                    print_designs::hotline.eq(excluded(print_designs::hotline)),
                    print_designs::main_colour.eq(excluded(print_designs::main_colour)),
                    print_designs::accent_colour.eq(excluded(print_designs::accent_colour)),
                    print_designs::code_colour.eq(excluded(print_designs::code_colour)),
                    print_designs::logo_object.eq(excluded(print_designs::logo_object)),
                    print_designs::changed_by_account_id.eq(excluded(print_designs::changed_by_account_id)),
                    print_designs::changed_at.eq(excluded(print_designs::changed_at)),
                ))
                .execute(connection)?;
            let act = Act::done(Action::PrintDesignSet, ObjectKind::PrintDesign, region_code);
            let act = act.in_region(Some(region_code.to_owned()));
            audit::record(
                connection,
                by,
                &act.with(json!({"logo": look.logo_object.is_some()})),
                now,
            )?;
            Ok(true)
        })
    }
}

fn is_seen(connection: &mut PgConnection, scope: &Scope, region_code: &str) -> Result<bool> {
    let known: Option<String> = regions::table
        .find(region_code)
        .select(regions::code)
        .first(connection)
        .optional()?;
    if known.is_none() {
        return Ok(false);
    }
    Ok(match scope {
        Scope::Region(code) => region_code.starts_with(code.as_str()),
        Scope::Site(site) => {
            let of_site: Option<String> = sites::table
                .find(site)
                .select(sites::region_code)
                .first(connection)
                .optional()?;
            of_site.as_deref() == Some(region_code)
        }
        Scope::Nothing | Scope::Deputy(_) | Scope::Office(_) => false,
    })
}

fn design((region, title, hint, hotline, main, accent, code, logo_object, changed_at): Row) -> Result<PrintDesign> {
    let colour = |text: String| text.parse::<Colour>().map_err(|_| Error::Unknown(text));
    Ok(PrintDesign {
        look: PrintLook {
            design: Design {
                title,
                hint,
                hotline,
                main: colour(main)?,
                accent: colour(accent)?,
                code: colour(code)?,
            },
            logo_object,
        },
        of_region: Some(region),
        changed_at: Some(changed_at),
    })
}
