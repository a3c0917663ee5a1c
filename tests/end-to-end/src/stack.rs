//! Where the running product is, as `cargo dev up` wrote it down.

use std::path::Path;

use anyhow::Context as _;

#[derive(Debug, Clone, serde::Deserialize)]
pub struct Stack {
    pub base_url: String,
    pub simulator_url: String,
    pub database_url: String,
    pub redis_url: String,
    /// Tokens of codes; suspended and retired ones are not among them.
    pub codes: Vec<String>,
}

impl Stack {
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("{} is missing: start the product with `cargo dev up`", file.display()))?;
        let stack: Self = serde_json::from_str(&text).context("the file has another shape than expected")?;
        anyhow::ensure!(!stack.codes.is_empty(), "no codes in {}", file.display());
        Ok(stack)
    }
}
