use super::{OriginRule, OriginRules};
use crate::origin::Origin;
use proptest::prelude::*;

fn allows(rule: &str, origin: &str) -> bool {
    origin
        .parse::<Origin>()
        .is_ok_and(|origin| rule.parse::<OriginRule>().unwrap().covers(&origin))
}

#[test]
fn s36_s37_s38_s39_s40_s41_rules_and_presented_origins() {
    for (rule, origin, expected) in [
        ("https://a.com", "https://a.com", true),
        ("a.com", "https://a.com", true),
        ("https://a.com", "https://a.com:443", true),
        ("https://a.com", "HTTPS://A.CoM", true),
        ("https://a.com:8443", "https://a.com:8443", true),
        ("https://a.com", "https://a.com:444", false),
        ("https://a.com:8443", "https://a.com", false),
        ("https://a.com", "http://a.com", false),
        ("https://a.com", "https://evil-a.com", false),
        ("https://a.com", "https://a.com.evil.net", false),
        ("https://a.com", "https://axcom", false),
        ("https://a.com", "https://b.a.com", false),
        ("https://a.com", "null", false),
        ("https://a.com", "", false),
        ("https://a.com", "https://a.com/", false),
        ("https://a.com", "https://a.com/path", false),
        ("https://a.com", "https://user@a.com", false),
        ("https://a.com", "https://a.com@evil.net", false),
        ("https://a.com", "https://a.com\\@evil.net", false),
        ("https://a.com", "https://a.com.", false),
        ("https://a.com", "https://a.com?x", false),
        ("https://a.com", "https://a.com#x", false),
        ("https://a.com", "https:a.com", false),
        ("https://a.com", "https:///a.com", false),
        ("https://a.com", "https://a\t.com", false),
        ("https://a.com", " https://a.com", false),
        ("https://a.com", "https://%61.com", false),
        ("https://a.com", "https://a.com:", false),
        ("https://a.com", "https://a.com:0443", false),
        ("https://a.com", "https://a.com:+443", false),
        ("https://a.com", "https://a.com:99999", false),
        ("https://a.com", "https://a.com https://b.com", false),
        ("https://a.com", "ftp://a.com", false),
        ("https://*.a.com", "https://b.a.com", true),
        ("*.a.com", "https://c.b.a.com", true),
        ("https://*.a.com", "https://a.com", false),
        ("https://*.a.com", "https://.a.com", false),
        ("https://*.a.com", "https://xa.com", false),
        ("https://*.a.com", "https://*.a.com", false),
        ("https://*.a.com", "http://b.a.com", false),
        ("https://*.a.com:8443", "https://b.a.com:8443", true),
        ("https://*.a.com:8443", "https://b.a.com", false),
        ("http://localhost", "http://localhost", true),
        ("http://localhost:3000", "http://localhost:3000", true),
        ("http://localhost:3000", "http://localhost:3001", false),
        (
            "https://bücher.example",
            "https://xn--bcher-kva.example",
            true,
        ),
        ("https://BÜCHER.example", "https://bücher.example", true),
        // The Cyrillic а is another letter.
        ("https://a.com", "https://\u{430}.com", false),
        (
            "https://[2001:db8::1]:8443",
            "https://[2001:db8::1]:8443",
            true,
        ),
        ("https://192.0.2.1", "https://192.0.2.1", true),
        ("https://a_b.a.com", "https://a_b.a.com", true),
        ("https://*.a.com", "https://a＊.a.com", false),
        ("https://*.a.com", "https://b,c.a.com", false),
        (
            "https://*.bücher.example",
            "https://a.xn--bcher-kva.example",
            true,
        ),
        (
            "https://[2001:db8::1]",
            "https://[2001:db8:0:0::1]:443",
            true,
        ),
        ("https://[2001:db8::1]", "https://[2001:db8::2]", false),
    ] {
        assert_eq!(
            allows(rule, origin),
            expected,
            "rule `{rule}` and origin `{origin}`"
        );
    }
}

#[test]
fn s40_refused_at_creation() {
    for rule in [
        "*",
        "https://*",
        "https://*.com",
        "*.com",
        "https://*.co.uk",
        // Others lie below them, and are everybody's.
        "https://*.amazonaws.com",
        "https://*.us-east-1.amazonaws.com",
        "https://*.windows.net",
        "*.github.io",
        "https://*.192.0.2.1",
        "https://*.[2001:db8::1]",
        "http://a.com",
        "https://*.localhost",
        "https://a.*.com",
        "https://*a.com",
        "https://**.a.com",
        "https://*.*.a.com",
        "null",
        "",
        "https://",
        "https://a.com/",
        "https://a.com/x",
        "https://u:p@a.com",
        "https://a.com.",
        "https://a b.com",
        "ftp://a.com",
        "https://a.com:0",
        "javascript:alert(1)",
        "https://a..com",
        "https://a.com\n",
        "//a.com",
        "https://xn--a.com",
        // Public suffixes beyond ASCII, in both spellings.
        "https://*.公司.cn",
        "https://*.xn--55qx5d.cn",
        "https://*.UK",
        // IDNA maps the full-width star and dot to `*` and `.`.
        "https://＊.com",
        "https://x＊.a.com",
        "https://＊.＊.a.com",
        "https://a.com。",
        "https://*。com",
        "https://a.com,https://b.com",
        "https://a.com,b.com",
        "https://a.com;b.com",
        "https://a$.com",
        "https://[::1",
        "https://::1",
        "https://[::1]x",
        "https://[::1]:",
        "https://[fe80::1%25eth0]",
        "https://*.0x7f.1",
        "https://1.2.3.4.5",
        "https://1.2.3.256",
        "wss://a.com",
    ] {
        assert!(
            rule.parse::<OriginRule>().is_err(),
            "`{rule}` must be refused at creation"
        );
    }
}

