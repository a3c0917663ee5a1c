use actix_web::{HttpResponse, post};
use minyi_domain::{
    rights::Permission,
    scanned::{Scanned, read},
};
use minyi_store::{CodePage, CodeState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{auth::SignedIn, extract::JsonBody, problem::Problem, state::State};

/// Longer texts are no codes of ours.
const LONGEST: usize = 4096;

/// What a code says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "https://my.example.gov.cn/c/ACDE3467KMNF"}))]
pub struct CheckCodeRequest {
    /// As it was scanned, or the number as it was typed.
    text: String,
}

/// What a code turned out to be.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "verdict": "alive", "text": "是本系统的民意码，正在使用。", "token": "ACDE3467KMNF", "state": "active",
    "place": "杏林社区 3 号院", "site_name": "杏林社区代表联络站", "successor": null, "host": null
}))]
pub struct CheckCodeResponse {
    verdict: Verdict,
    /// The same in words.
    text: String,
    /// The token, if it is one of ours.
    token: Option<String>,
    #[schema(value_type = Option<String>)]
    state: Option<CodeState>,
    place: Option<String>,
    site_name: Option<String>,
    /// The code that hangs in its place now.
    successor: Option<String>,
    /// Where a foreign code leads.
    host: Option<String>,
}

/// `alive` ours and in use；`out_of_use` ours, but suspended, replaced or retired；`never_made` looks right, but was never
/// made here；`damaged` our address with a number that cannot be；`imitation` imitates ours and leads elsewhere；`foreign`
/// somebody else's code；`no_code` nothing of the kind
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Alive,
    OutOfUse,
    NeverMade,
    Damaged,
    Imitation,
    Foreign,
    NoCode,
}

fn only(verdict: Verdict, text: &str) -> CheckCodeResponse {
    CheckCodeResponse {
        verdict,
        text: text.to_owned(),
        token: None,
        state: None,
        place: None,
        site_name: None,
        successor: None,
        host: None,
    }
}

fn ours(page: CodePage) -> CheckCodeResponse {
    let (verdict, text) = match page.state {
        CodeState::Active => (Verdict::Alive, "是本系统的民意码，正在使用。"),
        CodeState::Suspended => (Verdict::OutOfUse, "是本系统的民意码，现在暂停使用。"),
        CodeState::Replaced => (
            Verdict::OutOfUse,
            "是本系统的民意码，已经更换；旧码会带到新码，请尽快换贴。",
        ),
        CodeState::Retired => (Verdict::OutOfUse, "是本系统的民意码，已经停用；请取下来。"),
    };
    CheckCodeResponse {
        token: Some(page.token.to_string()),
        state: Some(page.state),
        place: Some(page.place),
        site_name: Some(page.site.name),
        successor: page.successor.map(|token| token.to_string()),
        ..only(verdict, text)
    }
}

/// Whether a code is ours and alive (验码)
///
/// The text of a code that somebody found: an imitation is told by its address and the number's check character alone,
/// before the database is asked. Not counted as a scan.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = CheckCodeRequest, responses(
    (status = 200, description = "what it is", body = CheckCodeResponse),
    (status = 403, description = "`forbidden`：代表和承办人员不管民意码"),
    (status = 422, description = "`invalid_fields`：没有内容，或者太长"),
))]
#[post("/codes/check")]
pub(super) async fn check_code(
    state: State,
    signed_in: SignedIn,
    body: JsonBody<CheckCodeRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    let text = body.0.text;
    if text.trim().is_empty() || text.len() > LONGEST {
        return Err(Problem::field(
            "/text",
            "out_of_range",
            "请输入二维码的内容，不超过 4096 个字节。",
        ));
    }
    let answer = match read(&text, &state.settings.public_url) {
        Scanned::Ours(token) => {
            let today = state.today();
            let page = state.ask(move |store| store.code_page(&token, today)).await?;
            page.map_or_else(
                || {
                    only(
                        Verdict::NeverMade,
                        "编号写得对，但是本系统没有制过这个码：可能是伪造的，请取下来并报告。",
                    )
                },
                ours,
            )
        }
        Scanned::WrongToken(_) => only(
            Verdict::Damaged,
            "网址是本系统的，编号不对：可能印坏了，也可能是伪造的，请换一张。",
        ),
        Scanned::Foreign { host, looks_like_ours } => CheckCodeResponse {
            host: Some(host),
            ..if looks_like_ours {
                only(
                    Verdict::Imitation,
                    "仿冒：它学本系统的样子，却通向别的网站。请马上取下来并报告。",
                )
            } else {
                only(Verdict::Foreign, "不是本系统的民意码，通向别的网站。")
            }
        },
        Scanned::Nothing => only(Verdict::NoCode, "不是民意码。"),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(answer))
}
