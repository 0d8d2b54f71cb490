//! Each built function against the floor: start, memory and zip.

use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

const FUNCTIONS: [&str; 14] = [
    "activity",
    "bootstrap",
    "directory",
    "docs",
    "exchange",
    "jwks",
    "keys",
    "list",
    "mint",
    "revoke",
    "rotate",
    "temporary",
    "update",
    "validate",
];

pub fn measure(report: &mut Map<String, Value>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tool = std::env::var_os("HALLPASS_LAMBDA_BENCH").map(PathBuf::from);
    let tool = tool.unwrap_or_else(|| root.join("../shared/tools/lambda_bench.py"));
    let built = root.join(format!(
        "target/{}-unknown-linux-gnu/release",
        std::env::consts::ARCH
    ));
    let zips = root.join("target/lambda");
    let floor = built.join("hallpass-floor");
    if !tool.exists() || !floor.exists() {
        println!(
            "functions: not measured; needs {} and `cargo lambda build --release --bins --output-format zip \
             --workspace`",
            tool.display()
        );
        return;
    }
    for function in FUNCTIONS {
        let name = format!("hallpass-{function}");
        let binary = built.join(&name);
        if !binary.exists() {
            println!("{function}: not built");
            continue;
        }
        let rows = start(&tool, &binary, &floor);
        let zip = |name: &str| std::fs::metadata(zips.join(name).join("bootstrap.zip"));
        let zip = match (zip(&name), zip("hallpass-floor")) {
            (Ok(one), Ok(floor)) => Some((one.len(), floor.len())),
            _ => None,
        };
        println!("{function}");
        for (figure, row) in &rows {
            println!("  {figure:<10} {row}");
        }
        if let Some((one, floor)) = zip {
            let ratio = one as f64 / floor as f64;
            println!("  zip        {one} bytes, the floor's {floor}: {ratio:.2} (at most 1.30)");
        }
        report.insert(name, json!({"rows": rows, "zip": zip}));
    }
}

/// The tool's rows: the figure's name and its line.
fn start(tool: &Path, binary: &Path, floor: &Path) -> Vec<(String, String)> {
    let output = Command::new("python3")
        .arg(tool)
        .args(["-n", "15", "--vs"])
        .args([floor, binary])
        // One bundle of root certificates, as on Lambda.
        .env_remove("SSL_CERT_DIR")
        .env_remove("RUST_BACKTRACE")
        .env("HALLPASS_TABLE", "hallpass")
        .env("HALLPASS_ISSUER", "https://tokens.example")
        .env("HALLPASS_CATALOG", "archilogic")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(figure, row)| (figure.to_owned(), row.trim().to_owned()))
        .collect()
}