#[test]
fn s36_s39_pages_of_this_machine_each_for_itself() {
    for (rule, origin, expected) in [
        ("http://127.0.0.1", "http://127.0.0.1", true),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000", true),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3001", false),
        ("http://127.0.0.1:3000", "http://localhost:3000", false),
        ("http://127.0.0.1:3000", "http://[::1]:3000", false),
        ("http://127.0.0.1", "http://127.0.0.2", false),
        ("http://[::1]:3000", "http://[::1]:3000", true),
        ("http://[::1]", "http://[::1]", true),
        ("http://[::1]", "http://[::2]", false),
        ("http://*.localhost", "http://shop.localhost", true),
        ("http://*.localhost:3000", "http://a.b.localhost:3000", true),
        ("http://*.localhost", "http://localhost", false),
        ("http://*.localhost", "http://localhost.evil.example", false),
        ("http://*.localhost", "http://evillocalhost", false),
        (
            "http://shop.localhost:3000",
            "http://shop.localhost:3000",
            true,
        ),
        (
            "http://shop.localhost:3000",
            "http://other.localhost:3000",
            false,
        ),
        // Any port, the scheme's own included, and nothing else that differs.
        ("http://localhost:*", "http://localhost", true),
        ("http://localhost:*", "http://localhost:5173", true),
        ("http://localhost:*", "https://localhost:5173", false),
        ("http://localhost:*", "http://a.localhost:5173", false),
        ("http://localhost:*", "http://127.0.0.1:5173", false),
        ("http://127.0.0.1:*", "http://127.0.0.1:5173", true),
        (
            "http://127.0.0.1:*",
            "http://127.0.0.1.evil.example:5173",
            false,
        ),
        ("http://[::1]:*", "http://[::1]:5173", true),
        ("http://*.localhost:*", "http://a.localhost:5173", true),
        ("http://*.localhost:*", "http://localhost:5173", false),
        // Without a scheme they mean http.
        ("localhost:3000", "http://localhost:3000", true),
        ("localhost:3000", "https://localhost:3000", false),
        ("localhost", "http://localhost", true),
        ("LOCALHOST:3000", "http://localhost:3000", true),
        ("localhost:*", "http://localhost:8080", true),
        ("127.0.0.1:8080", "http://127.0.0.1:8080", true),
        ("[::1]:8080", "http://[::1]:8080", true),
        ("*.localhost:8080", "http://a.localhost:8080", true),
        ("https://localhost:3000", "https://localhost:3000", true),
        (
            "localhost.example.com",
            "https://localhost.example.com",
            true,
        ),
        ("127.0.0.2", "https://127.0.0.2", true),
    ] {
        assert_eq!(
            allows(rule, origin),
            expected,
            "rule `{rule}` and origin `{origin}`"
        );
    }
    for rule in [
        "https://a.com:*",
        "a.com:*",
        "http://a.com:*",
        "https://*.a.com:*",
        "https://localhost:*",
        "https://127.0.0.1:*",
        "http://127.0.0.2",
        "http://127.0.0.2:*",
        "http://0.0.0.0:3000",
        "http://192.168.0.1:3000",
        "http://[::2]:3000",
        "http://localhost.example.com",
        "http://evillocalhost",
        "http://*.127.0.0.1",
        "http://*.[::1]",
        "http://localhost:3*",
        "http://localhost:**",
        "http://localhost:*:*",
        "http://localhost:*/",
        "http://*:*",
        "http://*",
        "localhost:",
    ] {
        assert!(
            rule.parse::<OriginRule>().is_err(),
            "`{rule}` must be refused"
        );
    }
}

