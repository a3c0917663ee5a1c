use chrono::{TimeDelta, TimeZone, Utc};
use minyi_gateways::{
    Error, Mode,
    keys::{Keys, KeysConfig, normalise_phone},
};
use proptest::prelude::*;
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::support::{CONTACT_KEY, INDEX_KEY, LINK_KEY, keys, keys_config};

const OWNER: Uuid = Uuid::from_u128(7);
const OLD_KEY: &str = "TmZHXUK/ccA9WI0k1mD5uVbcBw5OLCKvHEdi7H06Tuk=";

fn with_contact_keys(text: &str) -> minyi_gateways::Result<Keys> {
    Keys::new(
        &KeysConfig {
            contact_keys: text.into(),
            ..keys_config()
        },
        Mode::Production,
    )
}

proptest! {
    #[test]
    fn what_was_sealed_opens_for_its_owner(text in ".{0,80}", owner in any::<u128>()) {
        let keys = keys();
        let owner = Uuid::from_u128(owner);
        let sealed = keys.contact.seal("contact.name", owner, &text).unwrap();
        let opened = keys.contact.open("contact.name", owner, &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), &text);
    }

    #[test]
    fn a_changed_byte_anywhere_is_noticed(position in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let keys = keys();
        let mut sealed = keys.contact.seal("contact.phone", OWNER, "13812345678").unwrap();
        let position = position.index(sealed.len());
        sealed[position] ^= flip;
        let refused = keys.contact.open("contact.phone", OWNER, &sealed);
        let noticed = matches!(refused, Err(Error::Unsealable | Error::UnknownKey { .. }));
        prop_assert!(noticed);
    }

    #[test]
    fn no_bytes_make_opening_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(keys().contact.open("contact.phone", OWNER, &bytes).is_err());
    }
}

#[test]
fn sealed_data_opens_neither_in_another_row_nor_in_another_column() {
    let contact = keys().contact;
    let sealed = contact.seal("contact.phone", OWNER, "13812345678").unwrap();
    let other_row = contact.open("contact.phone", Uuid::from_u128(8), &sealed);
    let other_column = contact.open("contact.name", OWNER, &sealed);
    assert!(matches!(other_row, Err(Error::Unsealable)));
    assert!(matches!(other_column, Err(Error::Unsealable)));
}

#[test]
fn the_same_text_is_never_sealed_the_same_way() {
    let contact = keys().contact;
    let seal = || contact.seal("contact.phone", OWNER, "13812345678").unwrap();
    assert_ne!(seal(), seal());
}

#[test]
fn rotation_opens_with_the_old_key_and_seals_with_the_new_one() {
    let old = with_contact_keys(&format!("k0:{OLD_KEY}")).unwrap().contact;
    let both = with_contact_keys(&format!("k1:{CONTACT_KEY},k0:{OLD_KEY}"))
        .unwrap()
        .contact;
    let new = with_contact_keys(&format!("k1:{CONTACT_KEY}")).unwrap().contact;

    let sealed = old.seal("p", OWNER, "王芳").unwrap();
    let opened = both.open("p", OWNER, &sealed).unwrap();
    assert_eq!(opened.expose_secret(), "王芳");
    let sealed_again = both.seal("p", OWNER, opened.expose_secret()).unwrap();
    assert_eq!(new.open("p", OWNER, &sealed_again).unwrap().expose_secret(), "王芳");
    assert!(matches!(new.open("p", OWNER, &sealed), Err(Error::UnknownKey { key_id }) if key_id == "k0"));
}

#[test]
fn production_refuses_weak_and_published_keys_and_development_takes_them() {
    let weak = [
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "bWlueWltYS1leGFtcGxlLWxpbmsta2V5LTAwMDAwMDE=",
    ];
    for key in weak {
        let config = KeysConfig {
            link_key: key.into(),
            ..keys_config()
        };
        let refused = Keys::new(&config, Mode::Production);
        assert!(
            matches!(
                refused,
                Err(Error::Configuration {
                    setting: "MINYI_LINK_KEY",
                    ..
                })
            ),
            "{key}"
        );
        assert!(Keys::new(&config, Mode::Development).is_ok(), "{key}");
    }
}

