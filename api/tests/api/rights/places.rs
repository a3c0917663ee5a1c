//! A place where everybody of the test is at home, and one where nobody is.

use std::collections::HashMap;

use chrono::TimeDelta;
use minyi_domain::{
    people::{Actor, Role, Scope},
    sheet::Template,
    submission::Channel,
};
use minyi_store::{
    By, Directory, JobOutcome, NewPrintJob, NewRegion, PrintLook, Selection,
    fixtures::{COUNTY, Deputy, Grid, TOWNSHIP, login},
};
use uuid::Uuid;

use crate::app::{App, noon};

/// The things of a place, by the word in the path that names their kind.
pub struct Place {
    grid: Grid,
    deputy: Deputy,
    /// Another one, of whom nobody of the test lives.
    spare: Deputy,
    office: Uuid,
    /// Somebody of the station's staff, not of the test, with a session.
    staff: (Uuid, Uuid),
    things: HashMap<&'static str, String>,
}

impl Place {
    /// The path with this place's ids: `/submissions/{id}/…` takes the id of the submission.
    pub fn concrete(&self, path: &str) -> String {
        let mut concrete = path.replace("{year}", "2026").replace("{month}", "2026-11");
        for (kind, id) in &self.things {
            let named = format!("/{kind}/{{");
            if let Some(start) = concrete.find(&named) {
                let from = start + named.len() - 1;
                let until = from + concrete[from..].find('}').unwrap() + 1;
                concrete.replace_range(from..until, id);
            }
        }
        concrete
    }

    /// The id of the thing that `kind`, the word in a path, names.
    pub fn thing(&self, kind: &str) -> &str {
        &self.things[kind]
    }

    pub fn grid_code(&self) -> &str {
        &self.grid.code
    }

    /// What must not be seen from elsewhere.
    pub fn secrets(&self) -> Vec<String> {
        [
            "submissions",
            "intake",
            "handovers",
            "proposals",
            "hearings",
            "appointments",
            "revisits",
            "clusters",
            "notifications",
        ]
        .iter()
        .filter_map(|kind| self.things.get(kind).cloned())
        .collect()
    }
}

pub struct Stage {
    pub app: App,
    pub here: Place,
    pub there: Place,
    tokens: HashMap<Role, String>,
    actors: HashMap<Role, Actor>,
}

impl Stage {
    pub async fn build() -> Self {
        let mut app = App::with(&[
            "--limit-address-per-minute",
            "1000000",
            "--limit-guesses-per-minute",
            "1000000",
        ])
        .await;
        let region = |code: &str| NewRegion {
            code: code.to_owned(),
            name: format!("外地{code}"),
            valid_from: None,
            valid_until: None,
        };
        let regions = ["9902", "990203", "990203001"].map(region).into();
        app.store
            .import_directory(&Directory {
                regions,
                ..Directory::default()
            })
            .unwrap();
        let (grid, deputy) = (app.grid.clone(), app.deputy.clone());
        let office = app.city.office(TOWNSHIP);
        let handler = app.city.office_handler(office);
        let mut actors = HashMap::from([(Role::Deputy, deputy.actor.clone()), (Role::OfficeHandler, handler)]);
        for role in [Role::StationStaff, Role::StationHead] {
            actors.insert(role, app.city.staff(grid.site_id, role));
        }
        let regions = [
            (Role::StreetAdmin, TOWNSHIP),
            (Role::CountyAdmin, COUNTY),
            (Role::CityAdmin, "9901"),
            (Role::Auditor, COUNTY),
            (Role::SecurityAdmin, COUNTY),
        ];
        for (role, region) in regions {
            actors.insert(role, app.city.admin(region, role));
        }
        actors.insert(Role::SystemAdmin, app.city.system_admin());
        let site = app.city.site_in("990203001");
        let far_grid = app.city.grid_in(site, "990203001");
        let far_deputy = app.city.deputy();
        app.city.assign(&far_grid, &far_deputy, "lead");
        let far_office = app.city.office("990203001");
        let mut spare_in = |grid: &Grid| {
            let spare = app.city.deputy();
            app.city.assign(grid, &spare, "assistant");
            spare
        };
        let (spare, far_spare) = (spare_in(&grid), spare_in(&far_grid));
        let mut staff_in = |grid: &Grid, secret: u8| {
            let staff = app.city.staff(grid.site_id, Role::StationStaff).account_id;
            let new = login(staff, noon(), noon() + TimeDelta::days(1));
            (staff, app.store.open_token_session(&new, [secret; 32]).unwrap())
        };
        let (staff, far_staff) = (staff_in(&grid, 1), staff_in(&far_grid, 2));
        let place = |grid, deputy, spare, office, staff| Place {
            grid,
            deputy,
            spare,
            office,
            staff,
            things: HashMap::new(),
        };
        let mut tokens = HashMap::new();
        for (role, actor) in &actors {
            tokens.insert(*role, app.access_token(actor).await);
        }
        let mut stage = Self {
            here: place(grid, deputy, spare, office, staff),
            there: place(far_grid, far_deputy, far_spare, far_office, far_staff),
            app,
            tokens,
            actors,
        };
        stage.refresh_here();
        stage.refresh_there();
        stage
    }

