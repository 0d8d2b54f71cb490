//! The deployed routes are those of the functions: `infra/template.yaml` against the routers' sources.

use super::table::sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Route key, as in `ANY /v1/tokens`, to the function that it leads to.
type Deployed = BTreeMap<String, String>;

/// Path to the functions that serve it, each with the methods its source names.
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
    for function in functions() {
        for source in sources(&root().join("functions").join(&function).join("src")) {
            let text = fs::read_to_string(&source).unwrap();
            for call in text.split(".route(").skip(1) {
                let path = between(call, "\"", "\"").unwrap().to_owned();
                let handlers = arguments(call).split_once(',').unwrap().1;
                let methods = METHODS.into_iter().filter(|method| {
                    let named = format!("{method}(");
                    handlers.match_indices(&named).any(|(at, _)| {
                        !handlers[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_')
                    })
                });
                let of_path = found.entry(path).or_default();
                let of_function = of_path.entry(function.clone()).or_default();
                of_function.extend(methods.map(str::to_uppercase));
            }
        }
    }
    found
}

/// What stands before the parenthesis that closes the call.
fn arguments(call: &str) -> &str {
    let mut open = 1;
    let end = call.find(|it| {
        open += i32::from(it == '(') - i32::from(it == ')');
        open == 0
    });
    &call[..end.unwrap()]
}

/// As API Gateway chooses among routes of the same path.
fn leads_to<'a>(deployed: &'a Deployed, method: &str, path: &str) -> Option<&'a String> {
    let exact = deployed.get(&format!("{method} {path}"));
    exact.or_else(|| deployed.get(&format!("ANY {path}")))
}

#[test]
fn every_route_of_a_function_leads_to_it() {
    let deployed = deployed();
    for (path, functions) in served() {
        let path = path.replace("{*rest}", "{rest+}");
        for (function, methods) in &functions {
            if functions.len() == 1 {
                // Preflights, and methods that there are not, are the function's to answer, too.
                let any = deployed.get(&format!("ANY {path}"));
                assert_eq!(any, Some(function), "`ANY {path}`");
            }
            assert!(
                functions.len() == 1 || !methods.is_empty(),
                "{function} shares `{path}` with another function: name its methods in `.route(`"
            );
            for method in methods {
                let to = leads_to(&deployed, method, &path);
                assert_eq!(to, Some(function), "`{method} {path}`");
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
        let mut methods: BTreeSet<String> = functions.into_values().flatten().collect();
        if methods.contains("GET") {
            methods.insert("HEAD".to_owned());
        }
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
    let served: BTreeSet<String> = served()
        .into_keys()
        .map(|path| path.replace("{*rest}", "{rest+}"))
        .collect();
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
                assert!(watched.iter().any(is_it), "`{method} {path}` of {function}");
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

#[test]
fn nothing_of_the_gateway_stands_between_a_browser_and_the_functions() {
    // CORS settings would take preflights and replies out of the functions' hands.
    assert!(!template().contains("CorsConfiguration"));
}
