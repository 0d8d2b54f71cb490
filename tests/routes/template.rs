//! The deployed routes are those of the functions: `infra/template.yaml`, and cargo-lambda's watch
//! router in `Cargo.toml`, against the functions' tables.

use hallpass_local::TABLES;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Route key, as in `ANY /v1/tokens`, to the function that it leads to.
type Deployed = BTreeMap<String, String>;

/// Path to the functions that serve it, each with its methods there.
type Served = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn template() -> String {
    fs::read_to_string(root().join("infra/template.yaml")).unwrap()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|it| it.0)
}

fn deployed() -> Deployed {
    let mut found = Deployed::new();
    for line in template().lines() {
        let Some(key) = between(line, "RouteKey: '", "'") else {
            continue;
        };
        let to = between(line, "'integrations/${", "Integration}'").unwrap();
        let before = found.insert(key.to_owned(), to.to_lowercase());
        assert_eq!(before, None, "`{key}` stands twice");
    }
    found
}

/// Every function that is deployed by itself.
fn functions() -> BTreeSet<String> {
    fs::read_dir(root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("src/main.rs").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

fn served() -> Served {
    let mut found = Served::new();
    for (function, table) in TABLES {
        for route in table {
            let of_path = found.entry(route.path.to_owned()).or_default();
            let methods = of_path.entry(function.to_owned()).or_default();
            methods.insert(route.method.to_string());
            // HEAD is GET's, everywhere.
            if route.method == "GET" {
                methods.insert("HEAD".to_owned());
            }
        }
    }
    found
}

/// The functions that are invoked with an event of their own, and have no routes.
const WITHOUT_ROUTES: [&str; 4] = ["authorizer", "bootstrap", "keys", "maintain"];

#[test]
fn every_function_has_a_table_or_no_routes() {
    let tabled = TABLES.iter().map(|(function, _)| *function);
    let known: BTreeSet<String> = tabled.chain(WITHOUT_ROUTES).map(str::to_owned).collect();
    assert_eq!(known, functions(), "left: known, right: in `functions/`");
}

fn leads_to<'a>(deployed: &'a Deployed, method: &str, path: &str) -> Option<&'a String> {
    let exact = deployed.get(&format!("{method} {path}"));
    exact.or_else(|| deployed.get(&format!("ANY {path}")))
}

#[test]
fn every_route_of_a_function_leads_to_it() {
    let deployed = deployed();
    for (path, functions) in served() {
        for (function, methods) in &functions {
            if functions.len() == 1 {
                // Preflights, and methods that there are not, are the function's to answer, too.
                let any = deployed.get(&format!("ANY {path}"));
                assert_eq!(any, Some(function), "infra/template.yaml: `ANY {path}`");
            }
            for method in methods {
                let to = leads_to(&deployed, method, &path);
                assert_eq!(to, Some(function), "infra/template.yaml: `{method} {path}`");
            }
        }
        assert!(
            deployed.contains_key(&format!("ANY {path}")),
            "nobody answers a preflight of `{path}`"
        );
    }
}

/// Whether a request for `path` fits a template with variables in it.
fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    let mut both = template.iter().zip(&path);
    template.len() == path.len() && both.all(|(it, given)| it == given || it.starts_with('{'))
}

/// AWS documents what it prefers among routes of one path, not between `ANY /v1/tokens/self` and
/// `GET /v1/tokens/{id}`.
#[test]
fn no_request_fits_a_variable_route_of_its_method_and_another_route_of_any() {
    let deployed = deployed();
    for (path, functions) in served() {
        let methods: BTreeSet<String> = functions.into_values().flatten().collect();
        for method in methods {
            let rival = deployed.keys().find(|key| {
                let (of, template) = key.split_once(' ').unwrap_or((key, ""));
                of == method && template != path && fits(template, &path)
            });
            let exact = deployed.contains_key(&format!("{method} {path}"));
            assert!(exact || rival.is_none(), "`{method} {path}` fits {rival:?}");
        }
    }
}

#[test]
fn every_deployed_route_is_one_of_a_function() {
    let served: BTreeSet<String> = served().into_keys().collect();
    let deployed = deployed();
    assert!(deployed.contains_key("$default"));
    for key in deployed.keys().filter(|key| *key != "$default") {
        let path = key.split_once(' ').unwrap().1;
        assert!(served.contains(path), "no function serves `{key}`");
    }
}

