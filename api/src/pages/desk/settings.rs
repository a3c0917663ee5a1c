//! Settings by form: the slots of a station, the kinds of matter that are not taken, the revisit policy.

use actix_web::{HttpResponse, ResponseError as _, get, http::StatusCode, post, web};
use askama::Template;
use minyi_domain::rights::Permission;
use minyi_store::{DeclineKind, RevisitPolicy};
use uuid::Uuid;

use super::{hearings::form::Fields, person, view::Person};
use crate::{
    auth::{SignedIn, SignedInForm},
    console::settings::{RevisitPolicyBody, SlotSchemeBody, SlotSchemesBody},
    deputies::casework::kinds::DeclineKindRequest,
    pages::{
        layout::Layout,
        page::{Page, html, see_other},
    },
    problem::Problem,
    state::{AppState, State},
};

const WEEKDAYS: [&str; 8] = ["每天", "周一", "周二", "周三", "周四", "周五", "周六", "周日"];
/// Empty rows of slots that are offered to be filled in.
const FURTHER: usize = 2;

/// All settings that this person may change.
#[derive(Template)]
#[template(path = "desk/settings.html")]
struct SettingsView {
    layout: Layout,
    person: Option<Person>,
    csrf: String,
    done: bool,
    problem: Option<String>,
    /// Sites to choose from, if there are several: id, name, chosen.
    sites: Vec<(Uuid, String, bool)>,
    /// The site whose slots are shown.
    site: Option<Uuid>,
    slots: Vec<SlotRow>,
    /// The usual hours are in force.
    usual: bool,
    /// None: not for this role.
    policy: Option<RevisitPolicy>,
    kinds: Vec<DeclineKind>,
}

