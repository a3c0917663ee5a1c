//! `train-categories`: makes the model of the category suggestion from labelled letters, or measures it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use minyi_suggest::train::{Labelled, Report, train};
use serde::Deserialize;

/// Makes the model from labelled letters: one JSON object a line with `subject`, `text` and `category`.
#[derive(Parser)]
struct Cli {
    labelled: PathBuf,
    /// Where to write the model; without it nothing is written
    out: Option<PathBuf>,
    /// Further letters without a label, to know how common a word is; those that are labelled too are left out
    #[arg(long)]
    others: Vec<PathBuf>,
    /// Measure with so many folds, beside a keyword baseline
    #[arg(long)]
    cross_validate: Option<usize>,
    /// Measure so many times, each time on other folds
    #[arg(long, default_value_t = 5)]
    repeat: u64,
    /// Category scheme (level1,level2,level3): the words of its names speak for its categories
    #[arg(long)]
    scheme: Option<PathBuf>,
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

#[derive(Deserialize)]
struct Letter {
    #[serde(default)]
    subject: String,
    text: String,
    category: Option<String>,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "train-categories: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let mut labelled = Vec::new();
    for (subject_and_text, category) in read(&cli.labelled)? {
        let category = category.ok_or("a letter without a category")?;
        labelled.push(Labelled {
            text: subject_and_text,
            category,
        });
    }
    let scheme = cli
        .scheme
        .as_deref()
        .map(fs::read_to_string)
        .transpose()?
        .unwrap_or_default();
    let named = named(&scheme);
    let mut others = Vec::new();
    for file in &cli.others {
        others.extend(read(file)?.into_iter().map(|(text, _)| text));
    }
    others.retain(|text| !labelled.iter().any(|letter| letter.text == *text));
    let mut out = std::io::stdout();
    if let Some(folds) = cli.cross_validate {
        let seeds = cli.seed..cli.seed + cli.repeat;
        write!(
            out,
            "{}",
            Report::cross_validate(&labelled, &named, &others, folds.max(2), seeds)
        )?;
    }
    if let Some(file) = &cli.out {
        let model = train(&labelled, &named, &others);
        fs::write(file, model.write())?;
        writeln!(out, "{}: model {}", file.display(), model.version())?;
    }
    Ok(())
}

/// Subject and text together, and the label.
fn read(file: &Path) -> Result<Vec<(String, Option<String>)>, Failure> {
    let mut letters = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(fs::File::open(file)?).lines()) {
        let letter: Letter =
            serde_json::from_str(&line?).map_err(|error| format!("{}:{number}: {error}", file.display()))?;
        letters.push((format!("{}。{}", letter.subject, letter.text), letter.category));
    }
    Ok(letters)
}

/// The rows of the scheme as letters of a few words.
fn named(scheme: &str) -> Vec<Labelled> {
    let rows = scheme
        .lines()
        .skip(1)
        .filter_map(|row| Some((row.split(',').next()?, row)));
    rows.map(|(category, row)| Labelled {
        text: row.to_owned(),
        category: category.to_owned(),
    })
    .collect()
}
