//! The reference (`infra/catalogs/README.md`) against the parser: its keys, values, examples and errors.

use hallpass_core::{Catalog, CatalogError};
use std::collections::BTreeSet;

const README: &str = include_str!("../../README.md");

/// A section of the reference, and what makes the parser name the keys that it accepts there.
struct Section {
    heading: &'static str,
    /// Which of the section's tables of keys.
    table: usize,
    /// A catalog with the key `unknown` in that position.
    probe: &'static str,
}

const SECTIONS: [Section; 6] = [
    Section {
        heading: "### The file",
        table: 0,
        probe: "unknown = 1",
    },
    Section {
        heading: "### `[scopes]`",
        table: 0,
        probe: "name = \"x\"\n[scopes]\n\"a:b\" = { unknown = 1 }",
    },
    Section {
        heading: "### `[kinds.NAME]`",
        table: 0,
        probe: "name = \"x\"\n[kinds.x]\nunknown = 1",
    },
    Section {
        heading: "### `[kinds.NAME]`",
        table: 1,
        probe: "name = \"x\"\n[kinds.x]\nlifetime = { unknown = 1 }",
    },
    Section {
        heading: "### `[folders]`",
        table: 0,
        probe: "name = \"x\"\n[folders]\nunknown = 1",
    },
    Section {
        heading: "### `[shares]`",
        table: 0,
        probe: "name = \"x\"\n[shares]\nunknown = 1",
    },
];

/// Keys of a kind that take one of some words.
const WORDS: [(&str, &str); 4] = [
    ("format", "format = \"unknown\""),
    ("exposure", "exposure = \"unknown\""),
    ("origins", "origins = \"unknown\""),
    ("principals", "principals = [\"unknown\"]"),
];

fn parse(text: &str) -> Result<Catalog, CatalogError> {
    Catalog::parse("test.toml", text)
}

/// Why the parser refuses this catalog.
fn reason(text: &str) -> String {
    parse(text).expect_err(text).reason
}

/// What stands below a heading, up to the next heading of its level or a higher one.
fn below(heading: &str) -> &'static str {
    let (_, text) = README
        .split_once(&format!("{heading}\n"))
        .unwrap_or_else(|| panic!("the reference has no `{heading}`"));
    let level = heading.split(' ').next().unwrap();
    let ends = (2..=level.len()).filter_map(|depth| {
        let next = format!("\n{} ", "#".repeat(depth));
        text.find(&next)
    });
    text.split_at(ends.min().unwrap_or(text.len())).0
}

/// The tables below a heading whose first column has this title: their rows, as cells.
fn tables(text: &str, title: &str) -> Vec<Vec<Vec<String>>> {
    let mut tables: Vec<Vec<Vec<String>>> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let Some(row) = line.strip_prefix("| ") else {
            inside = inside && line.starts_with("|---");
            continue;
        };
        let row = row.strip_suffix(" |").expect("a row ends as it begins");
        let cells: Vec<String> = row.split(" | ").map(str::to_owned).collect();
        if inside {
            tables.last_mut().unwrap().push(cells);
        } else if cells[0] == title {
            tables.push(Vec::new());
            inside = true;
        }
    }
    tables
}

