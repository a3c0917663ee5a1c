/// When the database's host vanishes without a word (its power, a firewall), the system would wait for two hours on a silent
/// connection and for a quarter of an hour on one that has sent something. No statement takes as long as this.
const PARAMETERS: [(&str, &str); 5] = [
    ("connect_timeout", "25"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "25000"),
];

/// The address of the database with what lets a connection notice within half a minute that the database's host is gone.
/// What stands in it already stays; so does one that is no URL (`host=… dbname=…`).
#[must_use]
pub fn with_keepalives(database_url: &str) -> String {
    let Some((_, rest)) = database_url.split_once("://") else {
        return database_url.to_owned();
    };
    // There may be a question mark in the password.
    let place = rest.split_once(['@', '/']).map_or(rest, |(_, place)| place);
    let (joint, set) = match place.split_once('?') {
        None => ("?", ""),
        Some((_, "")) => ("", ""),
        Some((_, set)) => ("&", set),
    };
    let is_set = |name: &str| set.split('&').any(|one| one.split('=').next() == Some(name));
    let missing: Vec<String> = PARAMETERS
        .iter()
        .filter(|(name, _)| !is_set(name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if missing.is_empty() {
        return database_url.to_owned();
    }
    format!("{database_url}{joint}{}", missing.join("&"))
}
