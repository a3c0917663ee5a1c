//! Deputies' accounts (代表账号): who can come in, the invitation as a card to print, taking back a binding.

use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use minyi_domain::{calendar::local_date, rights::Permission};
use minyi_print::code::CodeImage;
use minyi_store::DeputyAccount;
use serde::Deserialize;
use uuid::Uuid;

use super::{person, view::Person};
use crate::{
    auth::{SignedIn, SignedInForm},
    console::deputies::{InviteRequest, read_account_cursor, write_account_cursor},
    pages::{
        client::DEPUTY,
        layout::Layout,
        page::{Page, html, see_other},
        words::day,
    },
    problem::Problem,
    state::State,
};

const PAGE_LENGTH: i64 = 50;
const HERE: &str = "/desk/deputies";

/// The list.
#[derive(Template)]
#[template(path = "desk/deputies.html")]
struct DeputiesView {
    layout: Layout,
    person: Option<Person>,
    csrf: String,
    items: Vec<Item>,
    /// A binding has just been taken back.
    unbound: bool,
    next: Option<String>,
}

struct Item {
    id: Uuid,
    name: String,
    level: &'static str,
    site: String,
    wechat_bound: bool,
    phone_known: bool,
    invited_until: Option<String>,
}

/// The card.
#[derive(Template)]
#[template(path = "desk/invitation.html")]
struct InvitationView {
    layout: Layout,
    person: Option<Person>,
    name: String,
    site: String,
    invitation: String,
    /// Good until this day.
    until: String,
    /// Drawn by this program.
    code: String,
    /// Where it is typed.
    address: String,
}

#[derive(Deserialize)]
struct Part {
    cursor: Option<String>,
    unbound: Option<String>,
}

#[get("/deputies")]
pub async fn show_deputies(
    state: State,
    page: Page,
    signed_in: SignedIn,
    part: web::Query<Part>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Invite)?;
    let cursor = read_account_cursor(part.cursor.as_deref())?;
    let (scope, now) = (signed_in.actor.scope(), state.now());
    let (accounts, next) = state
        .ask(move |store| store.deputy_accounts(&scope, cursor, PAGE_LENGTH, now))
        .await?;
    let today = local_date(now);
    let item = |account: DeputyAccount| Item {
        id: account.deputy_id,
        name: account.name,
        level: account.level.zh(),
        site: account.site_name.unwrap_or_default(),
        wechat_bound: account.wechat_bound,
        phone_known: account.phone_known,
        invited_until: account.invited_until.map(|until| day(local_date(until), today)),
    };
    let view = DeputiesView {
        layout: page.layout("代表账号 · 民意码办理台"),
        person: Some(person(&signed_in, HERE)),
        csrf: signed_in.csrf_token(),
        items: accounts.into_iter().map(item).collect(),
        unbound: part.unbound.is_some(),
        next: next.map(|next| format!("{HERE}?cursor={}", write_account_cursor(&next))),
    };
    html(StatusCode::OK, &view)
}

#[derive(Deserialize)]
struct Sent {
    csrf: String,
    phone: Option<String>,
}

#[post("/deputies/{id}/invite")]
pub async fn invite_form(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    signed_in.must(Permission::Invite)?;
    let request = InviteRequest {
        phone: form.into_inner().phone,
    };
    let invited = state
        .invite_deputy(signed_in.by(), signed_in.actor.clone(), id.into_inner(), &request)
        .await?;
    let url = invited.url;
    let code = state.draw(move || CodeImage::new(&url).svg()).await??;
    let view = InvitationView {
        layout: page.layout("邀请卡 · 民意码办理台"),
        person: Some(person(&signed_in, HERE)),
        name: invited.deputy_name,
        site: invited.site_name.unwrap_or_default(),
        invitation: invited.invitation,
        until: day(local_date(invited.expires_at), state.today()),
        code,
        address: state.url(DEPUTY.address),
    };
    html(StatusCode::OK, &view)
}

#[post("/deputies/{id}/unbind")]
pub async fn unbind_form(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    signed_in.must(Permission::Invite)?;
    state
        .unbind_deputy(signed_in.by(), signed_in.actor, id.into_inner())
        .await?;
    Ok(see_other("/desk/deputies?unbound=1"))
}