/// The TOML examples of a text, in order.
fn examples(text: &str) -> Vec<&str> {
    let blocks = text.split("```toml\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

/// What stands between these marks, in order.
fn quoted(text: &str, mark: char) -> BTreeSet<String> {
    let quoted = text.split(mark).skip(1).step_by(2);
    quoted.map(str::to_owned).collect()
}

/// The keys or values that an error lists as those that would have been right.
fn expected_by(reason: &str) -> BTreeSet<String> {
    if let Some((_, table)) = reason.split_once("{ ") {
        let (keys, _) = table.split_once(" }").unwrap();
        return keys.split(", ").map(str::to_owned).collect();
    }
    let (_, expected) = reason
        .split_once("expected ")
        .unwrap_or_else(|| panic!("`{reason}` lists nothing"));
    quoted(expected, '`')
}

fn key_of(row: &[String]) -> &str {
    row[0].trim_matches('`')
}

fn whole_example() -> String {
    examples(below("## Reference")).concat()
}

/// The catalog with one line of one of its tables changed, added or left out.
fn changed(catalog: &str, table: &str, instead: &str) -> String {
    let (key, line) = if let Some(key) = instead.strip_prefix("no ") {
        (key.trim_matches('`'), None)
    } else {
        let line = instead.trim_matches('`');
        (line.split_once(" = ").unwrap().0, Some(line))
    };
    let header = table.trim_matches('`');
    let (before, rest) = if table == "the file" {
        (String::new(), catalog)
    } else {
        let (before, rest) = catalog
            .split_once(&format!("{header}\n"))
            .unwrap_or_else(|| panic!("the example has no `{header}`"));
        (format!("{before}{header}\n"), rest)
    };
    let end = rest.find("\n[").unwrap_or(rest.len());
    let (own, after) = rest.split_at(end);
    let is_key = |own: &&str| own.starts_with(&format!("{key} = "));
    assert!(
        line.is_some() || own.lines().any(|own| is_key(&own)),
        "`{table}` of the example has no `{key}`"
    );
    let kept: Vec<&str> = own.lines().filter(|own| !is_key(own)).collect();
    let line = line.unwrap_or_default();
    format!("{before}{}\n{line}\n{after}", kept.join("\n"))
}

#[test]
fn the_keys_of_the_reference_are_those_of_the_parser() {
    for section in &SECTIONS {
        let tables = tables(below(section.heading), "key");
        let rows = &tables[section.table];
        let documented: BTreeSet<String> = rows.iter().map(|row| key_of(row).to_owned()).collect();
        assert_eq!(documented.len(), rows.len(), "{}", section.heading);
        assert_eq!(
            documented,
            expected_by(&reason(section.probe)),
            "{}",
            section.heading
        );
    }
    let all = tables(README, "key");
    assert_eq!(all.len(), SECTIONS.len(), "a table of keys has no parser");
}

#[test]
fn the_words_of_the_reference_are_those_of_the_parser() {
    let tables = tables(below("### `[kinds.NAME]`"), "key");
    for (key, line) in WORDS {
        let row = tables[0].iter().find(|row| key_of(row) == key).unwrap();
        let found = reason(&format!("name = \"x\"\n[kinds.x]\n{line}"));
        assert_eq!(quoted(&row[1], '"'), expected_by(&found), "{key}");
    }
}

#[test]
fn what_is_required_cannot_be_left_out_and_the_rest_can() {
    let catalog = whole_example();
    let mut left_out = BTreeSet::new();
    for (heading, parts) in [
        (
            "### `[kinds.NAME]`",
            &["page", "server", "personal", "visitor"][..],
        ),
        ("### `[folders]`", &[]),
        ("### `[shares]`", &[]),
    ] {
        let headers: Vec<String> = match parts {
            [] => vec![heading.trim_start_matches("### ").to_owned()],
            kinds => kinds
                .iter()
                .map(|kind| format!("`[kinds.{kind}]`"))
                .collect(),
        };
        for row in &tables(below(heading), "key")[0] {
            let is_required = row[2].starts_with("required");
            let line = format!("\n{} = ", key_of(row));
            for header in &headers {
                let (_, own) = catalog.split_once(&header.replace('`', "")).unwrap();
                let own = own.split("\n[").next().unwrap();
                if !own.contains(&line) {
                    continue;
                }
                let without = changed(&catalog, header, &format!("no `{}`", key_of(row)));
                assert_eq!(
                    parse(&without).is_err(),
                    is_required,
                    "{header} without {}",
                    row[0]
                );
                left_out.insert((heading, row[0].clone()));
            }
            assert!(
                left_out.contains(&(heading, row[0].clone())),
                "no example has {}",
                row[0]
            );
        }
    }
}

#[test]
fn the_examples_of_the_reference_are_one_whole_catalog() {
    let catalog = parse(&whole_example()).unwrap();
    assert_eq!(catalog.name(), "atlas");
    assert_eq!(catalog.routes().iter().count(), 3);
}

#[test]
fn each_error_of_the_reference_is_what_the_parser_says() {
    let catalog = whole_example();
    let tables = tables(README, "in");
    for row in tables.iter().flatten() {
        let wrong = changed(&catalog, &row[0], &row[1]);
        assert_eq!(reason(&wrong), row[2], "{} in {}", row[1], row[0]);
    }
    assert!(tables.len() >= 8, "{} tables of errors", tables.len());
}

#[test]
fn the_catalog_written_step_by_step_is_good_from_the_second_step_on() {
    let steps = examples(below("## Write your own in ten minutes"));
    assert_eq!(steps.len(), 4);
    assert_eq!(reason(steps[0]), "missing field `kinds`");
    for last in 2..=steps.len() {
        let catalog = parse(&steps[..last].concat()).unwrap();
        assert_eq!(catalog.name(), "museum", "{last} steps");
    }
}
