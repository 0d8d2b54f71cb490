//! The codes that one call of the shared deployment is answered with.

use super::scene::{MODEL, ORIGIN, Scene};
use hallpass_http::ErrorCode;
use hallpass_tests::{Call, membership, with};
use http::Method;
use serde_json::{Value, json};

pub(super) const MINT: &str = "/v1/tokens";
pub(super) const EXCHANGE: &str = "/rest/api/v1/token";
const ITSELF: &str = "/v1/tokens/self";
const DERIVE: &str = "/v1/tokens/temporary";

pub(super) fn secret(more: Value) -> Value {
    with(json!({"kind": "secret", "name": "a server"}), more)
}

pub(super) fn keyed(call: Call, key: &str) -> Call {
    call.header("idempotency-key", key)
}

pub(super) fn of_the_caller(code: ErrorCode, scene: &Scene) -> Call {
    use ErrorCode as C;
    let hallpass = &scene.hallpass;
    let bare = || hallpass.get(ITSELF);
    let by = |token: &str| bare().bearer(token);
    let exchange = |pair: &str| hallpass.call(Method::POST, EXCHANGE).basic(pair);
    match code {
        C::Malformed => by("junk"),
        C::Unknown => by(&scene.foreign),
        C::Revoked => by(&scene.revoked),
        C::Disabled => by(&scene.disabled),
        C::Expired => by(&scene.expired),
        C::NotYetValid => by(&scene.early),
        C::ParentRevoked => by(&scene.child_of_revoked),
        C::ParentExpired => by(&scene.child_of_expired),
        C::ParentDisabled => by(&scene.child_of_disabled),
        C::WrongPresentation => bare().header("api_key", &scene.secret),
        C::InvalidCredentials => exchange("nobody:x"),
        C::WrongPassword => hallpass.post(EXCHANGE, json!({"model": "none", "password": "x"})),
        C::AmbiguousCredentials => by(&scene.secret).header("api_key", "x"),
        C::MalformedHeader => bare().header("authorization", "Bearer"),
        C::QuotedColon => exchange("acme':'x"),
        C::OriginDenied => by(&scene.page),
        C::IpDenied => by(&scene.elsewhere),
        C::InsufficientScope => hallpass.get(MINT).bearer(&scene.secret),
        C::DerivesNothing => {
            let call = hallpass.post(DERIVE, json!({"scopes": ["asset:read"]}));
            call.bearer(&hallpass.root)
        }
        C::InvalidParameter => hallpass.get("/v1/assets/a%2Fb").bearer(&scene.secret),
        _ => bare(),
    }
}

