//! The first call of each sort after a start, over TLS, against a floor that makes one `GetItem`.

use crate::platform::{Bench, TABLE};
use crate::{functions, report_row};
use serde_json::{Map, Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How much longer than the floor's a first call may take.
const MOST_TIMES: f64 = 1.15;

/// A certificate for 127.0.0.1, which signs itself.
const CERTIFICATE: &str = "[req]\nprompt=no\ndistinguished_name=dn\nx509_extensions=ext\n\
    [dn]\nCN=127.0.0.1\n[ext]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n";

/// TLS in front of the embedded services.
struct Tls {
    process: Child,
    certificate: PathBuf,
    ports: Vec<String>,
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

pub fn measure(report: &mut Map<String, Value>, bench: &Bench, jwt: &str) {
    let Some(built) = functions::built() else {
        return;
    };
    let folder = std::env::temp_dir().join(format!("hallpass-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let tls = in_front_of(bench, &folder);
    let opaque = &bench.opaque;
    for (what, function, event, expected) in [
        (
            "validate opaque",
            "validate",
            validate(&bench.root, opaque),
            "active",
        ),
        (
            "validate JWT",
            "validate",
            validate(&bench.root, jwt),
            "active",
        ),
        ("derive", "temporary", derive(opaque), "authorization"),
        (
            "authorizer",
            "authorizer",
            authorize(opaque),
            "isAuthorized",
        ),
    ] {
        let file = folder.join(format!("{function}.json"));
        std::fs::write(&file, event.to_string()).unwrap();
        let rows = functions::start(
            &built.join(format!("hallpass-{function}")),
            &built.join("hallpass-floor"),
            &[
                "--event".as_ref(),
                file.as_os_str(),
                "--expect".as_ref(),
                expected.as_ref(),
            ],
            &[
                (
                    "AWS_ENDPOINT_URL_DYNAMODB",
                    &format!("https://127.0.0.1:{}", tls.ports[0]),
                ),
                (
                    "AWS_ENDPOINT_URL_KMS",
                    &format!("https://127.0.0.1:{}", tls.ports[1]),
                ),
                ("SSL_CERT_FILE", tls.certificate.to_str().unwrap()),
                ("FLOOR_TABLE", TABLE),
            ],
        );
        report_row(report, &format!("first call: {what}"), &rows, MOST_TIMES);
    }
    drop(tls);
    std::fs::remove_dir_all(&folder).ok();
}

fn in_front_of(bench: &Bench, folder: &Path) -> Tls {
    let (configuration, certificate, key) = (
        folder.join("openssl.cnf"),
        folder.join("cert.pem"),
        folder.join("key.pem"),
    );
    std::fs::write(&configuration, CERTIFICATE).unwrap();
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args(["-days", "2", "-config"])
        .arg(&configuration)
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let upstream = |url: &str| url.trim_start_matches("http://").to_owned();
    let mut process = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tls.py"))
        .args([&certificate, &key])
        .args([
            upstream(&bench.services.dynamodb_url),
            upstream(&bench.services.kms_url),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let ports = lines.take(2).map(Result::unwrap).collect();
    Tls {
        process,
        certificate,
        ports,
    }
}

fn http(path: &str, token: &str, body: &Value) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {
            "host": "localhost", "authorization": format!("Bearer {token}"),
            "content-type": "application/json",
        },
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "domainName": "localhost",
            "domainPrefix": "local", "requestId": "bench", "routeKey": "$default", "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1_767_225_600_000_u64,
            "http": {
                "method": "POST", "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7", "userAgent": "bench",
            },
        },
        "isBase64Encoded": false,
        "body": body.to_string(),
    })
}

fn validate(root: &str, token: &str) -> Value {
    http("/v1/tokens/validate", root, &json!({"token": token}))
}

fn derive(token: &str) -> Value {
    http(
        "/v1/tokens/temporary",
        token,
        &json!({"scopes": ["floor:readPrivate"]}),
    )
}

fn authorize(token: &str) -> Value {
    json!({
        "version": "2.0", "type": "REQUEST", "routeArn": "arn:aws:execute-api:x", "identitySource": [],
        "routeKey": "$default", "rawPath": "/v2/floor/7", "rawQueryString": "",
        "headers": {"authorization": format!("Bearer {token}")},
        "requestContext": {
            "stage": "$default",
            "http": {"method": "GET", "path": "/v2/floor/7", "sourceIp": "203.0.113.7"},
        },
    })
}
