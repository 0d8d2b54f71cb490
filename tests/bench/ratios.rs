//! `cargo bench`: what validation costs beyond the read and the signature it cannot do without, and
//! what a function costs beyond an empty one. Prints a table and writes `target/bench.json`.
//!
//! Every figure is the median of pairs taken in turn, A B A B, so that a machine whose speed drifts
//! does not favour one side. The functions are measured if `cargo lambda build --release
//! --bins --output-format zip --workspace` has built them, by `cold_start.py`.

mod coverage;
mod deriving;
mod first_call;
mod functions;
mod platform;
mod validation;

use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

fn main() {
    // `cargo test` runs a bench without arguments of its own: it only has to build then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut report = Map::new();
    println!(
        "{:<44} {:>10} {:>10} {:>7} {:>7}",
        "", "A", "B", "A/B", "at most"
    );
    runtime.block_on(validation::measure(&mut report));
    runtime.block_on(deriving::measure(&mut report));
    coverage::measure(&mut report);
    // These services answer while this thread waits for the functions.
    let beside = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (bench, jwt) = beside.block_on(async {
        let bench = platform::start().await;
        let jwt = deriving::derived(&bench).await;
        (bench, jwt)
    });
    functions::measure(&mut report, &bench.services);
    first_call::measure(&mut report, &bench, &jwt);
    let here = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(here, PathBuf::from);
    let file = target.join("bench.json");
    std::fs::write(
        &file,
        serde_json::to_string_pretty(&Value::Object(report)).unwrap(),
    )
    .unwrap();
    println!("written to {}", file.display());
}

/// Prints and keeps the row of `cold_start.py` about the first call.
fn report_row(
    report: &mut Map<String, Value>,
    name: &str,
    rows: &[(String, String)],
    at_most: f64,
) {
    for (figure, row) in rows.iter().filter(|(figure, _)| figure == "first_ms") {
        println!(
            "{name:<30} {row} (at most {at_most}){}",
            functions::over(figure, row, at_most)
        );
    }
    report.insert(
        name.to_owned(),
        serde_json::json!({"rows": rows, "at_most": at_most}),
    );
}

/// The middle of some figures.
fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Prints and keeps a ratio of two series taken in turn; `at_most` is the budget, if there is one.
fn ratio(
    report: &mut Map<String, Value>,
    name: &str,
    unit: &str,
    (mut a, mut b): (Vec<f64>, Vec<f64>),
    at_most: Option<f64>,
) {
    let mut ratios: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a / b).collect();
    let (a, b, ratio) = (median(&mut a), median(&mut b), median(&mut ratios));
    let budget = at_most.map(|most| format!("{most:.2}")).unwrap_or_default();
    println!(
        "{:<44} {a:>10.1} {b:>10.1} {ratio:>7.2} {budget:>7}",
        format!("{name} [{unit}]")
    );
    report.insert(
        name.to_owned(),
        serde_json::json!({"unit": unit, "a": a, "b": b, "ratio": ratio, "at_most": at_most}),
    );
}
