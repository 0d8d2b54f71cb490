//! A catalog that takes a scope from a kind takes it from the tokens that are out (s23).

use hallpass_core::{
    AuthorizationRequest, Catalog, DecisionCode, OpaqueToken, PresentedOrigin, Random,
    RandomUnavailable, TokenContext, TokenId, TokenRecord, UnixMillis, decide,
};
use serde_json::json;

#[derive(Debug)]
struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
        bytes.fill(7);
        Ok(())
    }
}

fn catalog(may_hold: &str) -> Catalog {
    let text = format!(
        r#"
name = "shop"
[scopes]
"floor:read" = {{ description = "Read", public = true }}
"floor:list" = {{ description = "List", public = true }}
[kinds.web]
prefix = "pk"
format = "opaque"
exposure = "public"
scopes = {may_hold}
lifetime = "never"
origins = "optional"
presented = ["bearer"]
principals = ["account"]
"#
    );
    Catalog::parse("shop.toml", &text).unwrap()
}

#[test]
fn s23_a_token_holds_no_more_than_its_kind_may_now() {
    let id = TokenId::generate(&Sevens).unwrap();
    let token = OpaqueToken::generate("pk".parse().unwrap(), id, &Sevens).unwrap();
    let record: TokenRecord = serde_json::from_value(json!({
        "id": id, "kind": "web", "account": "acc_0000000000000000000001",
        "environment": "default/live", "principal": "acc_0000000000000000000001", "name": "web",
        "scopes": ["floor:read", "floor:list"], "secret_hash": token.secret.hash(),
        "created_at": 0, "enabled": true,
    }))
    .unwrap();
    let now = UnixMillis(1_000);
    let code = |catalog: &Catalog, scope: &str| {
        let context = TokenContext::of_opaque(catalog, &token, Some(record.clone()), now);
        let scopes = [scope.parse().unwrap()];
        let held = context.holds(&scopes[0], catalog);
        let origin = PresentedOrigin::Absent;
        let authorization = AuthorizationRequest {
            scopes: &scopes,
            account: None,
            environment: None,
            origin,
            ip: None,
        };
        let decision = decide(catalog, &context, &authorization, now);
        assert_eq!(held, decision.is_active(), "one rule, two askers");
        decision.code
    };
    let before = catalog(r#"["floor:read", "floor:list"]"#);
    assert_eq!(code(&before, "floor:list"), DecisionCode::Active);
    let after = catalog(r#"["floor:read"]"#);
    assert_eq!(code(&after, "floor:list"), DecisionCode::InsufficientScope);
    assert_eq!(code(&after, "floor:read"), DecisionCode::Active);
}
