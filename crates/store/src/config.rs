/// How to reach the database. Read from the environment or the command line.
#[derive(Clone, clap::Args)]
pub struct StoreConfig {
    /// Where the database is: `postgres://user:password@host:port/name`.
    #[arg(long, env = "MINYI_DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
    /// Connections held open; best as many as there are threads that use the store.
    #[arg(long = "database-pool-size", env = "MINYI_DATABASE_POOL_SIZE", default_value_t = 16)]
    pub pool_size: u32,
    /// How many seconds the start waits for all connections, and a call for a free one.
    #[arg(
        long = "database-patience-seconds",
        env = "MINYI_DATABASE_PATIENCE_SECONDS",
        default_value_t = 2,
        value_parser = clap::value_parser!(u64).range(1..=600)
    )]
    pub patience_seconds: u64,
}
