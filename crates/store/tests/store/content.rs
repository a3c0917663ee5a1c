use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::{
    content::{Category, ListedWord, Verdict, WordList},
    release::{Part, PublicCase},
    text::{AnswerText, SubmissionText},
    token::{CaseToken, ReceiptToken},
};
use minyi_store::{
    By, CheckState, Checker, ContentCheck, ContentMark, ContentReport, ContentResult, NewPhoto, NewRelease,
    NewSuggestion, Refusal, Subject, TakenPush, Unable, fixtures::Deputy,
};
use rand::{SeedableRng, rngs::StdRng};
use uuid::Uuid;

use crate::support::{World, now, world};

fn later(minutes: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minutes)
}

struct Sent {
    id: Uuid,
    receipt: ReceiptToken,
    deputy: Deputy,
}

/// A submission, read by the program, its words checked.
fn sent(world: &mut World, text: &str, photos: usize) -> Sent {
    let (grid, deputy) = world.city.grid_with_lead();
    let mut new = world.city.submission(&grid, deputy.route());
    new.text = SubmissionText::parse(text).unwrap();
    new.publish_consent = true;
    new.photo_ids = (0..photos).map(|_| photo(world)).collect();
    world.store.submit(&new).unwrap();
    read(world, new.id);
    check(world);
    Sent {
        id: new.id,
        receipt: new.receipt,
        deputy,
    }
}

fn photo(world: &World) -> Uuid {
    let id = Uuid::new_v4();
    let new = NewPhoto {
        id,
        object_name: format!("photos/{id}.jpg"),
        thumbnail_name: format!("photos/{id}-small.jpg"),
        width: 4,
        height: 3,
        size_bytes: 100,
        uploaded_at: now(),
    };
    world.store.add_photo(&new).unwrap();
    id
}

fn read(world: &World, submission_id: Uuid) {
    let made = NewSuggestion {
        submission_id,
        category: None,
        reason: Vec::new(),
        candidates: Vec::new(),
        danger: Vec::new(),
        terms: Vec::new(),
        model: "none".to_owned(),
    };
    world.store.record_suggestion(&made, now()).unwrap();
}

fn list(world: &World) -> WordList {
    let added = world.store.content_words().unwrap();
    WordList::new(added.into_iter().map(|word| (word.word, word.category))).unwrap()
}

fn check(world: &World) -> usize {
    let list = list(world);
    world.store.check_words(10, now(), |text| list.find(text)).unwrap()
}

fn checks(world: &World, sent: &Sent) -> Vec<ContentCheck> {
    let scope = sent.deputy.actor.scope();
    world.store.submission(&scope, sent.id).unwrap().unwrap().checks
}

fn release(world: &World, sent: &Sent, text: &str, marks_seen: bool) -> Result<CaseToken, Refusal> {
    let public = PublicCase::parse("楼下的事", text, "已经处理了。").unwrap();
    let marks = ContentMark::of(text, list(world).find(text));
    let new = NewRelease {
        marks: marks.into_iter().map(|mark| (Part::Text, mark)).collect(),
        public,
        marks_seen,
    };
    let token = CaseToken::random(&mut StdRng::seed_from_u64(1));
    world
        .store
        .release(&sent.deputy.actor, sent.id, &new, token, later(60))
        .unwrap()
}

fn answer(world: &World, sent: &Sent) {
    let text = AnswerText::parse("已经处理了").unwrap();
    world
        .store
        .answer(&sent.deputy.actor, sent.id, &text, &[], later(5), later(9_000))
        .unwrap();
}

#[test]
fn every_text_is_checked_once_and_hard_words_are_marked_where_they_stand() {
    let mut world = world();
    let plain = sent(&mut world, "门口的路灯坏了半个月。", 0);
    let hard = sent(&mut world, "三楼有人赌 博，请来看看。", 0);
    assert_eq!(check(&world), 0);
    let of_plain = checks(&world, &plain);
    assert_eq!((of_plain.len(), of_plain[0].verdict), (1, Some(Verdict::Pass)));
    let of_hard = checks(&world, &hard);
    assert_eq!(of_hard[0].verdict, Some(Verdict::Look));
    let mark = ContentMark {
        category: Category::Gambling,
        word: "赌博".to_owned(),
        start: 4,
        end: 7,
    };
    assert_eq!(of_hard[0].marks, [mark]);
    assert_eq!(
        world.count("submissions WHERE state = 'registered'"),
        2,
        "nothing is refused"
    );
}

