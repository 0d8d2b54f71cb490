//! The one table, as `infra/template.yaml` declares it.

use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, SdkError},
    operation::{
        create_table::CreateTableError, describe_time_to_live::DescribeTimeToLiveError,
        update_time_to_live::UpdateTimeToLiveError,
    },
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        TimeToLiveSpecification, TimeToLiveStatus,
    },
};

/// Why the table could not be made. The names are the calls.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A part of the declaration is incomplete.
    #[error("the declaration of the table is incomplete")]
    Declaration(#[from] BuildError),
    /// The table was refused.
    #[error("cannot create the table `{name}`")]
    CreateTable {
        /// The table's name.
        name: String,
        /// What `DynamoDB` said.
        #[source]
        source: Box<SdkError<CreateTableError>>,
    },
    /// Whether expiry is on cannot be read.
    #[error("cannot read how rows of `{name}` expire")]
    DescribeTimeToLive {
        /// The table's name.
        name: String,
        /// What `DynamoDB` said.
        #[source]
        source: Box<SdkError<DescribeTimeToLiveError>>,
    },
    /// Expiry was refused.
    #[error("cannot let rows of `{name}` expire")]
    UpdateTimeToLive {
        /// The table's name.
        name: String,
        /// What `DynamoDB` said.
        #[source]
        source: Box<SdkError<UpdateTimeToLiveError>>,
    },
}

/// Creates the table `name`: text keys `pk` and `sk`, paid per request, rows expire by `ttl`. One
/// that exists is fine, and gets its expiry if it has none.
///
/// # Errors
/// When `DynamoDB` refuses or cannot be reached.
pub async fn create_table(client: &Client, name: &str) -> Result<(), TableError> {
    let created = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(text("pk")?)
        .attribute_definitions(text("sk")?)
        .key_schema(key("pk", KeyType::Hash)?)
        .key_schema(key("sk", KeyType::Range)?)
        .send()
        .await;
    match created {
        Ok(_) => {}
        Err(error)
            if error
                .as_service_error()
                .is_some_and(CreateTableError::is_resource_in_use_exception) => {}
        Err(error) => {
            return Err(TableError::CreateTable {
                name: name.to_owned(),
                source: Box::new(error),
            });
        }
    }
    if expires(client, name).await? {
        Ok(())
    } else {
        expire(client, name).await
    }
}

async fn expires(client: &Client, name: &str) -> Result<bool, TableError> {
    let described = client
        .describe_time_to_live()
        .table_name(name)
        .send()
        .await
        .map_err(|error| TableError::DescribeTimeToLive {
            name: name.to_owned(),
            source: Box::new(error),
        })?;
    let status = described
        .time_to_live_description
        .and_then(|ttl| ttl.time_to_live_status);
    Ok(matches!(
        status,
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
    ))
}

async fn expire(client: &Client, name: &str) -> Result<(), TableError> {
    let ttl = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name("ttl")
        .build()?;
    let updated = client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(ttl);
    updated
        .send()
        .await
        .map_err(|error| TableError::UpdateTimeToLive {
            name: name.to_owned(),
            source: Box::new(error),
        })?;
    Ok(())
}

fn text(name: &str) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(ScalarAttributeType::S)
        .build()
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder()
        .attribute_name(name)
        .key_type(kind)
        .build()
}
