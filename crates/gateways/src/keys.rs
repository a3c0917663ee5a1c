//! Everything that is done with a secret key of our own.
//!
//! Three keys, never the same one twice, because a key that serves two purposes fails for both:
//!
//! | setting | what for | in code |
//! |---|---|---|
//! | `MINYI_CONTACT_KEYS` | encrypts names and phones in the database | [`ContactKeys`] |
//! | `MINYI_INDEX_KEY` | finds a row by phone without storing the phone | [`BlindIndex`] |
//! | `MINYI_LINK_KEY` | signs links that live for minutes (photos) | [`LinkSigner`] |
//!
//! A key is 32 random bytes in base64: `openssl rand -base64 32`. To rotate the contact keys,
//! put the new one first (`id2:…,id1:…`): it seals from then on, the old one still opens and stays
//! as long as rows sealed with it exist. The index key cannot be rotated without computing every
//! index again.

mod contact;
mod index;
mod links;
mod material;

pub use contact::ContactKeys;
pub use index::{BlindIndex, normalise_phone};
pub use links::{LinkSigner, PublicLinks, photo_path};

use secrecy::SecretString;

use crate::{Error, Mode, Result};

/// The settings for all keys. They belong into the environment, not onto the command line,
/// where every user of the machine can read them.
#[derive(Debug, Clone, clap::Args)]
pub struct KeysConfig {
    /// Keys for contact data as `id:base64,…`; the first one encrypts, all of them decrypt
    #[arg(long, env = "MINYI_CONTACT_KEYS", hide_env_values = true)]
    pub contact_keys: SecretString,
    /// Key (base64, 32 bytes) of the indexes over encrypted data; must never change
    #[arg(long, env = "MINYI_INDEX_KEY", hide_env_values = true)]
    pub index_key: SecretString,
    /// Key (base64, 32 bytes) that signs short-lived links
    #[arg(long, env = "MINYI_LINK_KEY", hide_env_values = true)]
    pub link_key: SecretString,
}

/// All keys, checked.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Seals and opens contact data.
    pub contact: ContactKeys,
    /// Looks up encrypted values.
    pub index: BlindIndex,
    /// Signs and checks links.
    pub links: LinkSigner,
}

impl Keys {
    /// Reads the keys. [`Error::Configuration`] if one is malformed, shared between two
    /// purposes, or — in production — weak or published as an example.
    pub fn new(config: &KeysConfig, mode: Mode) -> Result<Self> {
        let contact = contact::parse(&config.contact_keys, mode)?;
        let index = material::parse("MINYI_INDEX_KEY", &config.index_key, mode)?;
        let link = material::parse("MINYI_LINK_KEY", &config.link_key, mode)?;
        if material::same(&index, &link)
            || contact
                .iter()
                .any(|(_, key)| material::same(key, &index) || material::same(key, &link))
        {
            return Err(Error::configuration(
                "MINYI_INDEX_KEY",
                "every purpose needs a key of its own",
            ));
        }
        Ok(Self {
            contact: ContactKeys::new(contact),
            index: BlindIndex::new(index),
            links: LinkSigner::new(link),
        })
    }
}
