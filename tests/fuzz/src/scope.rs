//! Scopes, one a line: what is written, and the laws of coverage.

use crate::lines;
use hallpass_core::{Implications, Name, Scope, ScopeSet, WrittenScope};
use serde_json::{Map, json};
use std::sync::LazyLock;

/// More lines than these say nothing new, and the laws cost their cube.
const MOST: usize = 6;

static IMPLIED: LazyLock<Implications> = LazyLock::new(|| {
    let name = |text: &str| text.parse::<Name>().unwrap();
    let pairs = [
        ("folder", "manage", "write"),
        ("folder", "write", "read"),
        ("folder", "publish", "read"),
    ];
    Implications::new(pairs.map(|(on, action, implied)| (name(on), name(action), name(implied))))
});

pub(crate) fn scope(data: &[u8]) {
    let mut scopes = Vec::new();
    for line in lines(data).take(MOST) {
        let Ok(scope) = line.parse::<Scope>() else {
            assert!(line.parse::<WrittenScope>().is_err());
            continue;
        };
        assert_eq!(scope.to_string(), line, "parse then print is the identity");
        both_forms(line);
        scopes.push(scope);
    }
    for one in &scopes {
        assert!(one.covers(one, &IMPLIED), "reflexive: {one}");
        if one.is_management() {
            let wildcards = scopes
                .iter()
                .filter(|other| other.to_string().contains('*'));
            assert!(
                wildcards
                    .into_iter()
                    .all(|other| !other.covers(one, &IMPLIED))
            );
        }
        for two in &scopes {
            assert_eq!(
                one.covers(two, &IMPLIED),
                said_again(one, two),
                "{one} {two}"
            );
            for three in scopes.iter().filter(|_| one.covers(two, &IMPLIED)) {
                let transitive = !two.covers(three, &IMPLIED) || one.covers(three, &IMPLIED);
                assert!(transitive, "transitive: {one} {two} {three}");
            }
        }
    }
    for at in 1..scopes.len() {
        let (first, second) = scopes.split_at(at);
        sets(first, second, &scopes);
    }
}

/// Coverage in other words: by the scopes' texts, and the closed list of what implies what.
fn said_again(granted: &Scope, requested: &Scope) -> bool {
    const CLOSED: [(&str, &str); 4] = [
        ("folder:manage", "folder:write"),
        ("folder:manage", "folder:read"),
        ("folder:write", "folder:read"),
        ("folder:publish", "folder:read"),
    ];
    let (granted, requested) = (granted.to_string(), requested.to_string());
    let split = |text: &str| match text.split_once('@') {
        Some((permission, path)) => (permission.to_owned(), format!("{path}/")),
        None => (text.to_owned(), String::new()),
    };
    let ((granted, outer), (requested, inner)) = (split(&granted), split(&requested));
    let resource = requested.split(':').next().unwrap();
    inner.starts_with(&outer)
        && (granted == requested
            || granted == format!("{resource}:*")
            || CLOSED.contains(&(&granted, &requested)))
}

/// `"resource:action@path"` and the object with the same parts say the same.
fn both_forms(text: &str) {
    let mut object = Map::new();
    let (permission, path) = match text.split_once('@') {
        Some((permission, path)) => (permission, Some(path)),
        None => (text, None),
    };
    let (resource, action) = permission.split_once(':').unwrap();
    object.insert("resource".to_owned(), json!(resource));
    object.insert("action".to_owned(), json!(action));
    object.extend(path.map(|path| ("path".to_owned(), json!(path))));
    let read: WrittenScope = serde_json::from_value(object.into()).unwrap();
    assert_eq!(read, text.parse().unwrap());
}

/// Narrowing then covering grants nothing that the parent did not; what two sets meet in is what
/// both grant.
fn sets(first: &[Scope], second: &[Scope], requested: &[Scope]) {
    let set = |scopes: &[Scope]| ScopeSet::new(scopes.to_vec()).unwrap();
    let (parent, child) = (set(first), set(second));
    let within = parent.covers_all(&child, &IMPLIED).is_ok();
    let met = parent.intersection(&child, &IMPLIED);
    for scope in requested {
        let (by_parent, by_child) = (
            parent.covers(scope, &IMPLIED),
            child.covers(scope, &IMPLIED),
        );
        assert!(
            !(within && by_child) || by_parent,
            "{parent}; {child}; {scope}"
        );
        let by_both = met.as_ref().is_some_and(|met| met.covers(scope, &IMPLIED));
        assert_eq!(
            by_both,
            by_parent && by_child,
            "{parent} and {child}: {scope}"
        );
    }
    let json = serde_json::to_string(&parent).unwrap();
    assert_eq!(serde_json::from_str::<ScopeSet>(&json).unwrap(), parent);
}
