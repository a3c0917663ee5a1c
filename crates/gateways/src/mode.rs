//! How strict the program is with its own configuration.

/// Whether weak settings are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Mode {
    /// Real people's data: weak or published keys and unencrypted ways out are refused.
    #[default]
    Production,
    /// A developer's machine.
    Development,
}

/// The setting for [`Mode`].
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct ModeConfig {
    /// How strict the program is with its own configuration
    #[arg(long, env = "MINYI_MODE", value_enum, default_value_t = Mode::Production)]
    pub mode: Mode,
}
