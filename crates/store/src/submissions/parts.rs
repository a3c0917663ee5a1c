use std::collections::HashMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, SelectableHelper};
use uuid::Uuid;

use super::{AnswerRecord, AnswerView, EventView, PhotoView, RatingView};
use crate::{
    Result,
    casework::{InfoRequest, requests},
    handovers::{self, HandoverView},
    promises::{self, PromiseView},
    proposals::{self, ProposalLine},
    schema::{answers, events, info_requests, photos, ratings},
};

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
    /// Loads all parts, the timeline with its internal events only when asked for.
    pub fn load(connection: &mut PgConnection, id: Uuid, internal: bool) -> Result<Self> {
        let answers: Vec<AnswerRecord> = answers::table
            .filter(answers::submission_id.eq(id))
            .order((answers::answered_at, answers::id))
            .select(AnswerRecord::as_select())
            .load(connection)?;
        let mut photos = photos_of(connection, id, &answers)?;
        let events = events::table
            .filter(events::submission_id.eq(id))
            .filter(events::is_public.eq(true).or(events::is_public.eq(!internal)))
            .order(events::seq)
            .select(EventView::as_select())
            .load(connection)?;
        let ratings = ratings::table
            .filter(ratings::submission_id.eq(id))
            .order(ratings::round)
            .select(RatingView::as_select())
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
            ratings,
            info_requests: requests(connection, id)?,
            handovers: handovers::of_submission(connection, id)?,
            promises: promises::of_submission(connection, id)?,
            proposals: if internal {
                proposals::of_submission(connection, id)?
            } else {
                Vec::new()
            },
        })
    }
}

/// The photos by the answer that they belong to; the resident's own, those sent later included, under `None`.
fn photos_of(
    connection: &mut PgConnection,
    id: Uuid,
    answers: &[AnswerRecord],
) -> Result<HashMap<Option<Uuid>, Vec<PhotoView>>> {
    let answer_ids: Vec<Uuid> = answers.iter().map(AnswerRecord::shown_photos).collect();
    let rows: Vec<(Option<Uuid>, PhotoView)> = photos::table
        .left_join(info_requests::table)
        .filter(
            photos::submission_id
                .eq(id)
                .or(photos::answer_id.eq_any(answer_ids))
                .or(info_requests::submission_id.eq(id)),
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
