//! Both embedded services, started and stopped together.

use std::{io, path::Path, path::PathBuf};

use crate::{dynamodb, hosted::Hosted, kms};

/// A `DynamoDB` and a KMS in this process, each on its own port of 127.0.0.1.
///
/// They run on threads of their own, so that they outlive the async runtime that started them
/// (tests may share one). Dropping this stops both; [`Services::shutdown`] also waits until the
/// ports and files are free.
#[derive(Debug)]
pub struct Services {
    /// Where `DynamoDB` answers: `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL_DYNAMODB`.
    pub dynamodb_url: String,
    /// Where KMS answers: `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL_KMS`.
    pub kms_url: String,
    dynamodb: Hosted,
    kms: Hosted,
}

/// The ports of 127.0.0.1 to listen on; 0, the default, means any free one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ports {
    /// `DynamoDB`'s port.
    pub dynamodb: u16,
    /// KMS's port.
    pub kms: u16,
}

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

impl Services {
    /// Starts both on free ports. `data` is the folder to keep `DynamoDB`'s records in (made if
    /// absent); without it they are in memory. KMS's keys are always in memory only.
    ///
    /// # Errors
    /// When the folder or the records in it cannot be used.
    pub async fn start(data: Option<&Path>) -> Result<Self, ServicesError> {
        Self::start_on(data, Ports::default()).await
    }

    /// As [`Services::start`], on the ports given.
    ///
    /// # Errors
    /// When a port is taken (the error names it), or as [`Services::start`].
    #[expect(
        clippy::unused_async,
        reason = "starting is I/O; callers should not rely on how"
    )]
    pub async fn start_on(data: Option<&Path>, ports: Ports) -> Result<Self, ServicesError> {
        let dynamodb = dynamodb::start(data, ports.dynamodb)?;
        let kms = kms::start(ports.kms)?;
        Ok(Self {
            dynamodb_url: dynamodb.url().to_owned(),
            kms_url: kms.url().to_owned(),
            dynamodb,
            kms,
        })
    }

    /// Stops both at once, open connections included, and returns when ports and files are free.
    pub async fn shutdown(self) {
        let dynamodb = self.dynamodb.stop();
        let kms = self.kms.stop();
        dynamodb.await;
        kms.await;
    }
}
