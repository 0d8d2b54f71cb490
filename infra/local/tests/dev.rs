//! `cargo dev` as a process: what it prints, serves and leaves behind.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may: clippy's allow-…-in-tests does not cover them"
)]

#[path = "dev/platforms.rs"]
mod platforms;
#[path = "dev/process.rs"]
mod process;

use process::{Dev, Folder, refused};
use serde_json::{Value, json};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};
use tokio::net::TcpSocket;

fn validate(dev: &Dev, token: &str) -> String {
    let body = json!({"token": token});
    let (status, reply) = dev.post("/v1/tokens/validate", Some(&dev.token), &body);
    assert_eq!(status, 200, "{reply}");
    reply["code"].as_str().unwrap().to_owned()
}

fn mint(dev: &Dev, body: &Value) -> String {
    let (status, reply) = dev.post("/v1/tokens", Some(&dev.token), body);
    assert_eq!(status, 201, "{reply}");
    reply["token"].as_str().unwrap().to_owned()
}

fn derive(dev: &Dev, parent: &str, scope: &str) -> String {
    let body = json!({"scopes": [scope]});
    let (status, reply) = dev.post("/v1/tokens/temporary", Some(parent), &body);
    assert_eq!(status, 200, "{reply}");
    let authorization = reply["authorization"].as_str().unwrap();
    authorization.strip_prefix("Bearer ").unwrap().to_owned()
}

#[test]
fn it_serves_what_it_prints() {
    let dev = Dev::start(&["--port", "0"]);
    let page = format!("reference of the API: http://{}/docs", dev.address());
    assert!(dev.said.lines().any(|line| line == page), "{}", dev.said);
    assert_eq!(dev.get("/docs", &dev.token).0, 200);
    let secret = mint(&dev, &json!({"kind": "secret", "name": "a server"}));
    let jwt = derive(&dev, &secret, "asset:read");
    assert_eq!(validate(&dev, &secret), "active");
    assert_eq!(validate(&dev, &jwt), "active");
    let (status, reply) = dev.post("/v1/tokens", None, &json!({}));
    assert_eq!((status, &reply["code"]), (401, &json!("unauthenticated")));
    // The address is the connection's own.
    let here = json!({"kind": "secret", "name": "here", "ips": ["127.0.0.1"]});
    assert_eq!(dev.get("/v1/tokens/self", &mint(&dev, &here)).0, 200);
    let elsewhere = json!({"kind": "secret", "name": "elsewhere", "ips": ["192.0.2.1"]});
    assert_eq!(dev.get("/v1/tokens/self", &mint(&dev, &elsewhere)).0, 403);
}

#[test]
fn the_line_to_try_works() {
    let dev = Dev::start(&["--port", "0"]);
    let (_, command) = dev.said.split_once("try: ").unwrap();
    let ran = std::process::Command::new("sh")
        .args(["-c", command])
        .output()
        .unwrap();
    let reply: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(reply["name"], "my first", "{reply}");
}

#[test]
fn s32_its_log_holds_no_token_and_no_query() {
    let mut dev = Dev::start(&["--port", "0"]);
    let secret = mint(&dev, &json!({"kind": "secret", "name": "a server"}));
    let (status, _) = dev.get(&format!("/v1/tokens/self?pubtoken={secret}"), &dev.token);
    assert_eq!(status, 400);
    let (status, _) = dev.get(
        &format!("/v1/tokens/self?pubtoken={secret}&x=querymark"),
        &secret,
    );
    assert_eq!(status, 401);
    let root = dev.token.clone();
    let (code, log) = dev.end("TERM");
    assert_eq!(code, Some(0));
    assert!(log.contains("wrong_presentation"), "{log}");
    for hidden in [&root, &secret, "querymark", "pubtoken"] {
        assert!(!log.contains(hidden), "{log}");
    }
}

