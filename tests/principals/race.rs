//! A right that is taken between the moment a call was admitted and its write: the write does not happen,
//! at whichever route. What changes besides does not stand in the way.

use crate::principals::give;
use hallpass_core::{MOST_AROUND, MOST_JOINED};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, Item, Reply, access, membership, new_name, with};
use http::Method;
use serde_json::{Value, json};

/// Everything that Carol may do, and so her token.
fn everything() -> Value {
    json!(["asset:*", "directory:write", "tokens:mint", "tokens:revoke"])
}

/// Carol, her token, and what she acts on.
struct World {
    hallpass: Hallpass,
    carol: String,
    token: String,
    user: String,
    service_account: String,
    group: String,
    inner: String,
    /// A group that stands within `group`.
    nested: String,
    folder: String,
    share: String,
    /// Tokens of hers.
    rotated: String,
    revoked: String,
}

impl World {
    async fn new() -> Self {
        let hallpass = Hallpass::start("default").await;
        let root = hallpass.root.clone();
        let made = async |path: &str, body: Value| hallpass.made(&root, path, body).await;
        let carol = hallpass.user("carol", everything()).await;
        let mint = async |more: Value| {
            let body = json!({
                "kind": "management", "name": "hers", "principal": carol, "scopes": ["asset:read"],
            });
            hallpass.minted(with(body, more)).await
        };
        let (_, token) = mint(json!({"scopes": everything()})).await;
        let ((rotated, _), (revoked, _)) = (mint(json!({})).await, mint(json!({})).await);
        let folder = made("/v1/folders", json!({"name": "a folder"})).await;
        let group = hallpass.group("managers").await;
        let give = hallpass.put(&access(&folder, &group));
        let give = give.json(json!({"access": "manage"})).bearer(&root);
        give.await.assert("give", 204, "");
        let nested = hallpass.group("nested").await;
        hallpass.join(&group, &nested).await;
        let user = hallpass.user("dave", Value::Null).await;
        let give = hallpass.put(&access(&folder, &user));
        let give = give.json(json!({"access": "read"})).bearer(&root);
        give.await.assert("give", 204, "");
        Self {
            user,
            nested,
            service_account: made(
                "/v1/service-accounts",
                json!({"name": "shop", "scopes": ["asset:read"]}),
            )
            .await,
            inner: hallpass.group("inner").await,
            share: made("/v1/shares", json!({"model": "shared"})).await,
            hallpass,
            carol,
            token,
            group,
            folder,
            rotated,
            revoked,
        }
    }

    fn call(&self, method: Method, path: &str, body: Value) -> Call {
        let call = self.hallpass.call(method, path).bearer(&self.token);
        if body.is_null() {
            call
        } else {
            call.json(body)
        }
    }

