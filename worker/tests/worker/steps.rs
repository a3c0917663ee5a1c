use chrono::TimeDelta;
use minyi_domain::people::Role;
use minyi_store::fixtures::{COUNTY, openid_of};

use wechat_simulator::dingtalk::ROBOT_SECRET;

use crate::stage::{Stage, keyword};

#[tokio::test]
async fn the_clock_reminds_tells_of_overdue_and_escalates_once_each() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let head = openid_of(&stage.city.staff(grid.site_id, Role::StationHead));
    let admin = openid_of(&stage.city.admin(COUNTY, Role::CountyAdmin));
    for openid in [&head, &admin] {
        stage.add_phone(openid).await;
    }
    let (_, receipt) = stage.city.submit(&grid, deputy.route());
    stage.add_phone("resident-openid").await;
    stage
        .store
        .subscribe_resident(&receipt.receipt, "resident-openid", stage.clock.now())
        .unwrap();
    let worker = stage.worker();

    let mut told = Vec::new();
    for _ in 0..8 {
        worker.run_due().await.unwrap();
        worker.run_due().await.unwrap();
        told.push((
            stage.messages(&deputy.openid).await.len(),
            stage.messages(&head).await.len(),
            stage.messages(&admin).await.len(),
        ));
        stage.clock.advance(TimeDelta::days(1));
    }

    // New at once; reminded on day 4; overdue on day 5 with the head; escalated on day 6 to the county.
    let (deputies, heads): (Vec<_>, Vec<_>) = told.iter().map(|(deputy, head, _)| (*deputy, *head)).unzip();
    assert_eq!(deputies.get(..6), Some([1, 1, 1, 1, 2, 3].as_slice()));
    assert_eq!(heads.get(..6), Some([0, 0, 0, 0, 0, 1].as_slice()));
    let admins: Vec<_> = told.iter().map(|(_, _, admin)| *admin).collect();
    assert_eq!(admins, [0, 0, 0, 0, 0, 0, 1, 1]);
    assert_eq!(keyword(&stage.messages(&admin).await[0], "phrase3"), "升级督办");
    let resident = stage.messages("resident-openid").await;
    let states: Vec<_> = resident.iter().map(|message| keyword(message, "phrase2")).collect();
    assert_eq!(states, ["已超期", "升级督办"]);
}

#[tokio::test]
async fn a_stations_group_hears_of_what_is_late_and_of_nothing_else() {
    let mut stage = Stage::in_step().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    stage.set_robot(grid.site_id, ROBOT_SECRET);
    let (_, receipt) = stage.city.submit(&grid, deputy.route());
    let worker = stage.worker();
    let mut said = Vec::new();
    for _ in 0..8 {
        worker.run_due().await.unwrap();
        worker.run_due().await.unwrap();
        said.push(stage.said_in_groups().await.len());
        stage.pass(TimeDelta::days(1));
    }
    // Not of what is new, nor of reminders; overdue on day 5, escalated on day 6.
    assert_eq!(said.get(..5), Some([0; 5].as_slice()));
    assert!(said[5] > 0 && said[7] > said[5], "{said:?}");
    let texts = stage.said_in_groups().await;
    for word in ["已超期", "升级督办"] {
        assert!(texts.iter().any(|text| text.contains(word)), "{word}: {texts:?}");
    }
    for text in &texts {
        assert!(text.contains(&receipt.number) && !text.contains("路灯"), "{text}");
    }
}

#[tokio::test]
async fn a_robot_that_is_not_believed_waits_and_says_why() {
    let mut stage = Stage::in_step().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    stage.set_robot(grid.site_id, "SECwrong");
    stage.city.submit(&grid, deputy.route());
    let worker = stage.worker();
    for _ in 0..6 {
        worker.run_due().await.unwrap();
        worker.run_due().await.unwrap();
        stage.pass(TimeDelta::days(1));
    }
    let rows = stage.notifications();
    let waiting = |row: &&crate::stage::Row| row.error.as_deref() == Some("configuration");
    let refused: Vec<_> = rows.iter().filter(waiting).collect();
    assert!(
        !refused.is_empty() && refused.iter().all(|row| row.state == "waiting"),
        "{rows:?}"
    );
    let scope = minyi_domain::people::Scope::Site(grid.site_id);
    let since = stage.clock.now() - TimeDelta::days(30);
    let health = stage.store.delivery_health(&scope, since, stage.clock.now()).unwrap();
    let robot = |error: &&minyi_store::ChannelError| error.channel == minyi_domain::delivery::Channel::DingtalkRobot;
    let error = health.errors.iter().find(robot).unwrap();
    assert_eq!((error.code, error.error.as_str()), (Some(310_000), "configuration"));
    assert!(stage.said_in_groups().await.is_empty());
}

#[tokio::test]
async fn a_step_that_fails_holds_up_no_other() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let (spoilt, _) = stage.city.submit(&grid, deputy.route());
    stage.city.submit(&grid, deputy.route());
    stage.sql(&format!(
        "CREATE TRIGGER spoilt BEFORE INSERT ON events FOR EACH ROW
        WHEN (NEW.submission_id = '{spoilt}' AND NEW.kind = 'reminded') EXECUTE FUNCTION refuse_change()"
    ));
    let worker = stage.worker();
    stage.clock.advance(TimeDelta::days(4));

    assert!(worker.run_due().await.is_err());

    assert_eq!(stage.count("events WHERE kind = 'reminded'"), 1);
}