#[test]
fn signals_end_it_at_once_with_success() {
    for signal in ["TERM", "INT"] {
        for more in [&[][..], &["--services-only"]] {
            let mut dev = Dev::start(&[&["--port", "0"][..], more].concat());
            // A client that keeps its connection open, in the middle of a request.
            let held = more.is_empty().then(|| {
                use std::io::Write as _;
                let mut stream = TcpStream::connect(dev.address()).unwrap();
                stream
                    .write_all(b"POST /v1/tokens HTTP/1.1\r\nHost: x\r\n")
                    .unwrap();
                stream
            });
            let asked = Instant::now();
            let (code, log) = dev.end(signal);
            assert_eq!((code, &*log), (Some(0), ""), "{signal} {more:?}");
            assert!(
                asked.elapsed() < Duration::from_secs(20),
                "{signal} {more:?}"
            );
            drop(held);
        }
    }
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let syntax = folder.file("syntax.toml", "name = \"x\"\n\n[scopes\n");
    let wrong = folder.file(
        "wrong.toml",
        "name = \"x\"\n[scopes]\n\"a:b\" = { descriptoin = \"x\" }\n",
    );
    let absent = folder.path("absent.toml");
    let file = folder.file("a-file", "");
    let junk = folder.path("junk");
    fs::create_dir(&junk).unwrap();
    fs::write(
        format!("{junk}/hallpass.sqlite"),
        "no database at all".repeat(99),
    )
    .unwrap();
    let nowhere = folder.path("none/token");
    let a_folder = folder.path("");
    for (arguments, named) in [
        (vec!["--port", &port], vec![&*port, "--port"]),
        (
            vec!["--catalog", "nope"],
            vec!["`nope`", "`default`", "`archilogic`"],
        ),
        (vec!["--catalog", &absent], vec![&absent, "No such file"]),
        (vec!["--catalog", &syntax], vec![&syntax, ":3:"]),
        (
            vec!["--catalog", &wrong],
            vec![&wrong, ":3:", "descriptoin"],
        ),
        (vec!["--data", &file], vec![&file]),
        (vec!["--data", "/proc/nope"], vec!["/proc/nope"]),
        (vec!["--data", &junk], vec![&junk]),
        (vec!["--root-token-file", &nowhere], vec![&nowhere]),
        (vec!["--root-token-file", &a_folder], vec![&a_folder]),
        (vec!["--prot", "1"], vec!["--prot", "--help"]),
        (vec!["-p", "1"], vec!["-p", "--help"]),
        (vec!["9000"], vec!["9000", "--help"]),
        (vec!["--port"], vec!["--port", "--help"]),
        (vec!["--port", "x"], vec!["\"x\"", "--port", "--help"]),
        (vec!["--port", "70000"], vec!["70000", "--port", "--help"]),
        (
            vec!["--services-only=yes"],
            vec!["--services-only", "--help"],
        ),
    ] {
        let mut all = arguments.clone();
        if !arguments.iter().any(|it| it.starts_with("--port")) {
            all.extend(["--port", "0"]);
        }
        let line = refused(&all);
        for named in named {
            assert!(
                line.contains(named),
                "{arguments:?}: no `{named}` in: {line}"
            );
        }
        // Each cause once.
        for (at, _) in line.match_indices(": ") {
            let cause = line.split_at(at + 2).1;
            let cause = cause.split(": ").next().unwrap();
            assert_eq!(line.matches(cause).count(), 1, "`{cause}` twice: {line}");
        }
    }
}

#[test]
fn help_is_no_failure() {
    let ran = Dev::command(&["--help"]).output().unwrap();
    assert!(ran.status.success());
    let help = String::from_utf8(ran.stdout).unwrap();
    for option in [
        "--port",
        "--catalog",
        "--data",
        "--root-token-file",
        "--services-only",
    ] {
        assert!(help.contains(option), "{help}");
    }
}

