//! The security statements of `tests/README.md`, each with the tests whose names carry its number.
//!
//! The names of the end-to-end tests are asked of this very binary (`--list`), so none is missing
//! on the page and none is on it that does not run. The other crates' test binaries cannot be asked
//! without building them here; of their tests, and of Python's, it is held that each one named on
//! the page stands in the file named beside it.

use super::page;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// What no test proves yet: the page says why.
const NOT_PROVED: [u32; 1] = [35];

/// The file and the name of a test.
type Test = (String, String);

/// A statement's number to its tests.
type Statements = BTreeMap<u32, BTreeSet<Test>>;

/// The numbers that a test's name begins with: 3 and 18 of `s3_s18_an_issuer_…`.
fn numbers(name: &str) -> Vec<u32> {
    let parts = name
        .split('_')
        .map_while(|part| part.strip_prefix('s')?.parse().ok());
    parts.collect()
}

/// The tests of this binary that carry a number.
fn of_this_binary() -> Statements {
    let mut list = Command::new(std::env::current_exe().unwrap());
    let list = list.arg("--list").output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let mut found = Statements::new();
    for path in list.lines().filter_map(|line| line.strip_suffix(": test")) {
        let (module, name) = path.rsplit_once("::").unwrap();
        let file = format!("tests/{}.rs", module.replace("::", "/"));
        for number in numbers(name) {
            let test = (file.clone(), name.to_owned());
            found.entry(number).or_default().insert(test);
        }
    }
    found
}

/// What the page names: `- **s1** …`, and below it a line for each test, with its file and name.
fn documented() -> Statements {
    let page = page("tests/README.md");
    let mut found = Statements::new();
    let mut number = 0;
    for line in page.lines() {
        if let Some(statement) = line.strip_prefix("- **s") {
            number = statement.split("**").next().unwrap().parse().unwrap();
            let before = found.insert(number, BTreeSet::new());
            assert_eq!(before, None, "`s{number}` stands twice");
        } else if let Some(test) = line.strip_prefix("  - `") {
            let (file, name) = test.trim_end_matches('`').split_once("` `").unwrap();
            let tests = found.get_mut(&number).unwrap();
            tests.insert((file.to_owned(), name.to_owned()));
        }
    }
    found
}

fn is_of_this_binary(file: &str) -> bool {
    file.starts_with("tests/") && file.ends_with(".rs") && !file.starts_with("tests/fuzz/")
}

#[test]
fn every_statement_names_its_tests_and_every_numbered_test_its_statement() {
    let documented = documented();
    for number in 1..=72 {
        assert!(documented.contains_key(&number), "s{number} is missing");
    }
    let mut own = of_this_binary();
    for (number, tests) in &documented {
        let is_proved = !NOT_PROVED.contains(number);
        assert_eq!(!tests.is_empty(), is_proved, "s{number}: {tests:?}");
        let named: BTreeSet<Test> = tests
            .iter()
            .filter(|(file, _)| is_of_this_binary(file))
            .cloned()
            .collect();
        let own = own.remove(number).unwrap_or_default();
        assert_eq!(
            named, own,
            "s{number}; left: the page's, right: the binary's"
        );
    }
    assert!(own.is_empty(), "not on the page: {own:#?}");
}

#[test]
fn every_test_that_a_statement_names_stands_in_its_file() {
    for (number, tests) in documented() {
        for (file, name) in tests {
            assert!(numbers(&name).contains(&number), "s{number}: `{name}`");
            let defined = [format!("fn {name}("), format!("def {name}(")];
            let text = page(&file);
            assert!(
                defined.iter().any(|it| text.contains(it)),
                "s{number}: there is no `{name}` in {file}"
            );
        }
    }
}