/// A row of the form of slots.
struct SlotRow {
    /// Word, name, chosen.
    weekdays: Vec<(usize, &'static str, bool)>,
    from: String,
    until: String,
    minutes: String,
    capacity: String,
}

#[get("/settings")]
pub async fn show_settings(
    state: State,
    page: Page,
    signed_in: SignedIn,
    wanted: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::new(wanted.into_inner());
    let mut view = view(&state, &page, &signed_in, &fields).await?;
    view.done = fields.optional("done").is_some();
    html(StatusCode::OK, &view)
}

/// `what`: `slots`, `revisits` or `kinds`.
#[post("/settings/{what}")]
pub async fn settings_form(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    what: web::Path<String>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::new(form.into_inner());
    let signed_in = signed_in.confirm(fields.text("csrf"))?;
    match set(&state, &signed_in, &what, &fields).await {
        Ok(()) => {
            let site = fields.optional("site").map(|site| format!("&site={site}"));
            Ok(see_other(&format!("/desk/settings?done=1{}", site.unwrap_or_default())))
        }
        Err(problem @ Problem::Invalid(_)) => {
            let mut view = view(&state, &page, &signed_in, &fields).await?;
            view.problem = Some(problem.errors().iter().map(|error| error.detail.as_str()).collect());
            html(problem.status_code(), &view)
        }
        Err(problem) => Err(problem),
    }
}

async fn set(state: &AppState, signed_in: &SignedIn, what: &str, fields: &Fields) -> Result<(), Problem> {
    match what {
        "slots" => {
            signed_in.must(Permission::Hold)?;
            let site = fields.text("site").parse().map_err(|_| Problem::SiteUnknown)?;
            state
                .set_slot_schemes(signed_in.by(), signed_in.actor.clone(), site, &slots(fields))
                .await
        }
        "revisits" => {
            let number = |name: &str| fields.text(name).trim().parse::<u16>().unwrap_or(u16::MAX);
            let body = RevisitPolicyBody {
                sample_percent: u8::try_from(number("sample_percent")).unwrap_or(u8::MAX),
                due_days: number("due_days"),
            };
            state.set_revisit_policy(signed_in, &body).await
        }
        "kinds" => {
            let request = DeclineKindRequest {
                position: fields.text("position").trim().parse().unwrap_or(0),
                name: fields.text("name").to_owned(),
                guidance: fields.text("guidance").to_owned(),
                right_channel: fields.text("right_channel").to_owned(),
                is_active: fields.optional("is_active").is_some(),
            };
            let code = fields.text("code").trim().to_owned();
            state.put_decline_kind(signed_in, code, &request).await.map(drop)
        }
        _ => Err(Problem::NotFound),
    }
}

/// The rows that have a time; the others are left out.
fn slots(fields: &Fields) -> SlotSchemesBody {
    let number = |text: &str| text.trim().parse::<u16>().unwrap_or(0);
    let days = fields.all("weekday").zip(fields.all("from")).zip(fields.all("until"));
    let sizes = fields.all("minutes").zip(fields.all("capacity"));
    let rows = days
        .zip(sizes)
        .map(|(((day, from), until), (minutes, capacity))| SlotSchemeBody {
            weekday: day.trim().parse().ok().filter(|day| *day > 0),
            from: from.to_owned(),
            until: until.to_owned(),
            slot_minutes: number(minutes),
            capacity: number(capacity),
        });
    SlotSchemesBody {
        items: rows.filter(|row| !row.from.trim().is_empty()).collect(),
    }
}

async fn view(state: &AppState, page: &Page, signed_in: &SignedIn, fields: &Fields) -> Result<SettingsView, Problem> {
    let role = signed_in.actor.role;
    let (holds, configures) = (role.may(Permission::Hold), role.may(Permission::Configure));
    if !holds && !configures {
        return Err(Problem::Forbidden);
    }
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let read = move |store: &minyi_store::Store| {
        let sites = if holds {
            store.sites_with_slots(&scope, today)?
        } else {
            Vec::new()
        };
        let rules = if configures {
            Some((store.revisit_policy()?, store.decline_kinds()?))
        } else {
            None
        };
        Ok((sites, rules))
    };
    let (sites, rules) = state.ask(read).await?;
    let wanted: Option<Uuid> = fields.text("site").parse().ok();
    let site = wanted.or_else(|| sites.first().map(|(id, _)| *id));
    let shown = match site {
        Some(site) if fields.optional("from").is_some() => Some((site, slots(fields))),
        Some(site) => Some((site, state.slot_schemes(&signed_in.actor, site).await?)),
        None => None,
    };
    let (policy, kinds) = rules.map_or((None, Vec::new()), |(policy, kinds)| (Some(policy), kinds));
    let here = if configures { "/desk/settings" } else { "/desk/meetings" };
    let schemes = shown.map(|(_, body)| body.items).unwrap_or_default();
    Ok(SettingsView {
        layout: page.layout("设置 · 民意码办理台"),
        person: Some(person(signed_in, here)),
        csrf: signed_in.csrf_token(),
        done: false,
        problem: None,
        usual: schemes.is_empty(),
        slots: schemes.iter().map(Some).chain([None; FURTHER]).map(row).collect(),
        sites: sites
            .into_iter()
            .map(|(id, name)| (id, name, Some(id) == site))
            .collect(),
        site,
        policy,
        kinds,
    })
}

fn row(scheme: Option<&SlotSchemeBody>) -> SlotRow {
    let chosen = scheme.and_then(|scheme| scheme.weekday).map_or(0, usize::from);
    let days = WEEKDAYS.iter().enumerate();
    let text = |of: fn(&SlotSchemeBody) -> String| scheme.map(of).unwrap_or_default();
    SlotRow {
        weekdays: days.map(|(index, name)| (index, *name, index == chosen)).collect(),
        from: text(|scheme| scheme.from.clone()),
        until: text(|scheme| scheme.until.clone()),
        minutes: scheme.map_or_else(|| "30".to_owned(), |scheme| scheme.slot_minutes.to_string()),
        capacity: scheme.map_or_else(|| "4".to_owned(), |scheme| scheme.capacity.to_string()),
    }
}
