use chrono::TimeDelta;
use minyi_domain::people::Role;
use minyi_store::fixtures::{COUNTY, openid_of};

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
