//! Pure rules and types of 民意码. Nothing here reads a clock, a database or the network: time and randomness come in
//! as arguments.

pub mod access;
pub mod appointment;
pub mod audit;
pub mod beside;
pub mod calendar;
pub mod categories;
pub mod content;
pub mod deadlines;
pub mod delivery;
pub mod geometry;
pub mod handover;
pub mod hearing;
pub mod lifecycle;
pub mod login;
pub mod passwords;
pub mod people;
pub mod places;
pub mod rates;
pub mod redaction;
pub mod release;
pub mod retention;
pub mod revisit;
pub mod rights;
pub mod routing;
pub mod scanned;
pub mod scans;
pub mod sheet;
pub mod slots;
pub mod submission;
pub mod text;
pub mod time_left;
pub mod token;
pub mod transitions;

pub use words::UnknownWord;
mod words;
