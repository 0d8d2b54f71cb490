//! AWS on this machine: a DynamoDB and a KMS inside this process, spoken to over their real wire
//! protocols, so that Hallpass and its tests run with nothing else installed.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use hallpass_embedded::{Services, create_table, dynamodb_client};
//!
//! let services = Services::start(None).await?;
//! let client = dynamodb_client(&services.dynamodb_url);
//! create_table(&client, "hallpass").await?;
//! services.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod clients;
mod dynamodb;
mod error;
mod hosted;
mod kms;
mod services;
mod table;

pub use clients::{dynamodb_client, dynamodb_config, kms_client, kms_config, plain_http};
pub use error::ServicesError;
pub use services::{Ports, Services};
pub use table::{TableError, create_table};
