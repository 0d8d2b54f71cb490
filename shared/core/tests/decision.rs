//! The decision as tables: what the rows and the request say, and the answer with its sentence.

mod origin;
mod reason;
mod time;

use hallpass_core::{
    AccountId, AuthorizationRequest, Catalog, Claims, Decision, EnvironmentName, Issuer, Malformed,
    OpaqueToken, Parent, Prefix, PresentedOrigin, Random, RandomUnavailable, Scope, TokenContext,
    TokenId, TokenRecord, UnixMillis, decide,
};
use serde_json::json;

const CATALOG: &str = r#"
name = "test"

[scopes]
"floor:view" = { description = "See", public = true }
"floor:read" = { description = "Read" }
"floor:write" = { description = "Write" }

[implications]
"floor:write" = ["floor:read"]

[kinds.web]
prefix = "tweb"
format = "opaque"
exposure = "public"
scopes = ["floor:view"]
lifetime = "never"
origins = "required"
presented = ["query:token"]
principals = ["account"]

[kinds.secret]
prefix = "tsec"
format = "opaque"
exposure = "secret"
scopes = ["*"]
lifetime = "never"
origins = "optional"
presented = ["bearer"]
principals = ["account"]
derives = ["temporary", "embedded"]

[kinds.temporary]
format = "jwt"
exposure = "secret"
scopes = ["*"]
lifetime = { default = 60, min = 1, max = 3600 }
origins = "optional"
presented = ["bearer"]
principals = ["account"]

[kinds.embedded]
format = "jwt"
exposure = "secret"
scopes = ["*"]
lifetime = { default = 60, min = 1, max = 3600 }
origins = "required"
presented = ["bearer"]
principals = ["account"]
"#;

/// The present of every case that names no other.
const NOW: UnixMillis = UnixMillis(1_800_000_000_500);
/// The second it lies in.
const SECOND: u64 = 1_800_000_000;

#[derive(Debug)]
struct Bytes(u8);

impl Random for Bytes {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
        bytes.fill(self.0);
        Ok(())
    }
}

fn catalog() -> Catalog {
    Catalog::parse("test.toml", CATALOG).unwrap()
}

fn issuer() -> Issuer {
    "https://hallpass.test".parse().unwrap()
}

fn account(byte: u8) -> AccountId {
    AccountId::generate(&Bytes(byte)).unwrap()
}

fn opaque(prefix: &str, secret: u8) -> OpaqueToken {
    let prefix: Prefix = prefix.parse().unwrap();
    OpaqueToken::generate(
        prefix,
        TokenId::generate(&Bytes(1)).unwrap(),
        &Bytes(secret),
    )
    .unwrap()
}

/// A good record of kind `secret`, bound to an origin and a block of addresses.
fn record() -> TokenRecord {
    serde_json::from_value(json!({
        "id": TokenId::generate(&Bytes(1)).unwrap(),
        "kind": "secret",
        "account": account(1),
        "environment": "shop/live",
        "principal": account(1),
        "name": "test",
        "scopes": ["floor:write@floor/1", "floor:view"],
        "origins": ["https://a.com"],
        "ips": ["203.0.113.0/24"],
        "secret_hash": opaque("tsec", 1).secret.hash(),
        "created_at": 0,
        "enabled": true,
    }))
    .unwrap()
}

/// Good claims of kind `temporary`, derived from [`record`] this second.
fn claims() -> Claims {
    serde_json::from_value(json!({
        "iss": "https://hallpass.test",
        "sub": account(1),
        "aud": "https://hallpass.test",
        "client_id": record().id,
        "exp": SECOND + 60,
        "iat": SECOND,
        "jti": hallpass_core::JwtId::generate(&Bytes(3)).unwrap(),
        "scope": "floor:view floor:write@floor/1",
        "https://hallpass.dev/claims": {
            "kind": "temporary",
            "account": account(1),
            "environment": "shop/live",
            "parent": record().id,
            "origins": ["https://a.com"],
            "ips": ["203.0.113.0/24"],
            "iat_ms": NOW,
        },
    }))
    .unwrap()
}

/// What a request asks for; as it stands, what a good token allows.
struct Asked {
    account: Option<AccountId>,
    environment: Option<&'static str>,
    origin: Option<&'static str>,
    ip: Option<&'static str>,
    scopes: Vec<&'static str>,
    now: UnixMillis,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            account: Some(account(1)),
            environment: Some("shop/live"),
            origin: Some("https://a.com"),
            ip: Some("203.0.113.7"),
            scopes: vec!["floor:read@floor/1/room/2", "floor:view"],
            now: NOW,
        }
    }
}

impl Asked {
    fn decide(&self, context: &TokenContext) -> Decision {
        let scopes: Vec<Scope> = self
            .scopes
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let environment: Option<EnvironmentName> =
            self.environment.map(|name| name.parse().unwrap());
        let authorization = AuthorizationRequest {
            scopes: &scopes,
            account: self.account,
            environment: environment.as_ref(),
            origin: PresentedOrigin::parse(self.origin),
            ip: self.ip.map(|ip| ip.parse().unwrap()),
        };
        decide(&catalog(), context, &authorization, self.now)
    }
}

/// A presented opaque token and its row.
struct Opaque {
    malformed: Option<Malformed>,
    token: OpaqueToken,
    record: Option<TokenRecord>,
    asked: Asked,
}

impl Opaque {
    fn good() -> Self {
        Self {
            malformed: None,
            token: opaque("tsec", 1),
            record: Some(record()),
            asked: Asked::default(),
        }
    }

    fn row(&mut self) -> &mut TokenRecord {
        self.record.as_mut().unwrap()
    }

    fn decide(self) -> Decision {
        let context = match self.malformed {
            Some(reason) => TokenContext::Malformed(reason),
            None => TokenContext::of_opaque(&catalog(), &self.token, self.record, self.asked.now),
        };
        self.asked.decide(&context)
    }
}

/// A presented JWT whose signature was right, and its rows.
struct Jwt {
    malformed: Option<Malformed>,
    claims: Claims,
    revoked: bool,
    parent: Option<TokenRecord>,
    asked: Asked,
}

impl Jwt {
    fn good() -> Self {
        Self {
            malformed: None,
            claims: claims(),
            revoked: false,
            parent: Some(record()),
            asked: Asked::default(),
        }
    }

    fn row(&mut self) -> &mut TokenRecord {
        self.parent.as_mut().unwrap()
    }

    fn decide(self) -> Decision {
        let context = match self.malformed {
            Some(reason) => TokenContext::Malformed(reason),
            None => TokenContext::of_jwt(
                &catalog(),
                &issuer(),
                self.claims,
                self.revoked,
                self.parent.map(|parent| Parent::Token(Box::new(parent))),
            ),
        };
        self.asked.decide(&context)
    }
}
