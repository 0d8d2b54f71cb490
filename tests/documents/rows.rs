//! The table of rows in `shared/README.md`: a service does all that writes rows, and each row that
//! the table holds afterwards is exactly one line of the page, with its attributes.

use super::{code, page, root, table};
use crate::routes::table::rows;
use crate::routes::world::World;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_bootstrap::{BootstrapRequest, bootstrap};
use hallpass_keys::KeySort;
use hallpass_keys_function::{KeysReply, KeysRequest, rotate_keys};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, Item, text};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// What a sweep of more tokens than one page of a Query writes; what listing the tokens of a version
/// before does; and a service account's token that removes its own service account: no kind of this
/// catalog makes one that may.
const NOT_WRITTEN: [(&str, &str); 6] = [
    ("environment", "listed_after"),
    ("environment", "sweep_after"),
    (
        "how far the tokens that versions before made are listed",
        "after",
    ),
    (
        "token whose made tokens are still to be ended, since the first one, or what that made, made it",
        "after",
    ),
    ("user or service account", "sweep_after"),
    ("user or service account", "sweep_last"),
];

/// A line of the page.
struct Line {
    row: String,
    /// The patterns of `pk` and `sk`, one or more of both.
    keys: Vec<(String, String)>,
    attributes: BTreeSet<String>,
    optional: BTreeSet<String>,
    ttl: Ttl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ttl {
    Never,
    Sometimes,
    Always,
}

fn lines() -> Vec<Line> {
    let lines = table(&page("shared/README.md"), "row");
    let lines: Vec<Line> = lines.iter().map(|cells| line(cells)).collect();
    assert!(lines.len() > 20);
    lines
}

fn line(cells: &[String]) -> Line {
    let [row, keys, attributes, ttl, written_by] = cells else {
        panic!("{cells:?}");
    };
    for path in code(written_by) {
        let path = root().join("shared/store/src").join(path);
        assert!(path.exists(), "{row}: {}", path.display());
    }
    let keys: Vec<(String, String)> = code(keys)
        .chunks(2)
        .map(|key| (key[0].to_owned(), key[1].to_owned()))
        .collect();
    assert!(!keys.is_empty(), "{row}");
    let (optional, attributes) = code(attributes)
        .into_iter()
        .flat_map(str::split_whitespace)
        .partition::<BTreeSet<&str>, _>(|attribute| attribute.ends_with('?'));
    let name = |attribute: &str| attribute.trim_end_matches('?').to_owned();
    Line {
        row: row.clone(),
        keys,
        attributes: attributes.into_iter().map(name).collect(),
        optional: optional.into_iter().map(name).collect(),
        ttl: match ttl.as_str() {
            "none" => Ttl::Never,
            some if some.contains("none") => Ttl::Sometimes,
            _ => Ttl::Always,
        },
    }
}

/// Whether a key is one of a pattern: the same texts between `#`, or what `{…}` stands for.
fn is_of(pattern: &str, key: &str) -> bool {
    let pattern = pattern.replace("{tenant}", "{account}#{environment}");
    let (pattern, key): (Vec<_>, Vec<_>) = (pattern.split('#').collect(), key.split('#').collect());
    pattern.len() == key.len()
        && pattern
            .iter()
            .zip(key)
            .all(|(pattern, text)| match pattern.strip_prefix('{') {
                Some(name) => stands_for(name.trim_end_matches('}'), text),
                None => *pattern == text,
            })
}

/// Whether a text is what a name stands for in the patterns of keys.
fn stands_for(name: &str, text: &str) -> bool {
    let digits = |width| text.len() == width && text.chars().all(|it| it.is_ascii_digit());
    let alphanumeric = text.chars().all(|it| it.is_ascii_alphanumeric());
    let begins = |prefixes: &[&str]| prefixes.iter().any(|it| text.starts_with(it));
    match name {
        "account" => begins(&["acc_"]),
        "environment" => text.split('/').count() == 2,
        "token" => begins(&["tok_"]),
        "share" => begins(&["shr_"]),
        "parent" => begins(&["tok_", "shr_"]),
        "principal" => begins(&["acc_", "usr_", "svc_"]),
        "member" => begins(&["usr_", "grp_"]),
        "group" => begins(&["grp_"]),
        "folder" => begins(&["fld_", "usr_"]) || text == "public",
        "id" => begins(&["usr_", "svc_", "grp_", "shr_", "fld_"]),
        "type" => matches!(text, "user" | "service_account"),
        "members" => matches!(text, "users" | "groups"),
        "list" => matches!(
            text,
            "user" | "service_account" | "group" | "share" | "folder"
        ),
        "digits of id" => text.len() == 22 && alphanumeric,
        "shard" => text.parse::<u8>().is_ok_and(|shard| shard < 16),
        "slot" => digits(2),
        "number" | "generation" => digits(10),
        "quarter" => digits(1),
        "page" => digits(4),
        "window" => digits(12),
        "milliseconds" | "reversed" => digits(13),
        "digest" => text.len() == 16 && alphanumeric,
        "day" => text.split('-').count() == 3,
        "address" => text.contains(['.', ':']),
        "model" => text != "*",
        "jti" | "hash" | "kind" | "name" | "mark" | "kid" => !text.is_empty(),
        other => panic!("the page says `{{{other}}}`: say here what it stands for"),
    }
}

impl Line {
    fn is_of(&self, item: &Item) -> bool {
        let (pk, sk) = (item["pk"].as_s().unwrap(), item["sk"].as_s().unwrap());
        let mut keys = self.keys.iter();
        keys.any(|(of_pk, of_sk)| is_of(of_pk, pk) && is_of(of_sk, sk))
    }

