//! Catalogs: every way one can be wrong, with the line it is wrong in.

mod kinds;
mod routes;
mod scopes;
mod uses;

use hallpass_core::{
    Catalog, CatalogError, Kind, KindName, ManagementScope, Presentation, Scope, ScopeError,
};

/// Every wrong catalog below is this one after one replacement. Its first line is line 1.
const GOOD: &str = r#"name = "good"

[scopes]
"floor:view" = { description = "See floors", public = true }
"floor:list" = { description = "List floors", public = true }
"floor:read" = { description = "Read floors" }
"floor:write" = { description = "Change floors" }
"plan:export" = { description = "Export plans" }

[implications]
"floor:write" = ["floor:read"]
"floor:read" = ["floor:view"]

[aliases]
"floor:update" = "floor:write"

[kinds.web]
prefix = "gweb"
format = "opaque"
exposure = "public"
scopes = ["floor:view", "floor:list"]
default_scopes = ["floor:view"]
lifetime = "never"
origins = "required"
presented = ["query:pubtoken"]
limit = 100
principals = ["account"]

[kinds.server]
prefix = "gsrv"
format = "opaque"
exposure = "secret"
scopes = ["*", "tokens:read"]
lifetime = { default = 50, min = 10, max = 90 }
origins = "none"
presented = ["bearer", "header:api_key", "basic"]
limit = 7
principals = ["user"]
live = false
derives = ["hour"]
freshness = 2

[kinds.hour]
format = "jwt"
exposure = "secret"
scopes = ["floor:*", "plan:export@plan/1"]
lifetime = { default = 3600, min = 900, max = 86400 }
origins = "optional"
presented = ["bearer"]
principals = ["account", "user"]

[routes]
"GET /v2/floor/{id}" = "floor:read@floor/{id}"
"GET /v2/plan" = "plan:export"
"#;

fn parse(text: &str) -> Result<Catalog, CatalogError> {
    Catalog::parse("infra/test.toml", text)
}

fn kind<'a>(catalog: &'a Catalog, name: &str) -> &'a Kind {
    catalog.kind(&KindName::from(name)).unwrap()
}

fn scopes(kind: &Kind) -> Vec<String> {
    kind.scopes.iter().map(ToString::to_string).collect()
}

fn resolve(catalog: &Catalog, text: &str) -> Result<String, ScopeError> {
    catalog
        .resolve(&text.parse().unwrap())
        .map(|scope| scope.to_string())
}