    /// A call of hers at each sort of route that writes, and how it succeeds.
    fn calls(&self) -> Vec<(&'static str, Call, u16)> {
        let (post, put, patch, delete) = (Method::POST, Method::PUT, Method::PATCH, Method::DELETE);
        let of = |list: &str, id: &str| format!("/v1/{list}/{id}");
        let token = |id: &str| of("tokens", id);
        let call = |method: &Method, path: &str, body| self.call(method.clone(), path, body);
        let scopes = || json!({"scopes": ["asset:read"]});
        vec![
            (
                "mint",
                call(
                    &post,
                    "/v1/tokens",
                    with(json!({"kind": "management", "name": "m"}), scopes()),
                ),
                201,
            ),
            (
                "rotate",
                call(
                    &post,
                    &format!("{}/rotate", token(&self.rotated)),
                    json!({"overlap_seconds": 0}),
                ),
                200,
            ),
            (
                "update",
                call(&patch, &token(&self.rotated), json!({"name": "renamed"})),
                200,
            ),
            (
                "revoke",
                call(&delete, &token(&self.revoked), Value::Null),
                204,
            ),
            (
                "create a user",
                call(
                    &post,
                    "/v1/users",
                    with(json!({"username": "eve"}), scopes()),
                ),
                201,
            ),
            (
                "change oneself",
                call(
                    &patch,
                    &of("users", &self.carol),
                    json!({"scopes": everything()}),
                ),
                200,
            ),
            (
                "change a user",
                call(&patch, &of("users", &self.user), scopes()),
                200,
            ),
            (
                "create a service account",
                call(&post, "/v1/service-accounts", json!({"name": "s"})),
                201,
            ),
            (
                "change a service account",
                call(
                    &patch,
                    &of("service-accounts", &self.service_account),
                    scopes(),
                ),
                200,
            ),
            (
                "create a group",
                call(&post, "/v1/groups", json!({"name": "g"})),
                201,
            ),
            (
                "change a group",
                call(&patch, &of("groups", &self.inner), json!({"name": "n"})),
                200,
            ),
            (
                "add oneself",
                call(&put, &membership(&self.group, &self.carol), Value::Null),
                204,
            ),
            (
                "add a group",
                call(&put, &membership(&self.group, &self.inner), Value::Null),
                204,
            ),
            (
                "remove a group",
                call(&delete, &membership(&self.group, &self.nested), Value::Null),
                204,
            ),
            (
                "create a folder",
                call(&post, "/v1/folders", json!({"name": "f"})),
                201,
            ),
            (
                "give access",
                call(
                    &put,
                    &access(&self.folder, &self.carol),
                    json!({"access": "read"}),
                ),
                204,
            ),
            (
                "take access",
                call(&delete, &access(&self.folder, &self.user), Value::Null),
                204,
            ),
            (
                "share",
                call(&post, "/v1/shares", json!({"model": "m"})),
                201,
            ),
            (
                "change a share",
                call(&patch, &of("shares", &self.share), json!({"password": "x"})),
                200,
            ),
            (
                "unshare",
                call(&delete, &of("shares", &self.share), Value::Null),
                204,
            ),
            (
                "close a group",
                call(&delete, &of("groups", &self.inner), Value::Null),
                204,
            ),
            (
                "close a service account",
                call(
                    &delete,
                    &of("service-accounts", &self.service_account),
                    Value::Null,
                ),
                204,
            ),
            (
                "close a user",
                call(&delete, &of("users", &self.user), Value::Null),
                204,
            ),
        ]
    }

    /// Makes a call of hers, and `meanwhile` while it stands before its write.
    async fn with(&self, call: Call, meanwhile: Call) -> Reply {
        let dynamodb = &self.hallpass.dynamodb;
        dynamodb.inject(Fault::Stall.on("TransactWriteItems").once());
        dynamodb.reset();
        let standing = tokio::spawn(call.into_future());
        dynamodb.arrived("TransactWriteItems", 1).await;
        let done = meanwhile.bearer(&self.hallpass.root).await;
        assert!(done.status.is_success(), "{}", done.body);
        dynamodb.heal();
        standing.await.unwrap()
    }

    fn scopes(&self, scopes: Value) -> Call {
        let path = format!("/v1/users/{}", self.carol);
        self.hallpass.patch(&path, json!({"scopes": scopes}))
    }

    async fn succeed(&self, call: Call) {
        let reply = call.bearer(&self.hallpass.root).await;
        assert!(reply.status.is_success(), "{}", reply.body);
    }

    /// What the table holds, but for what the demotion itself writes: Carol's row, and the log.
    async fn rows(&self) -> Vec<Item> {
        let mut rows = self.hallpass.items().await;
        rows.retain(|item| {
            let pk = item["pk"].as_s().unwrap();
            let of_carol = pk.starts_with("PRINCIPAL#") && pk.ends_with(&self.carol);
            let is_record = item["sk"].as_s().unwrap() == "RECORD";
            let of_log = ["AUDIT#", "SEALS#", "UNSEALED#"]
                .iter()
                .any(|log| pk.starts_with(log));
            !(of_log || of_carol && is_record)
        });
        let key = |item: &Item| ["pk", "sk"].map(|name| item[name].as_s().unwrap().clone());
        rows.sort_by_key(key);
        rows
    }
}

#[tokio::test]
async fn s62_no_write_happens_once_the_right_to_it_was_taken() {
    let world = World::new().await;
    for (what, call, _) in world.calls() {
        let before = world.rows().await;
        let refused = world.with(call, world.scopes(json!(["asset:read"]))).await;
        assert_eq!(refused.answer(), (403, "insufficient_scope"), "{what}");
        assert!(world.rows().await == before, "{what} wrote something");
        world.succeed(world.scopes(everything())).await;
    }
}

/// Her row is another one by then, and she may do it all the same.
#[tokio::test]
async fn s62_what_changes_besides_does_not_stand_in_the_way() {
    let world = World::new().await;
    for (number, (what, call, status)) in world.calls().into_iter().enumerate() {
        let path = format!("/v1/users/{}", world.carol);
        let renamed = json!({"username": format!("carol {number}")});
        let done = world.with(call, world.hallpass.patch(&path, renamed)).await;
        assert_eq!(done.status.as_u16(), status, "{what}: {}", done.body);
    }
}

