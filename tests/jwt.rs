//! JWTs that this service did not write, most of them signed with its real key: `security.md`
//! part 1, each through `POST /v1/tokens/validate` and as the caller's own token.

#[path = "jwt/claims.rs"]
mod claims;
#[path = "jwt/forge.rs"]
mod forge;
#[path = "jwt/form.rs"]
mod form;
#[path = "jwt/header.rs"]
mod header;
#[path = "jwt/keys.rs"]
mod keys;
#[path = "jwt/signature.rs"]
mod signature;
