//! Two lines: a JWT's header and its claims, before base64url, under a signature that is believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass_core::{Algorithm, Claims, Presented};
use std::collections::BTreeMap;

pub(crate) fn jwt(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n');
    let (header, claims) = data.split_at(at.unwrap_or(data.len()));
    let claims = claims.strip_prefix(b"\n").unwrap_or(claims);
    let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    let Some((kid, algorithm, claims)) =
        read(&format!("{}.{}.c2ln", encode(header), encode(claims)))
    else {
        return;
    };
    only_ours(header);
    assert_eq!(claims.client_id, claims.hallpass.parent);
    assert_eq!(claims.iat, claims.hallpass.iat_ms.seconds());
    let Ok(input) = claims.signing_input(&kid, algorithm) else {
        return;
    };
    assert!(input.len() <= 4_096);
    let again = read(&format!("{input}.c2ln"));
    assert_eq!(
        again,
        Some((kid, algorithm, claims)),
        "it reads back as it is written"
    );
}

/// `typ`, `alg`, `kid`, and nothing else.
fn only_ours(header: &[u8]) {
    let header: BTreeMap<String, String> = serde_json::from_slice(header).unwrap();
    assert_eq!(header.keys().collect::<Vec<_>>(), ["alg", "kid", "typ"]);
    assert_eq!(header["typ"], "at+jwt");
}

fn read(text: &str) -> Option<(String, Algorithm, Claims)> {
    let Ok(Presented::Jwt(jwt)) = Presented::parse(text) else {
        return None;
    };
    let mut algorithm = None;
    let claims = jwt.claims_once_verified(|named, signed, _signature| {
        algorithm = Some(named);
        text.starts_with(signed)
    });
    let claims = claims.ok()?.unwrap();
    Some((jwt.kid().to_owned(), algorithm.unwrap(), claims))
}
