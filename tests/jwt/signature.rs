//! The signature: a right one, in the one form it has.

use crate::jwt::forge::{Forge, decode, encode};
use p256::ecdsa::Signature;
use serde_json::json;

/// The order of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3).
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

#[tokio::test]
async fn s14_numbers_out_of_range_or_of_another_length_are_refused() {
    let forge = Forge::new().await;
    let (input, signature) = forge.split();
    let bytes = decode(signature);
    let (r, s) = bytes.split_at(32);
    let (zero, one, max) = ([0; 32], [&[0; 31][..], &[1]].concat(), [0xff; 32]);
    let der = Signature::from_slice(&bytes).unwrap().to_der();
    let cases: Vec<Vec<u8>> = vec![
        [&zero[..], &zero].concat(),
        [&zero[..], s].concat(),
        [r, &zero].concat(),
        [&N[..], &N].concat(),
        [&N[..], s].concat(),
        [r, &N].concat(),
        [&one[..], &one].concat(),
        [&max[..], &max].concat(),
        [&max[..], s].concat(),
        [r, &max].concat(),
        [s, r].concat(),
        [r, r].concat(),
        // One byte too many or too few, at every place one could stand.
        [&[0][..], r, s].concat(),
        [r, &[0], s].concat(),
        [r, s, &[0]].concat(),
        [&[0][..], r, &[0], s].concat(),
        [&r[1..], s].concat(),
        [r, &s[..31]].concat(),
        r.to_vec(),
        [r, s, r, s].concat(),
        vec![0; 96],
        vec![0; 1_000],
        der.as_bytes().to_vec(),
    ];
    for bytes in cases {
        let token = format!("{input}.{}", encode(&bytes));
        forge.refused_unread(&token, "unknown").await;
    }
    for bit in (0..512).step_by(37) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let token = format!("{input}.{}", encode(&flipped));
        forge.refused_unread(&token, "unknown").await;
    }
}

#[tokio::test]
async fn s14_the_other_signature_of_the_same_numbers_dies_with_the_token() {
    let forge = Forge::new().await;
    let hallpass = &forge.hallpass;
    let (input, signature) = forge.split();
    let signature = Signature::from_slice(&decode(signature)).unwrap();
    // (r, n - s) is right wherever (r, s) is: revocation must not hang on the token's text.
    let twin = Signature::from_scalars(signature.r(), -signature.s()).unwrap();
    let twin = format!("{input}.{}", encode(twin.to_bytes()));
    assert_ne!(twin, forge.token);
    forge.expect(&twin, "active").await;
    let body = json!({"token": twin});
    let revoked = hallpass
        .post("/v1/revocations", body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(revoked.status, 204, "{}", revoked.body);
    forge.expect(&forge.token, "revoked").await;
    forge.expect(&twin, "revoked").await;
}

#[tokio::test]
async fn s14_a_signature_of_something_else_is_refused() {
    let forge = Forge::new().await;
    let body = json!({"scopes": ["floor:readPublic"], "durationSeconds": 900});
    let other = forge.hallpass.derive(&forge.secret, body).await;
    let [header, claims, signature] = crate::jwt::forge::parts(&forge.token);
    let [_, other_claims, other_signature] = crate::jwt::forge::parts(&other);
    for token in [
        format!("{header}.{other_claims}.{signature}"),
        format!("{header}.{claims}.{other_signature}"),
        format!("{claims}.{header}.{signature}"),
    ] {
        let code = if token.starts_with(header) {
            "unknown"
        } else {
            "malformed"
        };
        forge.refused_unread(&token, code).await;
    }
    forge.expect(&other, "active").await;
}
