//! Why the embedded services could not start.

use std::{io, path::PathBuf};

/// Why the embedded services could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServicesError {
    /// Somebody else listens on the port asked for.
    #[error("port {port} for the embedded {service} is taken: name another, or 0 for any free one")]
    PortTaken {
        /// `DynamoDB` or `KMS`.
        service: &'static str,
        /// The port asked for.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The port cannot be listened on, or the thread cannot be made.
    #[error("cannot start the embedded {service} on 127.0.0.1:{port}")]
    Start {
        /// `DynamoDB` or `KMS`.
        service: &'static str,
        /// The port asked for.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The data folder cannot be made, or its path is not UTF-8.
    #[error("cannot use `{}` as the data folder", path.display())]
    Folder {
        /// The folder asked for.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The records cannot be opened.
    #[error("cannot open the records in `{}`", path.display())]
    Records {
        /// The file, or `:memory:`.
        path: PathBuf,
        /// What the database said.
        #[source]
        source: Box<dynoxide::DynoxideError>,
    },
}
