//! Origins and addresses: what a kind needs or forbids, and which rules are refused at creation.

use crate::mint::{assert_outcomes, management, publishable, secret};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

const INVALID: u16 = 422;

fn many(count: usize, rule: impl Fn(usize) -> String) -> Value {
    (0..count).map(rule).collect()
}

#[tokio::test]
async fn a_kind_needs_takes_or_forbids_origins() {
    let hallpass = Hallpass::start("archilogic").await;
    let one = json!(["https://shop.example"]);
    let host = |number| format!("h{number}.example");
    let required = Err((INVALID, "origins_required", "origins"));
    let not_for_kind = Err((INVALID, "origins_not_for_kind", "origins"));
    let empty = Err((INVALID, "empty_list", "origins"));
    let cases = [
        (publishable(json!({"origins": null})), required),
        (publishable(json!({"origins": []})), empty),
        (publishable(json!({"origins": one})), Ok(())),
        (publishable(json!({"origins": many(100, host)})), Ok(())),
        (
            publishable(json!({"origins": many(101, host)})),
            Err((INVALID, "too_many", "origins")),
        ),
        (secret(json!({"origins": one})), not_for_kind),
        (secret(json!({"origins": []})), empty),
        (management(json!({"origins": one})), Ok(())),
        (management(json!({"origins": null})), Ok(())),
        (management(json!({"origins": []})), empty),
    ];
    assert_outcomes(&hallpass, &hallpass.root, cases).await;
}

#[tokio::test]
async fn s40_rules_that_would_match_strangers_are_refused_at_creation() {
    let hallpass = Hallpass::start("archilogic").await;
    for rule in [
        "*",
        "https://*",
        "https://*.com",
        "*.com",
        "https://*.co.uk",
        "*.github.io",
        "https://*.UK",
        "https://*.公司.cn",
        "https://*.xn--55qx5d.cn",
        "https://*.192.0.2.1",
        "https://*.[2001:db8::1]",
        "https://*.0x7f.1",
        "http://shop.example",
        "https://*.localhost",
        "http://localhost.shop.example",
        "https://shop.example:*",
        "https://localhost:*",
        "http://127.0.0.2",
        "chrome-extension://*",
        "file://localhost",
        "null",
        "",
        " ",
        "https://",
        "https://shop.example/",
        "https://shop.example/path",
        "https://shop.example?x",
        "https://shop.example#x",
        "https://user@shop.example",
        "https://shop.example.",
        "https://shop.example:0",
        "https://shop.example:65536",
        "https://shop.example:",
        "https://shop.example:0443",
        "https://shop..example",
        "https://shop.*.example",
        "https://*shop.example",
        "https://*.*.shop.example",
        "https://＊.shop.example",
        "https://shop.example\\@evil.example",
        "ftp://shop.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https:shop.example",
        "https:///shop.example",
        "//shop.example",
        "https://shop.example\t",
        " https://shop.example",
        "https://sh%6Fp.example",
        "https://shop.example https://b.example",
        "https://xn--a.example",
    ] {
        // The place of the rule is named, whatever stands before it.
        for (rules, field) in [
            (json!([rule]), "origins[0]"),
            (json!(["a.example", rule]), "origins[1]"),
        ] {
            let cases = [
                (
                    publishable(json!({"origins": rules})),
                    Err((INVALID, "invalid_field", field)),
                ),
                (
                    management(json!({"origins": rules})),
                    Err((INVALID, "invalid_field", field)),
                ),
            ];
            assert_outcomes(&hallpass, &hallpass.root, cases).await;
        }
    }
}