/// From, to, the line and a part of the reason.
type Wrong = (&'static str, &'static str, usize, &'static str);

/// All that is wrong with a catalog, by what it is in.
const WRONG: [&[Wrong]; 4] = [scopes::WRONG, kinds::WRONG, uses::WRONG, routes::WRONG];

#[test]
fn a_good_catalog_is_accepted() {
    let catalog = parse(GOOD).unwrap();
    assert_eq!(catalog.name(), "good");
    let names: Vec<&str> = catalog.kinds().map(|kind| kind.name.as_str()).collect();
    assert_eq!(names, ["hour", "management", "server", "web"]);
    assert_eq!(kind(&catalog, "web").freshness, 5);
    assert_eq!(kind(&catalog, "server").freshness, 2);
    assert_eq!(kind(&catalog, "hour").freshness, 0);
    assert_eq!(
        scopes(kind(&catalog, "server")),
        ["floor:*", "plan:*", "tokens:read"]
    );
    assert_eq!(
        kind(&catalog, "server").presented,
        [
            Presentation::Bearer,
            Presentation::Header("api_key".into()),
            Presentation::Basic
        ]
    );
}

#[test]
fn s23_s24_s66_a_wrong_catalog_names_file_line_and_reason() {
    for (from, to, line, reason) in WRONG.into_iter().flatten() {
        assert_eq!(
            GOOD.matches(from).count(),
            1,
            "`{from}` stands once in the good catalog"
        );
        let error = parse(&GOOD.replace(from, to)).expect_err(to);
        assert_eq!(
            (error.file.as_str(), error.line),
            ("infra/test.toml", *line),
            "{to}: {error}"
        );
        assert!(error.reason.contains(reason), "{to}: {error}");
        assert_eq!(
            error.to_string(),
            format!("infra/test.toml:{line}: {}", error.reason)
        );
    }
}

#[test]
fn s23_nothing_private_reaches_a_public_kind_through_other_scopes() {
    let catalog = parse(GOOD).unwrap();
    let web = kind(&catalog, "web");
    for (scope, _) in catalog.scopes() {
        let public = matches!(scope.to_string().as_str(), "floor:view" | "floor:list");
        assert_eq!(
            web.scopes.covers(scope, catalog.implications()),
            public,
            "{scope}"
        );
    }
}

#[test]
fn the_limits_of_numbers_are_allowed_themselves() {
    for (from, to) in [
        ("limit = 100", "limit = 1"),
        ("freshness = 2", "freshness = 0"),
        ("freshness = 2", "freshness = 60"),
        ("min = 900, max = 86400", "min = 1, max = 3600"),
        ("min = 900, max = 86400", "min = 3600, max = 3600"),
        ("min = 900, max = 86400", "min = 900, max = 2678400"),
        ("min = 10, max = 90", "min = 10, max = 315360000"),
        ("\"GET /v2/plan\"", "\"GET /v2/floor/all\""),
        ("\"GET /v2/plan\"", "\"CONNECT /\""),
        ("\"floor:list\"]", "\"floor:list@floor/1\"]"),
        ("prefix = \"gweb\"", "prefix = \"g_web_2\""),
    ] {
        assert_eq!(GOOD.matches(from).count(), 1, "{from}");
        parse(&GOOD.replace(from, to)).expect(to);
    }
}

#[test]
fn scopes_are_resolved_against_the_catalog() {
    let catalog = parse(GOOD).unwrap();
    for (written, resolved) in [
        ("floor:read", "floor:read"),
        ("floor:update", "floor:write"),
        ("floor:update@floor/1", "floor:write@floor/1"),
        ("floor:*", "floor:*"),
        ("floor:*@floor/1", "floor:*@floor/1"),
        ("tokens:mint", "tokens:mint"),
        ("platform:operate", "platform:operate"),
    ] {
        assert_eq!(resolve(&catalog, written).unwrap(), resolved);
    }
    for written in [
        "floor:reed",
        "wall:read",
        "wall:*",
        "tokens:own",
        "Floor:read",
    ] {
        let error = resolve(&catalog, written).unwrap_err();
        assert_eq!(error.scope, written);
        assert!(error.to_string().contains(written), "{error}");
    }
}

#[test]
fn s51_the_built_in_kind_holds_everything_and_star_holds_no_management_scope() {
    let catalog = parse(GOOD).unwrap();
    let management = catalog.management().unwrap();
    let mut expected: Vec<String> = ManagementScope::ALL.map(|scope| scope.to_string()).to_vec();
    expected.extend(["floor:*".to_owned(), "plan:*".to_owned()]);
    expected.sort();
    assert_eq!(scopes(management), expected);
    assert_eq!(management.limit, None);
    assert_eq!(management.prefix().unwrap().as_str(), "hpm");
    for name in ["server", "hour"] {
        for scope in ManagementScope::ALL.map(ManagementScope::as_str) {
            let held = name == "server" && scope == "tokens:read";
            let scope: Scope = scope.parse().unwrap();
            let covered = kind(&catalog, name)
                .scopes
                .covers(&scope, catalog.implications());
            assert_eq!(covered, held, "{name} and {scope}");
        }
    }
}

#[test]
fn a_prefix_leads_to_its_kind() {
    let catalog = parse(GOOD).unwrap();
    for (prefix, name) in [
        ("gweb", Some("web")),
        ("hpm", Some("management")),
        ("gwe", None),
    ] {
        let found = catalog.kind_of_prefix(&prefix.parse().unwrap());
        assert_eq!(found.map(|kind| kind.name.as_str()), name, "{prefix}");
    }
}
