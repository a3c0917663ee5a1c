use diesel::{dsl::sql, sql_types};
use minyi_domain::{audit::ObjectKind, token::CodeToken};
use uuid::Uuid;

use crate::scope::Condition;

/// What codes are made or printed for. A scope limits it further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These codes.
    Codes(Vec<CodeToken>),
    /// One grid (网格).
    Grid(Uuid),
    /// The grids of a site (站点).
    Site(Uuid),
    /// The grids of a division (行政区划), by its code without trailing zeros.
    Region(String),
}

impl Selection {
    /// As the audit log names it; several codes by the first one.
    pub(crate) fn object(&self) -> (ObjectKind, String) {
        match self {
            Self::Codes(tokens) => (
                ObjectKind::Code,
                tokens.first().map(ToString::to_string).unwrap_or_default(),
            ),
            Self::Grid(id) => (ObjectKind::Grid, id.to_string()),
            Self::Site(id) => (ObjectKind::Site, id.to_string()),
            Self::Region(code) => (ObjectKind::Region, code.clone()),
        }
    }

    /// As a condition on `grids`, or on `codes` for single ones.
    pub(crate) fn condition<From: 'static>(&self) -> Condition<From> {
        match self {
            Self::Codes(tokens) => {
                let tokens: Vec<String> = tokens.iter().map(ToString::to_string).collect();
                Box::new(
                    sql::<sql_types::Bool>("codes.token = ANY(")
                        .bind::<sql_types::Array<sql_types::Text>, _>(tokens)
                        .sql(")"),
                )
            }
            Self::Grid(id) => Box::new(sql::<sql_types::Bool>("grids.id = ").bind::<sql_types::Uuid, _>(*id)),
            Self::Site(id) => Box::new(sql::<sql_types::Bool>("grids.site_id = ").bind::<sql_types::Uuid, _>(*id)),
            Self::Region(code) => Box::new(
                sql::<sql_types::Bool>("starts_with(grids.region_code, ")
                    .bind::<sql_types::Text, _>(code.clone())
                    .sql(")"),
            ),
        }
    }
}