#[tokio::test]
async fn s41_rules_are_kept_in_one_spelling_and_once() {
    let hallpass = Hallpass::start("archilogic").await;
    let asked = json!([
        "shop.example",
        "HTTPS://SHOP.Example",
        "https://shop.example:443",
        "*.Shop.example",
        "https://shop.example:8443",
        "https://bücher.example",
        "http://localhost",
        "http://LOCALHOST:3000",
        "https://192.0.2.1",
        "https://[2001:DB8:0::1]:8443",
        "localhost:5173",
        "*.localhost:*",
        "127.0.0.1:8080",
        "http://[::1]:*",
        "https://localhost:3000",
        "capacitor://localhost",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    ]);
    let minted = hallpass.mint(publishable(json!({"origins": asked}))).await;
    let kept = json!([
        "https://shop.example",
        "https://*.shop.example",
        "https://shop.example:8443",
        "https://xn--bcher-kva.example",
        "http://localhost",
        "http://localhost:3000",
        "https://192.0.2.1",
        "https://[2001:db8::1]:8443",
        "http://localhost:5173",
        "http://*.localhost:*",
        "http://127.0.0.1:8080",
        "http://[::1]:*",
        "https://localhost:3000",
        "capacitor://localhost",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    ]);
    assert_eq!(minted["origins"], kept);
    let token = text(&minted, "token");
    for (origin, code) in [
        ("https://shop.example", "active"),
        ("https://a.b.shop.example", "active"),
        ("https://BÜCHER.example", "active"),
        ("http://localhost:3000", "active"),
        ("http://localhost:3001", "origin_denied"),
        ("http://localhost:5173", "active"),
        ("https://localhost:5173", "origin_denied"),
        ("http://shop.localhost:9999", "active"),
        ("http://[::1]:9999", "active"),
        ("capacitor://localhost", "active"),
        ("ionic://localhost", "origin_denied"),
        (
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            "active",
        ),
        (
            "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba",
            "origin_denied",
        ),
        ("https://shop.example:444", "origin_denied"),
        ("https://a.shop.example:8443", "origin_denied"),
        ("http://shop.example", "origin_denied"),
    ] {
        let seen = hallpass
            .validate(json!({"token": token, "origin": origin}))
            .await;
        assert_eq!(seen["code"], code, "{origin}");
    }
}

#[tokio::test]
async fn addresses_are_blocks_of_either_family() {
    let hallpass = Hallpass::start("archilogic").await;
    let address = |number| format!("192.0.2.{number}");
    for (asked, kept) in [
        (json!(["192.0.2.7"]), json!(["192.0.2.7/32"])),
        (
            json!(["192.0.2.0/24", "192.0.2.0/24"]),
            json!(["192.0.2.0/24"]),
        ),
        (
            json!(["2001:DB8::/32", "2001:db8::1"]),
            json!(["2001:db8::/32", "2001:db8::1/128"]),
        ),
        (json!(["0.0.0.0/0"]), json!(["0.0.0.0/0"])),
    ] {
        let minted = hallpass.mint(secret(json!({"ips": asked}))).await;
        assert_eq!(minted["ips"], kept);
    }
    let invalid = |field| Err((INVALID, "invalid_field", field));
    let cases = [
        (json!({"ips": []}), Err((INVALID, "empty_list", "ips"))),
        (json!({"ips": many(100, address)}), Ok(())),
        (
            json!({"ips": many(101, address)}),
            Err((INVALID, "too_many", "ips")),
        ),
        (json!({"ips": ["192.0.2.7/24"]}), invalid("ips[0]")),
        (
            json!({"ips": ["192.0.2.7", "2001:db8::1/32"]}),
            invalid("ips[1]"),
        ),
        (json!({"ips": ["192.0.2.0/33"]}), invalid("ips[0]")),
        (json!({"ips": ["192.0.2"]}), invalid("ips[0]")),
        (json!({"ips": ["192.0.2.07"]}), invalid("ips[0]")),
        (json!({"ips": ["192.0.2.*"]}), invalid("ips[0]")),
        (json!({"ips": ["localhost"]}), invalid("ips[0]")),
        (json!({"ips": ["::ffff:192.0.2.7"]}), invalid("ips[0]")),
        (json!({"ips": [""]}), invalid("ips[0]")),
        (json!({"ips": [3_221_225_991_u32]}), invalid("ips[0]")),
    ];
    let cases = cases.map(|(change, expected)| (secret(change), expected));
    assert_outcomes(&hallpass, &hallpass.root, cases).await;
}
