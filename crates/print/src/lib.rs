//! What is printed: the codes (民意码) on a screen and the sheets that hang on a wall.
//!
//! - [`book`] writes lists as XLSX.
//! - [`card`] draws a receipt that a resident keeps as a picture.
//! - [`code`] draws one code as SVG or PNG.
//! - [`join`] makes one PDF of many, one after the other.
//! - [`sheet`] sets posters (A4, A5), labels, table stands and cards as PDF, one for each code.
//! - [`table`] says what a list consists of; [`sheet::table_pdf`] sets one as PDF.
//! - [`template`] writes and reads the workbooks that people fill in.
//! - [`report`] says what a month was like, as a workbook; [`sheet::report_pdf`] as PDF.
//! - [`font`] finds the Chinese font that the sheets embed.
//!
//! Everything here is a pure function of its input: the same sheets give the same bytes.

pub mod book;
pub mod card;
pub mod code;
mod error;
pub mod font;
pub mod join;
pub mod report;
pub mod sheet;
pub mod table;
pub mod template;

pub use error::Error;
