//! Levels of access: what a catalog says of them, and of the folder that every user has.

use hallpass_core::{
    AccessLevel, Catalog, CatalogError, FolderRef, GroupId, GroupRecord, Principal,
    PrincipalRecord, Rights, Scope,
};
use serde_json::json;
use std::collections::HashMap;

const TREE: &str = r#"name = "tree"
[scopes]
"folder:read" = { description = "Read" }
"folder:write" = { description = "Write" }
"folder:manage" = { description = "Manage" }
"folder:list" = { description = "List" }
[implications]
"folder:manage" = ["folder:write", "folder:list"]
"folder:write" = ["folder:read"]
[access]
read = ["folder:read"]
write = ["folder:write"]
manage = ["folder:manage"]
[folders]
home = "write"
[kinds.key]
prefix = "key"
format = "opaque"
exposure = "secret"
scopes = ["*"]
lifetime = "never"
origins = "none"
presented = ["bearer"]
principals = ["account"]
"#;

fn parse(text: &str) -> Result<Catalog, CatalogError> {
    Catalog::parse("tree.toml", text)
}

fn level(text: &str) -> AccessLevel {
    text.parse().unwrap()
}

#[test]
fn the_strongest_level_gives_all_that_the_others_give() {
    let catalog = parse(TREE).unwrap();
    assert_eq!(catalog.strongest_access(), Some(&level("manage")));
    assert_eq!(catalog.write_access(), Some(&level("write")));
    assert_eq!(catalog.home(), Some(&level("write")));
    // The order in the file, and the names, do not matter.
    let renamed = TREE
        .replace("manage = [\"folder:manage\"]", "all = [\"folder:manage\"]")
        .replace("write = [\"folder:write\"]\n", "")
        .replace("home = \"write\"", "home = \"all\"");
    let catalog = parse(&renamed).unwrap();
    assert_eq!(catalog.strongest_access(), Some(&level("all")));
    assert_eq!(
        catalog.write_access(),
        Some(&level("all")),
        "none is called `write`"
    );
    let without = TREE.split("[access]").next().unwrap().to_owned()
        + TREE.split("home = \"write\"\n").last().unwrap();
    let catalog = parse(&without).unwrap();
    assert_eq!(catalog.strongest_access(), None);
    assert_eq!(catalog.write_access(), None);
    assert_eq!(catalog.home(), None);
}

#[test]
fn a_wrong_section_names_its_line_and_reason() {
    for (from, to, line, reason) in [
        (
            "home = \"write\"",
            "home = \"own\"",
            15,
            "`own` is not a level",
        ),
        ("home = \"write\"", "home = \"\"", 15, "`` is not a level"),
        (
            "home = \"write\"",
            "house = \"write\"",
            15,
            "unknown field `house`",
        ),
        (
            "[folders]\nhome = \"write\"",
            "[folders]",
            14,
            "missing field `home`",
        ),
        (
            "manage = [\"folder:manage\"]",
            "list = [\"folder:list\"]",
            13,
            "no level gives all that the others give",
        ),
        (
            "manage = [\"folder:manage\"]",
            "manage = []",
            13,
            "empty list",
        ),
        (
            "manage = [\"folder:manage\"]",
            "m-n = [\"folder:manage\"]",
            13,
            "is not a level",
        ),
        (
            "manage = [\"folder:manage\"]",
            "manage = [\"tokens:mint\"]",
            13,
            "is a management scope and has no paths",
        ),
        (
            "manage = [\"folder:manage\"]",
            "manage = [\"folder:*\"]",
            13,
            "without `*`",
        ),
    ] {
        assert_eq!(TREE.matches(from).count(), 1, "{from}");
        let error = parse(&TREE.replace(from, to)).expect_err(to);
        assert_eq!(error.line, line, "{to}: {error}");
        assert!(error.reason.contains(reason), "{to}: {error}");
    }
}

#[test]
fn every_user_has_their_own_folder_and_nobody_elses() {
    let catalog = parse(TREE).unwrap();
    let principal = |id: &str| -> PrincipalRecord {
        serde_json::from_value(json!({
            "id": id, "account": "acc_0000000000000000000001", "environment": "default/live",
            "name": "ann", "created_at": 0,
        }))
        .unwrap()
    };
    let groups: HashMap<GroupId, GroupRecord> = HashMap::new();
    let user = principal("usr_0000000000000000000002");
    let rights = Rights::of(&user, &groups, &catalog);
    let may = |scope: &str| {
        let scope: Scope = scope.parse().unwrap();
        rights.covers(&scope, catalog.implications())
    };
    assert!(may("folder:write@folder/usr_0000000000000000000002"));
    assert!(may("folder:read@folder/usr_0000000000000000000002/fld_x"));
    assert!(!may("folder:manage@folder/usr_0000000000000000000002"));
    assert!(!may("folder:read@folder/usr_0000000000000000000003"));
    assert!(!may("folder:read@folder"));
    assert!(!may("folder:read"));
    // Service accounts have no rights of their own, and where there is no home there is none.
    let service = principal("svc_0000000000000000000002");
    assert_eq!(Rights::of(&service, &groups, &catalog), Rights::default());
    let homeless = parse(&TREE.replace("[folders]\nhome = \"write\"\n", "")).unwrap();
    assert_eq!(Rights::of(&user, &groups, &homeless), Rights::default());
    let Principal::User(id) = user.id else {
        panic!("a user");
    };
    let home = FolderRef::Home(id).path_at_top().unwrap();
    assert_eq!(home.as_str(), "folder/usr_0000000000000000000002");
}

#[test]
fn s23_the_public_token_of_3dverse_holds_one_scope_at_one_place() {
    let text = include_str!("../../../infra/catalogs/3dverse.toml");
    let catalog = Catalog::parse("3dverse.toml", text).unwrap();
    let public: Vec<&hallpass_core::Kind> =
        catalog.kinds().filter(|kind| kind.is_public()).collect();
    let [public] = public.as_slice() else {
        panic!("one public kind");
    };
    let scopes: Vec<String> = public.scopes.iter().map(ToString::to_string).collect();
    assert_eq!(scopes, ["folder:read@folder/public"]);
    assert_eq!(public.default_scopes.as_ref(), Some(&public.scopes));
    assert!(public.derives.is_empty());
}
