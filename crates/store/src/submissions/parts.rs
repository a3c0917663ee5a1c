use std::collections::HashMap;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, dsl::sql, expression::SqlLiteral, pg::Pg, sql_types::Bool,
};
use uuid::Uuid;

use super::{AnswerRecord, AnswerView, EventView, PhotoView, RatingView};
use crate::{
    Result,
    casework::{InfoRequest, requests},
    handovers::{self, HandoverView},
    promises::{self, PromiseView},
    proposals::{self, ProposalLine},
    schema::{answers, events, photos, ratings},
};

/// Which parts a submission has. It is read together with the submission, because most have few parts, and each one that is
/// asked for is a statement.
#[derive(Clone, Copy, Queryable, Selectable)]
#[diesel(check_for_backend(Pg))]
pub struct Holds {
    #[diesel(select_expression = sql::<Bool>(ANSWERS), select_expression_type = SqlLiteral<Bool>)]
    pub answers: bool,
    /// Its own, of its answers, or of what the resident added.
    #[diesel(select_expression = sql::<Bool>(PHOTOS), select_expression_type = SqlLiteral<Bool>)]
    pub photos: bool,
    #[diesel(select_expression = sql::<Bool>(RATINGS), select_expression_type = SqlLiteral<Bool>)]
    pub ratings: bool,
    #[diesel(select_expression = sql::<Bool>(INFO_REQUESTS), select_expression_type = SqlLiteral<Bool>)]
    pub info_requests: bool,
    #[diesel(select_expression = sql::<Bool>(HANDOVERS), select_expression_type = SqlLiteral<Bool>)]
    pub handovers: bool,
    #[diesel(select_expression = sql::<Bool>(PROMISES), select_expression_type = SqlLiteral<Bool>)]
    pub promises: bool,
    #[diesel(select_expression = sql::<Bool>(APPOINTMENTS), select_expression_type = SqlLiteral<Bool>)]
    pub appointments: bool,
    #[diesel(select_expression = sql::<Bool>(HEARINGS), select_expression_type = SqlLiteral<Bool>)]
    pub hearings: bool,
    #[diesel(select_expression = sql::<Bool>(SPLIT_OFF), select_expression_type = SqlLiteral<Bool>)]
    pub split_off: bool,
}

const ANSWERS: &str = "EXISTS (SELECT FROM answers WHERE answers.submission_id = submissions.id)";
const PHOTOS: &str = "(EXISTS (SELECT FROM photos WHERE photos.submission_id = submissions.id)
    OR EXISTS (SELECT FROM answers JOIN photos ON photos.answer_id = coalesce(answers.same_as_id, answers.id)
        WHERE answers.submission_id = submissions.id)
    OR EXISTS (SELECT FROM info_requests JOIN photos ON photos.info_request_id = info_requests.id
        WHERE info_requests.submission_id = submissions.id))";
const RATINGS: &str = "EXISTS (SELECT FROM ratings WHERE ratings.submission_id = submissions.id)";
const INFO_REQUESTS: &str = "EXISTS (SELECT FROM info_requests WHERE info_requests.submission_id = submissions.id)";
const HANDOVERS: &str =
    "EXISTS (SELECT FROM handover_submissions WHERE handover_submissions.submission_id = submissions.id)";
const PROMISES: &str = "EXISTS (SELECT FROM promises WHERE promises.submission_id = submissions.id)";
const APPOINTMENTS: &str = "EXISTS (SELECT FROM appointments WHERE appointments.submission_id = submissions.id)";
const HEARINGS: &str =
    "EXISTS (SELECT FROM hearing_submissions WHERE hearing_submissions.submission_id = submissions.id)";
const SPLIT_OFF: &str = "EXISTS (SELECT FROM submissions AS part WHERE part.split_from_id = submissions.id)";

/// Asks for a part only if there is one.
pub fn if_there<T>(is_there: bool, load: impl FnOnce() -> Result<Vec<T>>) -> Result<Vec<T>> {
    if is_there { load() } else { Ok(Vec::new()) }
}

