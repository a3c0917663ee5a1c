//! Pages for people: everybody's phone, and what has come to it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::inbox::Arrival;
use crate::platform::SharedData;
use crate::random;
use crate::sms::TextMessage;
use crate::templates::LONG_TERM;
use crate::view::{self, MessageView};

/// The mini-program's first page.
const HOME_PAGE: &str = "pages/home/index";
/// A resident's receipt, which is an open page and needs no login.
const RECEIPT_PAGE: &str = "pages/receipt/index";
const CARDS_SHOWN: usize = 50;
const ARRIVALS_SHOWN: usize = 200;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(home))
        .route("/inbox", web::get().to(inbox))
        .route("/phone/{openid}", web::get().to(phone))
        .route("/phone/{openid}/cards", web::get().to(new_cards))
        .route("/_sim/users/{openid}/open", web::get().to(open))
        .route("/_sim/users/{openid}/open", web::post().to(open))
        .route("/simulator.css", web::get().to(style))
        .route("/simulator.js", web::get().to(script));
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    owners: Vec<Owner>,
    messages: u64,
    others: usize,
}

struct Owner {
    openid: String,
    name: String,
    received: usize,
}

#[derive(Template)]
#[template(path = "phone.html")]
struct PhonePage {
    openid: String,
    name: String,
    cards: Vec<MessageView>,
    switches: Vec<Switch>,
    texts: Vec<TextMessage>,
}

struct Switch {
    template_id: String,
    title: String,
    one_time: bool,
    accepted: bool,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    arrivals: Vec<Arrival>,
}

#[derive(Template)]
#[template(path = "cards.html")]
struct Cards {
    openid: String,
    cards: Vec<MessageView>,
}

fn html(page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(text) => HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(text),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

fn no_such_phone() -> HttpResponse {
    HttpResponse::NotFound()
        .content_type("text/plain; charset=utf-8")
        .body("没有这个用户")
}

async fn home(shared: SharedData) -> HttpResponse {
    let state = shared.lock();
    let owners = state
        .people
        .all()
        .map(|user| Owner {
            openid: user.openid.clone(),
            name: user.name.clone(),
            received: user.messages().len(),
        })
        .collect();
    html(&HomePage {
        owners,
        messages: state.delivered,
        others: state.inbox.count(),
    })
}

async fn inbox(shared: SharedData) -> HttpResponse {
    let state = shared.lock();
    html(&InboxPage {
        arrivals: state.inbox.newest(ARRIVALS_SHOWN).cloned().collect(),
    })
}

async fn phone(openid: web::Path<String>, shared: SharedData) -> HttpResponse {
    let state = shared.lock();
    let Some(user) = state.people.get(&openid) else {
        return no_such_phone();
    };
    let switches = state
        .templates
        .iter()
        .map(|template| Switch {
            template_id: template.template_id.clone(),
            title: template.title.clone(),
            one_time: template.kind != LONG_TERM,
            accepted: state.people.may_receive(user, template),
        })
        .collect();
    let number = user.phone.as_deref().unwrap_or_default();
    html(&PhonePage {
        openid: user.openid.clone(),
        name: user.name.clone(),
        cards: view::messages(&state, user, 0, CARDS_SHOWN),
        switches,
        texts: state.texts.of(number).cloned().collect(),
    })
}

#[derive(Deserialize)]
struct After {
    after: i64,
}

async fn new_cards(openid: web::Path<String>, query: web::Query<After>, shared: SharedData) -> HttpResponse {
    let state = shared.lock();
    let Some(user) = state.people.get(&openid) else {
        return no_such_phone();
    };
    html(&Cards {
        openid: user.openid.clone(),
        cards: view::messages(&state, user, query.after, CARDS_SHOWN),
    })
}

#[derive(Deserialize)]
struct Opened {
    page: Option<String>,
    /// At the desk's pages and not in the client.
    #[serde(default)]
    desk: bool,
}

// What WeChat does when a card is tapped: it starts the mini-program on that page, which logs in with a fresh code.
async fn open(
    openid: web::Path<String>,
    query: web::Query<Opened>,
    request: HttpRequest,
    shared: SharedData,
) -> HttpResponse {
    let now = shared.clock.now();
    let page = query.page.as_deref().filter(|page| !page.is_empty());
    let page = page.unwrap_or(HOME_PAGE);
    let mut state = shared.lock();
    if state.people.get(&openid).is_none() {
        return no_such_phone();
    }
    let js_code = state.js_codes.mint(random::js_code(), &openid, now);
    let address = if query.desk {
        desk_address(&shared.product_url, page, &js_code)
    } else {
        let simulator = format!("http://{}", request.connection_info().host());
        let login = [("js_code", &js_code), ("openid", &openid), ("simulator", &simulator)];
        product_address(
            &shared.product_url,
            page,
            &login.map(|(name, value)| (name, value.as_str())),
        )
    };
    match address {
        Some(address) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, address))
            .finish(),
        None => HttpResponse::BadGateway()
            .content_type("text/plain; charset=utf-8")
            .body("模拟器不知道产品的地址（--product-url）"),
    }
}

// The mini-program's pages stand in a browser under these addresses. What comes after the # never reaches a server:
// the client takes the login code from there.
fn product_address(product_url: &str, page: &str, login: &[(&str, &str)]) -> Option<String> {
    let mut address = Url::parse(product_url).ok()?;
    let receipt = page
        .strip_prefix(RECEIPT_PAGE)
        .and_then(|rest| rest.strip_prefix("?receipt="));
    if let Some(receipt) = receipt {
        address.path_segments_mut().ok()?.pop_if_empty().extend(["r", receipt]);
        return Some(address.into());
    }
    address.path_segments_mut().ok()?.pop_if_empty().extend(["deputy", ""]);
    let login = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(login)
        .finish();
    let joint = if page.contains('?') { '&' } else { '?' };
    address.set_fragment(Some(&format!("/{}{joint}{login}", page.trim_start_matches('/'))));
    Some(address.into())
}

fn desk_address(product_url: &str, page: &str, js_code: &str) -> Option<String> {
    let mut address = Url::parse(product_url).ok()?;
    address
        .path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(["deputy", "open"]);
    address
        .query_pairs_mut()
        .append_pair("js_code", js_code)
        .append_pair("page", page);
    Some(address.into())
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(include_str!("../templates/simulator.css"))
}

async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .body(include_str!("../templates/simulator.js"))
}