pub(super) fn of_the_request(code: ErrorCode, scene: &Scene) -> Call {
    use ErrorCode as C;
    let hallpass = &scene.hallpass;
    let list = |query: &str| hallpass.get(&format!("{MINT}{query}"));
    let mint = |body: &str| {
        let call = hallpass.call(Method::POST, MINT).bytes(body);
        call.header("content-type", "application/json")
    };
    let call = match code {
        C::MethodNotAllowed => hallpass.put(MINT),
        C::MissingBody => mint(""),
        C::MalformedJson => mint("{"),
        C::InvalidIdempotencyKey => keyed(hallpass.post(MINT, secret(json!({}))), ""),
        C::BodyTooLarge => mint(&" ".repeat(64 * 1024 + 1)),
        C::UnsupportedMediaType => hallpass.call(Method::POST, MINT).bytes("{}"),
        C::InvalidBody => mint("[]"),
        C::InvalidField => mint(r#"{"nope":1}"#),
        C::InvalidQuery => list("?nope=1"),
        C::InvalidCursor => list("?cursor=x"),
        C::NothingToChange => hallpass.patch(&format!("{MINT}/{}", scene.strong), json!({})),
        C::IdempotencyKeyReused => {
            let other = secret(json!({"name": "another"}));
            keyed(hallpass.post(MINT, other), "once")
        }
        _ => hallpass.get("/v1/nothing"),
    };
    call.bearer(&hallpass.root)
}

pub(super) fn of_what_is_asked(code: ErrorCode, scene: &Scene) -> Call {
    use ErrorCode as C;
    let hallpass = &scene.hallpass;
    let root = &hallpass.root;
    let mint_as = |maker: &str, more: Value| hallpass.post(MINT, secret(more)).bearer(maker);
    let mint = |more: Value| mint_as(root, more);
    let derive = |more: Value| {
        let body = with(json!({"scopes": ["asset:read"]}), more);
        hallpass.post(DERIVE, body).bearer(&scene.speaker)
    };
    let rotate = |id: &str, seconds: u64| {
        let body = json!({"overlap_seconds": seconds});
        hallpass.post(&format!("{MINT}/{id}/rotate"), body)
    };
    let reach = |level: &str| {
        let path = format!("/app/v1/users/{}/tokens", scene.user);
        let call = hallpass.post(&path, json!({"scope": level}));
        call.bearer(&scene.speaker)
    };
    let deep = |number: usize| format!("asset:read@{}/{number}", ["x"; 6].map(long).join("/"));
    match code {
        C::UnknownKind => mint(json!({"kind": "nope"})),
        C::KindIsDerived => mint(json!({"kind": "temporary"})),
        C::MissingScopes => mint(json!({"kind": "apikey"})),
        C::EmptyScopes => mint(json!({"scopes": []})),
        C::UnknownScope => mint(json!({"scopes": ["roof:read"]})),
        C::ScopeNotForKind => mint(json!({"scopes": ["tokens:mint"]})),
        C::ScopeNotHeld => mint_as(
            &scene.weak,
            json!({"scopes": ["asset:write"], "expires_in": 900}),
        ),
        C::OperatorOnly => {
            let body = json!({"username": "x", "scopes": ["platform:operate"]});
            hallpass.post("/v1/users", body).bearer(root)
        }
        C::EmptyList => mint(json!({"ips": []})),
        C::TooMany => {
            let scopes: Vec<String> = (0..=hallpass_core::MAX_SCOPES)
                .map(|number| format!("asset:read@{number}"))
                .collect();
            let body = json!({"token": scene.secret, "scope": scopes});
            hallpass.post("/v1/tokens/validate", body).bearer(root)
        }
        C::OriginsRequired => mint(json!({"kind": "publishable"})),
        C::OriginsNotForKind => mint(json!({"origins": [ORIGIN]})),
        C::OutsideBounds => rotate(&scene.strong, 0).bearer(&scene.weak),
        C::LifetimeOutOfRange => derive(json!({"durationSeconds": 1})),
        C::ParentExpiresFirst => mint_as(
            &scene.weak,
            json!({"scopes": ["asset:read"], "expires_in": 2_000}),
        ),
        C::StartsTooLate => mint(json!({"expires_in": 100, "not_before": 1_900_000_000})),
        C::UnknownPrincipal => mint(json!({"principal": "svc_0000000000000000000001"})),
        C::PrincipalNotForKind => mint(json!({"principal": scene.user})),
        C::NotTheUsers => derive(json!({"principal": scene.user})),
        C::NothingReachable => reach("read"),
        C::UnknownLevel => reach("own"),
        C::TokenTooLarge => derive(json!({"scopes": (0..20).map(deep).collect::<Vec<_>>()})),
        C::OverlapTooLong => {
            let call = rotate(&scene.strong, u64::MAX);
            call.bearer(root)
        }
        _ => {
            let body = json!({"id": scene.jti});
            hallpass.post("/v1/revocations", body).bearer(root)
        }
    }
}

fn long(character: &str) -> String {
    character.repeat(64)
}

pub(super) fn of_what_there_is(code: ErrorCode, scene: &Scene) -> Call {
    use ErrorCode as C;
    let hallpass = &scene.hallpass;
    let post = |path: &str, body: Value| hallpass.post(path, body);
    let rotate = format!("{MINT}/{}/rotate", scene.full_of_secrets);
    let overlap = json!({"overlap_seconds": 1_000});
    let call = match code {
        C::AlreadyMinted => keyed(post(MINT, secret(json!({}))), "once"),
        C::AlreadyRotated => keyed(post(&rotate, overlap), "rotation-3"),
        C::AlreadyCreated => keyed(post("/v1/users", json!({"username": "twice"})), "once"),
        C::AlreadyShared => post("/v1/shares", json!({"model": MODEL})),
        C::Unshared => {
            let path = format!("/v1/shares/{}", scene.ended_share);
            hallpass.patch(&path, json!({"password": "sesame"}))
        }
        C::NameTaken => post("/v1/users", json!({"username": "ann"})),
        C::MadeWithoutScopes => {
            let path = format!("/v1/service-accounts/{}", scene.unscoped);
            hallpass.patch(&path, json!({"scopes": ["asset:read"]}))
        }
        C::Exists => {
            let path = format!("/v1/accounts/{}/environments", scene.account);
            post(&path, json!({"name": "app/test"}))
        }
        C::Closed => {
            let gone = json!({"account": scene.account, "environment": "old/gone"});
            post(MINT, secret(gone))
        }
        C::TooManySecrets => post(&rotate, overlap),
        C::Circular => hallpass.put(&membership(&scene.group, &scene.group)),
        _ => post("/v1/revocations", json!({"account": hallpass.operator})),
    };
    call.bearer(&hallpass.root)
}
