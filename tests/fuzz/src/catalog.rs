//! Any text as a catalog.

use hallpass_core::{Catalog, Format, Implications, RouteMatch, WrittenScope};

pub(crate) fn catalog(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Catalog::parse("fuzz.toml", text) {
        Ok(catalog) => holds(&catalog),
        Err(error) => {
            let lines = text.split('\n').count();
            assert!((1..=lines).contains(&error.line), "{error}: {lines} lines");
            assert!(!error.reason.is_empty());
        }
    }
}

/// What every catalog that is taken must be.
fn holds(catalog: &Catalog) {
    let implied: &Implications = catalog.implications();
    for (scope, description) in catalog.scopes() {
        let written: WrittenScope = scope.to_string().parse().unwrap();
        assert_eq!(catalog.resolve(&written).unwrap(), *scope);
        assert!(!description.is_empty());
    }
    for kind in catalog.kinds() {
        assert_eq!(
            catalog.kind(&kind.name).map(|it| &it.name),
            Some(&kind.name)
        );
        for default in kind.default_scopes.iter().flatten() {
            assert!(
                kind.scopes.covers(default, implied),
                "{}: {default}",
                kind.name
            );
        }
        for name in &kind.derives {
            let derived = catalog.kind(name).expect("a kind that is derived");
            assert_eq!(derived.format, Format::Jwt, "{name}");
        }
        if let Some(prefix) = kind.prefix() {
            assert_eq!(
                catalog.kind_of_prefix(prefix).map(|it| &it.name),
                Some(&kind.name)
            );
            let others = catalog.kinds().filter(|other| other.name != kind.name);
            for other in others.filter_map(|other| other.prefix()) {
                assert!(
                    !other.as_str().starts_with(prefix.as_str()),
                    "{}",
                    kind.name
                );
            }
        }
    }
    for (method, template, scopes) in catalog.routes().iter() {
        let path: String = template.split('/').skip(1).map(example).collect();
        let needed = catalog.routes().find(method, &path);
        assert!(
            matches!(&needed, RouteMatch::NeedsOneOf(needed) if needed.len() == scopes.len()),
            "{method} {path}: {needed:?}"
        );
    }
}

/// A segment with `x` where a parameter stands.
fn example(segment: &str) -> String {
    let value = if segment.starts_with('{') {
        "x"
    } else {
        segment
    };
    format!("/{value}")
}
