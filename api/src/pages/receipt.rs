//! Following a submission: the receipt (回执), rating the answer, finding a lost receipt, keeping it as a picture.

mod card;
mod consent;
mod find;
mod meeting;
mod messages;
mod rating;
pub mod triage;
pub mod view;

use actix_web::{HttpResponse, get, http::StatusCode, web};
use chrono::NaiveDate;
use minyi_domain::{appointment::Side, calendar::local_date, lifecycle, routing::RouteReason};
use minyi_store::{AnswerView, HandoverView, PhotoView, PromiseView, RatingView, ReceiptView};
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
use triage::{TriageView, Typed};
use view::{Answer, OfficeLine, PhotoLink, PromiseLine, Rating, ReceiptPage, Said, Status, Turn, turns};

/// Registers the routes under `/r`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(find::enter_receipt)
        .service(find::lookup)
        .service(show_receipt)
        .service(rating::rate_form)
        .service(triage::info_form)
        .service(triage::review_form)
        .service(meeting::show_meeting)
        .service(meeting::ask_form)
        .service(meeting::reply_form)
        .service(card::save_card)
        .service(consent::consent_form)
        .service(messages::end_form);
}

#[derive(Deserialize)]
struct Arrival {
    /// Just sent.
    new: Option<String>,
    /// Just rated.
    rated: Option<String>,
    /// Just answered the handler's question.
    given: Option<String>,
    /// Just asked for a review.
    reviewed: Option<String>,
    /// The consent to publishing was given or taken back.
    consent: Option<String>,
    /// The messages were ended.
    ended: Option<String>,
}

/// What the resident has just done.
#[derive(PartialEq, Eq)]
enum Moment {
    Nothing,
    Sent,
    Rated,
    ConsentChanged,
    MessagesEnded,
    RatingRefused(String),
    InfoGiven,
    InfoRefused(Typed),
    ReviewAsked,
    ReviewRefused(String),
}

impl Moment {
    fn of(arrival: &Arrival) -> Self {
        match (&arrival.new, &arrival.rated) {
            (Some(_), _) => Self::Sent,
            (None, Some(_)) => Self::Rated,
            (None, None) if arrival.given.is_some() => Self::InfoGiven,
            (None, None) if arrival.reviewed.is_some() => Self::ReviewAsked,
            (None, None) if arrival.consent.is_some() => Self::ConsentChanged,
            (None, None) if arrival.ended.is_some() => Self::MessagesEnded,
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
    mut found: ReceiptView,
    after: Moment,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let (now, today) = (state.now(), state.today());
    // While the resident is asked, the clock stands still.
    let runs = found.state.awaits_answer() && found.state != lifecycle::State::AwaitingResident;
    let due = runs.then(|| day(local_date(found.answer_due_at), today));
    let answerer = answerer(&found);
    let triage = TriageView::new(&mut found, today);
    let last = found.ratings.last();
    let overdue = now > found.answer_due_at;
    let grouped = found.receipt.grouped();
    let mut view = ReceiptPage {
        layout: page.layout(format!("回执 {} · 民意码", found.number)),
        // Opened again later by the same address, it is no news any more.
        new: after == Moment::Sent && found.state == lifecycle::State::Registered,
        rated: after == Moment::Rated,
        last_result: last.map(|rating| Rating::new(rating, today).result),
        provisional: found.answer_due_provisional,
        status: Status::new(
            found.state,
            overdue,
            due,
            last.map(|rating| rating.satisfaction),
            answerer,
        )
        .told_of(&found),
        done: match &after {
            Moment::InfoGiven => Some("补充已收到，接着办理。"),
            Moment::ReviewAsked => Some("复核申请已收到，由上一级人大重新看。"),
            _ => None,
        },
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
        offices: found
            .handovers
            .into_iter()
            .map(|view| office_line(view, today))
            .collect(),
        promises: found
            .promises
            .into_iter()
            .map(|promise| promise_line(promise, today))
            .collect(),
        meetings: MeetingsView::new(found.meetings, Side::Resident, now),
        send_back: match found.round {
            0 => Some(format!("会退回{answerer}重新办理一次")),
            1 => Some("会交上一级人大办理".to_owned()),
            _ => None,
        },
        publish_consented: found.publish_consented,
        public_token: found.public_token.map(|token| token.to_string()),
        consent_changed: after == Moment::ConsentChanged,
        subscribed: found.subscribed,
        messages_ended: after == Moment::MessagesEnded && !found.subscribed,
        rating_error: None,
        triage,
    };
    match after {
        Moment::RatingRefused(why) => view.rating_error = Some(why),
        Moment::InfoRefused(typed) => view.triage.typed = typed,
        Moment::ReviewRefused(why) => view.triage.review_error = Some(why),
        _ => {}
    }
    html(status, &view)
}

fn office_line(view: HandoverView, today: NaiveDate) -> OfficeLine {
    OfficeLine {
        state: view.state.zh(),
        open: view.state.waits_for_office(),
        answer_due: day(local_date(view.answer_due_at), today),
        office: view.office_name,
    }
}

fn promise_line(promise: PromiseView, today: NaiveDate) -> PromiseLine {
    PromiseLine {
        due: day(promise.due_on, today),
        late: promise.overdue_at.is_some(),
        open: promise.kept_at.is_none(),
        kept: promise.kept_note.unwrap_or_default(),
        by: promise.promised_by,
        text: promise.text,
    }
}

/// Whom the matter lies with.
fn answerer(found: &ReceiptView) -> &'static str {
    match found.route_reason {
        _ if found.handled_above => "上一级人大",
        RouteReason::Confidential => "上级人大",
        RouteReason::StationStaff => "联络站工作人员",
        RouteReason::OnDuty | RouteReason::Lead | RouteReason::Assistant | RouteReason::Transferred => "代表",
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
