use std::collections::HashMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, SelectableHelper};
use uuid::Uuid;

use super::{AnswerRecord, AnswerView, EventView, PhotoView, RatingView};
use crate::{
    Result,
    schema::{answers, events, photos, ratings},
};

/// What hangs on a submission and both sides read.
pub struct Parts {
    pub photos: Vec<PhotoView>,
    pub answers: Vec<AnswerView>,
    pub events: Vec<EventView>,
    pub ratings: Vec<RatingView>,
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
            .order((events::occurred_at, events::id))
            .select(EventView::as_select())
            .load(connection)?;
        let ratings = ratings::table
            .filter(ratings::submission_id.eq(id))
            .order(ratings::round)
            .select(RatingView::as_select())
            .load(connection)?;
        let with_photos = |answer: AnswerRecord| AnswerView {
            photos: photos.remove(&Some(answer.id)).unwrap_or_default(),
            id: answer.id,
            author_name: answer.author_name,
            text: answer.text,
            answered_at: answer.answered_at,
        };
        let answers = answers.into_iter().map(with_photos).collect();
        let photos = photos.remove(&None).unwrap_or_default();
        Ok(Self {
            photos,
            answers,
            events,
            ratings,
        })
    }
}

/// The photos by the answer that they belong to; the submission's own under `None`.
fn photos_of(
    connection: &mut PgConnection,
    id: Uuid,
    answers: &[AnswerRecord],
) -> Result<HashMap<Option<Uuid>, Vec<PhotoView>>> {
    let answer_ids: Vec<Uuid> = answers.iter().map(|answer| answer.id).collect();
    let rows: Vec<(Option<Uuid>, PhotoView)> = photos::table
        .filter(photos::submission_id.eq(id).or(photos::answer_id.eq_any(answer_ids)))
        .order(photos::position)
        .select((photos::answer_id, PhotoView::as_select()))
        .load(connection)?;
    let mut photos: HashMap<Option<Uuid>, Vec<PhotoView>> = HashMap::new();
    for (answer, photo) in rows {
        photos.entry(answer).or_default().push(photo);
    }
    Ok(photos)
}
