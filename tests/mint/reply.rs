//! What a mint answers, for each kind.

use crate::mint::{management, mint, publishable, secret};
use hallpass_tests::{Hallpass, text, with};
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_mint_that_asks_for_nothing_gets_its_kinds_defaults() {
    let hallpass = Hallpass::start("archilogic").await;
    let reply = mint(&hallpass, &hallpass.root, secret(json!({}))).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.body["account"], hallpass.operator);
    assert_eq!(reply.body["principal"], hallpass.operator);
    assert_json_snapshot!(reply.body, {
        ".id" => "[id]", ".token" => "[token]", ".account" => "[account]", ".principal" => "[account]",
        ".minted_by" => "[id]",
    }, @r#"
    {
      "account": "[account]",
      "created_at": 1800000000,
      "enabled": true,
      "environment": "default/live",
      "expires_at": null,
      "id": "[id]",
      "ips": [],
      "kind": "secret",
      "metadata": {},
      "minted_by": "[id]",
      "name": "a server",
      "origins": [],
      "principal": "[account]",
      "scopes": [
        "customAttributeValues:*",
        "customAttributes:*",
        "extension:*",
        "floor:*"
      ],
      "token": "[token]"
    }
    "#);

    let reply = mint(&hallpass, &hallpass.root, publishable(json!({}))).await;
    assert_eq!(reply.status, 201);
    assert_json_snapshot!(reply.body, {
        ".id" => "[id]", ".token" => "[token]", ".account" => "[account]", ".principal" => "[account]",
        ".minted_by" => "[id]",
    }, @r#"
    {
      "account": "[account]",
      "created_at": 1800000000,
      "enabled": true,
      "environment": "default/live",
      "expires_at": null,
      "id": "[id]",
      "ips": [],
      "kind": "publishable",
      "metadata": {},
      "minted_by": "[id]",
      "name": "a page",
      "origins": [
        "https://shop.example"
      ],
      "principal": "[account]",
      "scopes": [
        "customAttributeValues:readPublic",
        "customAttributes:read",
        "floor:queryPublic",
        "floor:readPublic"
      ],
      "token": "[token]"
    }
    "#);
}

#[tokio::test]
async fn every_field_is_kept_as_asked() {
    let hallpass = Hallpass::start("archilogic").await;
    let asked = management(json!({
        "name": "Ärger & Söhne",
        "scopes": ["tokens:read", "floor:*", {"resource": "floor", "action": "update", "path": "floor/7"}],
        "origins": ["console.example", "https://*.tools.example:8443"],
        "ips": ["192.0.2.0/24", "2001:db8::1"],
        "expires_in": 3_600,
        "not_before": 1_800_000_060,
        "environment": "default/live",
        "principal": hallpass.operator,
        "metadata": {"team": "platform", "ticket": ""},
        "account": hallpass.operator,
    }));
    let reply = mint(&hallpass, &hallpass.root, asked).await;
    assert_eq!(reply.status, 201);
    assert_json_snapshot!(reply.body, {
        ".id" => "[id]", ".token" => "[token]", ".account" => "[account]", ".principal" => "[account]",
        ".minted_by" => "[id]",
    }, @r#"
    {
      "account": "[account]",
      "created_at": 1800000000,
      "enabled": true,
      "environment": "default/live",
      "expires_at": 1800003600,
      "id": "[id]",
      "ips": [
        "192.0.2.0/24",
        "2001:db8::1/128"
      ],
      "kind": "management",
      "metadata": {
        "team": "platform",
        "ticket": ""
      },
      "minted_by": "[id]",
      "name": "Ärger & Söhne",
      "not_before": 1800000060,
      "origins": [
        "https://console.example",
        "https://*.tools.example:8443"
      ],
      "principal": "[account]",
      "scopes": [
        "floor:update@floor/7",
        "floor:*",
        "tokens:read"
      ],
      "token": "[token]"
    }
    "#);
    // Validation sees the same.
    let token = text(&reply.body, "token");
    let seen = json!({
        "token": token, "origin": "https://console.example", "ip": "2001:db8::1",
    });
    assert_eq!(
        hallpass.validate(seen.clone()).await["code"],
        "not_yet_valid"
    );
    hallpass.clock.advance(std::time::Duration::from_secs(60));
    let seen = hallpass.validate(seen).await;
    assert_eq!(seen["code"], "active");
    for field in [
        "id",
        "kind",
        "account",
        "environment",
        "principal",
        "scopes",
        "expires_at",
    ] {
        assert_eq!(seen[field], reply.body[field], "{field}");
    }
}

#[tokio::test]
async fn s33_a_reply_with_a_token_is_stored_by_nobody() {
    let hallpass = Hallpass::start("archilogic").await;
    for body in [
        secret(json!({})),
        publishable(json!({})),
        with(secret(json!({})), json!({"kind": "nope"})),
    ] {
        let reply = mint(&hallpass, &hallpass.root, body).await;
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn s20_every_token_matches_the_published_pattern_and_its_checksum() {
    for (catalog, kinds) in [
        (
            "archilogic",
            [
                ("publishable", "alpub"),
                ("secret", "alsec"),
                ("management", "hpm"),
            ],
        ),
        (
            "default",
            [
                ("publishable", "pk"),
                ("secret", "sk"),
                ("management", "hpm"),
            ],
        ),
    ] {
        let hallpass = Hallpass::start(catalog).await;
        for (kind, prefix) in kinds {
            let body = match kind {
                "publishable" => publishable(json!({})),
                "secret" => secret(json!({})),
                _ => management(json!({})),
            };
            let minted = hallpass.mint(body).await;
            let token = text(&minted, "token");
            let (written, digits) = token.rsplit_once('_').unwrap();
            assert_eq!(written, prefix);
            assert_eq!(digits.len(), 22 + 43 + 6);
            assert!(digits.bytes().all(|digit| digit.is_ascii_alphanumeric()));
            let (covered, checksum) = token.split_at(token.len() - 6);
            assert_eq!(checksum, base62(crc32(covered.as_bytes())));
            assert_eq!(minted["id"], format!("tok_{}", &digits[..22]));
        }
    }
}

/// CRC-32/ISO-HDLC, bit by bit, as the catalogue of CRCs defines it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 }
        })
    })
}

/// Six digits of base62, the most significant first.
fn base62(mut number: u32) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; 6];
    for place in text.iter_mut().rev() {
        *place = digits[usize::try_from(number % 62).unwrap()];
        number /= 62;
    }
    String::from_utf8(text.to_vec()).unwrap()
}
