//! The log: one JSON object a line.
//!
//! Lambda filters lines by level (`ApplicationLogLevel`) only where they say a time as RFC 3339 does and
//! one of its levels; without a time, every line is `INFO` to it, also an error's.

use tracing::Subscriber;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Lines of this level and above: `timestamp`, `level`, `fields`, and as `span` the request that they
/// belong to.
pub fn log_lines<W>(writer: W, least: LevelFilter) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .with_target(false)
        .with_span_list(false)
        .with_max_level(least)
        .with_writer(writer)
        .finish()
}
