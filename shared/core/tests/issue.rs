//! The law of issuing, as one table of cases that is run through every way a token comes to be or
//! is changed (`ways`, `cases`), and what else bounds a token that is made (`tenant`, `rights`).

mod cases;
mod rights;
mod tenant;
mod ways;

use hallpass_core::{
    Catalog, IssueRequest, OpaqueToken, Principal, PrincipalRights, Random, RandomUnavailable,
    RightsNow, ScopeRequest, TokenContext, TokenId, TokenRecord, UnixMillis,
};
use serde_json::{Value, json};
use std::collections::HashMap;

const CATALOG: &str = r#"
name = "law"
[scopes]
"floor:read" = { description = "Read" }
"floor:write" = { description = "Write" }
"plan:read" = { description = "Read plans" }
[implications]
"floor:write" = ["floor:read"]
[access]
read = ["floor:read"]
write = ["floor:write"]
[shares]
kind = "visitor"
scopes = ["floor:read"]
place = "model"
[kinds.server]
prefix = "srv"
format = "opaque"
exposure = "secret"
scopes = ["*", "tokens:mint", "tokens:impersonate"]
lifetime = "never"
origins = "optional"
presented = ["bearer"]
principals = ["account", "user", "service_account"]
derives = ["visitor"]
[kinds.live]
prefix = "liv"
format = "opaque"
exposure = "secret"
scopes = ["*", "tokens:mint"]
lifetime = "never"
origins = "none"
presented = ["bearer"]
principals = ["user"]
live = true
[kinds.visitor]
format = "jwt"
exposure = "secret"
scopes = ["*"]
lifetime = { default = 3600, min = 900, max = 86400 }
origins = "optional"
presented = ["bearer"]
principals = ["account", "user", "service_account"]
"#;

const ACCOUNT: &str = "acc_0000000000000000000001";
const OTHER: &str = "acc_0000000000000000000009";
const USER: &str = "usr_0000000000000000000002";
const SERVICE_ACCOUNT: &str = "svc_0000000000000000000003";
const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const SECOND: u64 = 1_800_000_000;

#[derive(Debug)]
struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
        bytes.fill(7);
        Ok(())
    }
}

/// The maker's record: it may do everything, everywhere, for ever, but for these.
fn record(change: &Value) -> (OpaqueToken, TokenRecord) {
    let id = TokenId::generate(&Sevens).unwrap();
    let prefix = if change["kind"] == "live" {
        "liv"
    } else {
        "srv"
    };
    let token = OpaqueToken::generate(prefix.parse().unwrap(), id, &Sevens).unwrap();
    let mut record = json!({
        "id": id, "kind": "server", "account": ACCOUNT, "environment": "default/live",
        "principal": ACCOUNT, "name": "maker", "scopes": ["floor:*", "plan:*", "tokens:mint"],
        "secret_hash": token.secret.hash(), "created_at": 0, "enabled": true,
    });
    for (field, value) in change.as_object().unwrap() {
        record[field] = value.clone();
    }
    // What its principal may do is in that one's row.
    record.as_object_mut().unwrap().remove("rights");
    (token, serde_json::from_value(record).unwrap())
}

/// The context once its principal was read, which may do these things: everything, where absent.
fn with_rights(catalog: &Catalog, context: TokenContext, rights: &Value) -> TokenContext {
    let everything = json!(["floor:*", "plan:*", "tokens:mint", "tokens:impersonate",]);
    let rights = if rights.is_null() {
        &everything
    } else {
        rights
    };
    let records = context.principals().into_iter().map(|principal| {
        let record = json!({
            "id": principal, "account": ACCOUNT, "environment": "default/live", "name": "p",
            "scopes": rights, "created_at": 0,
        });
        (principal, serde_json::from_value(record).unwrap())
    });
    let records = records.collect();
    context.with_principals(&records, &HashMap::new(), catalog)
}

fn maker(catalog: &Catalog, change: &Value) -> TokenContext {
    let (token, record) = record(change);
    let context = TokenContext::of_opaque(catalog, &token, Some(record), NOW);
    assert!(matches!(context, TokenContext::Opaque { .. }));
    with_rights(catalog, context, &change["rights"])
}

fn request(asks: &Value) -> IssueRequest {
    let field = |name: &str| (!asks[name].is_null()).then(|| asks[name].clone());
    let scopes = field("scopes").unwrap_or_else(|| json!(["floor:read"]));
    IssueRequest {
        scopes: ScopeRequest::Named(serde_json::from_value(scopes).unwrap()),
        origins: field("origins").map(|origins| serde_json::from_value(origins).unwrap()),
        ips: field("ips").map(|ips| serde_json::from_value(ips).unwrap()),
        lifetime: asks["lifetime"].as_u64(),
        principal: field("principal").map(|principal| serde_json::from_value(principal).unwrap()),
        account: field("account").map(|account| serde_json::from_value(account).unwrap()),
        environment: field("environment").map(|name| serde_json::from_value(name).unwrap()),
        ..IssueRequest::default()
    }
}

/// Every principal there is, free to do anything.
fn free(needs: &[Principal]) -> Vec<PrincipalRights> {
    let all = needs.iter().map(|principal| PrincipalRights {
        principal: *principal,
        name: None,
        now: RightsNow::Unlimited,
    });
    all.collect()
}
