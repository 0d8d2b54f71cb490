//! JWTs that this service did not write, most of them signed with its real key
//! (statements s1 to s18), each through `POST /v1/tokens/validate` and as the caller's own token.

mod claims;
mod forge;
mod form;
mod header;
mod keys;
mod signature;
