//! What a validation of a user's token reads: nothing more than it must.

use crate::principals::live::{private, start};
use hallpass_core::{Access, GroupId, GroupRecord, MOST_PATHS, Path, Tenant};
use hallpass_store::{Audit, AuditAction};
use hallpass_tests::proxy::Reads;
use hallpass_tests::{Call, Hallpass, Reply, membership, new_name, text, with};
use serde_json::json;

#[tokio::test]
async fn a_jwt_of_a_user_is_one_batch_and_another_for_groups() {
    let hallpass = start().await;
    let person = hallpass.user("a person", json!(["asset:read"])).await;
    let server =
        json!({"kind": "secret", "name": "s", "scopes": ["asset:*", "tokens:impersonate"]});
    let server = text(&hallpass.mint(server).await, "token");
    let body = json!({"scopes": ["asset:read"], "principal": person});
    let jwt = hallpass.derive(&server, body).await;
    assert_eq!(hallpass.code(&jwt).await, "active");
    let own = || hallpass.get("/v1/tokens/self").bearer(&jwt);
    let (reply, cost) = hallpass.cost(own()).await;
    assert_eq!(reply.body["principal"], person.as_str());
    // Its parent, its own revocation, its user.
    assert_eq!(cost, ["BatchGetItem 3"]);
    for name in ["one", "two"] {
        let group = hallpass.group(name).await;
        hallpass.join(&group, &person).await;
    }
    let (_, cost) = hallpass.cost(own()).await;
    assert_eq!(cost, ["BatchGetItem 3", "BatchGetItem 2"]);
}

/// Whatever its kind: its record, its user, and their groups.
#[tokio::test]
async fn an_opaque_token_of_a_user_is_two_batches_and_a_third_for_groups() {
    let hallpass = start().await;
    let person = hallpass.user("a person", json!(["asset:read"])).await;
    let account = hallpass.service_account("robot").await;
    let management = json!({"kind": "management", "name": "m", "scopes": ["asset:read"]});
    let of = async |principal: &str| {
        let body = with(management.clone(), json!({"principal": principal}));
        hallpass.minted(body).await.1
    };
    let (users, robots) = (of(&person).await, of(&account).await);
    let accounts = hallpass.minted(management.clone()).await.1;
    let own = |token: &str| hallpass.get("/v1/tokens/self").bearer(token);
    for (name, token, paid) in [
        ("the account's", &accounts, &["BatchGetItem 1"][..]),
        (
            "a service account's without scopes",
            &robots,
            &["BatchGetItem 1"],
        ),
        ("a user's", &users, &["BatchGetItem 1", "BatchGetItem 1"]),
    ] {
        let (reply, cost) = hallpass.cost(own(token)).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.body);
        assert_eq!(cost, paid, "{name}");
    }
    let group = hallpass.group("a group").await;
    hallpass.join(&group, &person).await;
    let (_, cost) = hallpass.cost(own(&users)).await;
    assert_eq!(cost, ["BatchGetItem 1", "BatchGetItem 1", "BatchGetItem 1"]);
}

/// The caller's own credential rides in the same batches as the token in question.
#[tokio::test]
async fn a_caller_and_a_token_of_two_users_take_the_same_three_batches() {
    let hallpass = start().await;
    let scopes = json!(["asset:read", "tokens:validate"]);
    let mut tokens = Vec::new();
    for name in ["ann", "bob"] {
        let person = hallpass.user(name, scopes.clone()).await;
        let group = hallpass.group(name).await;
        hallpass.join(&group, &person).await;
        let body =
            json!({"kind": "management", "name": "m", "scopes": scopes, "principal": person});
        tokens.push(hallpass.minted(body).await.1);
    }
    let body = json!({"token": tokens[1], "scope": "asset:read"});
    let call = hallpass
        .post("/v1/tokens/validate", body)
        .bearer(&tokens[0]);
    let (reply, cost) = hallpass.cost(call).await;
    assert_eq!(reply.body["code"], "active", "{}", reply.body);
    assert_eq!(cost, ["BatchGetItem 2", "BatchGetItem 2", "BatchGetItem 2"]);
    // A token that validates itself reads nothing twice.
    let body = json!({"token": tokens[0]});
    let call = hallpass
        .post("/v1/tokens/validate", body)
        .bearer(&tokens[0]);
    let (reply, cost) = hallpass.cost(call).await;
    assert_eq!(reply.body["code"], "active", "{}", reply.body);
    assert_eq!(cost, ["BatchGetItem 1", "BatchGetItem 1", "BatchGetItem 1"]);
}

#[tokio::test]
async fn a_live_token_reads_its_user_and_then_their_groups_at_once() {
    let hallpass = start().await;
    let person = hallpass.user("a person", json!(["asset:read"])).await;
    let token = private(&hallpass, &person).await;
    let own = || hallpass.get("/v1/tokens/self").bearer(&token);
    // Who is in no group costs nothing for them.
    let (_, alone) = hallpass.cost(own()).await;
    assert_eq!(alone, ["BatchGetItem 1", "BatchGetItem 1"]);
    let mut outer: Option<String> = None;
    for name in ["one", "two", "three"] {
        let group = hallpass.group(name).await;
        match &outer {
            None => hallpass.join(&group, &person).await,
            Some(inner) => hallpass.join(&group, inner).await,
        }
        outer = Some(group);
    }
    // However they are nested.
    let (_, nested) = hallpass.cost(own()).await;
    assert_eq!(
        nested,
        ["BatchGetItem 1", "BatchGetItem 1", "BatchGetItem 3"]
    );
}