/// `cargo lambda watch` has a table of its own (`Cargo.toml`).
#[test]
fn every_route_of_a_function_is_watched_at_the_same_path() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let table = manifest.split_once("[workspace.metadata.lambda.watch.router]");
    let mut watched: Vec<(String, Option<String>, String)> = Vec::new();
    let mut path = String::new();
    for line in table.unwrap().1.lines() {
        if let Some(of) = line.strip_prefix('"').and_then(|it| it.split_once('"')) {
            path = of.0.to_owned();
        }
        if let Some(function) = between(line, "\"hallpass-", "\"") {
            let method = between(line, "method = \"", "\"").map(str::to_owned);
            watched.push((path.clone(), method, function.to_owned()));
        }
    }
    for (path, functions) in served() {
        for (function, methods) in functions {
            for method in methods {
                let is_it = |(template, of, to): &(String, Option<String>, String)| {
                    let below = template.strip_suffix("{*rest}");
                    let reaches = below.map_or(fits(template, &path), |it| path.starts_with(it));
                    *to == function && reaches && of.as_ref().is_none_or(|of| *of == method)
                };
                assert!(
                    watched.iter().any(is_it),
                    "Cargo.toml, watch router: `{method} {path}` of {function}"
                );
            }
        }
    }
}

#[test]
fn every_function_is_deployed() {
    let template = template();
    let deployed: BTreeSet<String> = template
        .lines()
        .filter_map(|line| {
            between(
                line,
                "CodeUri: ../target/lambda/hallpass-",
                "/bootstrap.zip",
            )
        })
        .map(str::to_owned)
        .collect();
    assert_eq!(deployed, functions(), "left: the template's");
}

/// `validate` answers every request of the platform: paths that nobody serves would take its concurrency. `docs`
/// may do nothing in the table.
#[test]
fn what_nobody_serves_is_answered_by_a_function_that_may_do_nothing() {
    assert_eq!(deployed().get("$default").map(String::as_str), Some("docs"));
}

#[test]
fn each_function_writes_to_a_log_group_of_its_own_and_heads_of_audit_chains_are_kept() {
    let (template, mut kept) = (template(), BTreeSet::new());
    for function in functions() {
        let (first, rest) = function.split_at(1);
        let name = format!("{}{rest}", first.to_uppercase());
        let role = between(&template, &format!("\n  {name}Role:\n"), "\n  # ");
        let role = role.unwrap_or_else(|| panic!("`{name}Role` is the last of the template"));
        assert!(
            role.contains(&format!("Resource: !GetAtt {name}Log.Arn")),
            "{name}"
        );
        let logs = format!("LoggingConfig: {{LogGroup: !Ref {name}Log, LogFormat: JSON}}");
        assert_eq!(template.matches(&logs).count(), 1, "{name}");
        let group = between(&template, &format!("\n  {name}Log:\n"), "Properties:").unwrap();
        if group.contains("DeletionPolicy: Retain") {
            kept.insert(function);
        } else {
            assert!(
                !role.contains("'AUDIT#*', 'SEALS#*'"),
                "{name} writes audit rows or seals"
            );
        }
    }
    assert!(kept.contains("mint") && kept.contains("maintain") && !kept.contains("validate"));
}

/// A deployment fails before it makes half a domain.
#[test]
fn a_domain_and_its_certificate_need_each_other() {
    let template = template();
    let rules = between(&template, "\nRules:\n", "\nConditions:\n").unwrap();
    for (given, needed) in [
        ("DomainName", "CertificateArn"),
        ("CertificateArn", "DomainName"),
    ] {
        let rule = format!(
            "    RuleCondition: !Not [!Equals [!Ref {given}, '']]\n    Assertions:\n      - Assert: !Not \
             [!Equals [!Ref {needed}, '']]\n"
        );
        assert!(rules.contains(&rule), "{given} needs {needed}");
    }
}

#[test]
fn nothing_of_the_gateway_stands_between_a_browser_and_the_functions() {
    // CORS settings would take preflights and replies out of the functions' hands.
    assert!(!template().contains("CorsConfiguration"));
}

/// The functions would not start with one (`hallpass_core::Issuer`); the deployment fails before.
#[test]
fn an_issuer_with_a_path_is_no_parameter_of_the_template() {
    let template = template();
    let parameter = between(&template, "\n  Issuer:\n", "\n  Audience:").unwrap();
    let pattern = between(parameter, "AllowedPattern: '", "'").unwrap();
    // Nothing, or a scheme and then no slash to the end.
    assert_eq!(pattern, "|https://[^/?#]+");
}
