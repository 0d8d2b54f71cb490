//! The text: the one compact form, in canonical base64, of at most 8 KiB.

use crate::jwt::forge::{Forge, encode, parts};
use serde_json::{Value, json};

/// The next letter of base64url: it differs in the lowest bit.
fn next_letter(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = text.split_at(text.len() - 1);
    let at = LETTERS
        .iter()
        .position(|letter| *letter == last.as_bytes()[0]);
    format!("{rest}{}", char::from(LETTERS[at.unwrap() + 1]))
}

/// What is asked about a text that cannot stand in a header as it is.
async fn malformed(forge: &Forge, token: &str) {
    let reply = forge.hallpass.validate(json!({"token": token})).await;
    assert_eq!(reply["code"], "malformed", "{token:?}");
    assert_eq!(reply.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn s15_white_space_anywhere_is_refused() {
    let forge = Forge::new().await;
    let [header, claims, signature] = parts(&forge.token);
    for space in [
        " ", "\t", "\n", "\r\n", "\u{a0}", "\u{feff}", "\0", "\u{200b}",
    ] {
        for token in [
            format!("{space}{}", forge.token),
            format!("{}{space}", forge.token),
            format!("{header}{space}.{claims}.{signature}"),
            format!("{header}.{space}{claims}.{signature}"),
            format!(
                "{header}.{claims}.{}{space}{}",
                &signature[..40],
                &signature[40..]
            ),
        ] {
            malformed(&forge, &token).await;
        }
    }
    // Right in every other way: the white space is what was signed.
    let token = forge
        .sign_input(&format!("{header}.{}\n{}", &claims[..60], &claims[60..]))
        .await;
    malformed(&forge, &token).await;
}

#[tokio::test]
async fn s15_padding_and_the_other_alphabet_are_refused() {
    let forge = Forge::new().await;
    let [header, claims, signature] = parts(&forge.token);
    for token in [
        format!("{header}.{claims}.{signature}="),
        format!("{header}.{claims}.{signature}=="),
        forge.sign_input(&format!("{header}=.{claims}")).await,
        forge.sign_input(&format!("{header}.{claims}==")).await,
        forge.token.replace('.', "%2E"),
    ] {
        forge.refused_unread(&token, "malformed").await;
    }
    // A signature with a letter that the two alphabets write differently.
    let mut token = forge.token.clone();
    while !parts(&token)[2].contains(['-', '_']) {
        token = forge
            .sign(&forge.header.to_string(), &forge.claims.to_string())
            .await;
    }
    forge.expect(&token, "active").await;
    let other = token.replace('-', "+").replace('_', "/");
    forge.refused_unread(&other, "malformed").await;
}

#[tokio::test]
async fn s15_base64_that_is_not_canonical_is_refused() {
    let forge = Forge::new().await;
    let [header, claims, signature] = parts(&forge.token);
    // 64 bytes leave four bits of the last letter unused.
    let token = format!("{header}.{claims}.{}", next_letter(signature));
    forge.refused_unread(&token, "malformed").await;
    // The same of the header and the claims, made longer until bits are left, and signed as such.
    for spaces in 0..3 {
        let pad = " ".repeat(spaces);
        let header = encode(format!("{}{pad}", forge.header));
        let claims = encode(format!("{}{pad}", forge.claims));
        let good = forge.sign_input(&format!("{header}.{claims}")).await;
        forge.expect(&good, "active").await;
        for (part, input) in [
            (&header, format!("{}.{claims}", next_letter(&header))),
            (&claims, format!("{header}.{}", next_letter(&claims))),
        ] {
            let token = forge.sign_input(&input).await;
            if part.len() % 4 == 0 {
                continue; // no bits are left: it says something else
            }
            forge.refused_unread(&token, "malformed").await;
        }
    }
}

#[tokio::test]
async fn s15_other_numbers_of_parts_and_other_serializations_are_refused() {
    let forge = Forge::new().await;
    let [header, claims, signature] = parts(&forge.token);
    let jwe = encode(
        json!({"alg": "dir", "enc": "A256GCM", "typ": "at+jwt", "kid": forge.key.kid}).to_string(),
    );
    for token in [
        format!("{header}.{claims}"),
        format!("{header}.{signature}"),
        format!("{header}.{claims}.{signature}.{signature}"),
        format!("{header}.{claims}.{signature}."),
        format!(".{header}.{claims}.{signature}"),
        format!("{header}..{claims}.{signature}"),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        "..".to_owned(),
        ".".to_owned(),
        // RFC 7516 §3.1: five parts, the second of them empty where the key is agreed.
        format!("{header}.{claims}.{claims}.{claims}.{signature}"),
        format!("{jwe}..{}.{claims}.{}", encode([0; 12]), encode([0; 16])),
        format!("{jwe}.{claims}.{signature}"),
    ] {
        forge.refused_unread(&token, "malformed").await;
    }
    let protected = json!({"protected": header, "signature": signature});
    for json in [
        json!({"payload": claims, "protected": header, "signature": signature}),
        json!({"payload": claims, "signatures": [protected]}),
        json!([header, claims, signature]),
        Value::String(forge.token.clone()),
    ] {
        malformed(&forge, &json.to_string()).await;
    }
    malformed(&forge, &format!("Bearer {}", forge.token)).await;
    let as_object =
        json!({"token": {"payload": claims, "protected": header, "signature": signature}});
    let hallpass = &forge.hallpass;
    let reply = hallpass
        .post("/v1/tokens/validate", as_object)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.status, 422, "{}", reply.body);
    assert_eq!(reply.body["field"], "token");
}

#[tokio::test]
async fn s16_over_8_kib_is_refused_before_it_is_looked_at() {
    let forge = Forge::new().await;
    let header = encode(forge.header.to_string());
    let long = |length: usize| {
        // Spaces in the claims until what is left is a length that base64 can have.
        let inputs = (0..4).map(|spaces| {
            format!(
                "{header}.{}.",
                encode(format!("{}{}", forge.claims, " ".repeat(spaces)))
            )
        });
        let mut inputs = inputs.map(|input| format!("{input}{}", "A".repeat(length - input.len())));
        inputs.find(|token| parts(token)[2].len() % 4 != 1).unwrap()
    };
    for (length, code, detail) in [
        // The last that is looked at: base64 that decodes, and no signature.
        (8_192, "unknown", "there is no such token"),
        (8_193, "malformed", "longer than 8 KiB"),
        (8_194, "malformed", "longer than 8 KiB"),
        (60_000, "malformed", "longer than 8 KiB"),
    ] {
        let token = long(length);
        assert_eq!(token.len(), length);
        forge.refused_unread(&token, code).await;
        let reply = forge.hallpass.validate(json!({"token": token})).await;
        assert!(
            reply["detail"].as_str().unwrap().contains(detail),
            "{length}: {reply}"
        );
    }
    let opaque = format!("alsec_{}", "A".repeat(8_192));
    forge.refused_unread(&opaque, "malformed").await;
}

#[tokio::test]
async fn s17_deep_and_huge_json_under_a_right_signature_is_refused_without_a_panic() {
    let forge = Forge::new().await;
    let header = forge.header.to_string();
    let claims = forge.claims.to_string();
    let deep =
        |open: &str, close: &str, times| format!("{}1{}", open.repeat(times), close.repeat(times));
    let member = |value: &str| claims.replacen('{', &format!("{{\"x\":{value},"), 1);
    let instead = |name: &str, value: &str| {
        let from = format!("\"{name}\":{}", forge.claims[name]);
        let with = claims.replace(&from, &format!("\"{name}\":{value}"));
        assert_ne!(with, claims, "{name}");
        with
    };
    for claims in [
        deep("[", "]", 1_000),
        deep("{\"a\":", "}", 350),
        "[".repeat(2_500),
        "{\"a\":".repeat(450),
        member(&deep("[", "]", 800)),
        instead("aud", &deep("[", "]", 800)),
        instead("aud", &"[".repeat(1_500)),
        instead("scope", &deep("[", "]", 800)),
        instead("exp", &"9".repeat(1_500)),
        instead("exp", &format!("1e{}", "9".repeat(1_500))),
        instead("exp", &format!("0.{}1", "0".repeat(1_500))),
        instead("iat", &format!("-{}", "9".repeat(1_500))),
        instead("scope", &format!("\"{}\"", "\\u0000".repeat(250))),
        instead("scope", &format!("\"{}\"", "\\ud800".repeat(250))),
        instead("jti", &format!("\"{}\"", "x".repeat(1_500))),
        member(&format!("\"{}\"", "x".repeat(1_500))),
        String::new(),
        " ".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        "{".to_owned(),
        format!("{claims}{claims}"),
        format!("{claims}x"),
        format!("\u{feff}{claims}"),
    ] {
        let token = forge.sign(&header, &claims).await;
        forge.refused_unread(&token, "malformed").await;
    }
    // Invalid UTF-8, which is no JSON.
    let input = format!(
        "{}.{}",
        encode(&header),
        encode([b"{\"iss\":\"", &[0xff, 0xfe][..], b"\"}"].concat())
    );
    forge
        .refused_unread(&forge.sign_input(&input).await, "malformed")
        .await;
    for header in [
        deep("[", "]", 1_000),
        deep("{\"kid\":", "}", 300),
        header.replacen('{', &format!("{{\"x\":{},", deep("[", "]", 600)), 1),
        format!("[\"at+jwt\",\"ES256\",\"{}\"]", forge.key.kid),
        format!("{header}{header}"),
    ] {
        let token = forge.sign(&header, &claims).await;
        forge.refused_unread(&token, "malformed").await;
    }
    // As deep as 8 KiB can be; it is refused before its signature would be.
    let token = format!(
        "{}.{}.AAAA",
        encode("[".repeat(3_000)),
        encode("[".repeat(3_000))
    );
    forge.refused_unread(&token, "malformed").await;
}
