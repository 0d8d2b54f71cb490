//! Each built function against the floor: start, memory and zip.

use hallpass_embedded::Services;
use serde_json::{Map, Value, json};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How much more than the floor a start may take and a zip may weigh, and the memory at its most.
const MOST_TIMES: f64 = 1.3;
const MOST_MEGABYTES: f64 = 32.0;

/// Every function that is deployed by itself.
fn functions(root: &Path) -> Vec<String> {
    let folders = std::fs::read_dir(root.join("functions")).unwrap();
    let mut found: Vec<String> = folders
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("src/main.rs").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    found.sort();
    found
}

/// Where the functions lie that `cargo lambda build` made; none if it did not.
pub fn built() -> Option<PathBuf> {
    let release = format!("{}-unknown-linux-gnu/release", std::env::consts::ARCH);
    let built = target().join(release);
    Some(built).filter(|built| built.join("hallpass-floor").exists())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| root().join("target"))
}

/// Each with the embedded services within reach, as it reads the published keys while it starts.
pub fn measure(report: &mut Map<String, Value>, services: &Services) {
    let Some(built) = built() else {
        println!(
            "functions: not measured; needs `cargo lambda build --release --bins --output-format zip \
             --workspace`"
        );
        return;
    };
    let (root, zips) = (root(), target().join("lambda"));
    let floor = built.join("hallpass-floor");
    for function in functions(&root) {
        let name = format!("hallpass-{function}");
        let binary = built.join(&name);
        if !binary.exists() {
            println!("{function}: not built");
            continue;
        }
        let event = root.join(format!("infra/events/{function}.json"));
        // The others take any HTTP request, or refuse one at once.
        let event = Some(&event).filter(|event| event.ends_with("authorizer.json"));
        let event = event.map(|event| ["--event".as_ref(), event.as_os_str()]);
        let event: Vec<&OsStr> = event.into_iter().flatten().collect();
        let endpoints = [
            ("AWS_ENDPOINT_URL_DYNAMODB", services.dynamodb_url.as_str()),
            ("AWS_ENDPOINT_URL_KMS", services.kms_url.as_str()),
        ];
        let rows = start(&binary, &floor, &event, &endpoints);
        let zip = |name: &str| std::fs::metadata(zips.join(name).join("bootstrap.zip"));
        let zip = match (zip(&name), zip("hallpass-floor")) {
            (Ok(one), Ok(floor)) => Some((one.len(), floor.len())),
            _ => None,
        };
        println!("{function}");
        for (figure, row) in &rows {
            println!("  {figure:<10} {row}{}", over(figure, row, MOST_TIMES));
        }
        if let Some((one, floor)) = zip {
            let ratio = one as f64 / floor as f64;
            let over = if ratio > MOST_TIMES { "  OVER" } else { "" };
            println!(
                "  zip        {one} bytes, the floor's {floor}: {ratio:.2} (at most {MOST_TIMES}){over}"
            );
        }
        report.insert(name, json!({"rows": rows, "zip": zip}));
    }
}

/// The rows of `cold_start.py`: the figure's name and its line.
pub fn start(
    binary: &Path,
    floor: &Path,
    arguments: &[&OsStr],
    variables: &[(&str, &str)],
) -> Vec<(String, String)> {
    let output = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("cold_start.py"))
        .args(arguments)
        .args(["-n", "15", "--vs"])
        .args([floor, binary])
        // One bundle of root certificates, as on Lambda.
        .env_remove("SSL_CERT_DIR")
        .env_remove("RUST_BACKTRACE")
        .env("HALLPASS_TABLE", "hallpass")
        .env("HALLPASS_ISSUER", "https://tokens.example")
        .env("HALLPASS_CATALOG", "archilogic")
        .envs(variables.iter().copied())
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

/// Whether a row of the tool's is over its budget.
pub fn over(figure: &str, row: &str, most_times: f64) -> &'static str {
    let number = |label: &str| -> Option<f64> {
        let rest = row.rsplit_once(label)?.1;
        rest.split_whitespace().next()?.parse().ok()
    };
    let is_over = match figure {
        "init_ms" | "first_ms" => number("A/B median").is_some_and(|ratio| ratio > most_times),
        "rss_mb" => number("max").is_some_and(|most| most > MOST_MEGABYTES),
        _ => false,
    };
    if is_over { "  OVER" } else { "" }
}