    /// Holds an item to the line.
    fn check(&self, item: &Item) {
        let own = |name: &&String| !matches!(name.as_str(), "pk" | "sk" | "ttl");
        let held: BTreeSet<String> = item.keys().filter(own).cloned().collect();
        let row = &self.row;
        let missing: Vec<_> = self.attributes.difference(&held).collect();
        assert!(
            missing.is_empty(),
            "{row}: {missing:?} can be absent: {item:?}"
        );
        let listed: BTreeSet<String> = self.attributes.union(&self.optional).cloned().collect();
        let more: Vec<_> = held.difference(&listed).collect();
        assert!(more.is_empty(), "{row}: the page lacks {more:?}");
        let has_ttl = item.contains_key("ttl");
        let allowed = match self.ttl {
            Ttl::Never => !has_ttl,
            Ttl::Sometimes => true,
            Ttl::Always => has_ttl,
        };
        assert!(allowed, "{row}: `ttl`: {item:?}");
    }
}

#[tokio::test]
async fn every_row_of_the_table_is_a_line_of_the_page_and_every_line_is_written() {
    let lines = lines();
    let mut items = of_tokens_and_directory().await;
    items.extend(of_signing_keys().await);
    let mut unseen: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut unwritten: BTreeSet<(&str, &str)> = BTreeSet::new();
    for line in &lines {
        let optional = line.optional.iter();
        unseen.extend(optional.map(|name| (line.row.as_str(), name.as_str())));
        let keys = line.keys.iter();
        unwritten.extend(keys.map(|(pk, sk)| (pk.as_str(), sk.as_str())));
    }
    for item in &items {
        let of: Vec<&Line> = lines.iter().filter(|line| line.is_of(item)).collect();
        let [line] = of.as_slice() else {
            let rows: Vec<&str> = of.iter().map(|line| line.row.as_str()).collect();
            panic!("{:?} / {:?} is of {rows:?}", item["pk"], item["sk"]);
        };
        line.check(item);
        unseen.retain(|(row, name)| *row != line.row || !item.contains_key(*name));
        let (pk, sk) = (item["pk"].as_s().unwrap(), item["sk"].as_s().unwrap());
        unwritten.retain(|(of_pk, of_sk)| !is_of(of_pk, pk) || !is_of(of_sk, sk));
    }
    assert!(
        unwritten.is_empty() && unseen == NOT_WRITTEN.into(),
        "keys and attributes of the page that nothing writes: {unwritten:#?} {unseen:#?}"
    );
}

async fn succeed(call: Call) {
    let reply = call.await;
    assert!(reply.status.is_success(), "{}", reply.body);
}

/// All rows but those of a key's later life.
async fn of_tokens_and_directory() -> Vec<Item> {
    let world = World::new().await;
    let (hallpass, manager) = (&world.hallpass, &world.manager);
    let post = |path: &str, body: Value| hallpass.post(path, body);
    minted_in_every_way(&world).await;

    // An old secret that is still used, and a JWT that is revoked by itself.
    let path = format!("/v1/tokens/{}/rotate", world.target_id);
    let rotate = post(&path, json!({"overlap_seconds": 3_600}));
    succeed(rotate.bearer(manager)).await;
    succeed(hallpass.get("/v1/tokens/self").bearer(&world.target)).await;
    let jwt = hallpass.derive(&world.secret, json!({"scopes": ["asset:read"]}));
    let jwt = jwt.await;
    let revoke = post("/v1/revocations", json!({"token": jwt}));
    succeed(revoke.bearer(&jwt)).await;

    // Shared models, opened with and without a password.
    succeed(post("/v1/shares", json!({"model": "open"})).bearer(manager)).await;
    let open = json!({"model": "open"});
    succeed(post("/rest/api/v1/token", open).origin("https://viewer.example")).await;
    let locked = json!({"model": "m", "password": "open-sesame"});
    succeed(post("/rest/api/v1/token", locked).origin("https://viewer.example")).await;

    // Everything of before a moment is ended: of a user, an environment and an account.
    let before = hallpass.platform.now().seconds().0 - 1_000;
    let account = &world.account;
    for ended in [
        json!({"account": account, "principal": world.user, "before": before}),
        json!({"account": account, "environment": "default/live", "before": before}),
        json!({"account": account, "before": before}),
    ] {
        let revoke = post("/v1/revocations", ended).bearer(&hallpass.root);
        succeed(revoke).await;
    }

    // Every route once: what the rows before it ended answers that it is not there.
    for row in rows() {
        let reply = world.call(&row).bearer(world.good(&row)).await;
        assert!(!reply.status.is_server_error(), "{}", row.name());
    }

    // Closings that break off after their first write.
    let scopes = json!(["asset:read"]);
    let (other, of_other) = hallpass.account("other", scopes).await;
    let about = hallpass.get("/v1/tokens/self").bearer(&of_other).await;
    let body = json!({"username": "closing", "account": other});
    let user = hallpass.made(&hallpass.root, "/v1/users", body).await;
    hallpass.dynamodb.inject(Fault::ServerError.on("Query"));
    for begun in [
        json!({"made_by": about.body["id"]}),
        json!({"account": other, "principal": user}),
        json!({"account": other, "environment": "default/live"}),
        json!({"account": other}),
    ] {
        let revoke = post("/v1/revocations", begun).bearer(&hallpass.root);
        assert_eq!(revoke.await.status, 503);
    }
    hallpass.dynamodb.heal();

    // A group with a member, a token that closes its own environment, a recovery.
    let user = hallpass.made(manager, "/v1/users", json!({"username": "a member"}));
    let group = hallpass.made(manager, "/v1/groups", json!({"name": "with a member"}));
    let path = format!("/v1/groups/{}/members/users/{}", group.await, user.await);
    succeed(hallpass.call(Method::PUT, &path).bearer(manager)).await;
    let end = json!({"account": account, "environment": "app/test"});
    succeed(post("/v1/revocations", end).bearer(&world.neighbour)).await;
    let recover = BootstrapRequest { recover: true };
    bootstrap(&hallpass.platform, &hallpass.keys, recover)
        .await
        .unwrap();

    // What is written beside requests: use, which is folded, or set aside if it is unreadable, and seals
    // of what is a minute old.
    hallpass.fold_use().await;
    succeed(hallpass.get("/v1/tokens/self").bearer(manager)).await;
    hallpass.platform.flush().await;
    unreadable_use(hallpass).await;
    hallpass.fold_use().await;
    succeed(hallpass.get("/v1/tokens/self").bearer(manager)).await;
    hallpass.platform.flush().await;
    hallpass.clock.advance(Duration::from_secs(61));
    let log = format!("/v1/audit?account={account}");
    succeed(hallpass.get(&log).bearer(manager)).await;
    hallpass.items().await
}

/// Makes what was gathered of use unreadable.
async fn unreadable_use(hallpass: &Hallpass) {
    for mut item in hallpass.items_of("USES#").await {
        item.insert("packed".into(), AttributeValue::B(Blob::new([0])));
        let put = hallpass
            .dynamodb_client
            .put_item()
            .table_name(&hallpass.table);
        put.set_item(Some(item)).send().await.unwrap();
    }
}

/// Tokens with every attribute: of a limited kind, of a principal, with all bounds; some ended.
async fn minted_in_every_way(world: &World) {
    let (hallpass, manager) = (&world.hallpass, &world.manager);
    let now = hallpass.platform.now().seconds().0;
    let bounded = json!({
        "kind": "publishable", "name": "a page", "origins": ["https://example.com"],
        "ips": ["192.0.2.0/24"], "metadata": {"note": "x"}, "expires_in": 3_600, "not_before": now + 60,
    });
    let bounded = hallpass.post("/v1/tokens", bounded).bearer(manager);
    succeed(bounded.header("idempotency-key", "once")).await;
    let service = json!({
        "kind": "secret", "name": "a service", "scopes": ["asset:read"],
        "principal": world.service_account,
    });
    let (left, ended) = (
        hallpass.mint_as(manager, service.clone()).await,
        hallpass.mint_as(manager, service).await,
    );
    assert_ne!(left["id"], ended["id"]);
    let path = format!("/v1/tokens/{}", text(&ended, "id"));
    succeed(hallpass.delete(&path).bearer(manager)).await;
    let pause = json!({"enabled": false});
    let path = format!("/v1/tokens/{}", text(&left, "id"));
    succeed(
        hallpass
            .call(Method::PATCH, &path)
            .json(pause)
            .bearer(manager),
    )
    .await;
}

/// Signing keys over their lives: published, current, replaced, retired and ended, wrapped as well.
async fn of_signing_keys() -> Vec<Item> {
    let hallpass = Hallpass::start_signing("default", KeySort::P256, true).await;
    let run = async |request: KeysRequest| -> KeysReply {
        let done = rotate_keys(&hallpass.platform, &hallpass.keys, &request);
        done.await.unwrap()
    };
    let days = |days: u64| hallpass.clock.advance(Duration::from_hours(24 * days));
    // Too early: it is noted.
    let rotate = KeysRequest {
        rotate: true,
        ..KeysRequest::default()
    };
    run(rotate).await;
    days(90);
    let switched = run(KeysRequest::default()).await;
    days(2);
    run(KeysRequest::default()).await;
    let retire = KeysRequest {
        retire: switched.current.map(|key| key.kid),
        ..KeysRequest::default()
    };
    run(retire).await;
    hallpass.items().await
}

/// What decides on a token is read with these attributes only, so that functions that have no need of a
/// password's hash may be refused it. A new attribute of one of the rows is read, too, or stands here.
#[tokio::test]
async fn s19_validation_reads_every_attribute_of_its_rows_but_the_hash_of_a_password() {
    const NOT_READ: [&str; 5] = [
        "password",
        "sweep_after",
        "sweep_before",
        "sweep_done",
        "sweep_last",
    ];
    let hallpass = Hallpass::start("archilogic").await;
    hallpass.dynamodb.reset();
    let reply = hallpass.get("/v1/tokens/self").bearer(&hallpass.root).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let calls = hallpass.dynamodb.calls().into_iter();
    let mut batches = calls.filter(|call| call.operation == "BatchGetItem");
    let batch = batches.next().unwrap().body;
    let of_table = batch["RequestItems"].as_object().unwrap().values().next();
    let names = of_table.unwrap()["ExpressionAttributeNames"].as_object();
    let read: BTreeSet<&str> = names
        .unwrap()
        .values()
        .map(|name| name.as_str().unwrap())
        .collect();
    let lines = lines();
    let rows = ["token", "revoked JWT", "user or service account", "share"];
    let lines: Vec<&Line> = lines
        .iter()
        .filter(|line| rows.contains(&line.row.as_str()))
        .collect();
    assert_eq!(lines.len(), rows.len());
    let attributes = lines
        .iter()
        .flat_map(|line| line.attributes.union(&line.optional));
    let needed = attributes
        .map(String::as_str)
        .filter(|it| !NOT_READ.contains(it));
    let needed: BTreeSet<&str> = needed.chain(["pk", "sk"]).collect();
    assert_eq!(read, needed, "left: read, right: on the page");
}
