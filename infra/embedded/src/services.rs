//! Both embedded services, started and stopped together.

use std::path::Path;

use crate::{dynamodb, error::ServicesError, hosted::Hosted, kms};

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
