//! The faulty proxy breaks calls as it says it does.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{retry::RetryConfig, timeout::TimeoutConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem},
};
use hallpass_embedded::{Services, create_table, dynamodb_client, dynamodb_config, kms_config};
use hallpass_tests::proxy::{ALL, Fault, Proxy, Service};

type Item = HashMap<String, AttributeValue>;

/// A table with the rows a, b and c, and a client without retries that reaches it by the proxy.
async fn table() -> (Services, Proxy, Client) {
    let services = Services::start(None).await.unwrap();
    let direct = dynamodb_client(&services.dynamodb_url);
    create_table(&direct, "rows").await.unwrap();
    for pk in ["a", "b", "c"] {
        direct
            .put_item()
            .table_name("rows")
            .set_item(Some(key(pk)))
            .send()
            .await
            .unwrap();
    }
    let proxy = Proxy::start(&services.dynamodb_url).await;
    let config = dynamodb_config(proxy.url()).retry_config(RetryConfig::disabled());
    (services, proxy, Client::from_conf(config.build()))
}

/// The SDK's own three attempts, without its pauses.
fn hasty() -> RetryConfig {
    RetryConfig::standard().with_initial_backoff(Duration::from_millis(1))
}

fn key(pk: &str) -> Item {
    ["pk", "sk"]
        .map(|name| (name.to_owned(), AttributeValue::S(pk.to_owned())))
        .into()
}

async fn exists(client: &Client, pk: &str) -> Result<bool, String> {
    let read = client
        .get_item()
        .table_name("rows")
        .set_key(Some(key(pk)))
        .consistent_read(true);
    match read.send().await {
        Ok(read) => Ok(read.item.is_some()),
        Err(SdkError::ServiceError(refused)) => {
            Err(refused.err().code().unwrap_or_default().to_owned())
        }
        Err(SdkError::DispatchFailure(_)) => Err("dispatch".to_owned()),
        Err(SdkError::ResponseError(_)) => Err("response".to_owned()),
        Err(SdkError::TimeoutError(_)) => Err("timeout".to_owned()),
        Err(other) => Err(format!("{other:?}")),
    }
}

async fn write(client: &Client, pk: &str) -> Result<(), Box<SdkError<TransactWriteItemsError>>> {
    let put = |pk: &str| {
        let put = Put::builder().table_name("rows").set_item(Some(key(pk)));
        let put = put
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    let write = client.transact_write_items().client_request_token("once");
    let write = write
        .transact_items(put(pk))
        .transact_items(put(&format!("{pk}2")));
    write.send().await.map(drop).map_err(Box::new)
}

async fn batch(client: &Client) -> (usize, Vec<Item>) {
    let keys = ["a", "b", "c"].map(key).to_vec();
    let keys = KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true);
    let asked = client
        .batch_get_item()
        .request_items("rows", keys.build().unwrap());
    let answered = asked.send().await.unwrap();
    let left = answered.unprocessed_keys.unwrap_or_default().remove("rows");
    assert!(
        left.as_ref()
            .is_none_or(|left| left.consistent_read == Some(true))
    );
    (
        answered.responses.unwrap()["rows"].len(),
        left.map(|left| left.keys).unwrap_or_default(),
    )
}

#[tokio::test]
async fn it_counts_calls_and_shows_their_bodies() {
    let (_services, proxy, client) = table().await;
    assert!(exists(&client, "a").await.unwrap());
    assert_eq!(batch(&client).await, (3, vec![]));
    assert_eq!(
        (proxy.count("GetItem"), proxy.count("BatchGetItem")),
        (1, 1)
    );
    let calls = proxy.calls();
    assert_eq!(
        (calls[0].service, calls[0].operation.as_str()),
        (Service::DynamoDb, "GetItem")
    );
    assert_eq!(calls[0].body["Key"]["pk"]["S"], "a");
    assert_eq!(calls[0].fault, None);
    proxy.reset();
    assert!(proxy.calls().is_empty());
}

#[tokio::test]
async fn a_rule_befalls_its_operation_as_often_as_it_says() {
    let (_services, proxy, client) = table().await;
    proxy.inject(Fault::Throttle.on("GetItem").after(1).times(2));
    proxy.inject(Fault::ServerError.on("Query"));
    let throttled = Err("ProvisionedThroughputExceededException".to_owned());
    assert_eq!(exists(&client, "a").await, Ok(true));
    assert_eq!(exists(&client, "a").await, throttled);
    assert_eq!(exists(&client, "a").await, throttled);
    assert_eq!(exists(&client, "a").await, Ok(true));
    proxy.inject(Fault::ServerError);
    assert_eq!(
        exists(&client, "a").await,
        Err("InternalServerError".to_owned())
    );
    proxy.heal();
    assert_eq!(exists(&client, "a").await, Ok(true));
    assert_eq!(proxy.calls()[1].fault, Some(Fault::Throttle));
}

#[tokio::test]
async fn kms_is_refused_in_its_own_words() {
    let services = Services::start(None).await.unwrap();
    let proxy = Proxy::start(&services.kms_url).await;
    let client =
        aws_sdk_kms::Client::from_conf(kms_config(proxy.url()).retry_config(hasty()).build());
    proxy.inject(Fault::Throttle.times(1));
    proxy.inject(Fault::ServerError.times(1));
    let made = client.create_key().send().await.unwrap();
    let id = made.key_metadata.unwrap().key_id;
    assert_eq!(
        proxy.count("CreateKey"),
        3,
        "the SDK asks three times by itself"
    );
    proxy.inject(Fault::Refuse(400, "DisabledException").on("GetPublicKey"));
    let refused = client.get_public_key().key_id(id).send().await.unwrap_err();
    assert!(refused.into_service_error().is_disabled_exception());
    assert_eq!(proxy.calls()[0].service, Service::Kms);
}

