//! Codes and sheets, judged by programs that did not draw them.
//!
//! The tests need `pdftoppm`, `pdftotext` (poppler-utils), `zbarimg` (zbar-tools) and a Chinese font (fonts-noto-cjk).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

mod codes;
mod forms;
mod lists;
mod reports;
mod sheets;
mod templates;
mod tools;