    /// Everything at home is new, because the last call may have moved it.
    pub fn refresh_here(&mut self) {
        self.here.things = things(&mut self.app, &self.here);
    }

    /// Everything in the foreign place.
    pub fn refresh_there(&mut self) {
        self.there.things = things(&mut self.app, &self.there);
    }

    pub fn token(&self, role: Role) -> &str {
        &self.tokens[&role]
    }

    /// Has the right, but no place in which to use it.
    pub fn is_blind(&self, role: Role) -> bool {
        self.actors[&role].scope() == Scope::Nothing
    }
}

fn things(app: &mut App, place: &Place) -> HashMap<&'static str, String> {
    let (id, receipt) = app.city.submit(&place.grid, place.deputy.route());
    let (handover, account) = (Uuid::new_v4(), place.deputy.actor.account_id);
    let (proposal, promise) = (Uuid::new_v4(), Uuid::new_v4());
    let mut entered = app.city.submission(&place.grid, place.deputy.route());
    (entered.channel, entered.code_id, entered.entered_by) = (Channel::Visit, None, Some(account));
    app.store.submit(&entered).unwrap();
    app.sql(&format!(
        "INSERT INTO handovers (id, channel, lead_submission_id, office_id, handed_by_account_id, handed_by_name, demand,
            state, handed_at, accept_due_at, answer_due_at, answer_due_provisional)
        SELECT '{handover}', 'office', '{id}', '{office}', '{account}', '某代表', '请办理', 'offered', submitted_at,
            answer_due_at, answer_due_at, false FROM submissions WHERE id = '{id}';
        INSERT INTO handover_submissions VALUES ('{handover}', '{id}');
        INSERT INTO handover_partners (handover_id, office_id, invited_at, due_at)
        SELECT '{handover}', '{office}', submitted_at, answer_due_at FROM submissions WHERE id = '{id}';
        INSERT INTO promises (id, submission_id, handover_id, text, promised_by, due_on, made_at)
        SELECT '{promise}', '{id}', '{handover}', '年底换完', '某单位', '2026-12-30', submitted_at
        FROM submissions WHERE id = '{id}';
        INSERT INTO proposals (id, channel, region_code, title, text, lead_deputy_id, drafted_by_account_id, drafted_at)
        SELECT '{proposal}', 'intersession', left(region_code, 6), '某建议', '建议内容', '{deputy}', '{account}', submitted_at
        FROM submissions WHERE id = '{id}';
        INSERT INTO proposal_submissions VALUES ('{proposal}', '{id}');
        INSERT INTO handovers (id, channel, proposal_id, lead_submission_id, office_id, handed_by_account_id,
            handed_by_name, demand, state, handed_at, accept_due_at, answer_due_at, answer_due_provisional)
        SELECT '{by_proposal}', 'intersession', '{proposal}', '{id}', '{office}', '{account}', '某代表', '请办理',
            'offered', submitted_at, answer_due_at, answer_due_at, false FROM submissions WHERE id = '{id}';
        INSERT INTO handover_submissions VALUES ('{by_proposal}', '{id}');",
        office = place.office,
        deputy = place.deputy.id,
        by_proposal = Uuid::new_v4(),
    ));
    let cluster = Uuid::new_v4();
    app.sql(&format!(
        "INSERT INTO clusters SELECT '{cluster}', left(region_code, 6), submitted_at FROM submissions WHERE id = '{id}';
        INSERT INTO cluster_members (submission_id, cluster_id)
        SELECT id, '{cluster}' FROM submissions WHERE id IN ('{id}', '{}')",
        entered.id
    ));
    let request = Uuid::new_v4();
    app.sql(&format!(
        "INSERT INTO personal_data_requests (id, number, kind, phone_index, reason, asked_by_account_id, asked_at)
            VALUES ('{request}', '{request}', 'freeze', sha256('x'), '本人要求', '{account}', '2026-11-20');
        INSERT INTO personal_data_items VALUES ('{request}', '{id}')"
    ));
    let letter = Uuid::new_v4();
    app.sql(&format!(
        "UPDATE notifications SET id = '{letter}', state = 'dead', finished_at = created_at, error = 'refused'
            WHERE submission_id = '{id}'"
    ));
    let assignment = Uuid::new_v4();
    app.sql(&format!(
        "UPDATE deputies SET region_code = '{region}' WHERE id = '{spare}';
        INSERT INTO grid_assignments (id, grid_id, deputy_id, role, valid_from, valid_until)
        SELECT '{assignment}', '{grid}', '{spare}', 'assistant', from_day, from_day + 1
        FROM (SELECT coalesce(max(valid_until), '2020-01-01') AS from_day FROM grid_assignments
            WHERE deputy_id = '{spare}') AS last",
        region = place.grid.region_code,
        spare = place.spare.id,
        grid = place.grid.id,
    ));
    let word = Uuid::new_v4();
    app.sql(&format!(
        "INSERT INTO content_words (id, word, category, added_by_account_id, added_at)
            VALUES ('{word}', left('{word}', 30), 'abuse', '{account}', '2026-11-20')"
    ));
    let job = Uuid::new_v4();
    app.sql(&format!(
        "INSERT INTO clock_jobs (id, account_id, region_code, task, state, created_at)
            VALUES ('{job}', '{account}', left('{region}', 6), '{{\"task\": \"recompute\"}}', 'waiting', '2026-11-20')",
        region = place.grid.region_code,
    ));
    let meetings = meetings(app, place, id);
    let mut things = HashMap::from([
        ("submissions", id.to_string()),
        ("intake", entered.id.to_string()),
        ("receipts", receipt.receipt.to_string()),
        ("codes", place.grid.token.to_string()),
        ("sites", place.grid.site_id.to_string()),
        ("clock-jobs", job.to_string()),
        ("group-robots", place.grid.site_id.to_string()),
        ("handovers", handover.to_string()),
        ("proposals", proposal.to_string()),
        ("promises", promise.to_string()),
        ("deputies", place.spare.id.to_string()),
        ("clusters", cluster.to_string()),
        ("requests", request.to_string()),
        ("accounts", place.staff.0.to_string()),
        ("sessions", place.staff.1.to_string()),
        ("notifications", letter.to_string()),
        ("content-words", word.to_string()),
        ("regions", place.grid.region_code.clone()),
        ("offices", place.office.to_string()),
        ("grids", place.grid.id.to_string()),
        ("assignments", assignment.to_string()),
        ("templates", "regions".to_owned()),
        ("imports", "regions".to_owned()),
        ("print-jobs", print_job(app, place).to_string()),
        ("print-designs", place.grid.region_code.clone()),
        ("periods", "contact".to_owned()),
        ("runs", Uuid::nil().to_string()),
    ]);
    things.extend(meetings);
    things
}

