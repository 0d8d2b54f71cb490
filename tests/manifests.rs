//! What a manifest leaves out of `cargo test` has no test: each target that is tested is a binary
//! more to link.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The folders of the crates under test.
fn crates() -> Vec<PathBuf> {
    let groups = ["functions", "shared", "infra"].map(|group| Path::new(ROOT).join(group));
    let folders = groups.iter().flat_map(|group| fs::read_dir(group).unwrap());
    let folders = folders.map(|folder| folder.unwrap().path());
    folders
        .filter(|folder| folder.join("Cargo.toml").is_file())
        .collect()
}

/// The files of a folder and of those below it.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let entries = entries.map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// A section of a manifest.
fn section<'a>(manifest: &'a str, name: &str) -> &'a str {
    let after = manifest.split_once(&format!("\n[{name}]\n"));
    let after = after.map_or("", |(_, after)| after);
    after.split("\n[").next().unwrap()
}

fn has_a_test(source: &Path) -> bool {
    let text = fs::read_to_string(source).unwrap();
    ["#[test]", "#[tokio::test", "proptest!"]
        .iter()
        .any(|sign| text.contains(sign))
}

/// Whether its comments hold code that rustdoc would try.
fn has_an_example(source: &Path) -> bool {
    let text = fs::read_to_string(source).unwrap();
    let lines = text.lines().map(str::trim_start);
    let fences = lines.filter(|line| line.starts_with("//! ```") || line.starts_with("/// ```"));
    // Every second one ends a block.
    fences.step_by(2).any(|begins| !begins.ends_with("```text"))
}

#[test]
fn what_is_not_run_as_a_test_has_none() {
    let crates = crates();
    assert!(crates.len() > 20, "{crates:?}");
    for folder in crates {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let library: Vec<&str> = section(&manifest, "lib").lines().collect();
        let program = folder.join("src/main.rs");
        for source in sources(&folder.join("src")) {
            let is_run = source != program && !library.contains(&"test = false");
            let shown = source.display();
            assert!(is_run || !has_a_test(&source), "{shown} is not run");
            let is_tried = !library.contains(&"doctest = false");
            assert!(is_tried || !has_an_example(&source), "{shown} is not tried");
        }
    }
}
