//! Settings of a channel: all of them, or none and the channel does not exist.

use url::Url;

use crate::{Error, Mode, Result};

/// Whether the settings are there.
///
/// # Errors
/// [`Error::Configuration`] for one that is missing beside others.
pub(crate) fn all_or_none<const N: usize>(settings: [(&'static str, &str); N]) -> Result<bool> {
    let is_set = |(_, value): &(&'static str, &str)| !value.trim().is_empty();
    let Some((present, _)) = settings.iter().find(|setting| is_set(setting)) else {
        return Ok(false);
    };
    match settings.iter().find(|setting| !is_set(setting)) {
        Some((missing, _)) => Err(Error::configuration(missing, format!("is needed beside {present}"))),
        None => Ok(true),
    }
}

/// The platform's address: the usual one unless another is given.
///
/// # Errors
/// [`Error::Configuration`] if secrets would travel unencrypted in production.
pub(crate) fn base_url(setting: &'static str, given: Option<&Url>, usual: &str, mode: Mode) -> Result<Url> {
    let url = match given {
        Some(url) => url.clone(),
        None => Url::parse(usual).map_err(|error| Error::configuration(setting, error.to_string()))?,
    };
    if mode == Mode::Production && url.scheme() != "https" {
        return Err(Error::configuration(setting, "must be https in production"));
    }
    Ok(url)
}