#[test]
fn the_token_file_is_its_owners_alone() {
    let folder = Folder::new();
    let file = folder.file("token", "hpm_old");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let dev = Dev::start(&["--port", "0", "--root-token-file", &file]);
    assert_eq!(fs::read_to_string(&file).unwrap().trim_end(), dev.token);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_file_that_holds_something_else_is_kept() {
    let folder = Folder::new();
    let file = folder.file("notes", "dear diary");
    let line = refused(&["--port", "0", "--root-token-file", &file]);
    assert!(
        line.contains(&file) && line.contains("something else"),
        "{line}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "dear diary");
}

#[test]
fn records_outlive_a_restart_and_signatures_do_not() {
    let folder = Folder::new();
    let data = folder.path("data");
    // Bound, and never listening: nobody else is given the port while nothing runs on it.
    let held = TcpSocket::new_v4().unwrap();
    held.set_reuseaddr(true).unwrap();
    held.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let port = held.local_addr().unwrap().port().to_string();
    let mut dev = Dev::start(&["--port", &port, "--data", &data]);
    let root = dev.token.clone();
    let secret = mint(&dev, &json!({"kind": "secret", "name": "a server"}));
    let jwt = derive(&dev, &secret, "asset:read");
    assert_eq!(validate(&dev, &jwt), "active");
    for signal in ["TERM", "KILL"] {
        dev.end(signal);
        // The same port, so that the issuer is the same.
        dev = Dev::start(&["--port", &port, "--data", &data]);
        assert_eq!(dev.token, root, "after SIG{signal}");
        assert_eq!(validate(&dev, &secret), "active", "after SIG{signal}");
        assert_eq!(validate(&dev, &jwt), "unknown", "after SIG{signal}");
        assert_eq!(
            validate(&dev, &derive(&dev, &secret, "asset:read")),
            "active"
        );
    }
    let kept = fs::metadata(format!("{data}/root-token")).unwrap();
    assert_eq!(kept.permissions().mode() & 0o777, 0o600);
}

/// Use is gathered in memory, minute by minute: the last of it is written down at the end.
#[test]
fn use_outlives_a_restart() {
    let folder = Folder::new();
    let data = folder.path("data");
    let mut dev = Dev::start(&["--port", "0", "--data", &data]);
    let token = mint(&dev, &json!({"kind": "secret", "name": "a server"}));
    for _ in 0..3 {
        assert_eq!(dev.get("/v1/tokens/self", &token).0, 200);
    }
    let (_, own) = dev.get("/v1/tokens/self", &token);
    assert_eq!(dev.end("TERM").0, Some(0));
    let dev = Dev::start(&["--port", "0", "--data", &data]);
    let id = own["id"].as_str().unwrap();
    // It is folded when the service has begun.
    let begun = Instant::now();
    loop {
        let (status, found) = dev.get(&format!("/v1/usage?token={id}"), &dev.token);
        assert_eq!(status, 200, "{found}");
        // Two days, where midnight lay between.
        let days = found["usage"].as_array().unwrap().iter();
        let count: u64 = days.map(|day| day["count"].as_u64().unwrap()).sum();
        if count == 4 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{found}");
    }
}

/// Pauses the token that `cargo dev` printed, by another one: it cannot be done to itself.
fn pause(dev: &Dev) {
    let (_, own) = dev.get("/v1/tokens/self", &dev.token);
    let path = format!("/v1/tokens/{}", own["id"].as_str().unwrap());
    let (_, own) = dev.get(&path, &dev.token);
    let body = json!({"kind": "management", "name": "another", "scopes": own["scopes"]});
    let other = format!("Bearer {}", mint(dev, &body));
    let headers = [("Authorization", other.as_str())];
    let (status, reply) = dev.call("PATCH", &path, &headers, r#"{"enabled": false}"#);
    assert_eq!(status, 200, "{reply}");
}

#[test]
fn a_lost_or_dead_kept_token_is_replaced() {
    let folder = Folder::new();
    let data = folder.path("data");
    let kept = format!("{data}/root-token");
    let mut dev = Dev::start(&["--port", "0", "--data", &data]);
    for lose in [
        |_: &Dev, kept: &str| fs::remove_file(kept).unwrap(),
        |_: &Dev, kept: &str| fs::write(kept, "junk").unwrap(),
        |_: &Dev, kept: &str| fs::write(kept, [0xff]).unwrap(),
        |dev: &Dev, _: &str| {
            let body = json!({"token": dev.token});
            assert_eq!(dev.post("/v1/revocations", Some(&dev.token), &body).0, 204);
        },
        |dev: &Dev, _: &str| pause(dev),
    ] {
        let old = dev.token.clone();
        lose(&dev, &kept);
        dev.end("TERM");
        dev = Dev::start(&["--port", "0", "--data", &data]);
        assert_ne!(dev.token, old);
        assert_eq!(validate(&dev, &old), "revoked");
        assert_eq!(fs::read_to_string(&kept).unwrap().trim_end(), dev.token);
    }
}

#[test]
fn another_catalog_on_the_same_records_has_a_token_that_can_do_everything() {
    let folder = Folder::new();
    let data = folder.path("data");
    let mut dev = Dev::start(&["--port", "0", "--data", &data, "--catalog", "archilogic"]);
    mint(
        &dev,
        &json!({"kind": "secret", "name": "a server", "scopes": ["floor:export"]}),
    );
    dev.end("TERM");
    dev = Dev::start(&["--port", "0", "--data", &data, "--catalog", "default"]);
    mint(
        &dev,
        &json!({"kind": "secret", "name": "a server", "scopes": ["asset:write"]}),
    );
}

#[test]
fn a_catalog_of_ones_own_is_served() {
    let folder = Folder::new();
    let text = include_str!("../../catalogs/default.toml");
    let text = text
        .replace("name = \"default\"", "name = \"mine\"")
        .replace("\"sk\"", "\"minesk\"");
    let file = folder.file("mine.toml", &text);
    let dev = Dev::start(&["--port", "0", "--catalog", &file]);
    let secret = mint(&dev, &json!({"kind": "secret", "name": "a server"}));
    assert!(secret.starts_with("minesk_"), "{secret}");
}

#[test]
fn services_only_prints_an_environment_that_works() {
    let dev = Dev::start(&["--port", "0", "--services-only"]);
    let lines = dev.said.lines().filter(|line| !line.starts_with('#'));
    let variables: Vec<(&str, &str)> = lines.map(|line| line.split_once('=').unwrap()).collect();
    let value = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found
            .unwrap_or_else(|| panic!("no {name} in {}", dev.said))
            .1
    };
    for (name, value) in &variables {
        let upper = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        assert!(
            upper && !value.is_empty() && !value.contains([' ', '"', '\'', '$']),
            "{name}"
        );
    }
    for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        value(name);
    }
    // A function takes it as its settings.
    let settings = hallpass_runtime::Settings::from_lookup(
        |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        },
        hallpass_catalogs::find,
    )
    .unwrap();
    assert_eq!(settings.catalog.name(), "default");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let dynamodb = hallpass_embedded::dynamodb_client(value("AWS_ENDPOINT_URL_DYNAMODB"));
        let table = dynamodb
            .describe_table()
            .table_name(&settings.table)
            .send()
            .await;
        assert!(table.is_ok(), "{table:?}");
        let kms = hallpass_embedded::kms_client(value("AWS_ENDPOINT_URL_KMS"));
        let keys = kms.list_keys().send().await.unwrap();
        assert_eq!(keys.keys().len(), 1, "the signing key");
    });
}

#[test]
fn services_only_refuses_a_catalog_that_functions_cannot_have() {
    let folder = Folder::new();
    let file = folder.file("mine.toml", include_str!("../../catalogs/default.toml"));
    let line = refused(&["--port", "0", "--services-only", "--catalog", &file]);
    assert!(
        line.contains("--services-only") && line.contains("--catalog"),
        "{line}"
    );
}