/// What she is to give, and not only that she may give: the directory's scope stays hers.
#[tokio::test]
async fn s62_nobody_gives_what_was_taken_meanwhile() {
    let world = World::new().await;
    let less = || json!(["directory:write", "tokens:mint", "configuration:save"]);
    for (what, call, _) in world.calls() {
        let gives = [
            "mint",
            "create a user",
            "change oneself",
            "change a user",
            "change a service account",
            "add oneself",
            "add a group",
            "give access",
            "share",
        ];
        if !gives.contains(&what) {
            continue;
        }
        let before = world.rows().await;
        let refused = world.with(call, world.scopes(less())).await;
        assert_eq!(refused.answer(), (403, "insufficient_scope"), "{what}");
        assert!(world.rows().await == before, "{what} wrote something");
        world.succeed(world.scopes(everything())).await;
    }
}

/// A right that comes from a group: its row, and those on the way to it, are checked as well.
#[tokio::test]
async fn s62_what_a_group_gives_is_checked_by_its_row_and_those_on_the_way() {
    let world = World::new().await;
    let (hallpass, root) = (&world.hallpass, world.hallpass.root.as_str());
    hallpass.join(&world.inner, &world.carol).await;
    hallpass.join(&world.group, &world.inner).await;
    let less = json!(["directory:write", "tokens:mint"]);
    world.succeed(world.scopes(less)).await;
    let give = || {
        let path = access(&world.folder, &world.user);
        world.call(Method::PUT, &path, json!({"access": "read"}))
    };
    give().await.assert("by the groups", 204, "");
    let managed = access(&world.folder, &world.group);
    for (what, undo, redo) in [
        (
            "the group's access",
            hallpass.delete(&managed),
            hallpass.put(&managed).json(json!({"access": "manage"})),
        ),
        (
            "the nesting",
            hallpass.delete(&membership(&world.group, &world.inner)),
            hallpass.put(&membership(&world.group, &world.inner)),
        ),
        (
            "her own membership",
            hallpass.delete(&membership(&world.inner, &world.carol)),
            hallpass.put(&membership(&world.inner, &world.carol)),
        ),
    ] {
        let refused = world.with(give(), undo).await;
        assert_eq!(refused.answer(), (403, "insufficient_scope"), "{what}");
        redo.bearer(root).await.assert(what, 204, "");
        give().await.assert(what, 204, "");
    }
    // A group that gives nothing of it changes nothing.
    let other = hallpass.group("others").await;
    hallpass.join(&other, &world.carol).await;
    let path = format!("/v1/groups/{other}");
    let renamed = hallpass.patch(&path, json!({"name": "renamed"}));
    let done = world.with(give(), renamed).await;
    assert_eq!(done.status, 204, "{}", done.body);
}

/// A user is in a hundred groups at most, and each of these gives what no other gives: what one
/// transaction has no room to check is refused, and what it has room for is checked to the last row.
#[tokio::test]
async fn s62_of_a_hundred_groups_none_is_left_unchecked() {
    let world = World::new().await;
    let hallpass = &world.hallpass;
    let own = json!(["directory:write", "tokens:mint"]);
    world.succeed(world.scopes(own)).await;
    let group = async || {
        let id = hallpass.group(&new_name()).await;
        give(
            hallpass,
            &hallpass.operator,
            &id,
            &format!("folder/{id}"),
            "read",
        )
        .await;
        id
    };
    let (mut groups, mut outer) = (Vec::new(), Vec::new());
    for _ in 0..MOST_JOINED {
        let joined = group().await;
        for _ in 0..MOST_AROUND {
            let around = group().await;
            hallpass.join(&around, &joined).await;
            groups.push(around.clone());
            outer.push(around);
        }
        hallpass.join(&joined, &world.carol).await;
        groups.push(joined);
    }
    assert_eq!(groups.len(), 100);
    let mint = |groups: &[String]| {
        let scopes = groups.iter().map(|id| format!("asset:read@folder/{id}"));
        let scopes: Vec<String> = scopes.collect();
        let body = json!({"kind": "management", "name": "m", "scopes": scopes});
        world.call(Method::POST, "/v1/tokens", body)
    };
    // All of them are more than there is room for beside the writes of the mint.
    let tokens = hallpass.items_of("TOKEN#").await.len();
    let too_many = mint(&groups).await;
    assert_eq!(
        too_many.answer(),
        (409, "too_many_groups"),
        "{}",
        too_many.body
    );
    while mint(&groups).await.status == 409 {
        groups.pop();
    }
    assert!(groups.len() > 80, "{}", groups.len());
    assert_eq!(hallpass.items_of("TOKEN#").await.len(), tokens + 1);
    // Wherever its row stands among those that are checked.
    outer.retain(|id| groups.contains(id));
    outer.sort_unstable();
    for at in [outer.len() - 1, outer.len() / 2, 0] {
        let rows = hallpass.items_of("TOKEN#").await;
        let remove = hallpass.delete(&format!("/v1/groups/{}", outer[at]));
        let refused = world.with(mint(&groups), remove).await;
        assert_eq!(refused.answer(), (403, "insufficient_scope"), "{at}");
        assert!(hallpass.items_of("TOKEN#").await == rows, "{at}");
        groups.retain(|id| *id != outer[at]);
        assert_eq!(mint(&groups).await.status, 201);
    }
}

