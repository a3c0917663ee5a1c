//! The next weeks as a file for a phone's calendar (RFC 5545).

use actix_web::{HttpResponse, get};
use chrono::{DateTime, Days, Utc};
use minyi_domain::{hearing, rights::Permission};
use minyi_store::Agenda;
use uuid::Uuid;

use crate::{auth::SignedIn, problem::Problem, state::State};

/// Days ahead that the file holds.
const DAYS: u64 = 30;

#[get("/meetings.ics")]
pub async fn show_calendar(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    let (scope, now) = (signed_in.actor.scope(), state.now());
    let agenda = state
        .ask(move |store| store.agenda(&scope, now, now + Days::new(DAYS)))
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(calendar(&agenda, now)))
}

/// What is agreed on. Nothing that a resident has written stands in it: the file leaves this house.
fn calendar(agenda: &Agenda, now: DateTime<Utc>) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//minyima//desk//ZH\r\n");
    let mut event = |id: Uuid, from, until, title: &str, place: &str| {
        text.push_str(&format!(
            "BEGIN:VEVENT\r\nUID:{id}@minyima\r\nDTSTAMP:{}\r\nDTSTART:{}\r\nDTEND:{}\r\nSUMMARY:{}\r\nLOCATION:{}\r\nEND:VEVENT\r\n",
            stamp(now),
            stamp(from),
            stamp(until),
            escape(title),
            escape(place),
        ));
    };
    let agreed = agenda
        .appointments
        .iter()
        .filter(|meeting| meeting.state == minyi_domain::appointment::State::Confirmed);
    for meeting in agreed {
        let title = format!("居民见面 {}", meeting.number);
        let place = format!("{} {}", meeting.site_name, meeting.site_address);
        event(meeting.id, meeting.starts_at, meeting.ends_at, &title, &place);
    }
    let planned = agenda
        .hearings
        .iter()
        .filter(|hearing| hearing.state == hearing::State::Planned);
    for hearing in planned {
        event(
            hearing.id,
            hearing.starts_at,
            hearing.ends_at,
            &hearing.title,
            &hearing.place,
        );
    }
    text.push_str("END:VCALENDAR\r\n");
    text
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace('\n', "\\n")
}
