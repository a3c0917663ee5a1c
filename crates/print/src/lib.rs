//! What is printed: the codes (民意码) on a screen and the sheets that hang on a wall.
//!
//! - [`card`] draws a receipt that a resident keeps as a picture.
//! - [`code`] draws one code as SVG or PNG.
//! - [`sheet`] sets posters (A4, A5) and label sheets as PDF, one page or one label a grid.
//! - [`font`] finds the Chinese font that the sheets embed.
//!
//! Everything here is a pure function of its input: the same sheets give the same bytes.

pub mod card;
pub mod code;
mod error;
pub mod font;
pub mod sheet;

pub use error::Error;