#[test]
fn s36_s40_app_shells_and_extensions_are_exact_text() {
    const ID: &str = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";
    for (rule, origin, expected) in [
        ("capacitor://localhost", "capacitor://localhost", true),
        ("ionic://localhost", "ionic://localhost", true),
        ("tauri://localhost", "tauri://localhost", true),
        ("app://obsidian.md", "app://obsidian.md", true),
        ("app://.", "app://.", true),
        (ID, ID, true),
        (
            "safari-web-extension://0A1B2C3D-0000-4000-8000-00000000000A",
            "safari-web-extension://0A1B2C3D-0000-4000-8000-00000000000A",
            true,
        ),
        (
            "moz-extension://0a1b2c3d-0000-4000-8000-00000000000a",
            "moz-extension://0A1B2C3D-0000-4000-8000-00000000000A",
            false,
        ),
        (
            ID,
            "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba",
            false,
        ),
        ("capacitor://localhost", "ionic://localhost", false),
        ("capacitor://localhost", "http://localhost", false),
        ("http://localhost", "capacitor://localhost", false),
        (
            "https://*.localhost.example",
            "capacitor://a.localhost.example",
            false,
        ),
        ("capacitor://localhost", "CAPACITOR://localhost", false),
        ("capacitor://localhost", "capacitor://localhost:80", false),
        ("capacitor://localhost", "capacitor://localhost/", false),
    ] {
        assert_eq!(
            allows(rule, origin),
            expected,
            "rule `{rule}` and origin `{origin}`"
        );
    }
    for rule in [
        "capacitor://*",
        "chrome-extension://*",
        "chrome-extension://*.a",
        "app://*.example",
        "capacitor://",
        "capacitor://local host",
        "capacitor://localhost/x",
        "capacitor://user@localhost",
        "capacitor://localhost?",
        "capacitor:localhost",
        "file://localhost",
        "edge-extension://abc",
        "javascript://localhost",
    ] {
        assert!(
            rule.parse::<OriginRule>().is_err(),
            "`{rule}` must be refused"
        );
    }
}

#[test]
fn a_name_that_idna_makes_too_long_is_refused() {
    // In its own letters it would fit, and what is kept is the ASCII form.
    let long = format!("{}example", "\u{fc}.".repeat(32));
    assert!(long.len() < 253 && long.replace('\u{fc}', "xn--tda").len() > 253);
    for text in [long.clone(), format!("*.{long}"), format!("https://{long}")] {
        assert!(text.parse::<OriginRule>().is_err(), "{text}");
        assert!(text.parse::<Origin>().is_err(), "{text}");
    }
}

#[test]
fn a_child_stays_within_its_parents_origins() {
    for (outer, inner, within) in [
        ("https://a.com", "https://a.com", true),
        ("https://a.com", "https://b.com", false),
        ("https://*.a.com", "https://b.a.com", true),
        ("https://*.a.com", "https://*.a.com", true),
        ("https://*.a.com", "https://*.b.a.com", true),
        ("https://*.a.com", "https://a.com", false),
        ("https://b.a.com", "https://*.b.a.com", false),
        ("https://*.b.a.com", "https://*.a.com", false),
        ("https://a.com", "https://a.com:8443", false),
        ("http://localhost:*", "http://localhost:3000", true),
        ("http://localhost:*", "http://localhost:*", true),
        ("http://localhost:3000", "http://localhost:*", false),
        ("http://localhost", "http://localhost:*", false),
        ("http://*.localhost:*", "http://*.a.localhost:3000", true),
        ("http://*.localhost:3000", "http://*.localhost:*", false),
        ("http://*.localhost:*", "http://localhost:*", false),
        ("http://localhost:*", "https://localhost:3000", false),
        ("capacitor://localhost", "capacitor://localhost", true),
        ("capacitor://localhost", "ionic://localhost", false),
        ("http://localhost:*", "capacitor://localhost", false),
    ] {
        let outer = OriginRules(vec![outer.parse().unwrap()]);
        let rules = OriginRules(vec![inner.parse().unwrap()]);
        assert_eq!(
            outer.uncovered(&rules).is_none(),
            within,
            "{inner} within {outer:?}"
        );
    }
    let bound = OriginRules(vec!["a.com".parse().unwrap()]);
    assert_eq!(bound.uncovered(&OriginRules::default()), Some(None));
    assert_eq!(OriginRules::default().uncovered(&bound), None);
}

proptest! {
    #[test]
    fn a_rule_reads_back_as_it_prints(
        below: bool, host in "[a-z]{1,8}(\\.[a-z]{2,8}){1,2}", port in prop::option::of(1_u16..)
    ) {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let text = format!("https://{}{host}{port}", if below { "*." } else { "" });
        if let Ok(rule) = text.parse::<OriginRule>() {
            prop_assert_eq!(rule.to_string().parse::<OriginRule>().unwrap(), rule);
        }
    }

    #[test]
    fn whatever_is_accepted_reads_back_as_it_prints(
        text in "(http://|app://)?(\\*\\.)?(localhost|[aé1*,＊．。\\[\\]:_-]{1,5}(\\.com)?)(:[0-9]{1,5}|:\\*)?"
    ) {
        if let Ok(rule) = text.parse::<OriginRule>() {
            prop_assert_eq!(rule.to_string().parse::<OriginRule>(), Ok(rule));
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        let _ = text.parse::<OriginRule>();
        let _ = text.parse::<Origin>();
    }
}