#[tokio::test]
async fn a_conflict_names_each_item_of_the_transaction() {
    let (_services, proxy, client) = table().await;
    proxy.inject(Fault::TransactionConflict(1));
    assert_eq!(
        exists(&client, "a").await,
        Ok(true),
        "reads have no conflicts here"
    );
    let refused = write(&client, "new")
        .await
        .unwrap_err()
        .into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = refused else {
        panic!("{refused:?}");
    };
    let codes: Vec<_> = cancelled
        .cancellation_reasons()
        .iter()
        .map(|it| it.code())
        .collect();
    assert_eq!(codes, [Some("None"), Some("TransactionConflict")]);
    let put = || {
        let put = client.put_item().table_name("rows");
        put.set_item(Some(key("x"))).send()
    };
    assert!(put().await.is_ok(), "a single write has no second item");
    proxy.heal();
    proxy.inject(Fault::TransactionConflict(0));
    assert_eq!(
        put().await.unwrap_err().code(),
        Some("TransactionConflictException")
    );
    proxy.heal();
    assert_eq!(exists(&client, "new").await, Ok(false));
}

#[tokio::test]
async fn a_batch_can_be_answered_in_part() {
    let (_services, proxy, client) = table().await;
    proxy.inject(Fault::Unprocessed(1).once());
    assert_eq!(batch(&client).await, (2, vec![key("a")]));
    assert_eq!(batch(&client).await, (3, vec![]));
    proxy.inject(Fault::Unprocessed(ALL));
    assert_eq!(batch(&client).await, (0, ["a", "b", "c"].map(key).to_vec()));
}

#[tokio::test]
async fn a_lost_reply_is_of_a_write_that_happened() {
    let (_services, proxy, client) = table().await;
    for (fault, pk) in [(Fault::LoseReply, "lost"), (Fault::HalfReply, "half")] {
        proxy.inject(fault.on("PutItem").once());
        let put = client
            .put_item()
            .table_name("rows")
            .set_item(Some(key(pk)))
            .send()
            .await;
        // Half of `{}` is no JSON; half of nothing would be no fault.
        assert!(put.is_err(), "{put:?}");
        assert_eq!(exists(&client, pk).await, Ok(true));
    }
    proxy.inject(Fault::HalfReply.on("GetItem").once());
    assert_eq!(exists(&client, "a").await, Err("response".to_owned()));
}

#[tokio::test]
async fn the_sdk_repeats_a_lost_write_under_the_same_client_token() {
    let (services, proxy, _) = table().await;
    let config = dynamodb_config(proxy.url()).retry_config(hasty());
    let client = Client::from_conf(config.build());
    proxy.inject(Fault::LoseReply.on("TransactWriteItems").once());
    write(&client, "new").await.unwrap();
    assert_eq!(proxy.count("TransactWriteItems"), 2);
    assert!(
        exists(&dynamodb_client(&services.dynamodb_url), "new2")
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_reset_reaches_nobody() {
    let (_services, proxy, client) = table().await;
    proxy.inject(Fault::Reset.on("PutItem"));
    client
        .put_item()
        .table_name("rows")
        .set_item(Some(key("x")))
        .send()
        .await
        .unwrap_err();
    assert_eq!(exists(&client, "x").await, Ok(false));
}

#[tokio::test]
async fn a_stalled_call_waits_for_healing_or_for_its_own_deadline() {
    let (_services, proxy, client) = table().await;
    proxy.inject(Fault::Stall);
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { exists(&client, "a").await }
    });
    proxy.arrived("GetItem", 1).await;
    assert!(!waiting.is_finished());
    proxy.heal();
    assert_eq!(waiting.await.unwrap(), Ok(true));

    proxy.inject(Fault::Stall);
    let timeout = TimeoutConfig::builder()
        .operation_timeout(Duration::from_millis(50))
        .build();
    let config = dynamodb_config(proxy.url()).timeout_config(timeout).build();
    assert_eq!(
        exists(&Client::from_conf(config), "a").await,
        Err("timeout".to_owned())
    );
    proxy.reset();
    let dropped = tokio::spawn(async move { exists(&client, "a").await });
    proxy.arrived("GetItem", 1).await;
    drop(proxy);
    assert_eq!(dropped.await.unwrap(), Err("dispatch".to_owned()));
}

#[tokio::test]
async fn what_is_gone_refuses_and_comes_back_on_the_same_port() {
    let (_services, proxy, client) = table().await;
    assert_eq!(exists(&client, "a").await, Ok(true));
    for _ in 0..3 {
        proxy.gone().await;
        assert!(exists(&client, "a").await == Err("dispatch".to_owned()));
        let refused = std::net::TcpStream::connect(proxy.url().trim_start_matches("http://"));
        assert_eq!(
            refused.unwrap_err().kind(),
            std::io::ErrorKind::ConnectionRefused
        );
        proxy.back().await;
        assert_eq!(exists(&client, "a").await, Ok(true));
    }
    assert_eq!(proxy.count("GetItem"), 4);
}
