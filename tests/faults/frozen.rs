//! Connections that died while a function was frozen: a call over one gets no answer.

use hallpass_core::Clock;
use hallpass_embedded::{dynamodb_config, kms_config, plain_http};
use hallpass_runtime::{Connections, retries, timeouts};
use hallpass_tests::Hallpass;
use hallpass_tests::proxy::Fault;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn connections(hallpass: &Hallpass) -> Connections {
    let clock = Arc::clone(&hallpass.clock) as Arc<dyn Clock>;
    Connections::new(plain_http(), clock)
}

/// A client with the patience of a function, through the proxy of `hallpass`.
fn client(hallpass: &Hallpass, connections: Connections) -> aws_sdk_dynamodb::Client {
    let config = dynamodb_config(hallpass.dynamodb.url())
        .http_client(connections)
        .timeout_config(timeouts())
        .retry_config(retries());
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

/// The same for KMS.
fn kms(hallpass: &Hallpass, connections: Connections) -> aws_sdk_kms::Client {
    let config = kms_config(hallpass.kms.url())
        .http_client(connections)
        .timeout_config(timeouts())
        .retry_config(retries());
    aws_sdk_kms::Client::from_conf(config.build())
}

/// How long a read takes, which has to come back.
async fn read(client: &aws_sdk_dynamodb::Client, table: &str) -> Duration {
    let began = Instant::now();
    let described = client.describe_table().table_name(table);
    described.send().await.unwrap();
    began.elapsed()
}

#[tokio::test]
async fn a_connection_that_died_in_a_pause_costs_one_short_try() {
    let hallpass = Hallpass::start("default").await;
    let client = client(&hallpass, connections(&hallpass));
    read(&client, &hallpass.table).await;
    hallpass.clock.advance(Duration::from_mins(10));
    hallpass.dynamodb.reset();
    hallpass.dynamodb.inject(Fault::Stall.once());
    let took = read(&client, &hallpass.table).await;
    assert_eq!(hallpass.dynamodb.count("DescribeTable"), 2);
    // A whole attempt is 1.5 s.
    assert!(took < Duration::from_millis(1_200), "{took:?}");
    // Two died: still no whole attempt.
    hallpass.clock.advance(Duration::from_mins(10));
    hallpass.dynamodb.inject(Fault::Stall.times(2));
    let took = read(&client, &hallpass.table).await;
    assert!(took < Duration::from_millis(1_400), "{took:?}");
}

/// Where there was no pause, AWS is waited for as long as ever: it may be slow itself.
#[tokio::test]
async fn without_a_pause_a_slow_answer_is_waited_for() {
    let hallpass = Hallpass::start("default").await;
    let client = client(&hallpass, connections(&hallpass));
    read(&client, &hallpass.table).await;
    hallpass.clock.advance(Duration::from_secs(4));
    hallpass.dynamodb.reset();
    hallpass.dynamodb.inject(Fault::Stall.once());
    let took = read(&client, &hallpass.table).await;
    assert_eq!(hallpass.dynamodb.count("DescribeTable"), 2);
    assert!(took >= Duration::from_millis(1_500), "{took:?}");
}

/// While DynamoDB answers, the connections to KMS may have died. What must not be done twice is waited for.
#[tokio::test]
async fn each_service_has_a_pause_of_its_own_and_a_key_is_created_once() {
    let hallpass = Hallpass::start("default").await;
    let connections = connections(&hallpass);
    let table = client(&hallpass, connections.clone());
    let kms = kms(&hallpass, connections);
    read(&table, &hallpass.table).await;
    kms.list_keys().send().await.unwrap();
    hallpass.clock.advance(Duration::from_mins(10));
    read(&table, &hallpass.table).await;
    hallpass.kms.reset();
    hallpass.kms.inject(Fault::Stall.once());
    let began = Instant::now();
    kms.list_keys().send().await.unwrap();
    assert!(began.elapsed() < Duration::from_millis(1_200));
    assert_eq!(hallpass.kms.count("ListKeys"), 2);
    hallpass.clock.advance(Duration::from_mins(10));
    hallpass.kms.inject(Fault::Stall.once());
    let began = Instant::now();
    kms.create_key().send().await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(1_500));
}
