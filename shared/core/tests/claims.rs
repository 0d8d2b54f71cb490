//! Claims: strictly read, read back as written, and never longer than can be signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass_core::{
    Algorithm, Audience, Claims, ClaimsError, Issuer, Malformed, Presented, SchemaVersion,
};

const ACCOUNT: &str = "acc_0000000000000000000001";
const TOKEN: &str = "tok_0000000000000000000002";
const OTHER_TOKEN: &str = "tok_0000000000000000000003";

/// Canonical: written again, it is the same text.
const GOOD: &str = concat!(
    r#"{"iss":"https://hallpass.test","sub":"acc_0000000000000000000001","#,
    r#""aud":"https://hallpass.test","client_id":"tok_0000000000000000000002","#,
    r#""exp":1800003600,"iat":1800000000,"nbf":1800000001,"jti":"jwt_0000000000000000000004","#,
    r#""scope":"floor:read@floor/1 floor:view","https://hallpass.dev/claims":{"#,
    r#""kind":"temporary","account":"acc_0000000000000000000001","environment":"shop/live","#,
    r#""parent":"tok_0000000000000000000002","origins":["https://a.com","https://*.a.com"],"#,
    r#""ips":["203.0.113.0/24","2001:db8::/32"],"iat_ms":1800000000123}}"#,
);

/// [`GOOD`] with one part, that stands there once, replaced.
fn edited(from: &str, to: &str) -> String {
    assert_eq!(
        GOOD.matches(from).count(),
        1,
        "`{from}` stands once in the claims"
    );
    GOOD.replace(from, to)
}

