//! What is fuzzed (s49): one function a parser, which takes any bytes, must not panic
//! and holds what was read to its laws. `run` feeds them with cargo-fuzz; `cargo
//! test` replays the corpus.

mod address;
mod authorizer;
mod catalog;
mod jwt;
mod origin;
mod request;
mod route;
mod scope;
mod token;
mod world;

/// Takes any bytes; panics at a fault of the parser.
pub type Target = fn(&[u8]);

/// Every target, under the name of its corpus and of its program in `libfuzzer/`.
pub const TARGETS: [(&str, Target); 9] = [
    ("address", address::address),
    ("authorizer", authorizer::authorizer),
    ("catalog", catalog::catalog),
    ("jwt", jwt::jwt),
    ("origin", origin::origin),
    ("request", request::request),
    ("route", route::route),
    ("scope", scope::scope),
    ("token", token::token),
];

/// Runs the target of this name.
///
/// # Panics
/// At a fault of the parser, or where there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    target(data);
}

/// The lines of a text; none where it is no text.
fn lines(data: &[u8]) -> std::str::Split<'_, char> {
    std::str::from_utf8(data).unwrap_or_default().split('\n')
}