#[test]
fn what_was_marked_is_published_only_after_somebody_has_looked() {
    let mut world = world();
    let hard = sent(&mut world, "三楼有人赌博，请来看看。", 0);
    answer(&world, &hard);
    assert_eq!(release(&world, &hard, "三楼有人聚众。", false), Err(Refusal::NeedsLook));
    let (_, stranger) = world.city.grid_with_lead();
    let look = |by| world.store.look_at_content(by, hard.id, later(30)).unwrap();
    assert_eq!(look(&stranger.actor), Err(Refusal::NotFound));
    assert_eq!(look(&hard.deputy.actor), Ok(1));
    assert_eq!(look(&hard.deputy.actor), Ok(0));
    let looked = checks(&world, &hard)[0].looked.clone().unwrap();
    assert_eq!(looked.1, later(30));
    // What is published is looked at for itself.
    assert_eq!(release(&world, &hard, "三楼有人赌博。", false), Err(Refusal::NeedsLook));
    release(&world, &hard, "三楼有人赌博。", true).unwrap();
    assert_eq!(
        world.count("releases WHERE marks_seen AND marks->0->'mark'->>'word' = '赌博'"),
        1
    );
}

#[test]
fn who_publishes_and_has_seen_the_marks_stands_with_the_checks() {
    let mut world = world();
    let hard = sent(&mut world, "三楼有人赌博，请来看看。", 0);
    answer(&world, &hard);
    release(&world, &hard, "三楼有人聚众。", true).unwrap();
    assert_eq!(checks(&world, &hard)[0].looked.as_ref().unwrap().1, later(60));
}

#[test]
fn the_database_publishes_nothing_that_nobody_looked_at() {
    let mut world = world();
    let hard = sent(&mut world, "三楼有人赌博，请来看看。", 0);
    answer(&world, &hard);
    release(&world, &hard, "三楼有人聚众。", true).unwrap();
    let refused = |statement: &str, constraint: &str| {
        let error = world.try_execute(statement).unwrap_err();
        assert!(error.to_string().contains(constraint), "{error}");
    };
    world.execute("UPDATE content_checks SET looked_at = NULL, looked_by_account_id = NULL");
    refused("UPDATE releases SET title = '新的标题'", "has to look");
    world.execute("UPDATE releases SET withdrawn_at = released_at, withdrawn_reason = '不再公开'");
    refused(
        "UPDATE releases SET marks = '[{}]', marks_seen = false",
        "releases_marks_seen",
    );
    refused("UPDATE content_checks SET verdict = 'pass'", "content_checks");
}

#[test]
fn an_added_word_is_looked_for_and_a_removed_one_is_not() {
    let mut world = world();
    let (_, deputy) = world.city.grid_with_lead();
    let word = ListedWord::parse("安居宝").unwrap();
    let by = By::account(deputy.actor.account_id, std::net::Ipv4Addr::LOCALHOST.into());
    let add = |category| world.store.add_content_word(&word, category, &by, now()).unwrap();
    let added = add(Category::Other);
    assert_eq!(add(Category::Advertising).id, added.id);
    let hit = sent(&mut world, "楼道里贴满安居宝的广告。", 0);
    assert_eq!(checks(&world, &hit)[0].marks[0].category, Category::Advertising);
    assert!(world.store.remove_content_word(added.id, &by, now()).unwrap());
    assert!(!world.store.remove_content_word(added.id, &by, now()).unwrap());
    let none = sent(&mut world, "楼道里贴满安居宝的广告。", 0);
    assert!(checks(&world, &none)[0].marks.is_empty());
}

fn subscribe(world: &World, sent: &Sent) {
    world
        .store
        .subscribe_resident(&sent.receipt, "o-resident", now())
        .unwrap()
        .unwrap();
}

fn claim(world: &World, minutes: i64) -> Vec<minyi_store::ContentQuestion> {
    world
        .store
        .claim_content_checks(later(minutes), TimeDelta::minutes(1), 10)
        .unwrap()
}

fn finish(world: &World, id: Uuid, result: &ContentResult) -> bool {
    world.store.finish_content_check(id, result, later(1)).unwrap()
}

fn tell(world: &World, key: u8, report: &ContentReport) {
    let push = TakenPush {
        key: [key; 32],
        kind: "wxa_media_check",
        openid: "o-resident",
        answers: &[],
        failed: &[],
        report: Some(report),
    };
    world.store.take_push(push, later(2)).unwrap();
}

