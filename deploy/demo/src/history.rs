//! Plays the story through the product's own use cases, in the order of time, so that every timeline, clock and record
//! of delivery is what it would have been. A move that was made in an earlier run is left out.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use minyi_domain::rights::Permission;
use minyi_domain::{
    calendar::{at_local_time, local_date},
    lifecycle::State,
    people::Actor,
    routing::{Route, route},
    submission::Channel,
    text::{AnswerText, RatingComment},
    token::{ReceiptToken, SubmissionNumber},
};
use minyi_gateways::keys::Keys;
use minyi_store::{
    Address, AnswerOutcome, BeginSending, CodePage, NewSubmission, RateOutcome, ReceiptView, SendResult, Store,
    SubmitOutcome,
};
use uuid::Uuid;

use crate::{
    Error, Result,
    city::{City, Grid},
    contacts,
    fate::{Fate, Rules},
    photos::Album,
    plot::{self, Plot, Step},
    seed::Seed,
    story::{Case, Follow},
};

/// WeChat's code for "the user does not want messages": one deputy's phone, so that the watch list is not empty.
const REFUSED_BY_USER: i32 = 43101;

/// Everything that playing needs.
pub struct Stage<'a> {
    pub store: &'a Store,
    pub keys: &'a Keys,
    pub seed: &'a Seed,
    pub city: &'a City,
    pub rules: &'a Rules,
    pub album: &'a Album,
    /// The deputy whose messages do not arrive.
    pub unreachable: Option<Uuid>,
    /// An earlier run has begun, so that every move may have been made.
    pub gone_on_with: bool,
}

