//! What the worker draws, as far as it comes before it is stopped or told to stop.

use std::sync::Arc;

use chrono::TimeDelta;
use minyi_domain::{
    people::{Actor, Role},
    sheet::Template,
    text::Purpose,
    token::CodeToken,
};
use minyi_gateways::objects::Objects;
use minyi_store::{AskedPurpose, By, JobOutcome, NewPrintJob, PrintJob, PrintJobState, PrintLook, Selection};
use minyi_worker::Worker;
use rand::{SeedableRng as _, rngs::StdRng};
use tokio::sync::watch;
use uuid::Uuid;

use crate::stage::{Stage, keep_house};

/// A station with one grid that has so many codes, and who prints them.
fn station(stage: &mut Stage, codes: i16) -> (Uuid, Actor) {
    let site = stage.city.site();
    stage.city.grid(site);
    let staff = stage.city.staff(site, Role::StationStaff);
    // One is there already; fifty of a purpose are the most.
    let missing = codes - 1;
    let asked: Vec<AskedPurpose> = (0..=missing / 50)
        .map(|number| (number, (missing - number * 50).min(50)))
        .filter(|(_, count)| *count > 0)
        .map(|(number, count)| AskedPurpose {
            purpose: Purpose::parse(&format!("{number}号楼")).unwrap(),
            count,
        })
        .collect();
    let mut rng = StdRng::seed_from_u64(3);
    let mut token = || CodeToken::random(&mut rng);
    let (selection, now) = (Selection::Site(site), stage.clock.now());
    stage
        .store
        .make_codes(&By::command_line(), &staff, &selection, &asked, Some(&mut token), now)
        .unwrap();
    (site, staff)
}

fn ask(stage: &Stage, staff: &Actor, site: Uuid, template: Template) -> Uuid {
    let job = NewPrintJob {
        id: Uuid::new_v4(),
        selection: Selection::Site(site),
        template,
        crop_marks: false,
        look: PrintLook::default(),
        public_url: "https://my.example.gov.cn".to_owned(),
    };
    let outcome = stage
        .store
        .create_print_job(&By::command_line(), staff, &job, stage.clock.now())
        .unwrap();
    assert_eq!(outcome, JobOutcome::Created);
    job.id
}

fn job(stage: &Stage, staff: &Actor, id: Uuid) -> PrintJob {
    stage.store.print_job(&staff.scope(), id).unwrap().unwrap()
}

async fn print(worker: &Arc<Worker>) -> usize {
    let (_stop, stopped) = watch::channel(false);
    worker.print(&stopped).await.unwrap()
}

async fn pages(objects: &Objects, job: &PrintJob) -> usize {
    let file = objects.get(job.object_name.as_ref().unwrap()).await.unwrap().unwrap();
    assert_eq!(i64::try_from(file.bytes.len()).unwrap(), job.size_bytes.unwrap());
    let text = String::from_utf8_lossy(&file.bytes);
    text.matches("/Type/Page/").count()
}

#[tokio::test]
async fn a_batch_of_several_parts_becomes_one_file() {
    let mut stage = Stage::new().await;
    let (site, staff) = station(&mut stage, 500);
    let id = ask(&stage, &staff, site, Template::Labels);
    let worker = stage.worker();

    assert_eq!(print(&worker).await, 1);

    let done = job(&stage, &staff, id);
    assert_eq!((done.state, done.done, done.total), (PrintJobState::Done, 500, 500));
    // 240 labels are ten pages; the last 20 take one more.
    assert_eq!(pages(&stage.objects(), &done).await, 21);
    assert_eq!(print(&worker).await, 0, "nothing is printed twice");
}

#[tokio::test]
async fn what_a_stopped_worker_began_another_brings_to_its_end() {
    let mut stage = Stage::new().await;
    let (site, staff) = station(&mut stage, 250);
    let id = ask(&stage, &staff, site, Template::Labels);
    let (_stop, told) = watch::channel(true);
    assert_eq!(stage.worker().print(&told).await.unwrap(), 0);
    assert_eq!(job(&stage, &staff, id).state, PrintJobState::Running);

    assert_eq!(print(&stage.worker()).await, 1);

    assert_eq!(pages(&stage.objects(), &job(&stage, &staff, id)).await, 11);
}

#[tokio::test]
async fn a_worker_that_died_is_waited_for_a_minute() {
    let mut stage = Stage::new().await;
    let (site, staff) = station(&mut stage, 3);
    let id = ask(&stage, &staff, site, Template::A5);
    let now = stage.clock.now();
    let dead = stage
        .store
        .claim_print_job(Uuid::new_v4(), now, now + TimeDelta::minutes(1));
    assert!(dead.unwrap().is_some());
    let worker = stage.worker();
    assert_eq!(print(&worker).await, 0);

    stage.clock.advance(TimeDelta::seconds(61));

    assert_eq!(print(&worker).await, 1);
    assert_eq!(job(&stage, &staff, id).state, PrintJobState::Done);
}

#[tokio::test]
async fn what_cannot_be_printed_says_why_in_chinese() {
    let mut stage = Stage::new().await;
    let (site, staff) = station(&mut stage, 2);
    stage.sql(&format!(
        "UPDATE grids SET place = repeat('很长的地名', 90) WHERE site_id = '{site}'"
    ));
    let id = ask(&stage, &staff, site, Template::A4);

    assert_eq!(print(&stage.worker()).await, 1);

    let failed = job(&stage, &staff, id);
    assert_eq!(failed.state, PrintJobState::Failed);
    assert!(failed.error.unwrap().contains("地点太长"));
}

#[tokio::test]
async fn a_batch_is_forgotten_with_its_file_when_its_time_is_over() {
    let mut stage = Stage::new().await;
    let (site, staff) = station(&mut stage, 2);
    let id = ask(&stage, &staff, site, Template::Cards);
    let worker = stage.worker();
    print(&worker).await;
    let file = job(&stage, &staff, id).object_name.unwrap();
    keep_house(&worker).await;
    assert!(stage.objects().get(&file).await.unwrap().is_some());

    stage.clock.advance(TimeDelta::days(15));
    keep_house(&worker).await;

    assert!(stage.objects().get(&file).await.unwrap().is_none());
    assert!(stage.store.print_job(&staff.scope(), id).unwrap().is_none());
}
