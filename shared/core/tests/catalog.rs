//! Catalogs: every way one can be wrong, with the line it is wrong in.

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
const WRONG: &[(&str, &str, usize, &str)] = &[
    // The file's shape.
    ("name = \"good\"", "name = good", 1, "string"),
    ("name = \"good\"", "name = \"\"", 1, "name is empty"),
    ("name = \"good\"", "name = \" \"", 1, "name is empty"),
    ("name = \"good\"\n", "", 1, "missing field `name`"),
    ("name = \"good\"", "name = 7", 1, "invalid type"),
    ("[routes]", "[routes", 52, "unclosed table"),
    ("[routes]", "[paths]", 52, "unknown field `paths`"),
    ("limit = 7", "limt = 7", 37, "unknown field `limt`"),
    (
        "public = true }\n\"floor:list\"",
        "pubic = true }\n\"floor:list\"",
        4,
        "unknown field `pubic`",
    ),
    ("max = 90 }", "max = 90, mx = 1 }", 34, "lifetime"),
    (
        "freshness = 2",
        "freshness = 2\nfreshness = 3",
        42,
        "duplicate key",
    ),
    ("[kinds.hour]", "[kinds.server]", 43, "duplicate key"),
    (
        "\"plan:export\" = {",
        "\"floor:view\" = { description = \"Twice\" }\n\"plan:export\" = {",
        8,
        "duplicate key",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/floor/{id}\" = \"floor:view\"\n\"GET /v2/plan\"",
        54,
        "duplicate key",
    ),
    // Scopes.
    (
        "\"plan:export\" = {",
        "\"plan\" = {",
        8,
        "`plan` is not a scope",
    ),
    (
        "\"plan:export\" = {",
        "\"plan:*\" = {",
        8,
        "name one action",
    ),
    (
        "\"plan:export\" = {",
        "\"plan:export@plan/1\" = {",
        8,
        "name one action",
    ),
    (
        "\"plan:export\" = {",
        "\"tokens:mint\" = {",
        8,
        "`tokens` is a resource of Hallpass itself",
    ),
    (
        "\"plan:export\" = {",
        "\"platform:own\" = {",
        8,
        "`platform` is a resource of Hallpass",
    ),
    (
        "\"plan:export\" = {",
        "\"directory:x\" = {",
        8,
        "`directory` is a resource of Hallpass",
    ),
    (
        "\"plan:export\" = {",
        "\"activity:x\" = {",
        8,
        "`activity` is a resource of Hallpass",
    ),
    (
        "\"Export plans\"",
        "\" \"",
        8,
        "`plan:export` has no description",
    ),
    (
        "description = \"Export plans\"",
        "public = false",
        8,
        "missing field `description`",
    ),
    // Implications.
    (
        "= [\"floor:read\"]",
        "= [\"plan:export\"]",
        11,
        "its own resource only",
    ),
    (
        "= [\"floor:read\"]",
        "= [\"floor:reed\"]",
        11,
        "`floor:reed` is not a scope declared",
    ),
    (
        "= [\"floor:read\"]",
        "= [\"floor:*\"]",
        11,
        "name one action",
    ),
    (
        "= [\"floor:read\"]",
        "= [\"tokens:read\"]",
        11,
        "`tokens:read` is not a scope declared",
    ),
    (
        "\"floor:write\" = [",
        "\"floor:rite\" = [",
        11,
        "`floor:rite` is not a scope declared",
    ),
    (
        "\"floor:write\" = [",
        "\"floor:update\" = [",
        11,
        "`floor:update` is not a scope declared",
    ),
    (
        "\"floor:read\" = [\"floor:view\"]",
        "\"floor:view\" = [\"floor:list\", \"floor:read\"]",
        12,
        "`floor:view` is public and cannot imply `floor:read`, which is not",
    ),
    // Aliases.
    (
        "= \"floor:write\"",
        "= \"floor:rite\"",
        15,
        "`floor:rite` is not a scope declared",
    ),
    (
        "= \"floor:write\"",
        "= \"floor:update\"",
        15,
        "`floor:update` is not a scope declared",
    ),
    (
        "= \"floor:write\"",
        "= \"tokens:mint\"",
        15,
        "`tokens:mint` is not a scope declared",
    ),
    ("= \"floor:write\"", "= \"floor:*\"", 15, "name one action"),
    (
        "\"floor:update\" =",
        "\"floor:read\" =",
        15,
        "a scope already and cannot be an alias",
    ),
    (
        "\"floor:update\" =",
        "\"tokens:update\" =",
        15,
        "a scope already and cannot be an alias",
    ),
    ("\"floor:update\" =", "\"floor:*\" =", 15, "name one action"),
    (
        "\"floor:update\" =",
        "\"floor\" =",
        15,
        "`floor` is not a scope",
    ),
    // Names and prefixes.
    (
        "[kinds.web]",
        "[kinds.web-page]",
        17,
        "`web-page` is not a kind's name",
    ),
    (
        "[kinds.web]",
        "[kinds.management]",
        17,
        "`management` is built in",
    ),
    (
        "prefix = \"gweb\"\n",
        "",
        17,
        "an opaque kind needs a `prefix`",
    ),
    ("prefix = \"gweb\"", "prefix = \"Gweb\"", 18, "a prefix is"),
    ("prefix = \"gweb\"", "prefix = \"gweb_\"", 18, "a prefix is"),
    ("prefix = \"gweb\"", "prefix = \"\"", 18, "a prefix is"),
    (
        "prefix = \"gsrv\"",
        "prefix = \"gweb\"",
        30,
        "one is a prefix of the other",
    ),
    (
        "prefix = \"gsrv\"",
        "prefix = \"gweb_srv\"",
        30,
        "one is a prefix of the other",
    ),
    (
        "prefix = \"gsrv\"",
        "prefix = \"gw\"",
        30,
        "one is a prefix of the other",
    ),
    (
        "prefix = \"gweb\"",
        "prefix = \"hpm\"",
        18,
        "one is a prefix of the other",
    ),
    (
        "prefix = \"gweb\"",
        "prefix = \"hpm2\"",
        18,
        "one is a prefix of the other",
    ),
    (
        "prefix = \"gweb\"",
        "prefix = \"hp\"",
        18,
        "one is a prefix of the other",
    ),
    (
        "format = \"jwt\"",
        "format = \"jwt\"\nprefix = \"ghour\"",
        45,
        "a JWT has no `prefix`",
    ),
    (
        "format = \"jwt\"",
        "format = \"paseto\"",
        44,
        "unknown variant `paseto`",
    ),
    (
        "exposure = \"public\"",
        "exposure = \"open\"",
        20,
        "unknown variant `open`",
    ),
    (
        "exposure = \"public\"\n",
        "",
        17,
        "missing field `exposure`",
    ),
    (
        "origins = \"required\"",
        "origins = \"always\"",
        24,
        "unknown variant `always`",
    ),
    // s23: what a public kind may hold.
    (
        "\"floor:list\"]",
        "\"floor:read\"]",
        21,
        "`floor:read` is not `public = true`",
    ),
    (
        "\"floor:list\"]",
        "\"floor:update\"]",
        21,
        "`floor:write` is not `public = true`",
    ),
    (
        "\"floor:list\"]",
        "\"floor:*\"]",
        21,
        "`floor:*` is not `public = true`",
    ),
    (
        "\"floor:list\"]",
        "\"floor:read@floor/1\"]",
        21,
        "is not `public = true`",
    ),
    (
        "\"floor:list\"]",
        "\"*\"]",
        21,
        "a public kind names each of its scopes",
    ),
    (
        "\"floor:list\"]",
        "\"tokens:read\"]",
        21,
        "`tokens:read` is not `public = true`",
    ),
    (
        "\"floor:list\"]",
        "\"tokens:revoke\"]",
        21,
        "`tokens:revoke` is not `public = true`",
    ),
    (
        "default_scopes = [\"floor:view\"]",
        "default_scopes = [\"floor:read\"]",
        22,
        "`floor:read` is not `public = true`",
    ),
    (
        "limit = 100\nprincipals = [\"account\"]",
        "limit = 100\nprincipals = [\"account\"]\nderives = [\"hour\"]",
        28,
        "a public kind derives nothing",
    ),
    // What any kind may hold.
    (
        "\"floor:list\"]",
        "\"floor:lst\"]",
        21,
        "`floor:lst` is not a scope of this platform; there are `floor:list`",
    ),
    (
        "\"floor:list\"]",
        "\"wall:list\"]",
        21,
        "`wall:list` is not a scope of this platform",
    ),
    (
        "\"tokens:read\"]",
        "\"tokens:*\"]",
        33,
        "management scopes are listed one by one",
    ),
    (
        "\"tokens:read\"]",
        "\"tokens:reed\"]",
        33,
        "`tokens:reed` is not a scope of this platform",
    ),
    (
        "\"tokens:read\"]",
        "\"floor\"]",
        33,
        "`floor` is not a scope",
    ),
    (
        "[\"*\", \"tokens:read\"]",
        "[]",
        29,
        "an empty list of scopes",
    ),
    (
        "default_scopes = [\"floor:view\"]",
        "default_scopes = []",
        17,
        "an empty list of scopes",
    ),
    (
        "scopes = [\"floor:*\", \"plan:export@plan/1\"]",
        "scopes = [\"floor:*\"]\ndefault_scopes = [\"plan:export\"]",
        43,
        "the default scope `plan:export` is not one this kind may hold",
    ),
    (
        "scopes = [\"floor:*\", \"plan:export@plan/1\"]",
        "scopes = [\"plan:export@plan/1\"]\ndefault_scopes = [\"plan:export@plan/2\"]",
        43,
        "the default scope `plan:export@plan/2`",
    ),
    // Lifetimes.
    (
        "max = 86400 }",
        "max = 899 }",
        47,
        "0 < min <= default <= max",
    ),
    ("min = 900", "min = 3601", 47, "0 < min <= default <= max"),
    ("min = 900", "min = 0", 47, "0 < min <= default <= max"),
    ("min = 900", "min = -1", 47, "lifetime"),
    ("min = 900", "min = 9.5", 47, "lifetime"),
    (
        "max = 86400 }",
        "max = 3599 }",
        47,
        "0 < min <= default <= max",
    ),
    (
        "max = 86400 }",
        "max = 2678401 }",
        47,
        "a JWT lives at most 31 days: `max` is at most 2678400",
    ),
    (
        "max = 86400 }",
        "max = 9223372036854775807 }",
        47,
        "a JWT lives at most 31 days",
    ),
    (
        "max = 90 }",
        "max = 315360001 }",
        34,
        "a token with a `max` lives at most ten years: `max` is at most 315360000",
    ),
    (
        "max = 90 }",
        "max = 9223372036854775807 }",
        34,
        "at most ten years",
    ),
    (", max = 86400 }", " }", 47, "lifetime"),
    (
        "lifetime = { default = 3600, min = 900, max = 86400 }",
        "lifetime = \"never\"",
        47,
        "a JWT always expires",
    ),
    (
        "lifetime = \"never\"",
        "lifetime = \"always\"",
        23,
        "lifetime",
    ),
    // Presentation.
    ("[\"query:pubtoken\"]", "[\"cookie\"]", 25, "presented as"),
    ("[\"query:pubtoken\"]", "[\"query:\"]", 25, "presented as"),
    ("[\"query:pubtoken\"]", "[\"query\"]", 25, "presented as"),
    (
        "[\"query:pubtoken\"]",
        "[\"query:a b\"]",
        25,
        "presented as",
    ),
    ("[\"query:pubtoken\"]", "[\"bearer:x\"]", 25, "presented as"),
    (
        "[\"query:pubtoken\"]",
        "[\"header:Authorization\"]",
        25,
        "presented as",
    ),
    ("[\"query:pubtoken\"]", "[]", 17, "`presented` is empty"),
    // Numbers and people.
    ("limit = 100", "limit = 0", 26, "between 1 and 100"),
    ("limit = 100", "limit = 101", 26, "between 1 and 100"),
    ("limit = 100", "limit = 256", 26, "invalid value"),
    ("limit = 100", "limit = -1", 26, "invalid value"),
    (
        "format = \"jwt\"",
        "format = \"jwt\"\nlimit = 5",
        45,
        "leave out `limit`",
    ),
    ("freshness = 2", "freshness = 61", 41, "at most 60 s"),
    ("freshness = 2", "freshness = -1", 41, "invalid value"),
    ("[\"account\", \"user\"]", "[]", 43, "`principals` is empty"),
    (
        "[\"account\", \"user\"]",
        "[\"group\"]",
        50,
        "unknown variant `group`",
    ),
    (
        "exposure = \"secret\"\nscopes = [\"floor:*\"",
        "exposure = \"secret\"\nlive = true\nscopes = [\"floor:*\"",
        43,
        "`live` rights are a user's",
    ),
    // s66: what makes tokens, or changes whose rights they have, is held by no JWT.
    (
        "scopes = [\"floor:*\", ",
        "scopes = [\"tokens:mint\", \"floor:*\", ",
        46,
        "a JWT cannot hold `tokens:mint`",
    ),
    (
        "scopes = [\"floor:*\", ",
        "scopes = [\"floor:*\", \"tokens:impersonate\", ",
        46,
        "a JWT cannot hold `tokens:impersonate`",
    ),
    (
        "scopes = [\"floor:*\", ",
        "scopes = [\"floor:*\", {resource = \"directory\"}, ",
        46,
        "invalid type",
    ),
    (
        "scopes = [\"floor:*\", ",
        "scopes = [\"floor:*\", \"directory:write\", ",
        46,
        "a JWT cannot hold `directory:write`",
    ),
    // Deriving.
    (
        "derives = [\"hour\"]",
        "derives = [\"web\"]",
        40,
        "`web` is opaque: only JWTs are derived",
    ),
    (
        "derives = [\"hour\"]",
        "derives = [\"server\"]",
        40,
        "`server` is opaque",
    ),
    (
        "derives = [\"hour\"]",
        "derives = [\"management\"]",
        40,
        "`management` is opaque",
    ),
    (
        "derives = [\"hour\"]",
        "derives = [\"day\"]",
        40,
        "there is no kind `day`",
    ),
    // s24.
    (
        "format = \"jwt\"",
        "format = \"jwt\"\nderives = [\"hour\"]",
        45,
        "a JWT derives nothing",
    ),
    // Routes.
    (
        "= \"plan:export\"",
        "= \"plan:exprt\"",
        54,
        "`plan:exprt` is not a scope declared",
    ),
    (
        "= \"plan:export\"",
        "= \"floor:update\"",
        54,
        "`floor:update` is not a scope declared",
    ),
    (
        "= \"plan:export\"",
        "= \"plan:*\"",
        54,
        "`plan:*` is not a scope declared",
    ),
    (
        "= \"plan:export\"",
        "= \"tokens:read\"",
        54,
        "`tokens:read` is not a scope declared",
    ),
    (
        "= \"plan:export\"",
        "= \"plan\"",
        54,
        "`plan` is not a scope",
    ),
    (
        "= \"plan:export\"",
        "= \"plan:export@plan/{id}\"",
        54,
        "`{id}` is not a parameter of the path",
    ),
    (
        "@floor/{id}\"",
        "@floor/{floor}\"",
        53,
        "`{floor}` is not a parameter of the path",
    ),
    ("@floor/{id}\"", "@floor/{id\"", 53, "`{` without `}`"),
    ("@floor/{id}\"", "@floor//{id}\"", 53, "is not a path"),
    (
        "= \"floor:read@floor/{id}\"",
        "= \"floor:{id}\"",
        53,
        "after the `@` only",
    ),
    ("\"GET /v2/plan\"", "\"get /v2/plan\"", 54, "is not a route"),
    ("\"GET /v2/plan\"", "\"/v2/plan\"", 54, "is not a route"),
    ("\"GET /v2/plan\"", "\"GET v2/plan\"", 54, "is not a route"),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/{a}-{b}\"",
        54,
        "is not one segment",
    ),
    ("\"GET /v2/plan\"", "\"GET /{v}/{v}\"", 54, "stands twice"),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/floor/{all}\"",
        54,
        "matches requests that `GET /v2/floor/{id}` matches too",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/files/*\"",
        54,
        "`*` is not one segment",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/a plan\"",
        54,
        "`a plan` is not one segment",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/100%\"",
        54,
        "`100%` is not one segment",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/..\"",
        54,
        "`..` is not one segment",
    ),
    (
        "\"GET /v2/plan\"",
        "\"GET /v2/\"",
        54,
        "`` is not one segment",
    ),
    (
        "\"GET /v2/plan\"",
        "\"ANY /v2/plan\"",
        54,
        "`ANY` is not a method",
    ),
    (
        "\"GET /v2/plan\"",
        "\"HEAD /v2/plan\"",
        54,
        "`HEAD` needs what `GET` does",
    ),
];

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
    for (from, to, line, reason) in WRONG {
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
