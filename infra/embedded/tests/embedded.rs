//! The embedded DynamoDB and KMS over their wire protocols, as AWS's are where Hallpass depends on it.

mod dynamodb;
mod kms;
mod services;