/// Reads claims the one way the service does: out of a JWT whose signature was right.
fn read(claims: &str) -> Result<Claims, ClaimsError> {
    let header = URL_SAFE_NO_PAD.encode(r#"{"typ":"at+jwt","alg":"ES256","kid":"k"}"#);
    let payload = URL_SAFE_NO_PAD.encode(claims);
    match Presented::parse(&format!("{header}.{payload}.c2ln"))? {
        Presented::Jwt(jwt) => jwt
            .claims_once_verified(|_, _, _| true)
            .map(|claims| claims.unwrap()),
        Presented::Opaque(_) => panic!("three parts are a JWT"),
    }
}

#[test]
fn claims_read_back_as_they_were_written() {
    let claims = read(GOOD).unwrap();
    assert_eq!(serde_json::to_string(&claims).unwrap(), GOOD);
    assert_eq!(claims.sub.to_string(), ACCOUNT);
    assert_eq!(claims.hallpass.iat_ms.0, 1_800_000_000_123);

    let least = GOOD
        .replace(r#""nbf":1800000001,"#, "")
        .replace(r#""origins":["https://a.com","https://*.a.com"],"#, "")
        .replace(r#""ips":["203.0.113.0/24","2001:db8::/32"],"#, "");
    let claims = read(&least).unwrap();
    assert_eq!(serde_json::to_string(&claims).unwrap(), least);
    assert_eq!(claims.nbf, None);
    assert!(claims.hallpass.origins.is_empty() && claims.hallpass.ips.is_empty());
}

#[test]
fn aud_is_a_text_or_a_list_of_texts() {
    let issuer: Issuer = "https://hallpass.test".parse().unwrap();
    let aud = r#""aud":"https://hallpass.test""#;
    for (written, includes_issuer, again) in [
        (
            r#""https://hallpass.test""#,
            true,
            r#""https://hallpass.test""#,
        ),
        (
            r#"["https://hallpass.test"]"#,
            true,
            r#""https://hallpass.test""#,
        ),
        (
            r#"["https://api.test","https://hallpass.test"]"#,
            true,
            r#"["https://api.test","https://hallpass.test"]"#,
        ),
        (r#""https://api.test""#, false, r#""https://api.test""#),
        (
            r#""https://hallpass.test/""#,
            false,
            r#""https://hallpass.test/""#,
        ),
        (
            r#""https://hallpass.test.evil""#,
            false,
            r#""https://hallpass.test.evil""#,
        ),
        ("[]", false, "[]"),
    ] {
        let claims = read(&edited(aud, &format!(r#""aud":{written}"#))).unwrap();
        assert_eq!(claims.aud.includes(&issuer), includes_issuer, "{written}");
        assert_eq!(serde_json::to_string(&claims.aud).unwrap(), again);
    }
}

/// Claims of a version that this code does not know, in whatever form; and one that only informs.
#[test]
fn s81_claims_of_a_newer_version_are_told_apart_and_what_only_informs_is_ignored() {
    let newer = Err(ClaimsError::Newer(SchemaVersion::of_number(3)));
    let with = |own: &str| edited(r#"{"kind""#, &format!(r#"{{{own},"kind""#));
    assert_eq!(read(&with(r#""v":3"#)), newer);
    assert_eq!(read(&with(r#""v":3,"only_to":["floor/1"]"#)), newer);
    let other_form = GOOD.replace(
        r#""scope":"floor:read@floor/1 floor:view""#,
        r#""scope":["x"]"#,
    );
    assert_eq!(
        read(&other_form.replace(r#"{"kind""#, r#"{"v":3,"kind""#)),
        newer
    );
    assert_eq!(
        read(&other_form),
        Err(ClaimsError::Malformed(Malformed::JwtClaims))
    );
    for version in [SchemaVersion::FIRST, SchemaVersion::NEWEST] {
        let claims = read(&with(&format!(r#""v":{version}"#))).unwrap();
        assert_eq!(claims.hallpass.v, version);
    }
    let informed = read(&with(r#""seen_as":"Ann""#)).unwrap();
    assert_eq!(informed, read(GOOD).unwrap());
}

const AUD: &str = r#""aud":"https://hallpass.test","#;

/// One part of [`GOOD`], and what stands there instead.
const REFUSED: &[(&str, &str)] = &[
    // Missing.
    (r#""iss":"https://hallpass.test","#, ""),
    (r#""sub":"acc_0000000000000000000001","#, ""),
    (AUD, ""),
    (r#""client_id":"tok_0000000000000000000002","#, ""),
    (r#""exp":1800003600,"#, ""),
    (r#""iat":1800000000,"#, ""),
    (r#""jti":"jwt_0000000000000000000004","#, ""),
    (r#""scope":"floor:read@floor/1 floor:view","#, ""),
    (r#""kind":"temporary","#, ""),
    (r#""account":"acc_0000000000000000000001","#, ""),
    (r#""environment":"shop/live","#, ""),
    (r#""parent":"tok_0000000000000000000002","#, ""),
    (r#","iat_ms":1800000000123"#, ""),
    // Unknown.
    (r#"{"iss""#, r#"{"admin":true,"iss""#),
    // Twice.
    (r#"{"iss""#, r#"{"iss":"https://hallpass.test","iss""#),
    (
        AUD,
        r#""aud":"https://hallpass.test","aud":"https://hallpass.test","#,
    ),
    (
        r#""exp":1800003600"#,
        r#""exp":1800003600,"exp":1900003600"#,
    ),
    (r#""nbf":1800000001"#, r#""nbf":1800000001,"nbf":1"#),
    (r#""scope""#, r#""scope":"floor:view","scope""#),
    (r#"{"kind""#, r#"{"kind":"secret","kind""#),
    (r#""origins""#, r#""origins":[],"origins""#),
    (r#""iat_ms""#, r#""iat_ms":1,"iat_ms""#),
    (
        r#""https://hallpass.dev/claims""#,
        r#""https://hallpass.dev/claims":{},"https://hallpass.dev/claims""#,
    ),
    // Times of another type.
    (r#""exp":1800003600"#, r#""exp":1800003600.0"#),
    (r#""exp":1800003600"#, r#""exp":1.8e9"#),
    (r#""exp":1800003600"#, r#""exp":"1800003600""#),
    (r#""exp":1800003600"#, r#""exp":-1"#),
    (r#""exp":1800003600"#, r#""exp":-0"#),
    (r#""exp":1800003600"#, r#""exp":18446744073709551616"#),
    (r#""exp":1800003600"#, r#""exp":01800003600"#),
    (r#""exp":1800003600"#, r#""exp":null"#),
    (r#""exp":1800003600"#, r#""exp":true"#),
    (r#""exp":1800003600"#, r#""exp":[1800003600]"#),
    (r#""exp":1800003600"#, r#""exp":NaN"#),
    (r#""iat":1800000000"#, r#""iat":1800000000.5"#),
    (r#""iat":1800000000"#, r#""iat":"1800000000""#),
    (r#""iat":1800000000"#, r#""iat":-1"#),
    (r#""nbf":1800000001"#, r#""nbf":1800000001.0"#),
    (r#""nbf":1800000001"#, r#""nbf":"1800000001""#),
    (r#""nbf":1800000001"#, r#""nbf":-1"#),
    (r#""nbf":1800000001"#, r#""nbf":null"#),
    (r#""iat_ms":1800000000123"#, r#""iat_ms":1800000000.123"#),
    (r#""iat_ms":1800000000123"#, r#""iat_ms":"1800000000123""#),
    (r#""iat_ms":1800000000123"#, r#""iat_ms":-1"#),
    // Texts of another type, or that name nothing of ours.
    (r#""iss":"https://hallpass.test""#, r#""iss":7"#),
    (
        r#""iss":"https://hallpass.test""#,
        r#""iss":["https://hallpass.test"]"#,
    ),
    (AUD, r#""aud":7,"#),
    (AUD, r#""aud":null,"#),
    (AUD, r#""aud":["https://hallpass.test",7],"#),
    (AUD, r#""aud":{"https://hallpass.test":1},"#),
    (r#""sub":"acc_0000000000000000000001""#, r#""sub":"root""#),
    (
        r#""sub":"acc_0000000000000000000001""#,
        r#""sub":"tok_0000000000000000000001""#,
    ),
    (r#""jti":"jwt_0000000000000000000004""#, r#""jti":"4""#),
    (r#""environment":"shop/live""#, r#""environment":"live""#),
    (
        r#""origins":["https://a.com","#,
        r#""origins":["https://a.*.com","#,
    ),
    (
        r#""origins":["https://a.com","https://*.a.com"]"#,
        r#""origins":null"#,
    ),
    (r#""ips":["203.0.113.0/24","#, r#""ips":["203.0.113.1/24","#),
    (
        r#""scope":"floor:read@floor/1 floor:view""#,
        r#""scope":"""#,
    ),
    (
        r#""scope":"floor:read@floor/1 floor:view""#,
        r#""scope":" ""#,
    ),
    (
        r#""scope":"floor:read@floor/1 floor:view""#,
        r#""scope":"floor:read  floor:view""#,
    ),
    (
        r#""scope":"floor:read@floor/1 floor:view""#,
        r#""scope":["floor:view"]"#,
    ),
    (
        r#""scope":"floor:read@floor/1 floor:view""#,
        r#""scope":"tokens:*""#,
    ),
];

#[test]
fn s2_s3_s7_s8_what_is_not_ours_is_refused_claim_by_claim() {
    for (from, to) in REFUSED {
        let claims = edited(from, to);
        assert_eq!(
            read(&claims),
            Err(ClaimsError::Malformed(Malformed::JwtClaims)),
            "{claims}"
        );
    }
}

#[test]
fn s17_claims_are_one_json_object_and_nothing_around_it() {
    let value: serde_json::Value = serde_json::from_str(GOOD).unwrap();
    let members = |value: &serde_json::Value| -> Vec<serde_json::Value> {
        let names = [
            "iss",
            "sub",
            "aud",
            "client_id",
            "exp",
            "iat",
            "nbf",
            "jti",
            "scope",
            "https://hallpass.dev/claims",
            "kind",
            "account",
            "environment",
            "parent",
            "origins",
            "ips",
            "iat_ms",
        ];
        names
            .iter()
            .filter_map(|name| value.get(*name).cloned())
            .collect()
    };
    // The same values in the same order, but as lists: RFC 7519 §7.2 asks for objects.
    let outer = serde_json::to_string(&members(&value)).unwrap();
    let inner = members(&value["https://hallpass.dev/claims"]);
    let mut nested = value;
    nested["https://hallpass.dev/claims"] = inner.into();
    let deep = format!("{}{}", "[".repeat(2_500), "]".repeat(2_500));
    for claims in [
        outer,
        nested.to_string(),
        format!("{GOOD}{GOOD}"),
        format!("{GOOD} x"),
        GOOD.trim_end_matches('}').to_owned(),
        deep,
        "null".to_owned(),
        "\u{feff}{}".to_owned(),
    ] {
        assert_eq!(
            read(&claims),
            Err(ClaimsError::Malformed(Malformed::JwtClaims)),
            "{claims}"
        );
    }
}

#[test]
fn the_client_is_the_parent_and_nobody_else() {
    let claims = edited(
        &format!(r#""parent":"{TOKEN}""#),
        &format!(r#""parent":"{OTHER_TOKEN}""#),
    );
    assert_eq!(
        read(&claims),
        Err(ClaimsError::Malformed(Malformed::JwtClaims))
    );
}

#[test]
fn claims_stay_shut_where_the_signature_is_wrong() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"typ":"at+jwt","alg":"EdDSA","kid":"k"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(GOOD));
    let Presented::Jwt(jwt) = Presented::parse(&format!("{signed}.c2ln")).unwrap() else {
        panic!("three parts are a JWT")
    };
    let refused = jwt.claims_once_verified(|algorithm, text, signature| {
        assert_eq!(
            (algorithm, text, signature),
            (Algorithm::EdDSA, &*signed, "c2ln")
        );
        false
    });
    assert_eq!(refused, Ok(None));
}

/// Claims whose signing input grows with `padding`, a text of one more audience.
fn padded(padding: usize) -> Claims {
    let mut claims = read(GOOD).unwrap();
    claims.aud = Audience(vec![
        "https://hallpass.test".to_owned(),
        "x".repeat(padding),
    ]);
    claims
}

#[test]
fn the_signing_input_is_what_is_read_back() {
    let claims = read(GOOD).unwrap();
    for (algorithm, written) in [
        (Algorithm::ES256, "ES256"),
        (Algorithm::RS256, "RS256"),
        (Algorithm::EdDSA, "EdDSA"),
    ] {
        let input = claims.signing_input("key-1", algorithm).unwrap();
        let (header, payload) = input.split_once('.').unwrap();
        let text = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        assert_eq!(
            text(header),
            format!(r#"{{"typ":"at+jwt","alg":"{written}","kid":"key-1"}}"#)
        );
        assert_eq!(text(payload), GOOD);
        let Presented::Jwt(jwt) = Presented::parse(&format!("{input}.c2ln")).unwrap() else {
            panic!("three parts are a JWT")
        };
        assert_eq!(jwt.kid(), "key-1");
        assert_eq!(
            jwt.claims_once_verified(|_, _, _| true),
            Ok(Some(claims.clone()))
        );
    }
}

#[test]
fn what_is_signed_is_at_most_4096_bytes() {
    let length = |padding| {
        padded(padding)
            .signing_input("k", Algorithm::ES256)
            .map(|text| text.len())
    };
    let longest = (0..4_096)
        .take_while(|padding| length(*padding).is_ok())
        .last();
    let longest = longest.unwrap();
    let (last, next) = (length(longest).unwrap(), length(longest + 1));
    // Base64 has no text of 4 n + 1 characters, so a kid of another length reaches the others.
    assert!((4_094..=4_096).contains(&last), "{last}");
    assert!(next.is_err());

    let reached: Vec<usize> = (1..=8)
        .flat_map(|kid| (longest - 16..=longest).map(move |padding| (kid, padding)))
        .filter_map(|(kid, padding)| {
            let text = padded(padding).signing_input(&"k".repeat(kid), Algorithm::ES256);
            text.ok().map(|text| text.len())
        })
        .collect();
    assert_eq!(
        reached.iter().max(),
        Some(&4_096),
        "the limit itself passes"
    );
}

#[test]
fn too_long_a_token_says_what_is_long() {
    let mut claims = read(GOOD).unwrap();
    // 100 scopes of 40 characters, with a space between.
    let scopes: Vec<String> = (0..100)
        .map(|place| format!("floor:read@floor/{place:03}/{}", "x".repeat(19)))
        .collect();
    claims.scope = serde_json::from_value(scopes.into()).unwrap();
    let error = claims
        .signing_input("k", Algorithm::ES256)
        .unwrap_err()
        .to_string();
    for part in [
        "bytes long before signing, and 4096 is the most",
        "its scopes take 4099 bytes",
        // `https://a.com`, `https://*.a.com`, `203.0.113.0/24` and `2001:db8::/32`.
        "its origins and addresses 55",
    ] {
        assert!(error.contains(part), "{error}");
    }

    let mut claims = read(GOOD).unwrap();
    let origins: Vec<String> = (0..200).map(|n| format!("https://{n:03}.a.com")).collect();
    claims.hallpass.origins = serde_json::from_value(origins.into()).unwrap();
    let error = claims
        .signing_input("k", Algorithm::ES256)
        .unwrap_err()
        .to_string();
    assert!(error.contains("its scopes take 29 bytes"), "{error}");
    assert!(error.contains("its origins and addresses 3427"), "{error}");
}

#[test]
fn an_issuer_is_one_url_in_its_one_spelling() {
    for good in [
        "https://hallpass.test",
        "https://hallpass.test:8443",
        "https://abc.execute-api.eu-west-1.amazonaws.com",
        "http://localhost:9000",
        "http://127.0.0.1:9000",
    ] {
        assert_eq!(good.parse::<Issuer>().unwrap().as_str(), good);
    }
    for bad in [
        "",
        "hallpass.test",
        "http://hallpass.test",
        "ftp://hallpass.test",
        "https://hallpass.test/",
        "https://hallpass.test?",
        "https://hallpass.test?a=b",
        "https://hallpass.test#",
        "https://user@hallpass.test",
        "https://:secret@hallpass.test",
        " https://hallpass.test",
        "https://hallpass.test ",
        "https://hall\tpass.test",
        "https:hallpass.test",
        "https:///hallpass.test",
        "https:\\\\hallpass.test",
        "HTTPS://hallpass.test",
        "https://Hallpass.test",
        "https://hallpass.test:443",
        "https://hallpass.test/a/../b",
        // Its documents would be looked for below the path, where no route of ours is.
        "https://hallpass.test/prod",
        "https://hallpass.test/a/b",
        "http://localhost:9000/live",
    ] {
        assert!(bad.parse::<Issuer>().is_err(), "`{bad}` must be refused");
    }
}
