//! The embedded DynamoDB answers as AWS's does where Hallpass depends on it.

#![expect(
    clippy::expect_used,
    reason = "clippy lets tests do it, but not their helpers"
)]

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata,
    types::{
        AttributeValue, ConditionCheck, KeysAndAttributes, Put,
        ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    },
};
use hallpass_embedded::{Services, create_table, dynamodb_client};

type Item = HashMap<String, AttributeValue>;

async fn table() -> (Services, Client) {
    let services = Services::start(None).await.expect("free ports");
    let client = dynamodb_client(&services.dynamodb_url);
    create_table(&client, "rows").await.expect("a table");
    (services, client)
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: &str) -> AttributeValue {
    AttributeValue::N(value.to_owned())
}

fn key(pk: &str, sk: &str) -> Item {
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

fn put_new(pk: &str, sk: &str) -> TransactWriteItem {
    let put = Put::builder()
        .table_name("rows")
        .set_item(Some(key(pk, sk)));
    let put = put.condition_expression("attribute_not_exists(pk)");
    let put =
        put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    TransactWriteItem::builder()
        .put(put.build().expect("a put"))
        .build()
}

fn check_exists(pk: &str, sk: &str) -> TransactWriteItem {
    let check = ConditionCheck::builder()
        .table_name("rows")
        .set_key(Some(key(pk, sk)));
    let check = check
        .condition_expression("attribute_exists(pk)")
        .build()
        .expect("a check");
    TransactWriteItem::builder().condition_check(check).build()
}

fn add_one(pk: &str) -> TransactWriteItem {
    let update = Update::builder()
        .table_name("rows")
        .set_key(Some(key(pk, "a")));
    let update = update
        .update_expression("ADD n :one")
        .expression_attribute_values(":one", number("1"));
    TransactWriteItem::builder()
        .update(update.build().expect("an update"))
        .build()
}

async fn put(client: &Client, item: Item) {
    client
        .put_item()
        .table_name("rows")
        .set_item(Some(item))
        .send()
        .await
        .expect("a put");
}

#[tokio::test]
async fn a_table_may_exist_already() {
    let (_services, client) = table().await;
    create_table(&client, "rows").await.unwrap();
    let ttl = client
        .describe_time_to_live()
        .table_name("rows")
        .send()
        .await
        .unwrap();
    assert_eq!(
        ttl.time_to_live_description
            .unwrap()
            .attribute_name
            .as_deref(),
        Some("ttl")
    );
}

#[tokio::test]
async fn the_same_client_token_writes_once() {
    let (_services, client) = table().await;
    for _ in 0..2 {
        let write = client.transact_write_items().client_request_token("same");
        write
            .transact_items(put_new("a", "a"))
            .transact_items(add_one("n"))
            .send()
            .await
            .unwrap();
    }
    let row = client
        .get_item()
        .table_name("rows")
        .set_key(Some(key("n", "a")))
        .send()
        .await
        .unwrap();
    assert_eq!(row.item.unwrap()["n"], number("1"));

    let other = client.transact_write_items().client_request_token("same");
    let refused = other.transact_items(add_one("n")).send().await.unwrap_err();
    assert!(
        refused
            .into_service_error()
            .is_idempotent_parameter_mismatch_exception()
    );
}

#[tokio::test]
async fn a_lost_condition_cancels_all_and_says_which() {
    let (_services, client) = table().await;
    put(&client, key("taken", "a")).await;
    let write = client.transact_write_items().transact_items(add_one("n"));
    let write = write
        .transact_items(put_new("taken", "a"))
        .transact_items(check_exists("no", "a"));
    let refused = write.send().await.unwrap_err().into_service_error();
    assert!(refused.is_transaction_canceled_exception(), "{refused:?}");
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = refused
    else {
        panic!("not cancelled");
    };
    let reasons = cancelled.cancellation_reasons();
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason.code()).collect();
    assert_eq!(
        codes,
        ["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]
    );
    assert_eq!(reasons[1].item().unwrap()["pk"], text("taken"));
    let row = client
        .get_item()
        .table_name("rows")
        .set_key(Some(key("n", "a")))
        .send()
        .await
        .unwrap();
    assert!(row.item.is_none());
}

#[tokio::test]
async fn a_lost_condition_of_one_write_gives_the_row_back() {
    let (_services, client) = table().await;
    put(&client, key("taken", "a")).await;
    let write = client
        .put_item()
        .table_name("rows")
        .set_item(Some(key("taken", "a")));
    let write = write.condition_expression("attribute_not_exists(pk)");
    let write =
        write.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let refused = write.send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(lost) =
        refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(lost.item().unwrap()["pk"], text("taken"));
}

#[tokio::test]
async fn a_transaction_names_a_row_once_and_has_100_items_at_most() {
    let (_services, client) = table().await;
    let twice = client.transact_write_items().transact_items(add_one("n"));
    let refused = twice
        .transact_items(check_exists("n", "a"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"), "{refused:?}");

    let many = (0..101).map(|n| put_new(&n.to_string(), "a")).collect();
    let refused = client
        .transact_write_items()
        .set_transact_items(Some(many))
        .send()
        .await;
    assert_eq!(refused.unwrap_err().code(), Some("ValidationException"));
}

#[tokio::test]
async fn a_batch_reads_what_is_there_and_refuses_a_key_named_twice() {
    let (_services, client) = table().await;
    put(&client, key("a", "a")).await;
    put(&client, key("b", "b")).await;
    let ask = |keys: Vec<Item>| {
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true);
        client
            .batch_get_item()
            .request_items("rows", keys.build().expect("keys"))
            .send()
    };
    let found = ask(vec![key("a", "a"), key("b", "b"), key("c", "c")])
        .await
        .unwrap();
    assert_eq!(found.responses.unwrap()["rows"].len(), 2);
    assert!(found.unprocessed_keys.is_none_or(|keys| keys.is_empty()));

    let refused = ask(vec![key("a", "a"), key("a", "a")]).await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
    let refused = ask((0..101).map(|n| key("a", &n.to_string())).collect())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
}

#[tokio::test]
async fn a_query_pages_in_key_order_and_its_limit_counts_before_the_filter() {
    let (_services, client) = table().await;
    for n in 0..5 {
        let mut row = key("a", &format!("row#{n}"));
        row.insert("odd".to_owned(), AttributeValue::Bool(n % 2 == 1));
        put(&client, row).await;
    }
    put(&client, key("a", "z")).await;
    let query = || {
        let query = client.query().table_name("rows").consistent_read(true);
        let query = query.key_condition_expression("pk = :pk AND begins_with(sk, :row)");
        let query = query.expression_attribute_values(":row", text("row#"));
        query.expression_attribute_values(":pk", text("a"))
    };
    let first = query().limit(3).send().await.unwrap();
    assert_eq!(
        (first.count, first.items()[0]["sk"].clone()),
        (3, text("row#0"))
    );
    let after = first.last_evaluated_key.clone();
    assert_eq!(after, Some(key("a", "row#2")));
    let rest = query()
        .limit(3)
        .set_exclusive_start_key(after)
        .send()
        .await
        .unwrap();
    assert_eq!((rest.count, rest.last_evaluated_key), (2, None));

    let odd = query().filter_expression("odd = :yes").limit(2);
    let odd = odd.expression_attribute_values(":yes", AttributeValue::Bool(true));
    let odd = odd.send().await.unwrap();
    assert_eq!(
        (
            odd.count,
            odd.scanned_count,
            odd.last_evaluated_key.is_some()
        ),
        (1, 2, true)
    );
    // As AWS: a page that ends exactly at the last row may still name where to go on.
    let exact = query().limit(5).send().await.unwrap();
    assert_eq!((exact.count, exact.last_evaluated_key.is_some()), (5, true));
}

#[tokio::test]
async fn numbers_are_exact_and_compared_as_numbers() {
    let (_services, client) = table().await;
    let long = "12345678901234567890123456789012345678";
    let mut row = key("a", "a");
    row.insert("n".to_owned(), number(long));
    row.insert("m".to_owned(), number("0010.50"));
    put(&client, row).await;
    let row = client
        .get_item()
        .table_name("rows")
        .set_key(Some(key("a", "a")))
        .send()
        .await
        .unwrap();
    let row = row.item.unwrap();
    assert_eq!(
        (row["n"].clone(), row["m"].clone()),
        (number(long), number("10.5"))
    );

    let update = |condition: &str, value: &str| {
        let update = client
            .update_item()
            .table_name("rows")
            .set_key(Some(key("a", "a")));
        let update = update
            .update_expression("SET seen = :v")
            .condition_expression(condition);
        update
            .expression_attribute_values(":v", number(value))
            .send()
    };
    update("m > :v", "9").await.unwrap();
    let refused = update("m > :v", "10.5").await.unwrap_err();
    assert!(
        refused
            .into_service_error()
            .is_conditional_check_failed_exception()
    );
    let mut longer = key("a", "b");
    longer.insert("n".to_owned(), number(&format!("{long}9")));
    let refused = client
        .put_item()
        .table_name("rows")
        .set_item(Some(longer))
        .send()
        .await;
    assert_eq!(refused.unwrap_err().code(), Some("ValidationException"));
}

#[tokio::test]
async fn reserved_words_empty_keys_and_unused_values_are_refused() {
    let (_services, client) = table().await;
    let update = |expression: &str| {
        let update = client
            .update_item()
            .table_name("rows")
            .set_key(Some(key("a", "a")));
        update
            .update_expression(expression)
            .expression_attribute_values(":v", number("1"))
            .send()
    };
    update("SET fine = :v").await.unwrap();
    for wrong in [
        "SET #ttl = :v",
        "SET name = :v",
        "SET ttl = :v",
        "SET fine = :w",
    ] {
        let refused = update(wrong).await.expect_err(wrong);
        assert_eq!(refused.code(), Some("ValidationException"), "{wrong}");
    }
    let empty = client
        .put_item()
        .table_name("rows")
        .set_item(Some(key("", "a")))
        .send()
        .await;
    assert_eq!(empty.unwrap_err().code(), Some("ValidationException"));
}
