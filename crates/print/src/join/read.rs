//! Finding the objects of a part.

use std::collections::HashMap;

use crate::Error;

/// A PDF as this crate writes it.
pub(super) struct Part<'a> {
    pub bytes: &'a [u8],
    /// Number and place of each object, by place.
    places: Vec<(u32, usize)>,
    /// Where the table of references begins, and so the last object ends.
    table: usize,
    /// The page tree.
    pub pages: u32,
    /// What the whole has its own of: catalog, document information, metadata.
    left_out: Vec<u32>,
}

/// An object without its number.
pub(super) struct Object<'a> {
    pub number: u32,
    /// From behind `obj` to `endobj` and the line break behind it.
    pub body: &'a [u8],
}

impl Object<'_> {
    /// The number that stands behind a name.
    pub fn integer(&self, name: &[u8]) -> Option<u64> {
        number(after(self.body, name)?).map(|(number, _)| number)
    }
}

impl<'a> Part<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let end = rfind(bytes, b"startxref").ok_or(Error::Part("no end"))?;
        let start = bytes.get(end + b"startxref".len()..).and_then(number);
        let table = start
            .and_then(|(place, _)| usize::try_from(place).ok())
            .ok_or(Error::Part("no table"))?;
        let rest = bytes.get(table..end).and_then(|rest| rest.strip_prefix(b"xref"));
        let (first, rest) = rest.and_then(number).ok_or(Error::Part("no table"))?;
        let (count, rest) = number(rest).ok_or(Error::Part("no table"))?;
        if first != 0 {
            return Err(Error::Part("a table that begins elsewhere"));
        }
        let count = usize::try_from(count).map_err(|_| Error::Part("no table"))?;
        let lines = rest.trim_ascii_start();
        let mut places = Vec::with_capacity(count);
        // A line has 20 bytes: ten digits, five digits, `n` or `f`, two for the end.
        for (index, line) in lines.chunks_exact(20).take(count).enumerate() {
            if line.get(17) == Some(&b'n') {
                let (place, _) = number(line).ok_or(Error::Part("a line of the table"))?;
                let place = usize::try_from(place).map_err(|_| Error::Part("a line of the table"))?;
                places.push((
                    u32::try_from(index).map_err(|_| Error::Part("too many objects"))?,
                    place,
                ));
            }
        }
        places.sort_unstable_by_key(|(_, place)| *place);
        let trailer = lines.get(count * 20..).ok_or(Error::Part("a short table"))?;
        let root = reference(trailer, b"/Root").ok_or(Error::Part("no catalog"))?;
        let mut part = Self {
            bytes,
            places,
            table,
            pages: 0,
            left_out: vec![root],
        };
        part.left_out.extend(reference(trailer, b"/Info"));
        let catalog = part.objects().find(|object| object.number == root);
        let catalog = catalog.ok_or(Error::Part("no catalog"))?.body;
        part.pages = reference(catalog, b"/Pages").ok_or(Error::Part("no pages"))?;
        part.left_out.extend(reference(catalog, b"/Metadata"));
        Ok(part)
    }

    /// All objects, in the order in which they stand.
    pub fn objects(&self) -> impl Iterator<Item = Object<'a>> {
        let (bytes, table) = (self.bytes, self.table);
        let ends = self.places.iter().skip(1).map(|(_, place)| *place).chain([table]);
        let objects: Vec<_> = self.places.iter().copied().zip(ends).collect();
        objects.into_iter().filter_map(move |((number, from), until)| {
            let whole = bytes.get(from..until)?;
            Some(Object {
                number,
                body: after(whole, b"obj")?,
            })
        })
    }

    /// The new numbers of those that are kept; `taken` are given already.
    pub fn numbers(&self, taken: usize) -> HashMap<u32, u32> {
        let kept = self.places.iter().filter(|(number, _)| !self.left_out.contains(number));
        let next = (taken + 1)..;
        kept.zip(next)
            .filter_map(|((old, _), new)| Some((*old, u32::try_from(new).ok()?)))
            .collect()
    }
}

/// The object that a name in a dictionary refers to.
fn reference(dictionary: &[u8], name: &[u8]) -> Option<u32> {
    let (number, _) = number(after(dictionary, name)?)?;
    u32::try_from(number).ok()
}

/// A number behind white space, and what follows it.
pub(super) fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let bytes = bytes.trim_ascii_start();
    let end = bytes
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(bytes.len());
    let (digits, rest) = bytes.split_at_checked(end)?;
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((number, rest))
}

fn after<'a>(bytes: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
    let at = bytes.windows(what.len()).position(|window| window == what)?;
    bytes.get(at + what.len()..)
}

fn rfind(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|window| window == what)
}
