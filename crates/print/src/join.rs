//! Many PDFs of ours as one, without holding more than one of them.
//!
//! A part is copied object by object with new numbers and stays together: its own page tree hangs as a branch on the
//! root of the whole, and its fonts are its own. What is kept from part to part are the places of the objects, some forty
//! bytes a page. See docs/decisions/0038-printing-in-parts.md.
//!
//! This reads only what [`crate::sheet`] writes: one classic table of references, one object after the other, no object
//! streams and no encryption.

mod copy;
mod read;

use std::io::Write as _;

use copy::copy;
use read::Part;

use crate::Error;

/// The numbers of the three objects that are written last.
const CATALOG: u32 = 1;
const ROOT: u32 = 2;
const INFO: u32 = 3;
/// A table's line has ten digits for a place.
const LARGEST: u64 = 9_999_999_999;

/// One PDF that grows at its end. What the methods return is to be written one after the other.
#[derive(Debug)]
pub struct Joiner {
    /// Where each object begins; the first is number 1.
    offsets: Vec<u64>,
    /// The parts' page trees.
    branches: Vec<u32>,
    pages: u64,
    written: u64,
}

impl Default for Joiner {
    fn default() -> Self {
        Self::new()
    }
}

impl Joiner {
    /// An empty file.
    #[must_use]
    pub fn new() -> Self {
        Self {
            offsets: vec![0; 3],
            branches: Vec::new(),
            pages: 0,
            written: 0,
        }
    }

    /// What is to be written for the next part.
    ///
    /// # Errors
    /// [`Error::Part`] if these bytes are no PDF of ours, or if the whole would be larger than 9 GB.
    pub fn append(&mut self, part: &[u8]) -> Result<Vec<u8>, Error> {
        let part = Part::read(part)?;
        let mut bytes = Vec::with_capacity(part.bytes.len() + 1024);
        if self.written == 0 {
            bytes.extend_from_slice(b"%PDF-1.7\n%\x80\x80\x80\x80\n\n");
        }
        let numbers = part.numbers(self.offsets.len());
        for object in part.objects() {
            let Some(number) = numbers.get(&object.number).copied() else {
                continue;
            };
            let offset = self.written + u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if offset > LARGEST {
                return Err(Error::Part("the whole is too large"));
            }
            self.offsets.push(offset);
            put(&mut bytes, format_args!("{number} 0 obj\n"));
            let is_branch = object.number == part.pages;
            if is_branch {
                self.branches.push(number);
                self.pages += object
                    .integer(b"/Count")
                    .ok_or(Error::Part("a page tree without a count"))?;
            }
            copy(object.body, &numbers, is_branch.then_some(ROOT), &mut bytes)?;
            bytes.push(b'\n');
        }
        self.written += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(bytes)
    }

    /// How many pages there are by now.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.pages
    }

    /// The end of the file, with a title for the reader's window.
    #[must_use]
    pub fn finish(mut self, title: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let place = |bytes: &Vec<u8>| self.written + u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut own = [0; 3];
        own[0] = place(&bytes);
        put(
            &mut bytes,
            format_args!(
                "{CATALOG} 0 obj\n<< /Type /Catalog /Pages {ROOT} 0 R /Lang (zh-CN) /ViewerPreferences << /DisplayDocTitle true >> >>\nendobj\n\n"
            ),
        );
        own[1] = place(&bytes);
        put(
            &mut bytes,
            format_args!("{ROOT} 0 obj\n<< /Type /Pages /Count {} /Kids [", self.pages),
        );
        for branch in &self.branches {
            put(&mut bytes, format_args!("{branch} 0 R "));
        }
        bytes.extend_from_slice(b"] >>\nendobj\n\n");
        own[2] = place(&bytes);
        put(&mut bytes, format_args!("{INFO} 0 obj\n<< /Title <FEFF"));
        for unit in title.encode_utf16() {
            put(&mut bytes, format_args!("{unit:04X}"));
        }
        bytes.extend_from_slice(b"> >>\nendobj\n\n");
        let table = place(&bytes);
        for (offset, own) in self.offsets.iter_mut().zip(own) {
            *offset = own;
        }
        let size = self.offsets.len() + 1;
        put(&mut bytes, format_args!("xref\n0 {size}\n0000000000 65535 f\r\n"));
        for offset in &self.offsets {
            put(&mut bytes, format_args!("{offset:010} 00000 n\r\n"));
        }
        put(
            &mut bytes,
            format_args!("trailer\n<< /Size {size} /Root {CATALOG} 0 R /Info {INFO} 0 R >>\nstartxref\n{table}\n%%EOF"),
        );
        bytes
    }
}

/// Writing to a vector cannot fail.
fn put(bytes: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    let _ = bytes.write_fmt(text);
}
