//! Every path of this repository that a document names exists.

use super::{page, root};

const PAGES: [&str; 8] = [
    "README.md",
    "functions/README.md",
    "shared/README.md",
    "infra/README.md",
    "infra/catalogs/README.md",
    "tests/README.md",
    ".github/CONTRIBUTING.md",
    ".github/SECURITY.md",
];

const FOLDERS: [&str; 7] = [
    "functions/",
    "shared/",
    "infra/",
    "tests/",
    ".github/",
    ".ci/",
    ".cargo/",
];

/// What the pages only invent.
const EXAMPLES: [&str; 2] = ["infra/catalogs/atlas.toml", "infra/catalogs/museum.toml"];

/// Whether a character can stand in a path, or for one in it (`functions/<name>/src`).
fn is_of_path(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-./<>{}*…".contains(character)
}

/// The paths that a page names, up to the folder of what stands for many.
fn paths(text: &str) -> Vec<&str> {
    let words = text.split(|character| !is_of_path(character));
    let named = words.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)));
    let exact = named.map(|word| {
        let exact = word.split(['<', '{', '*', '…']).next().unwrap_or(word);
        match exact.rsplit_once('/') {
            Some((folder, _)) if exact.len() < word.len() => folder,
            _ => exact.trim_end_matches(['.', '/']),
        }
    });
    exact.collect()
}

#[test]
fn every_path_that_a_document_names_exists() {
    let mut missing = Vec::new();
    for name in PAGES {
        let text = page(name);
        let paths = paths(&text);
        for path in paths {
            if !EXAMPLES.contains(&path) && !root().join(path).exists() {
                missing.push(format!("{name}: {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn paths_are_found_in_a_sentence() {
    let text = "See `functions/mint/src/lib.rs`, functions/<name>/src/routes.rs and tests/run. \
                https://example.com/shared/x is none; infra/catalogs/*.toml.";
    let found = [
        "functions/mint/src/lib.rs",
        "functions",
        "tests/run",
        "infra/catalogs",
    ];
    assert_eq!(paths(text), found);
}
