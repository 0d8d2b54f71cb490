//! The README files, held to what they describe: the paths they name, the table of routes, the rows
//! of the table, and the tests of the security statements. (`infra/catalogs/README.md` is held to
//! the catalog's parser by `infra/catalogs/tests/catalogs/reference.rs`.)

mod paths;
mod routes;
mod rows;
mod statements;

use std::path::{Path, PathBuf};

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A document, by its path in the repository.
fn page(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The cells of each line of the tables whose head begins with `first`.
fn table(page: &str, first: &str) -> Vec<Vec<String>> {
    let head = format!("| {first} |");
    let mut lines = Vec::new();
    let mut is_in = false;
    for line in page.lines() {
        if line.starts_with(&head) {
            is_in = true;
        } else if !line.starts_with('|') {
            is_in = false;
        } else if is_in && !line.starts_with("|---") {
            let cells = line.trim_matches('|').split(" | ");
            lines.push(cells.map(|cell| cell.trim().to_owned()).collect());
        }
    }
    lines
}

/// The texts between backticks, in order.
fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}