/// What hangs on a submission and both sides read.
pub struct Parts {
    pub photos: Vec<PhotoView>,
    pub answers: Vec<AnswerView>,
    pub events: Vec<EventView>,
    pub ratings: Vec<RatingView>,
    pub info_requests: Vec<InfoRequest>,
    pub handovers: Vec<HandoverView>,
    pub promises: Vec<PromiseView>,
    /// For internal eyes.
    pub proposals: Vec<ProposalLine>,
}

impl Parts {
    /// Loads the parts that there are, the timeline with its internal events only when asked for.
    pub fn load(connection: &mut PgConnection, id: Uuid, holds: Holds, internal: bool) -> Result<Self> {
        let answers = if_there(holds.answers, || answers_of(connection, id))?;
        let info_requests = if_there(holds.info_requests, || requests(connection, id))?;
        let mut photos = if holds.photos {
            photos_of(connection, id, &answers, &info_requests)?
        } else {
            HashMap::new()
        };
        let events = events::table
            .filter(events::submission_id.eq(id))
            .filter(events::is_public.eq(true).or(events::is_public.eq(!internal)))
            .order(events::seq)
            .select(EventView::as_select())
            .load(connection)?;
        let with_photos = |answer: AnswerRecord| AnswerView {
            photos: photos.remove(&Some(answer.shown_photos())).unwrap_or_default(),
            id: answer.id,
            author_name: answer.author_name,
            text: answer.text,
            kind: answer.kind,
            answered_at: answer.answered_at,
        };
        let answers = answers.into_iter().map(with_photos).collect();
        let photos = photos.remove(&None).unwrap_or_default();
        Ok(Self {
            photos,
            answers,
            events,
            ratings: if_there(holds.ratings, || ratings_of(connection, id))?,
            info_requests,
            handovers: if_there(holds.handovers, || handovers::of_submission(connection, id))?,
            promises: if_there(holds.promises, || promises::of_submission(connection, id))?,
            proposals: if_there(internal, || proposals::of_submission(connection, id))?,
        })
    }
}

fn answers_of(connection: &mut PgConnection, id: Uuid) -> Result<Vec<AnswerRecord>> {
    Ok(answers::table
        .filter(answers::submission_id.eq(id))
        .order((answers::answered_at, answers::id))
        .select(AnswerRecord::as_select())
        .load(connection)?)
}

fn ratings_of(connection: &mut PgConnection, id: Uuid) -> Result<Vec<RatingView>> {
    Ok(ratings::table
        .filter(ratings::submission_id.eq(id))
        .order(ratings::round)
        .select(RatingView::as_select())
        .load(connection)?)
}

/// The photos by the answer that they belong to; the resident's own, those sent later included, under `None`. What they
/// belong to is named by its ids: a condition over two joined tables reads all photos that there are.
fn photos_of(
    connection: &mut PgConnection,
    id: Uuid,
    answers: &[AnswerRecord],
    info_requests: &[InfoRequest],
) -> Result<HashMap<Option<Uuid>, Vec<PhotoView>>> {
    let answer_ids: Vec<Uuid> = answers.iter().map(AnswerRecord::shown_photos).collect();
    let request_ids: Vec<Uuid> = info_requests.iter().map(|request| request.id).collect();
    let rows: Vec<(Option<Uuid>, PhotoView)> = photos::table
        .filter(
            photos::submission_id
                .eq(id)
                .or(photos::answer_id.eq_any(answer_ids))
                .or(photos::info_request_id.eq_any(request_ids)),
        )
        .order((photos::info_request_id, photos::position))
        .select((photos::answer_id, PhotoView::as_select()))
        .load(connection)?;
    let mut photos: HashMap<Option<Uuid>, Vec<PhotoView>> = HashMap::new();
    for (answer, photo) in rows {
        photos.entry(answer).or_default().push(photo);
    }
    Ok(photos)
}