/// The token itself, its user, a service account, and a JWT with all that it depends on.
#[tokio::test]
async fn s62_s66_the_calling_token_and_all_it_depends_on_are_conditions_of_the_write() {
    let world = World::new().await;
    let (hallpass, root) = (&world.hallpass, world.hallpass.root.as_str());
    let revocation = |body: Value| hallpass.post("/v1/revocations", body);
    // Opaque tokens, at a route of the directory.
    let shop = json!({"name": "scoped", "scopes": ["directory:write"]});
    let shop = hallpass.made(root, "/v1/service-accounts", shop).await;
    let plain = hallpass.service_account("plain").await;
    for principal in [&world.carol, &shop, &plain, &hallpass.operator] {
        let body = json!({
            "kind": "management", "name": "k", "scopes": ["directory:write"], "principal": principal,
        });
        let (id, token) = hallpass.minted(body).await;
        let create = || {
            let call = hallpass.post("/v1/groups", json!({"name": new_name()}));
            call.bearer(&token)
        };
        create().await.assert(principal, 201, "");
        let ended = hallpass.delete(&format!("/v1/tokens/{id}"));
        let refused = world.with(create(), ended).await;
        assert_eq!(refused.answer(), (401, "caller_changed"), "{principal}");
    }
    // What a service account without scopes speaks with ends with it, before its tokens are walked.
    let body = json!({
        "kind": "management", "name": "k", "scopes": ["directory:write"], "principal": plain,
    });
    let (_, token) = hallpass.minted(body).await;
    let create = hallpass
        .post("/v1/groups", json!({"name": "late"}))
        .bearer(&token);
    let closed = hallpass.delete(&format!("/v1/service-accounts/{plain}"));
    let refused = world.with(create, closed).await;
    assert_eq!(refused.answer(), (401, "caller_changed"));
    // A JWT, at a folder where its user has a level. `via` is the server's service account.
    let server = hallpass.service_account("server").await;
    let jwt = async || {
        let key = json!({
            "kind": "secret", "name": "s", "scopes": ["asset:*", "tokens:impersonate"],
            "principal": server,
        });
        let (key, text) = hallpass.minted(key).await;
        let scopes = json!(["asset:manage@folder"]);
        let jwt = hallpass
            .derive(&text, json!({"scopes": scopes, "principal": world.carol}))
            .await;
        (key, jwt)
    };
    for what in [
        "itself",
        "its parent",
        "its user's tokens until now",
        "its service account",
    ] {
        hallpass.clock.advance(std::time::Duration::from_secs(2));
        let (key, jwt) = jwt().await;
        let create = || {
            let body = json!({"name": new_name(), "parent": world.folder});
            hallpass.post("/v1/folders", body).bearer(&jwt)
        };
        create().await.assert(what, 201, "");
        let before = hallpass.platform.now().seconds().0;
        hallpass.clock.advance(std::time::Duration::from_secs(1));
        let ended = match what {
            "itself" => revocation(json!({"token": jwt})),
            "its parent" => revocation(json!({"id": key})),
            "its service account" => hallpass.delete(&format!("/v1/service-accounts/{server}")),
            _ => revocation(json!({"principal": world.carol, "before": before + 1})),
        };
        let refused = world.with(create(), ended).await;
        assert_eq!(refused.answer(), (401, "caller_changed"), "{what}");
    }
}
