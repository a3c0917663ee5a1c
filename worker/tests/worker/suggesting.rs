use minyi_domain::{people::Scope, text::SubmissionText};
use minyi_store::fixtures::COUNTY;

use crate::stage::Stage;

#[tokio::test]
async fn what_came_in_gets_a_suggestion_and_is_found_by_its_words() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let mut ids = Vec::new();
    for text in [
        "小区旁边的工厂夜里偷排废气，空气污染严重，请环保部门查处。",
        "工厂又在夜里排放废气，空气污染得没法开窗，老人咳嗽。",
        "楼道里电线掉下来漏电，差点触电。",
    ] {
        let mut new = stage.city.submission(&grid, deputy.route());
        new.text = SubmissionText::parse(text).unwrap();
        stage.store.submit(&new).unwrap();
        ids.push(new.id);
    }
    let worker = stage.worker();
    assert_eq!(worker.suggest().await.unwrap(), 3);
    assert_eq!(worker.suggest().await.unwrap(), 0);

    let [factory, again, wire] = ids.try_into().unwrap();
    let scope = deputy.actor.scope();
    let made = |id| {
        stage
            .store
            .submission(&scope, id)
            .unwrap()
            .unwrap()
            .sorting
            .suggestion
            .unwrap()
    };
    assert_eq!(made(factory).category.as_deref(), Some("环境保护"));
    assert!(made(factory).reason.contains(&"污染".to_owned()), "{:?}", made(factory));
    assert_eq!(made(wire).danger, ["电线掉", "漏电", "触电"]);
    let county = Scope::Region(COUNTY.to_owned());
    let likes = stage.store.like(&county, factory, stage.clock.now()).unwrap().unwrap();
    assert_eq!(likes.iter().map(|like| like.id).collect::<Vec<_>>(), [again]);
    assert!(likes.iter().all(|like| like.shared.contains(&"废气".to_owned())));
}
