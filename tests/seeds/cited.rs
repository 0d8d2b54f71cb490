//! The tables at the heads of the four documents' tests: what a row cites is there, and no row cites
//! nothing.

use std::fs;
use std::path::Path;

const TESTS: &str = env!("CARGO_MANIFEST_DIR");

/// The rows of a document's table: what it says, and what proves it.
fn rows(source: &str) -> Vec<(&str, &str)> {
    let rows = source
        .lines()
        .filter_map(|line| line.strip_prefix("//! | "));
    rows.skip(1)
        .map(|row| {
            let row = row.strip_suffix(" |").expect("a row ends as it begins");
            row.rsplit_once(" | ").expect("a row has two columns")
        })
        .collect()
}

/// What stands between backticks, in order.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn is_a_test(source: &str, name: &str) -> bool {
    source.contains(&format!("\nasync fn {name}()")) || source.contains(&format!("\nfn {name}()"))
}

#[test]
fn what_proves_a_claim_is_there() {
    let read = |path: &str| {
        let path = Path::new(TESTS).join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let mut cited = 0;
    for document in ["archilogic", "_3dverse", "threekit", "bimu"] {
        let own = read(&format!("seeds/{document}.rs"));
        let rows = rows(&own);
        assert!(rows.len() > 20, "{document} has {} rows", rows.len());
        for (claim, proof) in rows {
            let (mut source, before) = (own.clone(), cited);
            for quoted in quoted(proof) {
                if quoted.ends_with(".rs") {
                    source = read(quoted);
                } else if quoted.contains('_') && !quoted.contains(['/', ' ', ':', '=']) {
                    let text = if proof.contains(&format!("[`{quoted}`]")) {
                        &own
                    } else {
                        &source
                    };
                    assert!(
                        is_a_test(text, quoted),
                        "{document}, {claim}: no `{quoted}`"
                    );
                    cited += 1;
                }
            }
            let says_why = [
                "not a token service's",
                "not a function's",
                "not the functions'",
                "rules for people",
                "a rule for people",
                "no claim",
                "as above",
                "the function `oauth` is not built yet",
            ];
            assert!(
                cited > before || says_why.iter().any(|why| proof.starts_with(why)),
                "{document}, {claim}: neither a test nor why there is none"
            );
        }
    }
    assert!(cited > 80, "only {cited} tests are cited");
}
