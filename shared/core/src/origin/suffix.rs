//! Public suffixes: names below which anybody can register, such as `co.uk` and `s3.amazonaws.com`.
//!
//! The rules are those of the Public Suffix List (<https://publicsuffix.org>, MPL 2.0), a line each, in
//! the ASCII form of their names, as the `psl` crate of `Cargo.lock` has them: a test holds them
//! to it. As that crate's own code they take more than four times as much (0.67 MB against 0.15 MB). They are looked up in sets, which
//! are made when the first wildcard is written down: a request may hold thousands of them.

use std::collections::HashSet;
use std::sync::LazyLock;

const RULES: &str = include_str!("suffixes.txt");

static LIST: LazyLock<List> = LazyLock::new(List::read);

struct List {
    /// As they are written: `co.uk`, `*.ck`, `!www.ck`.
    rules: HashSet<&'static str>,
    /// Every name that lies above one of them.
    above: HashSet<&'static str>,
}

impl List {
    fn read() -> Self {
        let rules: HashSet<&str> = RULES.lines().collect();
        let above = rules.iter().flat_map(|rule| tails(rule).skip(1)).collect();
        Self { rules, above }
    }

    fn has(&self, mark: &str, name: &str) -> bool {
        self.rules.contains(format!("{mark}{name}").as_str())
    }

    /// The public suffix of `name`: the longest that a rule names, or its last label.
    fn suffix<'a>(&self, name: &'a str) -> &'a str {
        let mut last = name;
        for (tail, above) in tails(name).zip(tails(name).skip(1).chain([""])) {
            if self.has("!", tail) {
                return above;
            }
            if self.rules.contains(tail) || self.has("*.", above) {
                return tail;
            }
            last = tail;
        }
        last
    }
}

/// Whether anybody can be below `name`, a domain in lower case and ASCII: it is a public suffix, or
/// others lie below what was registered, as `s3.amazonaws.com` lies below `amazonaws.com`.
pub(super) fn anybody_can_be_below(name: &str) -> bool {
    registered(name).is_none_or(|registered| LIST.above.contains(registered))
}

/// The part of `name` that somebody registered: its public suffix and one label more; `None` where
/// it has no more.
fn registered(name: &str) -> Option<&str> {
    let suffix = LIST.suffix(name);
    tails(name).take_while(|tail| *tail != suffix).last()
}

/// The name, and what is left of it without its first label, and so on.
fn tails(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.split_once('.').map(|it| it.1))
}

#[cfg(test)]
mod tests {
    use super::{LIST, RULES, anybody_can_be_below, registered};
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

    /// Every rule's name and what lies below it.
    #[test]
    fn what_is_registered_is_what_the_crate_says() {
        let mut asked = Vec::new();
        for rule in RULES.lines().chain([
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
                if LIST.has("*.", &name) && LIST.has("*.", above) {
                    // The crate forgets `*.firenet.ch` at `svc.firenet.ch`, where `*.svc.firenet.ch` goes on.
                    continue;
                }
                let theirs = psl::domain_str(&name);
                assert_eq!(registered(&name), theirs, "{name}");
                assert_eq!(Some(LIST.suffix(&name)), psl::suffix_str(&name), "{name}");
                asked.push(name);
            }
        }
        assert!(asked.len() > 40_000);
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
    }
}
