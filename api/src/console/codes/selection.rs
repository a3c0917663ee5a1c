use minyi_domain::token::CodeToken;
use minyi_store::Selection;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::{Problem, position_of};

/// So many single codes can be named at once.
pub const MOST_TOKENS: usize = 500;

/// What is chosen; exactly one of these.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectionRequest {
    /// One grid (网格).
    grid_id: Option<Uuid>,
    /// A station (站点) with all its grids.
    site_id: Option<Uuid>,
    /// A division (行政区划) by its code without trailing zeros.
    region_code: Option<String>,
    /// Single codes; at most 500.
    tokens: Option<Vec<String>>,
}

impl SelectionRequest {
    /// The one thing that is chosen.
    ///
    /// # Errors
    /// [`Problem::Invalid`], [`Problem::CodeMistyped`].
    pub fn read(self, pointer: &'static str) -> Result<Selection, Problem> {
        let Self {
            grid_id,
            site_id,
            region_code,
            tokens,
        } = self;
        match (grid_id, site_id, region_code, tokens) {
            (Some(id), None, None, None) => Ok(Selection::Grid(id)),
            (None, Some(id), None, None) => Ok(Selection::Site(id)),
            (None, None, Some(code), None) if !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit()) => {
                Ok(Selection::Region(code))
            }
            (None, None, None, Some(tokens)) => read_tokens(&tokens, pointer).map(Selection::Codes),
            _ => Err(Problem::field(
                pointer,
                "one_of",
                "请在 grid_id、site_id、region_code、tokens 里选一项。",
            )),
        }
    }
}

/// Reads typed tokens, each once.
///
/// # Errors
/// [`Problem::Invalid`] for none or too many, [`Problem::CodeMistyped`].
pub fn read_tokens(typed: &[String], pointer: &str) -> Result<Vec<CodeToken>, Problem> {
    if typed.is_empty() || typed.len() > MOST_TOKENS {
        let detail = format!("要有 1 到 {MOST_TOKENS} 个民意码。");
        return Err(Problem::field(pointer, "out_of_range", detail));
    }
    let mut tokens = typed
        .iter()
        .map(|typed| read_token(typed))
        .collect::<Result<Vec<_>, _>>()?;
    tokens.sort_unstable();
    tokens.dedup();
    Ok(tokens)
}

/// Reads a typed token.
///
/// # Errors
/// [`Problem::CodeMistyped`].
pub fn read_token(typed: &str) -> Result<CodeToken, Problem> {
    CodeToken::parse(typed).map_err(|error| Problem::CodeMistyped {
        position: position_of(error),
    })
}
