//! Following a submission: the receipt (回执), rating the answer, finding a lost receipt, keeping it as a picture.

mod card;
mod find;
mod meeting;
mod rating;
pub mod view;

use actix_web::{HttpResponse, get, http::StatusCode, web};
use chrono::NaiveDate;
use minyi_domain::{appointment::Side, calendar::local_date, lifecycle, routing::RouteReason};
use minyi_store::{AnswerView, EventKind, EventView, PhotoView, RatingView, ReceiptView};
use serde::Deserialize;

use super::{
    meetings::MeetingsView,
    page::{Page, html},
    timeline::lines,
    words::{day, moment},
};
use crate::{
    address::ClientAddress,
    problem::Problem,
    residents::photos::Variant,
    state::{AppState, State},
};
use view::{Answer, PhotoLink, Rating, ReceiptPage, Said, Status, Turn, turns};

/// Registers the routes under `/r`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(find::enter_receipt)
        .service(find::lookup)
        .service(show_receipt)
        .service(rating::rate_form)
        .service(meeting::show_meeting)
        .service(meeting::ask_form)
        .service(meeting::reply_form)
        .service(card::save_card);
}

#[derive(Deserialize)]
struct Arrival {
    /// Just sent.
    new: Option<String>,
    /// Just rated.
    rated: Option<String>,
}

/// What the resident has just done.
#[derive(PartialEq, Eq)]
enum Moment {
    Nothing,
    Sent,
    Rated,
    RatingRefused(String),
}

impl Moment {
    fn of(arrival: &Arrival) -> Self {
        match (&arrival.new, &arrival.rated) {
            (Some(_), _) => Self::Sent,
            (None, Some(_)) => Self::Rated,
            (None, None) => Self::Nothing,
        }
    }
}

#[get("/{receipt}")]
async fn show_receipt(
    state: State,
    page: Page,
    receipt: web::Path<String>,
    arrival: web::Query<Arrival>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    match state.find_by_receipt(&receipt, address).await {
        Ok(found) => show(&state, &page, found, Moment::of(&arrival), StatusCode::OK),
        Err(problem @ (Problem::ReceiptMistyped { .. } | Problem::ReceiptUnknown)) => {
            find::again(&page, receipt.into_inner(), String::new(), &problem)
        }
        Err(problem) => Err(problem),
    }
}

fn show(
    state: &AppState,
    page: &Page,
    found: ReceiptView,
    after: Moment,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let (now, today) = (state.now(), state.today());
    let due = (found.state.awaits_answer()).then(|| day(local_date(found.answer_due_at), today));
    let answerer = answerer(&found.timeline);
    let last = found.ratings.last();
    let overdue = now > found.answer_due_at;
    let grouped = found.receipt.grouped();
    let view = ReceiptPage {
        layout: page.layout(format!("回执 {} · 民意码", found.number)),
        new: after == Moment::Sent,
        rated: after == Moment::Rated,
        last_result: last.map(|rating| Rating::new(rating, today).result),
        provisional: found.answer_due_provisional,
        status: Status::new(
            found.state,
            overdue,
            due,
            last.map(|rating| rating.satisfaction),
            answerer,
        ),
        answerer,
        number: found.number,
        receipt: found.receipt.to_string(),
        receipt_groups: grouped.split('-').map(str::to_owned).collect(),
        receipt_grouped: grouped,
        kind: found.kind.zh(),
        text: found.text,
        photos: photos(state, &found.photos),
        submitted: moment(found.submitted_at, today),
        place: found.place,
        station: found.site,
        timeline: lines(&found.timeline, today),
        turns: said(state, found.answers, &found.ratings, today),
        may_rate: found.may_rate,
        may_meet: found.state != lifecycle::State::Closed,
        meetings: MeetingsView::new(found.meetings, Side::Resident, now),
        may_send_back: found.round < 2,
        rating_error: if let Moment::RatingRefused(why) = after {
            Some(why)
        } else {
            None
        },
    };
    html(status, &view)
}

/// Whom the matter lies with since it was last handed on.
fn answerer(timeline: &[EventView]) -> &'static str {
    let last = timeline.iter().rev().find(|event| event.kind == EventKind::Routed);
    let reason = last.and_then(|event| event.data.get("reason")?.as_str()?.parse().ok());
    match reason {
        None | Some(RouteReason::StationStaff) => "联络站工作人员",
        Some(_) => "代表",
    }
}

fn said(state: &AppState, answered: Vec<AnswerView>, ratings: &[RatingView], today: NaiveDate) -> Vec<Turn> {
    let times: Vec<_> = answered.iter().map(|answer| answer.answered_at).collect();
    let answers = answers(state, answered, today).into_iter().map(Said::Answer);
    let ratings = ratings
        .iter()
        .map(|rating| (rating.rated_at, Said::Rating(Rating::new(rating, today))));
    turns(times.into_iter().zip(answers).chain(ratings).collect())
}

/// Signed links of photos.
pub fn photos(state: &AppState, photos: &[PhotoView]) -> Vec<PhotoLink> {
    let link = |photo: &PhotoView| PhotoLink {
        full: state.photo_path(photo.id, Variant::Full),
        thumbnail: state.photo_path(photo.id, Variant::Thumbnail),
    };
    photos.iter().map(link).collect()
}

/// Answers as both sides see them.
pub fn answers(state: &AppState, answers: Vec<AnswerView>, today: NaiveDate) -> Vec<Answer> {
    let answer = |answer: AnswerView| Answer {
        photos: photos(state, &answer.photos),
        author: answer.author_name,
        when: moment(answer.answered_at, today),
        text: answer.text,
    };
    answers.into_iter().map(answer).collect()
}
