use clap::{CommandFactory, Parser};
use minyi_gateways::{
    Mode, ModeConfig, channels::ChannelsConfig, keys::KeysConfig, objects::ObjectsConfig, redis_link::RedisConfig,
    wechat::WechatConfig,
};

/// How a program takes all settings of this crate.
#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    mode: ModeConfig,
    #[command(flatten)]
    keys: KeysConfig,
    #[command(flatten)]
    objects: ObjectsConfig,
    #[command(flatten)]
    redis: RedisConfig,
    #[command(flatten)]
    channels: ChannelsConfig,
    #[command(flatten)]
    wechat: WechatConfig,
}

#[test]
fn all_settings_fit_into_one_program_and_every_name_begins_alike() {
    let command = Settings::command();
    command.clone().debug_assert();
    let names: Vec<_> = command
        .get_arguments()
        .filter_map(|argument| argument.get_env())
        .collect();
    assert_eq!(names.len(), 44);
    assert!(names.iter().all(|name| name.to_string_lossy().starts_with("MINYI_")));
}

#[test]
fn what_is_not_set_is_the_strict_and_real_thing() {
    let given = [
        "program",
        "--contact-keys=k1:x",
        "--index-key=x",
        "--link-key=x",
        "--redis-url=redis://:opensesame@127.0.0.1:6379/0",
        "--wechat-appid=wx",
        "--wechat-secret=hidden",
        "--wechat-template-deputy-new=a",
        "--wechat-template-deputy-deadline=b",
        "--wechat-template-resident-progress=c",
    ];
    let settings = Settings::try_parse_from(given).unwrap();
    assert_eq!(settings.mode.mode, Mode::Production);
    assert_eq!(settings.wechat.wechat_base_url.as_str(), "https://api.weixin.qq.com/");
    assert_eq!(settings.objects.objects.scheme(), "file");
    let shown = format!("{:?} {:?} {:?}", settings.keys, settings.redis, settings.wechat);
    assert!(!shown.contains("opensesame") && !shown.contains("hidden") && !shown.contains("k1:x"));
}

#[test]
fn a_missing_secret_stops_the_start() {
    assert!(Settings::try_parse_from(["program"]).is_err());
}
