//! The catalogs that ship, against what their platforms document.

use hallpass_core::{
    Catalog, Exposure, Kind, KindName, Lifetime, ManagementScope, OriginPolicy, Presentation,
    RouteMatch,
};

fn shipped(name: &str, text: &str) -> Catalog {
    Catalog::parse(name, text).unwrap()
}

fn archilogic() -> Catalog {
    let text = include_str!("../../../infra/catalogs/archilogic.toml");
    shipped("archilogic.toml", text)
}

fn kind<'a>(catalog: &'a Catalog, name: &str) -> &'a Kind {
    catalog.kind(&KindName::from(name)).unwrap()
}

fn scopes(kind: &Kind) -> Vec<String> {
    kind.scopes.iter().map(ToString::to_string).collect()
}

#[test]
fn archilogic_declares_the_sixteen_scopes_of_its_document() {
    let catalog = archilogic();
    let mut own: Vec<String> = catalog
        .scopes()
        .map(|(scope, _)| scope)
        .filter(|scope| !scope.is_management())
        .map(ToString::to_string)
        .collect();
    own.sort();
    let mut documented = [
        "floor:readPublic",
        "floor:readPrivate",
        "floor:queryPublic",
        "floor:queryPrivate",
        "floor:update",
        "floor:export",
        "floor:archive",
        "customAttributes:read",
        "customAttributes:write",
        "customAttributeValues:readPublic",
        "customAttributeValues:readPrivate",
        "customAttributeValues:write",
        "extension:create",
        "extension:update",
        "extension:query",
        "extension:delete",
    ];
    documented.sort_unstable();
    assert_eq!(own, documented);
    assert_eq!(catalog.scopes().count(), 16 + ManagementScope::ALL.len());
    let written = catalog.resolve(&"floor:write".parse().unwrap());
    assert_eq!(written.unwrap().to_string(), "floor:update");
}

#[test]
fn archilogics_publishable_token_is_as_documented() {
    let catalog = archilogic();
    let publishable = kind(&catalog, "publishable");
    let four = [
        "customAttributeValues:readPublic",
        "customAttributes:read",
        "floor:queryPublic",
        "floor:readPublic",
    ];
    assert_eq!(scopes(publishable), four);
    assert_eq!(
        publishable.default_scopes.as_ref(),
        Some(&publishable.scopes)
    );
    assert_eq!(publishable.exposure, Exposure::Public);
    assert_eq!(publishable.origins, OriginPolicy::Required);
    assert_eq!(
        publishable.presented,
        [Presentation::Query("pubtoken".into())]
    );
    assert_eq!(publishable.limit, Some(100));
    assert_eq!(publishable.lifetime, Lifetime::Never);
    assert!(publishable.derives.is_empty());
    for (scope, _) in catalog.scopes() {
        let covered = publishable.scopes.covers(scope, catalog.implications());
        assert_eq!(
            covered,
            four.contains(&scope.to_string().as_str()),
            "{scope}"
        );
    }
}

#[test]
fn archilogics_secret_token_holds_all_sixteen_and_no_management_scope() {
    let catalog = archilogic();
    let secret = kind(&catalog, "secret");
    for (scope, _) in catalog.scopes() {
        let covered = secret.scopes.covers(scope, catalog.implications());
        assert_eq!(covered, !scope.is_management(), "{scope}");
    }
    assert_eq!(secret.exposure, Exposure::Secret);
    assert_eq!(secret.presented, [Presentation::Bearer]);
    assert_eq!(secret.limit, Some(100));
    assert_eq!(secret.derives, [KindName::from("temporary")]);
}

#[test]
fn archilogics_temporary_token_is_as_documented() {
    let catalog = archilogic();
    let temporary = kind(&catalog, "temporary");
    assert_eq!(
        scopes(temporary),
        [
            "floor:archive",
            "floor:queryPrivate",
            "floor:queryPublic",
            "floor:readPrivate",
            "floor:readPublic",
            "floor:update",
        ]
    );
    assert_eq!(
        temporary.lifetime,
        Lifetime::Between {
            default: 3_600,
            min: 900,
            max: 86_400
        }
    );
    assert_eq!(temporary.presented, [Presentation::Bearer]);
    assert!(temporary.derives.is_empty(), "s24");
}

#[test]
fn archilogics_routes_need_the_scope_of_their_floor() {
    let catalog = archilogic();
    let needs = |texts: &[&str]| {
        RouteMatch::NeedsOneOf(texts.iter().map(|text| text.parse().unwrap()).collect())
    };
    let find = |method, path| catalog.routes().find(method, path);
    // A page's token and a server's both read a floor by the same call.
    assert_eq!(
        find("GET", "/v2/floor/7"),
        needs(&["floor:readPublic@floor/7", "floor:readPrivate@floor/7"])
    );
    assert_eq!(
        find("PATCH", "/v2/floor/7"),
        needs(&["floor:update@floor/7"])
    );
    assert_eq!(find("PUT", "/v2/floor/7"), RouteMatch::Unknown);
}

#[test]
fn the_default_catalog_is_good_and_its_public_kinds_hold_what_is_public() {
    let text = include_str!("../../../infra/catalogs/default.toml");
    let catalog = shipped("default.toml", text);
    let publishable = kind(&catalog, "publishable");
    let held: Vec<String> = catalog
        .scopes()
        .map(|(scope, _)| scope)
        .filter(|scope| publishable.scopes.covers(scope, catalog.implications()))
        .map(ToString::to_string)
        .collect();
    assert_eq!(held, ["analytics:send", "asset:read", "configuration:save"]);
}