fn report(trace_id: &str, errcode: i32, is_pass: bool) -> ContentReport {
    ContentReport {
        trace_id: trace_id.to_owned(),
        errcode,
        label: (errcode == 0).then_some(if is_pass { 100 } else { 20002 }),
        is_pass,
    }
}

#[test]
fn a_resident_from_the_mini_program_lets_wechat_be_asked_once() {
    let mut world = world();
    let sent = sent(&mut world, "门口的路灯坏了半个月。", 2);
    assert!(claim(&world, 0).is_empty());
    subscribe(&world, &sent);
    subscribe(&world, &sent);
    let taken = claim(&world, 0);
    assert_eq!(taken.len(), 3);
    assert!(
        taken
            .iter()
            .all(|question| question.openid.as_deref() == Some("o-resident"))
    );
    let (texts, photos): (Vec<_>, Vec<_>) = taken
        .into_iter()
        .partition(|question| matches!(question.subject, Subject::Text(_)));
    assert!(claim(&world, 0).is_empty(), "others have them in hand");
    let said = ContentResult::Said {
        verdict: Verdict::Pass,
        label: 100,
    };
    assert!(finish(&world, texts[0].id, &said));
    assert!(!finish(&world, texts[0].id, &said), "once");
    let later_again = ContentResult::Later { at: later(3) };
    assert!(finish(&world, photos[0].id, &later_again));
    assert!(finish(
        &world,
        photos[1].id,
        &ContentResult::Unable(Unable::VisitorGone)
    ));
    assert!(claim(&world, 2).is_empty());
    assert_eq!(claim(&world, 3)[0].attempts, 2);
    // Whoever had it in hand never came back.
    assert_eq!(claim(&world, 6)[0].attempts, 3);
    let states: Vec<_> = checks(&world, &sent)
        .into_iter()
        .map(|check| (check.checker, check.state, check.is_open()))
        .collect();
    assert_eq!(
        states,
        [
            (Checker::Words, CheckState::Done, false),
            (Checker::Wechat, CheckState::Done, false),
            (Checker::Wechat, CheckState::Asking, true),
            (Checker::Wechat, CheckState::Done, true),
        ]
    );
}

#[test]
fn the_result_of_a_photo_finds_its_check_whichever_is_known_first() {
    let mut world = world();
    let sent = sent(&mut world, "门口的路灯坏了半个月。", 4);
    subscribe(&world, &sent);
    let photos: Vec<_> = claim(&world, 0)
        .into_iter()
        .filter(|question| matches!(question.subject, Subject::Photo(_)))
        .map(|question| question.id)
        .collect();
    let pending = |id: Uuid, trace: &str| {
        let trace_id = trace.to_owned();
        finish(&world, id, &ContentResult::Pending { trace_id })
    };
    // Told before the number was written down, after it, twice, and never.
    tell(&world, 1, &report("early", 0, true));
    assert!(pending(photos[0], "early") && pending(photos[1], "late") && pending(photos[2], "never"));
    world.store.settle_content_reports(later(2)).unwrap();
    tell(&world, 2, &report("late", 0, false));
    tell(&world, 3, &report("late", 0, true));
    world.store.settle_content_reports(later(3)).unwrap();
    tell(&world, 4, &report("gone", -1008, false));
    assert!(pending(photos[3], "gone"));
    world.store.settle_content_reports(later(60)).unwrap();
    let mut ends: Vec<_> = checks(&world, &sent)
        .into_iter()
        .filter(|check| check.photo_id.is_some())
        .map(|check| (check.verdict, check.label, check.reason))
        .collect();
    ends.sort_by_key(|(verdict, label, reason)| (verdict.map(Verdict::as_str), *label, reason.map(Unable::as_str)));
    assert_eq!(
        ends,
        [
            (Some(Verdict::Look), None, Some(Unable::DownloadFailed)),
            (Some(Verdict::Look), None, Some(Unable::NoResult)),
            (Some(Verdict::Look), Some(20002), None),
            (Some(Verdict::Pass), Some(100), None),
        ]
    );
}

#[test]
fn a_report_on_an_official_is_shown_to_nobody_outside() {
    let mut world = world();
    let sent = sent(&mut world, "门口的路灯坏了半个月。", 1);
    subscribe(&world, &sent);
    world.execute(&format!(
        "UPDATE submissions SET confidential_region = left(region_code, 6), assignee_deputy_id = NULL, \
         route_reason = 'confidential' WHERE id = '{}'",
        sent.id
    ));
    assert!(claim(&world, 0).is_empty());
}
