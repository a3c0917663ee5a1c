//! `minyi-api import-categories`: the category scheme (分类体系) from a CSV file into the database.

use std::{fs, path::Path};

use minyi_api::console::categories::row_detail;
use minyi_domain::categories::parse_scheme;
use minyi_gateways::clock::Clock;
use minyi_store::{By, ImportedCategories, Store, StoreConfig};

/// Imports the file; returns what was done, in words.
pub fn run(config: &StoreConfig, file: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let scheme = parse_scheme(&bytes).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(row_detail).collect();
        format!("{}: nothing imported\n{}", file.display(), lines.join("\n"))
    })?;
    let done = Store::connect(config)?.import_categories(&By::command_line(), &scheme, Clock::System.now())?;
    let ImportedCategories {
        added,
        restored,
        retired,
        active,
    } = done;
    Ok(format!(
        "added {added}, brought back {restored}, retired {retired}; {active} active\n"
    ))
}