/// The units of a row that is as long as rows of groups may be: 128 KB of access, and the rest of it.
const UNITS_OF_A_LONG_ROW: f64 = 33.0;

/// Groups with access at as many paths as a group may have, whose rows are so long; their ids.
async fn long_groups(hallpass: &Hallpass, count: usize) -> Vec<String> {
    let mut groups = Vec::new();
    for _ in 0..count {
        groups.push(hallpass.group(&new_name()).await);
    }
    groups
}

/// Gives a group access at as many paths as a group may have, past the check of how many its users have:
/// as rows are from before that limit, and where many groups are given paths at once.
async fn fill(hallpass: &Hallpass, group: &str) {
    let id: GroupId = group.parse().unwrap();
    let (store, now) = (&hallpass.platform.store, hallpass.platform.now());
    let paths = (0..MOST_PATHS).map(|path| format!("folder/{group}/{path}").parse().unwrap());
    let paths = paths.map(|path: Path| (path, "read".parse().unwrap()));
    let access = Access(paths.collect());
    let audit = Audit::by_iam(AuditAction::GiveAccess, group, now);
    let tenant = Tenant::first_of(hallpass.operator.parse().unwrap());
    let change = |group: &mut GroupRecord| group.access = access.clone();
    let changed = store.change_group(&tenant, &id, change, &audit).await;
    changed.unwrap();
}

/// What a call of the root token reads.
async fn read(hallpass: &Hallpass, call: Call) -> (Reply, Reads) {
    hallpass.dynamodb.count_reads();
    let reply = call.bearer(&hallpass.root).await;
    (reply, hallpass.dynamodb.reads())
}

/// DynamoDB counts whole rows: those of groups have 128 KB at most, and what a list does not show is not
/// sent.
#[tokio::test]
async fn s63_a_list_of_groups_reads_its_rows_and_is_not_sent_their_access() {
    let hallpass = start().await;
    let groups = long_groups(&hallpass, 20).await;
    let list = || hallpass.get("/v1/groups?limit=100");
    let (short, before) = read(&hallpass, list()).await;
    for group in &groups {
        fill(&hallpass, group).await;
    }
    let (long, after) = read(&hallpass, list()).await;
    assert_eq!(long.body, short.body);
    // But for the digits of the units.
    assert!(after.bytes.abs_diff(before.bytes) < 10, "{after:?}");
    let rows: f64 = groups.iter().map(|_| UNITS_OF_A_LONG_ROW).sum();
    assert!(after.units > before.units, "{after:?}");
    assert!(after.units <= before.units + rows, "{after:?}");
}

/// A user who has far more paths than the limit allows, by groups that were given them one by one: what
/// they leave, and what is derived for them, reads the rows of their groups once.
#[tokio::test]
async fn s63_seventeen_thousand_paths_are_read_once() {
    let hallpass = start().await;
    let person = hallpass.user("a person", json!(["asset:read"])).await;
    let groups = long_groups(&hallpass, 8).await;
    for group in &groups {
        hallpass.join(group, &person).await;
    }
    for group in &groups[1..] {
        fill(&hallpass, group).await;
    }
    let rows: f64 = groups.iter().map(|_| UNITS_OF_A_LONG_ROW).sum();
    // What is left beside: the caller, the group that is left, the user.
    let leave = hallpass.delete(&membership(&groups[0], &person));
    let (left, cost) = read(&hallpass, leave).await;
    assert_eq!(left.status, 204, "{}", left.body);
    assert!(cost.units <= rows + 10.0, "{cost:?}");
    assert!(cost.bytes < 16_384, "{cost:?}");
    let server =
        json!({"kind": "secret", "name": "s", "scopes": ["asset:*", "tokens:impersonate"]});
    let server = text(&hallpass.mint(server).await, "token");
    let scopes: Vec<String> = groups[1..]
        .iter()
        .map(|group| format!("asset:read@folder/{group}/7"))
        .collect();
    let body = json!({"scopes": scopes, "principal": person});
    hallpass.dynamodb.count_reads();
    let derive = hallpass.post("/v1/tokens/temporary", body).bearer(&server);
    let (derived, cost) = hallpass.cost(derive).await;
    assert_eq!(derived.status, 200, "{}", derived.body);
    let read = hallpass.dynamodb.reads();
    assert!(read.units <= rows + 10.0, "{read:?}");
    let batches = cost.iter().filter(|call| call.starts_with("BatchGetItem"));
    assert!(batches.count() <= 3, "{cost:?}");
    assert!(cost.contains(&"BatchGetItem 7".to_owned()), "{cost:?}");
}
