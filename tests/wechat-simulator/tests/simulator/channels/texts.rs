use minyi_domain::delivery::Channel;
use minyi_gateways::{
    channels::{Notice, NoticeKind, Outcome, Refusal},
    sms::SmsProvider,
};
use serde_json::json;
use wechat_simulator::sms::{Template, tencent};

use super::{PHONE, Stage, is_sent, notice};

async fn by(provider: SmsProvider) -> Stage {
    if provider == SmsProvider::Aliyun {
        return Stage::start().await;
    }
    let mut stage = Stage::start().await;
    let base = stage.world.url(tencent::PATH);
    let other = Stage::with(|config| {
        let sms = &mut config.sms;
        sms.sms_provider = Some(SmsProvider::Tencent);
        sms.sms_base_url = base.parse().ok();
        sms.sms_key_id = tencent::KEY_ID.to_owned();
        sms.sms_key_secret = tencent::KEY_SECRET.into();
        sms.sms_app_id = tencent::APP_ID.to_owned();
        sms.sms_region = "ap-guangzhou".to_owned();
        sms.sms_template_code = Template::Code.tencent().to_owned();
        sms.sms_template_deputy = Template::Deputy.tencent().to_owned();
    })
    .await;
    stage.channels = other.channels;
    stage
}

#[tokio::test]
async fn both_providers_bring_number_state_and_time_and_nothing_to_residents() {
    for provider in [SmsProvider::Aliyun, SmsProvider::Tencent] {
        let stage = by(provider).await;
        assert!(is_sent(&stage.send((Channel::Sms, PHONE), &notice(1)).await));
        let progress = Notice {
            kind: NoticeKind::ResidentProgress,
            ..notice(2)
        };
        let to_resident = stage.send((Channel::Sms, PHONE), &progress).await;
        assert!(
            matches!(
                to_resident,
                Outcome::Refused {
                    kind: Refusal::NoChannel,
                    ..
                }
            ),
            "{to_resident:?}"
        );
        let texts = stage.world.get(&format!("/_sim/texts?phone={PHONE}")).await;
        let text = |at: usize| texts["items"][at]["text"].as_str().unwrap();
        assert_eq!(
            text(0),
            "【民意码】民意20261121-ACDE001：待答复，期限12月1日 00:05，请打开民意码小程序办理。"
        );
        assert_eq!(texts["items"].as_array().unwrap().len(), 1, "{texts}");
    }
}

#[tokio::test]
async fn the_providers_words_are_told_by_kind() {
    let faults = [(-1, "busy"), (40001, "configuration"), (45009, "daily_quota")];
    for provider in [SmsProvider::Aliyun, SmsProvider::Tencent] {
        let stage = by(provider).await;
        for (errcode, expected) in faults {
            stage
                .world
                .fault(json!({"path": "/sms", "errcode": errcode, "times": 1}))
                .await;
            let outcome = stage.send((Channel::Sms, PHONE), &notice(1)).await;
            assert!(
                matches!(&outcome, Outcome::Retry { reason, .. } if *reason == expected),
                "{outcome:?}"
            );
        }
        let nobody = stage.send((Channel::Sms, "12345"), &notice(1)).await;
        assert!(
            matches!(
                nobody,
                Outcome::Refused {
                    kind: Refusal::BadRecipient,
                    ..
                }
            ),
            "{nobody:?}"
        );
        for number in 0..50 {
            assert!(is_sent(&stage.send((Channel::Sms, PHONE), &notice(number)).await));
        }
        let over = stage.send((Channel::Sms, PHONE), &notice(51)).await;
        assert!(
            matches!(
                over,
                Outcome::Refused {
                    kind: Refusal::Limited,
                    ..
                }
            ),
            "{over:?}"
        );
    }
}
