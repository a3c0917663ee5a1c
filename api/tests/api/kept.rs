//! Every act is kept somewhere (谁做了什么): in the timeline of its submission, in the audit log, or it stands here with
//! the reason why it need not be. An operation of the contract that changes something and has no row fails.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use minyi_domain::{audit::Action, people::Role};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::{
    app::{Answer, send},
    contract::{operations, rust_files},
    pictures::jpeg,
    rights::{
        places::Stage,
        table::{Needs, Row, rows},
    },
};

/// Where an operation's act is kept.
enum Kept {
    /// In the timeline of its submission.
    Timeline,
    /// In the audit log, by this word: tried below.
    Log(Action),
    /// In the audit log, as the test of this name holds.
    Held(&'static str),
    /// Nowhere, for this reason.
    Not(&'static str),
}

use Kept::{Held, Log, Not, Timeline};

const PREVIEW: Kept = Not("it changes nothing");
const RESIDENT: Kept = Not("a resident is nobody to us; what was sent stands in the submission");
const OWN: Kept = Not("it concerns nobody but the person");
const STEPS: Kept = Held("a_code_and_a_recovery_code_open_once");
const ACCOUNTS: Kept =
    Held("a_security_administrator_creates_changes_and_disables_accounts_within_the_own_division_and_it_is_audited");
const BROWSER: Kept = Held("a_browser_signs_in_by_json_and_is_given_its_token");
const SESSIONS: Kept = Held("sessions_are_seen_and_ended_by_their_owner_and_by_the_security_administrator");
const PERSONAL: Kept =
    Held("what_is_done_is_deleted_what_is_open_is_frozen_by_two_persons_and_the_timeline_stays_whole");

const RETENTION: Kept = Held("a_run_removes_what_was_previewed_is_asked_for_once_and_can_be_stopped");
const ROBOT: Kept = Held("who_keeps_a_place_sets_tries_and_removes_its_robot");
const SERVICE: Kept = Held("a_person_binds_the_service_account_and_is_told_through_it");

/// In the order in which they are tried.
const KEPT: &[(&str, Kept)] = &[
    ("create_account", Log(Action::AccountCreated)),
    ("put_account", Log(Action::AccountChanged)),
    ("disable_account", Log(Action::AccountDisabled)),
    ("enable_account", Log(Action::AccountEnabled)),
    ("delete_second_factor", Log(Action::SecondFactorRemoved)),
    ("delete_account_session", Log(Action::SessionRevoked)),
    ("create_setup_link", Log(Action::SetupLinkMade)),
    ("put_login_policy", Log(Action::LoginPolicyChanged)),
    ("put_answer_templates", Log(Action::AnswerTemplatesSet)),
    (
        "put_calendar_year",
        Held("a_years_holidays_are_looked_at_before_they_are_taken"),
    ),
    ("put_categories", Log(Action::CategoriesImported)),
    ("make_codes", Log(Action::CodesMade)),
    ("act_on_codes", Log(Action::CodesSuspended)),
    ("hang_code", Log(Action::CodeHung)),
    ("take_code_down", Log(Action::CodeTakenDown)),
    ("add_content_word", Log(Action::ContentWordAdded)),
    ("remove_content_word", Log(Action::ContentWordRemoved)),
    ("create_deadline_policy", Log(Action::DeadlinePolicySet)),
    (
        "recompute_deadlines",
        Held("running_clocks_are_computed_again_by_a_worker_and_it_can_be_stopped"),
    ),
    ("cancel_clock_job", Not("what is stopped has changed nothing")),
    ("put_decline_kind", Log(Action::DeclineKindSet)),
    ("invite", Log(Action::DeputyInvited)),
    ("unbind", Log(Action::DeputyUnbound)),
    ("plan_hearing", Log(Action::HearingPlanned)),
    ("change_hearing", Log(Action::HearingChanged)),
    ("hold_hearing", Log(Action::HearingHeld)),
    ("copy_personal_data", Log(Action::PersonalDataCopied)),
    ("search_personal_data", Log(Action::PersonalDataSearched)),
    (
        "copy_personal_data_pdf",
        Held("a_copy_is_handed_out_to_read_and_each_stands_in_the_audit"),
    ),
    (
        "copy_personal_data_xlsx",
        Held("a_copy_is_handed_out_to_read_and_each_stands_in_the_audit"),
    ),
    (
        "put_retention_period",
        Held("the_system_administrator_sets_periods_within_their_bounds"),
    ),
    ("start_retention_run", RETENTION),
    ("cancel_retention_run", RETENTION),
    (
        "put_message_wording",
        Held("messages_are_worded_where_the_platform_takes_free_text"),
    ),
    ("set_group_robot", ROBOT),
    ("remove_group_robot", ROBOT),
    (
        "try_group_robot",
        Not("it says one line to the group and changes nothing"),
    ),
    ("begin_service_binding", SERVICE),
    ("unbind_service_account", SERVICE),
    ("create_data_request", PERSONAL),
    ("decide_data_request", Log(Action::PersonalDataDecided)),
    ("add_region", Log(Action::PlacesSaved)),
    ("change_region", Log(Action::PlacesSaved)),
    ("add_site", Log(Action::PlacesSaved)),
    ("change_site", Log(Action::PlacesSaved)),
    ("add_office", Log(Action::PlacesSaved)),
    ("change_office", Log(Action::PlacesSaved)),
    ("add_grid", Log(Action::PlacesSaved)),
    ("change_grid", Log(Action::PlacesSaved)),
    ("add_deputy", Log(Action::PlacesSaved)),
    ("add_assignment", Log(Action::PlacesSaved)),
    ("change_assignment", Log(Action::PlacesSaved)),
    ("change_deputy", Log(Action::PlacesSaved)),
    ("put_deputy_photo", Log(Action::PlacesSaved)),
    ("delete_deputy_photo", Log(Action::PlacesSaved)),
    (
        "import_places",
        Held("a_workbook_is_taken_whole_or_not_at_all_and_says_what_is_wrong"),
    ),
    (
        "post_boundaries",
        Held("boundaries_are_simple_and_lie_in_their_division"),
    ),
    (
        "advance_term",
        Held("the_next_term_keeps_who_stays_and_ends_who_leaves"),
    ),
    ("put_print_design", Log(Action::PrintDesignSet)),
    ("put_print_logo", Log(Action::PrintDesignSet)),
    ("delete_print_logo", Log(Action::PrintDesignSet)),
    ("create_print_job", Log(Action::PrintJobCreated)),
    ("cancel_print_job", Log(Action::PrintJobCancelled)),
    ("put_revisit_policy", Log(Action::RevisitPolicySet)),
    ("put_delivery_policy", Log(Action::DeliveryPolicySet)),
    ("put_slot_schemes", Log(Action::SlotSchemesSet)),
    ("send_test_message", Log(Action::TestMessageSent)),
    ("export_table", Log(Action::ListExported)),
    ("create_session", STEPS),
    ("create_browser_session", BROWSER),
    (
        "create_invited_session",
        Held("an_invitation_opens_once_and_for_a_week"),
    ),
    ("create_code_session", Held("a_code_by_text_message_signs_in_once")),
    ("create_wechat_session", SESSIONS),
    ("delete_session", BROWSER),
    ("delete_own_session", SESSIONS),
    ("take_second_step", STEPS),
    ("bind_second_factor", STEPS),
    ("put_password", ACCOUNTS),
    ("use_setup_link", ACCOUNTS),
    ("refresh_session", Not("it goes on with a login that is recorded")),
    (
        "begin_second_factor",
        Not("nothing depends on the secret until it is bound"),
    ),
    ("bind_wechat", Not("signing in by it is recorded")),
    ("keep_phone", Not("signing in by it is recorded")),
    ("send_code", Not("signing in by it is recorded")),
    ("send_phone_code", Not("signing in by it is recorded")),
    ("settle_appointment", Timeline),
    ("propose_appointment", Timeline),
    ("accept_handover", Timeline),
    ("answer_handover", Timeline),
    ("approve_handover", Timeline),
    ("extend_handover", Timeline),
    ("give_opinion", Timeline),
    ("invite_partner", Timeline),
    ("refuse_handover", Timeline),
    ("send_back_handover", Timeline),
    ("withdraw_handover", Timeline),
    ("create_intake", Timeline),
    ("resend_notification", Timeline),
    ("keep_promise", Timeline),
    ("submit_proposal", Timeline),
    ("record_revisit", Timeline),
    ("accept_submission", Timeline),
    ("create_answer", Timeline),
    ("classify", Timeline),
    ("open_contact", Timeline),
    ("decline_submission", Timeline),
    ("create_handover", Timeline),
    ("create_info_request", Timeline),
    ("merge_submission", Timeline),
    ("unmerge_submission", Timeline),
    ("create_release", Timeline),
    ("withdraw_release", Timeline),
    ("restrict_submission", Timeline),
    ("split_submission", Timeline),
    ("transfer_submission", Timeline),
    ("create_transfers", Timeline),
    ("mark_urgency", Timeline),
    ("create_submission", Timeline),
    ("create_info", Timeline),
    ("create_rating", Timeline),
    ("create_review", Timeline),
    ("give_publish_consent", Timeline),
    ("withdraw_publish_consent", Timeline),
    ("ask_as_resident", Timeline),
    ("settle_as_resident", Timeline),
    (
        "look_at_content",
        Not("who looked, and when, stands in the check itself"),
    ),
    (
        "create_proposal",
        Not("a draft names its author; the timeline begins when it is submitted"),
    ),
    (
        "change_proposal",
        Not("a draft names its author; the timeline begins when it is submitted"),
    ),
    ("sign_in", Not("a deputy's own record of service, kept as such")),
    ("create_photo", RESIDENT),
    ("create_subscription", RESIDENT),
    (
        "delete_subscription",
        Not("a resident is nobody to us; when it was ended stands in the subscription"),
    ),
    ("create_support", RESIDENT),
    ("lookup_receipt", RESIDENT),
    ("take_push", Not("WeChat tells us by itself; nobody acts")),
    ("read_messages", OWN),
    ("put_notification_preferences", OWN),
    ("answer_pushes", OWN),
    (
        "put_proposal_text",
        Not("a draft names its author; the timeline begins when it is submitted"),
    ),
    ("try_content_words", PREVIEW),
    ("preview_message_wording", PREVIEW),
    ("check_code", PREVIEW),
    ("list_import_mistakes", PREVIEW),
    ("preview_calendar_year", PREVIEW),
    ("preview_deadline_policies", PREVIEW),
    ("preview_print_design", PREVIEW),
];

#[test]
fn every_operation_that_changes_something_says_where_it_is_kept() {
    let written: BTreeSet<_> = KEPT.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(written.len(), KEPT.len(), "a row stands twice");
    let changing = |(method, name, _): (String, String, String)| (method != "get").then_some(name);
    let described: BTreeSet<_> = operations().into_iter().filter_map(changing).collect();
    let missing: Vec<_> = described.difference(&written).collect();
    let stale: Vec<_> = written.difference(&described).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "missing: {missing:#?}\nstale: {stale:#?}"
    );
    let tests = rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api"));
    let tests: String = tests.into_iter().map(|(_, text)| text).collect();
    for (name, kept) in KEPT {
        match kept {
            Held(test) => assert!(tests.contains(&format!("fn {test}()")), "{name}: no test {test}"),
            Not(reason) => assert!(!reason.is_empty(), "{name}"),
            Timeline | Log(_) => {}
        }
    }
}

#[actix_web::test]
async fn what_is_said_to_stand_in_the_audit_log_stands_there() {
    let mut stage = Stage::build().await;
    let rights = rows();
    let paths: Vec<_> = operations().into_iter().collect();
    let mut made = HashMap::new();
    for (name, kept) in KEPT {
        let Log(action) = kept else { continue };
        let (method, _, path) = paths.iter().find(|(_, operation, _)| operation == name).unwrap();
        let row = rights
            .iter()
            .find(|row| row.method == method && row.path == path)
            .unwrap();
        let before = stage.app.logged(*action);
        let answer = call(&stage, name, row, &made).await;
        assert!(answer.status < 300, "{name}: {} {}", answer.status, answer.text());
        assert_eq!(stage.app.logged(*action), before + 1, "{name}: {action}");
        let body: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
        made.insert(*name, body["id"].as_str().unwrap_or_default().to_owned());
        stage.refresh_here();
    }
}

/// Calls an operation as somebody who may, for a thing of the own place or one that was made before.
async fn call(stage: &Stage, name: &str, row: &Row, made: &HashMap<&str, String>) -> Answer {
    let may = |role: &&Role| match row.needs {
        Needs::Right(right) => role.may(right),
        _ => true,
    };
    let first = [Role::CountyAdmin, Role::SecurityAdmin];
    let role = *first.iter().chain(Role::ALL).find(may).unwrap();
    let path = match name {
        "put_decline_kind" => "/api/v1/decline-kinds/private_matter".to_owned(),
        "remove_content_word" => format!("/api/v1/content-words/{}", made["add_content_word"]),
        "change_assignment" => format!("/api/v1/places/assignments/{}", made["add_assignment"]),
        _ => stage.here.concrete(row.path),
    };
    prepare(stage, name);
    let method: Method = row.method.to_uppercase().parse().unwrap();
    let request = stage.app.request(method, &path).bearer_auth(stage.token(role));
    send(match name {
        "put_categories" => request
            .header("content-type", "text/csv")
            .body("level1,level2,level3\n城乡建设,市政设施,路灯照明\n"),
        "put_print_logo" | "put_deputy_photo" => {
            let photo = Part::bytes(jpeg(300, 300)).file_name("photo.jpg");
            request.multipart(Form::new().part("file", photo))
        }
        _ => match body(stage, name, made).or_else(|| row.body.clone()) {
            Some(body) => request.json(&body),
            None => request,
        },
    })
    .await
}

/// What must have been before.
fn prepare(stage: &Stage, name: &str) {
    if name == "put_login_policy" {
        // It is the whole installation's.
        stage
            .app
            .sql("UPDATE accounts SET region_code = NULL WHERE role = 'security_admin'");
    }
    if name == "hold_hearing" {
        stage.app.sql(&format!(
            "UPDATE hearings SET starts_at = '2026-11-19 01:00Z', ends_at = '2026-11-19 02:00Z', urgent_reason = '紧急'
            WHERE id = '{}'",
            stage.here.thing("hearings")
        ));
    }
}

/// A body that is taken, where the one of the table of rights is not.
fn body(stage: &Stage, name: &str, made: &HashMap<&str, String>) -> Option<Value> {
    let here = |kind: &str| stage.here.thing(kind).to_owned();
    let (region, site) = (here("regions"), here("sites"));
    let staff = |name: &str| json!({"username": name, "role": "station_head", "display_name": "某人", "site_id": site});
    let assignment = |until: Option<&str>| {
        json!({"grid_code": stage.here.grid_code(), "deputy_id": made["add_deputy"], "role": "assistant",
            "valid_from": "2027-01-01", "valid_until": until})
    };
    Some(match name {
        "create_deadline_policy" => json!({"applies_to": "submission", "step": "answer", "amount": 7,
            "unit": "working_days", "effective_from": "2027-01-01", "region_code": region}),
        "create_account" => staff("somebody.new"),
        "put_account" => {
            let mut staff = staff("");
            staff.as_object_mut().unwrap().remove("username");
            staff
        }
        "make_codes" => json!({"selection": {"region_code": region}, "purposes": [{"purpose": "电梯", "count": 1}]}),
        "act_on_codes" => json!({"tokens": [here("codes")], "act": "suspend", "reason": "墙面翻新"}),
        "add_region" => json!({"code": format!("{region}007"), "name": "某村"}),
        "change_region" => json!({"code": region, "name": "改名镇"}),
        "add_site" => json!({"kind": "station", "name": "新站", "region_code": region}),
        "change_site" => json!({"kind": "station", "name": "改名站", "region_code": region}),
        "add_office" => json!({"name": "新单位", "region_code": region}),
        "change_office" => json!({"name": "改名单位", "region_code": region}),
        "add_grid" => json!({"code": format!("{region}000900"), "name": "新网格", "place": "某处",
            "region_code": region, "site_id": site}),
        "change_grid" => {
            json!({"code": stage.here.grid_code(), "name": "改名网格", "place": "某处", "region_code": region,
            "site_id": site})
        }
        "add_deputy" => json!({"name": "新代表", "level": "county", "region_code": region, "term_from": "2022-01-01"}),
        "change_deputy" => json!({"name": "改名代表", "level": "county", "region_code": region, "site_id": site,
            "term_from": "2022-01-01"}),
        "add_assignment" => assignment(None),
        "change_assignment" => assignment(Some("2031-01-01")),
        _ => return None,
    })
}
