//! Every act of every route leaves one row in the log of its environment, and no secret in it.

use super::table::{Row, rows};
use super::world::{World, ask};
use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use std::collections::{BTreeMap, HashMap};

/// What changes nothing though it is no GET: it is stateless, or only asks.
const NO_ACTS: [&str; 5] = [
    "/app/v1/users/{user}/tokens",
    "/v1/tokens/temporary",
    "/v2/temporary-access-token/create",
    "/v1/tokens/validate",
    "/rest/api/v1/token",
];

fn is_act(row: &Row) -> bool {
    row.method != Method::GET && !NO_ACTS.contains(&row.template)
}

type Rows = BTreeMap<String, HashMap<String, AttributeValue>>;

async fn log(world: &World) -> Rows {
    let mut items = world.items().await;
    items.retain(|_, item| item["pk"].as_s().unwrap().starts_with("AUDIT#"));
    items
}

/// What the row's call added to the log, if it succeeded.
async fn added(world: &World, row: &Row, caller: &str) -> Result<Rows, hallpass_tests::Reply> {
    if row.method == Method::PUT {
        // What is there already is no act: it is taken away first.
        let undo = world.hallpass.delete(&world.path(row)).bearer(caller);
        undo.await;
    }
    let before = log(world).await;
    let reply = ask(world.call(row).bearer(caller)).await;
    if reply.status != row.success {
        return Err(reply);
    }
    let mut after = log(world).await;
    for (key, item) in &before {
        let kept = after.remove(key);
        assert_eq!(kept.as_ref(), Some(item), "{}: changed", row.name());
    }
    Ok(after)
}

#[tokio::test]
async fn every_act_leaves_exactly_one_row_and_what_is_none_leaves_no() {
    let mut world = World::new().await;
    for row in rows() {
        let name = row.name();
        let expected = usize::from(is_act(&row));
        let as_expected = |found: &Result<Rows, _>| {
            found
                .as_ref()
                .is_ok_and(|rows: &Rows| rows.len() == expected)
        };
        let mut caller = world.good(&row).to_owned();
        let mut found = added(&world, &row, &caller).await;
        if !as_expected(&found) {
            // The rows before may have done it, or ended what it is about: once more, undisturbed.
            world = World::new().await;
            caller = world.good(&row).to_owned();
            found = added(&world, &row, &caller).await;
        }
        assert!(as_expected(&found), "{name}: {found:?}");
        for item in found.unwrap().into_values() {
            let field = |name: &str| item[name].as_s().unwrap().clone();
            assert!(!field("action").is_empty(), "{name}");
            assert!(!field("subject").is_empty(), "{name}");
            // A token's text begins with its prefix and the digits of its id.
            let by = field("by");
            assert!(
                caller.contains(by.trim_start_matches("tok_")),
                "{name}: {by}"
            );
            assert!(item.contains_key("kind"), "{name}");
            assert!(item.contains_key("principal"), "{name}");
            assert_eq!(field("address"), "192.0.2.7", "{name}");
            let place = format!("AUDIT#{}#{}", field("account"), field("environment"));
            assert_eq!(field("pk"), place, "{name}");
            says_what_was_changed(&world, &row, &item);
        }
    }
}

/// What of a body stands in the log, where the body names it.
const TOLD: [&str; 7] = [
    "name", "username", "kind", "parent", "model", "access", "enabled",
];

/// An act that says what something is to be says so in the log, and a mint whose it is.
fn says_what_was_changed(world: &World, row: &Row, item: &HashMap<String, AttributeValue>) {
    let name = row.name();
    let changes = item.get("changes").map(|it| it.as_m().unwrap().clone());
    let changes = changes.unwrap_or_default();
    let body = row.body.map(|body| body(world)).unwrap_or_default();
    for field in TOLD {
        let Some(said) = body[field].as_str() else {
            continue;
        };
        let told = changes.get(field).map(|it| it.as_s().unwrap().as_str());
        assert_eq!(told, Some(said), "{name}: `{field}`");
    }
    if row.template == "/v1/tokens" {
        for field in ["scopes", "principal"] {
            assert!(changes.contains_key(field), "{name}: `{field}`");
        }
    }
    if row.template.starts_with("/v1/shares") {
        assert!(changes.contains_key("model"), "{name}");
        let is_told = changes.contains_key("has_password");
        assert_eq!(is_told, row.method != Method::DELETE, "{name}");
    }
}

/// s19: neither what was presented nor what was made; no eight digits of a secret in a row.
#[tokio::test]
async fn s19_the_log_holds_no_secret() {
    let world = World::new().await;
    let mut secrets: Vec<String> = [
        &world.hallpass.root,
        &world.manager,
        &world.neighbour,
        &world.stranger,
        &world.secret,
        &world.target,
    ]
    .map(String::clone)
    .into();
    for row in rows() {
        let reply = ask(world.call(&row).bearer(world.good(&row))).await;
        for field in ["token", "authorization", "user_token"] {
            secrets.extend(reply.body[field].as_str().map(str::to_owned));
        }
    }
    assert!(secrets.len() > 8);
    let log = format!("{:?}", log(&world).await);
    for secret in secrets {
        // An opaque token's secret digits; a JWT's signature.
        let digits = &secret[secret.len().saturating_sub(49)..secret.len() - 6];
        for at in 0..=digits.len() - 8 {
            assert!(
                !log.contains(&digits[at..at + 8]),
                "{}",
                &digits[at..at + 8]
            );
        }
    }
}
