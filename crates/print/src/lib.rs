//! What is printed: the codes (民意码) on a screen and the sheets that hang on a wall.
//!
//! - [`book`] writes lists as XLSX.
//! - [`card`] draws a receipt that a resident keeps as a picture.
//! - [`code`] draws one code as SVG or PNG.
//! - [`sheet`] sets posters (A4, A5) and label sheets as PDF, one page or one label a grid.
//! - [`table`] says what a list consists of; [`sheet::table_pdf`] sets one as PDF.
//! - [`report`] says what a month was like, as a workbook; [`sheet::report_pdf`] as PDF.
//! - [`font`] finds the Chinese font that the sheets embed.
//!
//! Everything here is a pure function of its input: the same sheets give the same bytes.

pub mod book;
pub mod card;
pub mod code;
mod error;
pub mod font;
pub mod report;
pub mod sheet;
pub mod table;

pub use error::Error;
