//! s19: a secret is shown once, and the table never holds it.

use crate::mint::{management, mint, publishable, secret};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hallpass_core::{EnvironmentName, TokenId};
use hallpass_tests::{Hallpass, text};
use serde_json::json;

/// The 43 digits that are secret in a token's text.
fn digits(token: &str) -> &str {
    &token[token.len() - 49..token.len() - 6]
}

/// The 32 bytes those digits stand for.
fn bytes(digits: &str) -> Vec<u8> {
    let order = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut number = [0_u8; 32];
    for digit in digits.chars() {
        let mut carry = order.find(digit).unwrap();
        for byte in number.iter_mut().rev() {
            let value = usize::from(*byte) * 62 + carry;
            *byte = u8::try_from(value & 0xff).unwrap();
            carry = value >> 8;
        }
        assert_eq!(carry, 0);
    }
    number.to_vec()
}

/// Every way the secret could have been written down, whole or in part.
fn traces(token: &str) -> Vec<String> {
    let secret = digits(token);
    let raw = bytes(secret);
    let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut traces = vec![
        STANDARD.encode(&raw),
        URL_SAFE_NO_PAD.encode(&raw),
        STANDARD.encode(token),
        format!("{raw:?}"),
        hex.to_uppercase(),
        hex,
    ];
    // Any eight digits in a row: a log that shows "the last eight" would be found.
    traces.extend((0..=secret.len() - 8).map(|at| secret[at..at + 8].to_owned()));
    traces
}

#[tokio::test]
async fn s19_the_table_holds_no_secret_and_no_part_of_one() {
    let hallpass = Hallpass::start("archilogic").await;
    let mut secrets = vec![hallpass.root.clone()];
    for body in [
        secret(json!({})),
        management(json!({})),
        secret(json!({"metadata": {"a": "b"}})),
    ] {
        secrets.push(text(&hallpass.mint(body).await, "token"));
    }
    let keyed = hallpass
        .post("/v1/tokens", secret(json!({})))
        .bearer(&hallpass.root)
        .header("idempotency-key", "once");
    secrets.push(text(&keyed.await.body, "token"));
    let public = hallpass.mint(publishable(json!({}))).await;
    let (public, public_id) = (text(&public, "token"), text(&public, "id"));

    let items = hallpass.items().await;
    assert!(items.len() > 10);
    let rows: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    for token in &secrets {
        for trace in traces(token) {
            let holder = rows.iter().find(|row| row.contains(&trace));
            assert_eq!(holder, None, "`{trace}` of a secret token is in the table");
        }
    }
    // A public token's text is in its own record and nowhere else.
    let holders = items
        .iter()
        .filter(|item| format!("{item:?}").contains(digits(&public)));
    let holders: Vec<_> = holders.collect();
    assert_eq!(holders.len(), 1);
    assert_eq!(holders[0]["id"].as_s().unwrap(), &public_id);
    assert_eq!(holders[0]["public_text"].as_s().unwrap(), &public);
}

#[tokio::test]
async fn s19_a_secret_is_shown_once() {
    let hallpass = Hallpass::start("archilogic").await;
    let keyed = |body| {
        hallpass
            .post("/v1/tokens", body)
            .bearer(&hallpass.root)
            .header("idempotency-key", "once")
    };
    let minted = keyed(secret(json!({}))).await;
    let token = text(&minted.body, "token");
    let secret_digits = digits(&token);
    assert_eq!(minted.body.to_string().matches(secret_digits).count(), 1);
    let again = keyed(secret(json!({}))).await;
    let itself = hallpass.get("/v1/tokens/self").bearer(&token).await;
    let validated = hallpass
        .post("/v1/tokens/validate", json!({"token": token}))
        .bearer(&hallpass.root)
        .await;
    for reply in [again, itself, validated] {
        assert!(
            !reply.body.to_string().contains(secret_digits),
            "{}",
            reply.body
        );
        assert!(!format!("{:?}", reply.headers).contains(secret_digits));
    }
}

#[tokio::test]
async fn s19_a_refusal_never_repeats_the_callers_token() {
    let hallpass = Hallpass::start("archilogic").await;
    let weak = hallpass.secret().await;
    let revoked = hallpass.mint(secret(json!({}))).await;
    let path = format!("/v1/tokens/{}", text(&revoked, "id"));
    assert_eq!(
        hallpass.delete(&path).bearer(&hallpass.root).await.status,
        204
    );
    for token in [weak, text(&revoked, "token")] {
        let reply = mint(&hallpass, &token, secret(json!({}))).await;
        assert!(reply.status.is_client_error());
        assert!(!reply.body.to_string().contains(digits(&token)));
        assert!(!format!("{:?}", reply.headers).contains(digits(&token)));
    }
}

#[tokio::test]
async fn a_mint_writes_down_who_did_it_from_where_and_when() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, maker) = hallpass
        .account("customer", json!(["tokens:mint", "floor:*"]))
        .await;
    let maker_id = format!("tok_{}", &maker["hpm_".len().."hpm_".len() + 22]);
    let call = hallpass
        .post("/v1/tokens", secret(json!({"scopes": ["floor:export"]})))
        .bearer(&maker)
        .from("2001:db8::7");
    let minted = text(&call.await.body, "id");
    let items = hallpass.items().await;
    let rows: Vec<_> = items
        .iter()
        .filter(|item| {
            item.get("subject")
                .is_some_and(|it| it.as_s().unwrap() == &minted)
        })
        .collect();
    let [row] = rows[..] else {
        panic!("{} audit rows", rows.len())
    };
    let pk = format!("AUDIT#{account}#{}", EnvironmentName::default());
    for (field, expected) in [
        ("pk", pk.as_str()),
        ("action", "mint"),
        ("by", &maker_id),
        ("address", "2001:db8::7"),
    ] {
        assert_eq!(row[field].as_s().unwrap(), expected, "{field}");
    }
    assert_eq!(row["at"].as_n().unwrap(), "1800000000000");
    let id: TokenId = minted.parse().unwrap();
    let record = hallpass.platform.store.token(&id).await.unwrap().unwrap();
    assert_eq!(record.minted_by, Some(maker_id));
}
