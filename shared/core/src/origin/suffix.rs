//! Public suffixes: names below which anybody can register, such as `co.uk` and `s3.amazonaws.com`.
//!
//! The rules are those of the Public Suffix List (<https://publicsuffix.org>, MPL 2.0), a line each, in
//! the ASCII form of their names, as the `psl` crate of `Cargo.lock` has them: a test holds them
//! to it. They are searched as text, line by line, some 0.1 ms, since only a wildcard that is
//! written down asks, and the crate's own code is six times as large.

const RULES: &str = include_str!("suffixes.txt");

/// Whether anybody can be below `name`, a domain in lower case and ASCII: it is a public suffix, or
/// others lie below what was registered, as `s3.amazonaws.com` lies below `amazonaws.com`.
pub(super) fn anybody_can_be_below(name: &str) -> bool {
    let Some(registered) = registered(name) else {
        return true;
    };
    RULES.lines().any(|rule| is_below(rule, registered))
}

/// The part of `name` that somebody registered: its public suffix and one label more; `None` where
/// it has no more.
fn registered(name: &str) -> Option<&str> {
    let rest = name.strip_suffix(suffix(name))?.strip_suffix('.')?;
    let before = rest.rfind('.').map_or(0, |dot| dot.saturating_add(1));
    name.get(before..)
}

/// The public suffix of `name`: the longest that a rule names, or its last label.
fn suffix(name: &str) -> &str {
    let mut longest = name.rsplit('.').next().unwrap_or(name);
    for rule in RULES.lines() {
        let found = if let Some(exception) = rule.strip_prefix('!') {
            if name == exception || is_below(name, exception) {
                return exception.split_once('.').map_or(exception, |it| it.1);
            }
            None
        } else if let Some(base) = rule.strip_prefix("*.") {
            one_below(name, base)
        } else {
            (name == rule || is_below(name, rule)).then_some(rule)
        };
        if let Some(found) = found.filter(|found| found.len() > longest.len()) {
            longest = found;
        }
    }
    longest
}

fn is_below(name: &str, base: &str) -> bool {
    name.strip_suffix(base)
        .is_some_and(|rest| rest.ends_with('.'))
}

/// `base` and the one label that `name` has before it.
fn one_below<'a>(name: &'a str, base: &str) -> Option<&'a str> {
    let rest = name.strip_suffix(base)?.strip_suffix('.')?;
    let before = rest.rfind('.').map_or(0, |dot| dot.saturating_add(1));
    name.get(before..)
}

#[cfg(test)]
mod tests {
    use super::{RULES, anybody_can_be_below, one_below, registered, suffix};
    use std::collections::HashSet;
    use std::fmt::Write as _;
    use std::path::PathBuf;
    use std::process::Command;
    use url::Host;

    /// The rules of the crate in `Cargo.lock`, in ASCII.
    fn of_the_crate() -> String {
        let said = |program: &str, arguments: &[&str]| {
            let done = Command::new(program)
                .args(arguments)
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .output()
                .unwrap();
            assert!(done.status.success(), "{program}: {done:?}");
            String::from_utf8(done.stdout).unwrap()
        };
        // Of this platform alone: what others need is not here.
        let rustc = said("rustc", &["-vV"]);
        let host = rustc.lines().find_map(|line| line.strip_prefix("host: "));
        let metadata = ["metadata", "--format-version=1", "--offline", "--locked"];
        let metadata = [&metadata[..], &["--filter-platform", host.unwrap()]].concat();
        let metadata = said(env!("CARGO"), &metadata);
        let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
        let mut packages = metadata["packages"].as_array().unwrap().iter();
        let psl = packages.find(|package| package["name"] == "psl").unwrap();
        let manifest = PathBuf::from(psl["manifest_path"].as_str().unwrap());
        let rules = std::fs::read_to_string(manifest.with_file_name("data/rules.txt")).unwrap();
        let mut ascii = String::new();
        for rule in rules.lines() {
            let name = rule.trim_start_matches('!').trim_start_matches("*.");
            let mark = rule.strip_suffix(name).unwrap();
            let Host::<String>::Domain(name) = Host::parse(name).unwrap() else {
                panic!("`{rule}` is no name")
            };
            writeln!(ascii, "{mark}{name}").unwrap();
        }
        ascii
    }

    #[test]
    fn the_rules_are_those_of_the_crate_that_is_locked() {
        let theirs = of_the_crate();
        if RULES != theirs {
            let file = std::env::temp_dir().join("suffixes.txt");
            std::fs::write(&file, theirs).unwrap();
            panic!(
                "the `psl` crate has other rules: cp {} shared/core/src/origin/suffixes.txt",
                file.display()
            );
        }
        assert!(RULES.lines().count() > 10_000);
    }

    /// Every rule's name, what lies around it, and what the list's own test vectors ask.
    #[test]
    fn what_is_registered_is_what_the_crate_says() {
        let all: HashSet<&str> = RULES.lines().collect();
        let mut asked = Vec::new();
        for rule in RULES.lines().step_by(29).chain([
            "com",
            "a.example",
            "co.uk",
            "*.ck",
            "!www.ck",
            "kyoto.jp",
            "ide.kyoto.jp",
            "*.kobe.jp",
            "!city.kobe.jp",
            "k12.ak.us",
            "xn--55qx5d.cn",
            "nowhere",
        ]) {
            let base = rule.trim_start_matches('!').trim_start_matches("*.");
            for before in ["", "a.", "b.a.", "c.b.a."] {
                let name = format!("{before}{base}");
                let above = name.split_once('.').map_or("", |it| it.1);
                let has = |name: &str| all.contains(format!("*.{name}").as_str());
                if has(&name) && has(above) {
                    // The crate forgets `*.firenet.ch` at `svc.firenet.ch`, where `*.svc.firenet.ch` goes on.
                    continue;
                }
                let theirs = psl::domain_str(&name);
                assert_eq!(registered(&name), theirs, "{name}");
                assert_eq!(Some(suffix(&name)), psl::suffix_str(&name), "{name}");
                asked.push(name);
            }
        }
        assert!(asked.len() > 1_000);
    }

    #[test]
    fn s40_anybody_can_be_below_a_suffix_and_what_suffixes_lie_below() {
        for (name, expected) in [
            ("com", true),
            ("co.uk", true),
            ("s3.amazonaws.com", true),
            ("amazonaws.com", true),
            ("eu-west-1.amazonaws.com", true),
            ("windows.net", true),
            ("nowhere", true),
            ("yokohama.jp", true),
            ("x.yokohama.jp", true),
            ("example.com", false),
            ("shop.example.com", false),
            ("example.co.uk", false),
            ("city.yokohama.jp", false),
            ("my.s3.amazonaws.com", false),
            ("xn--55qx5d.cn", true),
        ] {
            assert_eq!(anybody_can_be_below(name), expected, "{name}");
        }
        assert_eq!(one_below("c.b.a", "a"), Some("b.a"));
        assert_eq!(one_below("a", "a"), None);
    }
}
