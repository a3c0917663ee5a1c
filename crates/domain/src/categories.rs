//! The category scheme (分类): a tree of at most three levels, read from a table.

use std::collections::HashMap;

/// Levels of the scheme.
pub const LEVELS: usize = 3;
/// Rows of one file, at most.
pub const MAX_ROWS: usize = 5_000;
/// Characters of a name, at most.
const LONGEST: usize = 40;

/// A place of the scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// The names from level 1 down, joined by `/`.
    pub path: String,
    pub name: String,
    /// From 1.
    pub level: i16,
}

impl Category {
    fn new(names: &[String]) -> Self {
        Self {
            path: names.join("/"),
            name: names.last().cloned().unwrap_or_default(),
            level: i16::try_from(names.len()).unwrap_or(i16::MAX),
        }
    }

    /// The path of the place above it.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.path.rsplit_once('/').map(|(parent, _)| parent)
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    /// The first row has to be the heading.
    #[error("the heading is not level1,level2,level3")]
    Heading,
    /// Not text in UTF-8, or not three columns.
    #[error("not a row of three columns")]
    Unreadable,
    /// No name, or a name below an empty one.
    #[error("a name is missing")]
    NameMissing,
    #[error("a name has {actual} characters, at most {LONGEST} are possible")]
    NameTooLong { actual: usize },
    /// The stroke divides the names of a path.
    #[error("a name contains a stroke or a control character")]
    NameForbidden,
    #[error("stands in line {first} already")]
    Repeated { first: u64 },
    #[error("more than {MAX_ROWS} rows")]
    TooMany,
    #[error("no row at all")]
    Empty,
}

/// A row that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct RowError {
    /// From 1, the heading included.
    pub line: u64,
    pub problem: RowProblem,
}

/// Reads a scheme from CSV in UTF-8 with the columns `level1,level2,level3`; the last ones may be empty. Each place comes
/// after the one above it.
///
/// # Errors
/// Every row that is wrong; then nothing is taken.
pub fn parse_scheme(csv: &[u8]) -> Result<Vec<Category>, Vec<RowError>> {
    let csv = csv.strip_prefix(b"\xef\xbb\xbf").unwrap_or(csv);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(csv);
    let mut scheme = Scheme::default();
    let mut wrong = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let line = match &record {
            Ok(record) => record.position().map_or(0, csv::Position::line),
            Err(error) => error.position().map_or(0, csv::Position::line),
        };
        let taken = match record {
            Ok(_) if index > MAX_ROWS => Err(RowProblem::TooMany),
            Ok(record) if index == 0 => heading(&record),
            Ok(record) => names(&record).and_then(|names| scheme.add(&names, line)),
            Err(_) => Err(RowProblem::Unreadable),
        };
        if let Err(problem) = taken {
            let ends = matches!(problem, RowProblem::TooMany | RowProblem::Heading);
            wrong.push(RowError { line, problem });
            if ends {
                break;
            }
        }
    }
    if scheme.places.is_empty() && wrong.is_empty() {
        wrong.push(RowError {
            line: 1,
            problem: RowProblem::Empty,
        });
    }
    if wrong.is_empty() {
        Ok(scheme.places)
    } else {
        Err(wrong)
    }
}

#[derive(Default)]
struct Scheme {
    places: Vec<Category>,
    /// The line in which a path was a row of its own; none: only places below it were named so far.
    lines: HashMap<String, Option<u64>>,
}

impl Scheme {
    fn add(&mut self, names: &[String], line: u64) -> Result<(), RowProblem> {
        for length in 1..=names.len() {
            let place = Category::new(names.get(..length).unwrap_or_default());
            let is_row = length == names.len();
            match self.lines.get_mut(&place.path) {
                Some(first) if is_row => match first {
                    Some(first) => return Err(RowProblem::Repeated { first: *first }),
                    None => *first = Some(line),
                },
                Some(_) => {}
                None => {
                    self.lines.insert(place.path.clone(), is_row.then_some(line));
                    self.places.push(place);
                }
            }
        }
        Ok(())
    }
}

fn heading(record: &csv::StringRecord) -> Result<(), RowProblem> {
    let is = |expected: [&str; LEVELS]| record.iter().eq(expected);
    if is(["level1", "level2", "level3"]) || is(["一级分类", "二级分类", "三级分类"]) {
        Ok(())
    } else {
        Err(RowProblem::Heading)
    }
}

fn names(record: &csv::StringRecord) -> Result<Vec<String>, RowProblem> {
    if record.len() != LEVELS {
        return Err(RowProblem::Unreadable);
    }
    let filled = record.iter().take_while(|name| !name.is_empty()).count();
    if filled == 0 || record.iter().skip(filled).any(|name| !name.is_empty()) {
        return Err(RowProblem::NameMissing);
    }
    let names: Vec<String> = record.iter().take(filled).map(str::to_owned).collect();
    for name in &names {
        let actual = name.chars().count();
        if actual > LONGEST {
            return Err(RowProblem::NameTooLong { actual });
        }
        if name.contains(|character: char| character == '/' || character.is_control()) {
            return Err(RowProblem::NameForbidden);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn each_place_comes_after_the_one_above_it_and_only_once() {
        let scheme =
            parse_scheme("\u{feff}level1,level2,level3\n市政,路灯,不亮\n市政,路灯,\"太亮，刺眼\"\n环保,,\n".as_bytes())
                .unwrap();
        let paths: Vec<&str> = scheme.iter().map(|place| place.path.as_str()).collect();
        assert_eq!(
            paths,
            ["市政", "市政/路灯", "市政/路灯/不亮", "市政/路灯/太亮，刺眼", "环保"]
        );
        assert_eq!(
            scheme.get(2).map(|place| (place.level, place.parent())),
            Some((3, Some("市政/路灯")))
        );
    }

    #[test]
    fn every_wrong_row_is_named_with_its_line() {
        let long = "长".repeat(41);
        let csv = format!("level1,level2,level3\n市政,,路灯\n市政,路灯,\n市政,路灯,\n甲/乙,,\n{long},,\n只有一列\n");
        let wrong = parse_scheme(csv.as_bytes()).unwrap_err();
        let wrong: Vec<(u64, RowProblem)> = wrong.into_iter().map(|error| (error.line, error.problem)).collect();
        assert_eq!(
            wrong,
            [
                (2, RowProblem::NameMissing),
                (4, RowProblem::Repeated { first: 3 }),
                (5, RowProblem::NameForbidden),
                (6, RowProblem::NameTooLong { actual: 41 }),
                (7, RowProblem::Unreadable),
            ]
        );
    }

    #[test]
    fn a_file_without_heading_or_rows_is_refused() {
        let first = |csv: &str| parse_scheme(csv.as_bytes()).unwrap_err().remove(0).problem;
        assert_eq!(first("市政,路灯,不亮\n"), RowProblem::Heading);
        assert_eq!(first("level1,level2,level3\n"), RowProblem::Empty);
        assert_eq!(first(""), RowProblem::Empty);
    }
}
