//! The table of routes in `functions/README.md`, which is written from the functions' own tables.

use super::page;
use hallpass_http::{Needs, Route};
use hallpass_local::TABLES;

/// What a route asks of its caller, as the page says it.
fn needs(needs: Needs) -> String {
    match needs {
        Needs::Nothing => "nothing".to_owned(),
        Needs::OwnCredential => "a credential of its own".to_owned(),
        Needs::Token => "the token itself".to_owned(),
        Needs::DerivingToken => "a token whose kind derives".to_owned(),
        Needs::Scope(scope) => format!("`{}`", scope.as_str()),
        Needs::Operator(scope) => format!("`{}` and `platform:operate`", scope.as_str()),
        Needs::ScopeOrRight(scope) => format!("`{}`, or a right of its own", scope.as_str()),
    }
}

fn line(function: &str, route: &Route) -> String {
    let needs = needs(route.needs);
    let key = if route.takes_key { "yes" } else { "" };
    let line = format!(
        "| `{function}` | `{} {}` | {needs} | {key} |",
        route.method, route.path
    );
    line.replace("|  |", "| |")
}

#[test]
fn the_table_of_routes_is_the_functions_own() {
    let mut lines = vec![
        "| function | route | the caller needs | `Idempotency-Key` |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    for (function, table) in TABLES {
        lines.extend(table.iter().map(|route| line(function, route)));
    }
    let expected = lines.join("\n");
    let page = page("functions/README.md");
    assert!(
        page.contains(&format!("\n{expected}\n\n")),
        "functions/README.md must hold exactly this table:\n{expected}"
    );
}