/// A batch that the place's station asked for.
fn print_job(app: &mut App, place: &Place) -> Uuid {
    let staff = app.city.staff(place.grid.site_id, Role::StationStaff);
    let job = NewPrintJob {
        id: Uuid::new_v4(),
        selection: Selection::Grid(place.grid.id),
        template: Template::A4,
        crop_marks: false,
        look: PrintLook::default(),
        public_url: "https://my.example.gov.cn".to_owned(),
    };
    let outcome = app
        .store
        .create_print_job(&By::command_line(), &staff, &job, noon())
        .unwrap();
    assert_eq!(outcome, JobOutcome::Created);
    job.id
}

/// An appointment, a hearing and a revisit.
fn meetings(app: &App, place: &Place, submission: Uuid) -> [(&'static str, String); 3] {
    let ids = [(); 3].map(|()| Uuid::new_v4());
    let [appointment, hearing, revisit] = ids;
    let (site, region, office) = (place.grid.site_id, &place.grid.region_code, place.office);
    let (deputy, account) = (place.deputy.id, place.deputy.actor.account_id);
    app.sql(&format!(
        "UPDATE appointments SET state = 'cancelled', settled_at = asked_at
            WHERE deputy_id = '{deputy}' AND state IN ('asked', 'confirmed');
        INSERT INTO appointments (id, submission_id, site_id, deputy_id, starts_at, ends_at, state, asked_by, asked_at)
            VALUES ('{appointment}', '{submission}', '{site}', '{deputy}', '2026-11-25 01:00Z', '2026-11-25 01:30Z',
                'asked', 'resident', '2026-11-20');
        INSERT INTO hearings (id, site_id, region_code, title, kind, starts_at, ends_at, place, noticed_at, state,
                planned_by_account_id, planned_at)
            VALUES ('{hearing}', '{site}', '{region}', '答复会{hearing}', 'answering', '2026-11-25', '2026-11-26',
                '活动室', '2026-11-20', 'planned', '{account}', '2026-11-20');
        INSERT INTO hearing_submissions VALUES ('{hearing}', '{submission}');
        INSERT INTO hearing_deputies VALUES ('{hearing}', '{deputy}');
        INSERT INTO hearing_offices VALUES ('{hearing}', '{office}');
        INSERT INTO revisits (id, submission_id, site_id, reason, created_at, due_at)
            VALUES ('{revisit}', '{submission}', '{site}', 'sample', '2026-11-20', '2026-12-05');"
    ));
    [
        ("appointments", appointment.to_string()),
        ("hearings", hearing.to_string()),
        ("revisits", revisit.to_string()),
    ]
}
