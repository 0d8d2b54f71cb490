//! A line `METHOD /path` as a request to a platform's own API: which scope does it need?

use crate::lines;
use hallpass_core::{Catalog, Path, RouteMatch};
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let text = r#"
        name = "fuzz"
        [scopes]
        "floor:read" = { description = "Read" }
        [kinds]
        [routes]
        "GET /floors" = "floor:read"
        "GET /floors/{id}" = "floor:read@floor/{id}"
        "GET /floors/all" = "floor:read"
        "GET /{tenant}/floors/{id}" = "floor:read@of-{tenant}/floor/{id}"
        "PUT /{a}/{b}/{c}/{d}/{e}" = ["floor:read@{e}/{d}/{c}", "floor:read@{a}"]
    "#;
    Catalog::parse("fuzz", text).unwrap()
});

pub(crate) fn route(data: &[u8]) {
    let mut lines = lines(data);
    let Some((method, path)) = lines.next().and_then(|line| line.split_once(' ')) else {
        return;
    };
    let RouteMatch::NeedsOneOf(scopes) = CATALOG.routes().find(method, path) else {
        return;
    };
    // Each segment of the path, once decoded, can stand in a scope: nothing climbs out of its place.
    assert!(path.starts_with('/') && !scopes.is_empty(), "{path}");
    for segment in path.split('/').skip(1) {
        let decoded = percent_encoding::percent_decode_str(segment).decode_utf8();
        assert!(decoded.is_ok_and(|text| Path::is_segment(&text)), "{path}");
    }
    let depth = path.split('/').count() - 1;
    for scope in scopes {
        assert_eq!(scope.to_string().parse(), Ok(scope.clone()));
        let of = scope
            .path
            .map_or(0, |path| path.as_str().split('/').count());
        assert!(of <= depth, "{path}");
    }
}
