use std::path::Path;

use clap::Parser as _;

use crate::app::{Cli, arguments};

fn parse(settings: &[&str]) -> Result<(), String> {
    let folder = Path::new("/tmp");
    let wechat = "https://api.weixin.qq.com";
    let arguments = arguments(
        "postgres://localhost/x",
        "redis://localhost/0",
        wechat,
        folder,
        settings,
    );
    let config = Cli::try_parse_from(arguments)
        .map_err(|error| error.to_string())?
        .config;
    config.settings().map(drop).map_err(|error| error.to_string())
}

#[test]
fn the_public_address_must_be_one_and_encrypted_in_production() {
    assert_eq!(parse(&[]), Ok(()));
    let production = |url| parse(&["--mode", "production", "--public-url", url]);
    assert_eq!(production("https://my.example.test"), Ok(()));
    assert!(
        production("http://my.example.test")
            .unwrap_err()
            .contains("MINYI_PUBLIC_URL")
    );
    for wrong in [
        "https://my.example.test/path",
        "https://my.example.test/?a=b",
        "ftp://my.example.test",
    ] {
        assert!(
            parse(&["--public-url", wrong])
                .unwrap_err()
                .contains("MINYI_PUBLIC_URL"),
            "{wrong}"
        );
    }
}

#[test]
fn proxies_are_networks_or_addresses() {
    assert_eq!(parse(&["--trusted-proxies", "10.0.0.0/8,127.0.0.1,fd00::/8"]), Ok(()));
    assert!(parse(&["--trusted-proxies", "everybody"]).is_err());
}

#[test]
fn a_limit_of_zero_is_refused() {
    assert!(parse(&["--limit-code-per-minute", "0"]).is_err());
}
