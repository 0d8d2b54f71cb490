//! Every input of the corpus, as a plain test: a regression shows without cargo-fuzz.

use hallpass_fuzz::TARGETS;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

fn here(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|_| panic!("no {}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn s49_no_input_of_the_corpus_panics() {
    for (name, target) in TARGETS {
        let inputs = files(&here("corpus").join(name));
        assert!(inputs.len() >= 3, "{name}: too few to begin from");
        for input in inputs {
            println!("{}", input.display());
            target(&fs::read(input).unwrap());
        }
    }
}

/// `run` fuzzes the programs there are.
#[test]
fn every_target_has_a_program() {
    let programs = files(&here("libfuzzer"));
    let programs: BTreeSet<&OsStr> = programs
        .iter()
        .filter(|file| file.extension() == Some(OsStr::new("rs")))
        .filter_map(|file| file.file_stem())
        .collect();
    let targets: BTreeSet<&OsStr> = TARGETS.iter().map(|(name, _)| OsStr::new(*name)).collect();
    assert_eq!(programs, targets);
}