#[test]
fn malformed_keys_are_refused_in_every_mode() {
    let short = "c2hvcnQga2V5";
    for contact_keys in ["", CONTACT_KEY, "k1:", "k1:not base64", &format!("k1:{short}"), ":x"] {
        let config = KeysConfig {
            contact_keys: contact_keys.into(),
            ..keys_config()
        };
        assert!(Keys::new(&config, Mode::Development).is_err(), "{contact_keys}");
    }
    assert!(with_contact_keys(&format!("k1:{CONTACT_KEY},k1:{OLD_KEY}")).is_err());
}

#[test]
fn one_key_for_two_purposes_is_refused() {
    assert!(with_contact_keys(&format!("k1:{INDEX_KEY}")).is_err());
    let config = KeysConfig {
        link_key: INDEX_KEY.into(),
        ..keys_config()
    };
    assert!(Keys::new(&config, Mode::Development).is_err());
}

#[test]
fn keys_never_show_in_debug_output_or_errors() {
    let shown = format!("{:?} {:?}", keys_config(), keys());
    for key in [CONTACT_KEY, INDEX_KEY, LINK_KEY] {
        assert!(!shown.contains(&key[..8]));
    }
    assert!(shown.contains("k1"));
    let error = with_contact_keys("k1:c2VjcmV0IGJ1dCBzaG9ydA==").unwrap_err();
    assert!(!error.to_string().contains("c2VjcmV0"));
}

#[test]
fn a_phone_is_found_however_it_was_typed() {
    let index = keys().index;
    let typed = [
        "13812345678",
        "+86 138-1234-5678",
        "0086 13812345678",
        "86 138 1234 5678",
        "１３８１２３４５６７８",
    ];
    for phone in typed {
        assert_eq!(normalise_phone(phone), "13812345678", "{phone}");
        assert_eq!(index.phone(phone), index.phone("13812345678"), "{phone}");
    }
    assert_eq!(normalise_phone("0454-8612345"), "04548612345");
    assert_eq!(normalise_phone("8612345"), "8612345");
    assert_eq!(normalise_phone("+1 202 555 0100"), "12025550100");
    assert_ne!(index.phone("13812345678"), index.phone("13812345679"));
}

#[test]
fn an_index_depends_on_purpose_and_key() {
    let index = keys().index;
    assert_ne!(index.digest("a", "bc"), index.digest("ab", "c"));
    let config = KeysConfig {
        index_key: OLD_KEY.into(),
        ..keys_config()
    };
    let other = Keys::new(&config, Mode::Production).unwrap().index;
    assert_ne!(index.digest("phone", "1"), other.digest("phone", "1"));
}

#[test]
fn a_link_opens_its_own_path_until_its_time_is_over() {
    let links = keys().links;
    let now = Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).unwrap();
    let expires_at = now + TimeDelta::minutes(10);
    let signature = links.sign("/photos/a/full.jpg", expires_at);
    let expires = expires_at.timestamp();
    let link = links.signed_path("/photos/a/full.jpg", expires_at);
    assert_eq!(
        link,
        format!("/photos/a/full.jpg?expires={expires}&signature={signature}")
    );

    assert!(links.verify("/photos/a/full.jpg", expires, &signature, now).is_ok());
    let late = links.verify("/photos/a/full.jpg", expires, &signature, expires_at);
    assert!(matches!(late, Err(Error::LinkExpired)));
    let forged = [
        links.verify("/photos/b/full.jpg", expires, &signature, now),
        links.verify("/photos/a/full.jpg", expires + 1, &signature, now),
        links.verify("/photos/a/full.jpg", expires, &signature[1..], now),
        links.verify("/photos/a/full.jpg", expires, "", now),
        links.verify("/photos/a/full.jpg", 0, "签名", now),
    ];
    assert!(forged.iter().all(|result| matches!(result, Err(Error::LinkForged))));
}
