//! Connections that died while a function was frozen: a call over one gets no answer.

use hallpass_core::Clock;
use hallpass_embedded::{dynamodb_config, plain_http};
use hallpass_runtime::{Connections, retries, timeouts};
use hallpass_tests::Hallpass;
use hallpass_tests::proxy::Fault;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A client with the patience of a function, through the proxy of `hallpass`.
fn client(hallpass: &Hallpass) -> aws_sdk_dynamodb::Client {
    let clock = Arc::clone(&hallpass.clock) as Arc<dyn Clock>;
    let config = dynamodb_config(hallpass.dynamodb.url())
        .http_client(Connections::new(plain_http(), clock))
        .timeout_config(timeouts())
        .retry_config(retries());
    aws_sdk_dynamodb::Client::from_conf(config.build())
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
    let client = client(&hallpass);
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
    let client = client(&hallpass);
    read(&client, &hallpass.table).await;
    hallpass.clock.advance(Duration::from_secs(4));
    hallpass.dynamodb.reset();
    hallpass.dynamodb.inject(Fault::Stall.once());
    let took = read(&client, &hallpass.table).await;
    assert_eq!(hallpass.dynamodb.count("DescribeTable"), 2);
    assert!(took >= Duration::from_millis(1_500), "{took:?}");
}