enum Scene<'a> {
    Submit(&'a Case),
    /// The `n`th answer or rating, counted from 0 for each of the two.
    Follow(&'a Case, usize, &'a Follow),
    Step(&'a Case, &'a Plot, &'a Step),
    Clock,
}

/// Plays all cases up to `end`.
pub fn play(stage: &Stage<'_>, cases: &[Case], plots: &[Plot], end: DateTime<Utc>) -> Result<()> {
    let mut scenes: Vec<(DateTime<Utc>, Scene<'_>)> = Vec::new();
    for case in cases {
        scenes.push((case.submitted_at, Scene::Submit(case)));
        let (mut answers, mut ratings) = (0, 0);
        for (at, follow) in &case.follows {
            let count = if matches!(follow, Follow::Answer(_)) {
                &mut answers
            } else {
                &mut ratings
            };
            scenes.push((*at, Scene::Follow(case, *count, follow)));
            *count += 1;
        }
    }
    for plot in plots {
        let case = stage.case_of(cases, &plot.key)?;
        let seconds = TimeDelta::seconds(case.submitted_at.timestamp() % 60);
        for step in &plot.steps {
            scenes.push((plot::time(&step.at, end)? + seconds, Scene::Step(case, plot, step)));
        }
    }
    let first = scenes.iter().map(|(at, _)| *at).min().unwrap_or(end);
    scenes.extend(clock(first, end).map(|at| (at, Scene::Clock)));
    scenes.sort_by_key(|(at, _)| *at);
    for (at, scene) in &scenes {
        match scene {
            Scene::Submit(case) => stage.submit(case)?,
            Scene::Follow(case, nth, follow) => stage.follow(case, *nth, follow, *at)?,
            Scene::Step(case, plot, step) => stage.take(cases, case, plot, step, (*at, end))?,
            Scene::Clock => stage.run_steps(*at)?,
        }
    }
    // What has fallen due since the clock was last looked at.
    stage.run_steps(end)
}

/// Steps fall due at nine in the morning and at the end of the day; a moment after each the clock is looked at.
fn clock(first: DateTime<Utc>, end: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let times = [NaiveTime::from_hms_opt(0, 0, 4), NaiveTime::from_hms_opt(9, 0, 3)];
    let days = (0..).map(move |day| local_date(first) + Days::new(day));
    days.take_while(move |day| *day <= local_date(end))
        .flat_map(move |day| times.into_iter().flatten().map(move |time| at_local_time(day, time)))
        .filter(move |at| first < *at && *at < end)
}

impl Stage<'_> {
    /// The receipt of a case, known before it is submitted.
    pub fn receipt(&self, case: &Case) -> ReceiptToken {
        ReceiptToken::random(&mut self.seed.chance(&format!("receipt:{}", case.key)).0)
    }

    /// Whether an earlier run came as far as the first submission.
    pub fn has_begun(&self, cases: &[Case]) -> Result<bool> {
        cases.first().map_or(Ok(true), |case| Ok(self.view(case)?.is_some()))
    }

    /// One deputy whose case was escalated, because no message arrives; not at the station that is shown first.
    pub fn who_is_unreachable(&self, cases: &[Case]) -> Result<Option<Uuid>> {
        let shown = self.city.grids.first().map(|grid| &grid.station);
        for case in cases.iter().filter(|case| case.fate == Fate::Escalated) {
            let grid = self.grid(case)?;
            let route = route(&self.page(grid, case.submitted_at)?.candidates());
            if route.deputy_id.is_some() && Some(&grid.station) != shown {
                return Ok(route.deputy_id);
            }
        }
        Ok(None)
    }

    pub fn grid(&self, case: &Case) -> Result<&Grid> {
        self.city.grids.get(case.grid).ok_or(Error::Data("no grid"))
    }

    pub fn submission_id(&self, case: &Case) -> Uuid {
        self.seed.id(&format!("submission:{}", case.key), case.submitted_at)
    }

    fn view(&self, case: &Case) -> Result<Option<ReceiptView>> {
        Ok(self.store.receipt(&self.receipt(case))?)
    }

    fn submit(&self, case: &Case) -> Result<()> {
        if self.gone_on_with && self.view(case)?.is_some() {
            return Ok(());
        }
        let grid = self.grid(case)?;
        let page = self.page(grid, case.submitted_at)?;
        let new = self.submission(case, grid, &page)?;
        match self.store.submit(&new)? {
            SubmitOutcome::Created(_) | SubmitOutcome::Repeated(_) => {}
            SubmitOutcome::KeyReused | SubmitOutcome::PhotoMissing(_) => return Err(Error::OtherDemonstration),
        }
        if let Some(resident) = contacts::subscriber(self.seed, self.city, case) {
            let later = case.submitted_at + TimeDelta::seconds(40);
            self.store.subscribe_resident(&new.receipt, &resident.openid, later)?;
        }
        self.deliver(case.submitted_at)
    }

    fn page(&self, grid: &Grid, at: DateTime<Utc>) -> Result<CodePage> {
        let token = grid.token.as_ref().ok_or(Error::Data("no code"))?;
        self.store
            .code_page(token, local_date(at))?
            .ok_or(Error::OtherDemonstration)
    }

    fn submission(&self, case: &Case, grid: &Grid, page: &CodePage) -> Result<NewSubmission> {
        let now = case.submitted_at;
        let mut chance = self.seed.chance(&format!("number:{}", case.key));
        let id = self.submission_id(case);
        let contact = contacts::sealed(self.seed, self.keys, case, id)?;
        let place = contacts::place(self.seed, grid, case)?;
        Ok(NewSubmission {
            id,
            number: SubmissionNumber::random(local_date(now), &mut chance.0),
            receipt: self.receipt(case),
            idempotency_key: case.key.clone(),
            request_digest: self.seed.bytes(&format!("request:{}", case.key)),
            channel: case.entry.map_or(Channel::Code, |entry| entry.channel),
            code_id: case.entry.is_none().then_some(page.code_id),
            entered_by: case.entry.map(|entry| entry.by),
            grid_id: page.grid_id,
            site_id: page.site.id,
            region_code: page.region_code.clone(),
            kind: case.kind,
            text: minyi_domain::text::SubmissionText::parse(&case.text)?,
            location: place.location,
            address: place.address,
            contact_name_sealed: contact.name,
            contact_phone_sealed: contact.phone,
            phone_index: contact.phone_index,
            photo_ids: self.album.hang(self.store, self.seed, case)?,
            publish_consent: case.consent,
            route: route(&page.candidates()),
            plan: self.rules.plan(now),
            now,
        })
    }

    fn follow(&self, case: &Case, nth: usize, follow: &Follow, at: DateTime<Utc>) -> Result<()> {
        if self.gone_on_with && !self.is_next(case, nth, follow)? {
            return Ok(());
        }
        match follow {
            Follow::Answer(text) => self.answer(case, text, at)?,
            Follow::Rate {
                solved,
                satisfaction,
                comment,
            } => {
                let comment = comment.as_deref().map(RatingComment::parse).transpose()?;
                let receipt = self.receipt(case);
                let rated = self
                    .store
                    .rate(&receipt, *solved, *satisfaction, comment.as_ref(), at)?;
                if !matches!(rated, RateOutcome::Closed | RateOutcome::Reopened { .. }) {
                    return Err(Error::Data("a rating was refused"));
                }
            }
        }
        self.deliver(at)
    }

    /// Whether a move is still to be made: not in an earlier run, and nobody has gone on with the case otherwise.
    fn is_next(&self, case: &Case, nth: usize, follow: &Follow) -> Result<bool> {
        let view = self.view(case)?.ok_or(Error::Data("no submission to follow"))?;
        Ok(match follow {
            Follow::Answer(_) => view.answers.len() <= nth && view.state.awaits_answer(),
            Follow::Rate { .. } => view.ratings.len() <= nth && view.state == State::Answered,
        })
    }

    fn answer(&self, case: &Case, text: &str, at: DateTime<Utc>) -> Result<()> {
        let grid = self.grid(case)?;
        let page = self.page(grid, case.submitted_at)?;
        let author = self
            .author(&route(&page.candidates()), grid)
            .ok_or(Error::Data("nobody answers"))?;
        let text = AnswerText::parse(text)?;
        match self.store.answer(
            author,
            self.submission_id(case),
            &text,
            &[],
            at,
            self.rules.0.auto_close_at(at),
        )? {
            AnswerOutcome::Answered { .. } => Ok(()),
            _ => Err(Error::Data("an answer was refused")),
        }
    }

    /// Who answers: the deputy, else somebody of the station, else the street's administrator.
    pub fn author(&self, route: &Route, grid: &Grid) -> Option<&Actor> {
        if let Some(id) = route.deputy_id {
            return self
                .city
                .deputies
                .iter()
                .find(|deputy| deputy.id == id)
                .map(|deputy| &deputy.actor);
        }
        let staff = || self.city.staff.iter().map(|member| &member.actor);
        let here = staff().find(|actor| actor.site_id == Some(grid.site_id));
        let above = |actor: &&Actor| {
            actor.role.may(Permission::Handle)
                && actor
                    .region_code
                    .as_ref()
                    .is_some_and(|region| grid.region_code.starts_with(region.as_str()))
        };
        here.or_else(|| {
            staff()
                .filter(above)
                .max_by_key(|actor| actor.region_code.as_ref().map(String::len))
        })
    }

    fn run_steps(&self, at: DateTime<Utc>) -> Result<()> {
        for id in self.store.claim_due_steps(at, 1000)? {
            self.store.run_step(id, at)?;
        }
        self.deliver(at)
    }

    /// What the worker would have done at that time: the messages are recorded as sent, and none is left to be sent
    /// when the real worker starts.
    pub fn deliver(&self, at: DateTime<Utc>) -> Result<()> {
        let (began, done) = (at + TimeDelta::milliseconds(400), at + TimeDelta::milliseconds(700));
        // Where one refuses, the next to be told is due at once.
        loop {
            let ids = self.store.claim_due_notifications(began, 1000)?;
            if ids.is_empty() {
                return Ok(());
            }
            for id in ids {
                self.send(id, began, done)?;
            }
        }
    }

    fn send(&self, id: Uuid, began: DateTime<Utc>, done: DateTime<Utc>) -> Result<()> {
        let BeginSending::Send(message) = self.store.begin_sending(id, began)? else {
            return Ok(());
        };
        let account = self
            .city
            .deputies
            .iter()
            .find(|deputy| message.address == Address::Openid(deputy.phone.openid.clone()));
        let refused = self.unreachable.is_some() && account.map(|deputy| deputy.id) == self.unreachable;
        let result = if refused {
            SendResult::Dead {
                code: Some(REFUSED_BY_USER),
                error: "user refuses to accept the msg".to_owned(),
            }
        } else {
            SendResult::Sent {
                provider_message_id: Some(id.as_u64_pair().1.to_string()),
            }
        };
        Ok(self.store.finish_sending(&message.attempt(), &result, done)?)
    }
}
