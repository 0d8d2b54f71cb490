//! The routes of the platform's own API and the scope each needs.
//!
//! Not by `matchit`: a catalog is checked and written down when it is built, which `matchit`'s tree
//! cannot be, and routes of which neither is the more exact one are refused with both named.

use crate::scope::Scope;
use crate::scope::path::Path;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// `"GET /v2/floor/{id}" = "floor:readPrivate@floor/{id}"`, parsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Route {
    method: String,
    segments: Vec<Segment>,
    /// The scopes' texts, with `{name}` where a parameter stands.
    scopes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// The methods that a route can have (RFC 9110 §9, RFC 5789). `HEAD` needs what `GET` does.
const METHODS: [&str; 7] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT",
];

/// What a request to the platform's own API needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteMatch {
    /// One of these scopes.
    NeedsOneOf(Vec<Scope>),
    /// A parameter is not one valid segment of a path: denied.
    InvalidParameter(String),
    /// The catalog has no such route: denied.
    Unknown,
}

/// A catalog's routes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTable(Vec<Route>);

impl RouteTable {
    /// Adds one route that needs one of `scopes`; `template` is `METHOD /path/{parameter}`. Answers
    /// what a request could need.
    pub(crate) fn add(&mut self, template: &str, scopes: &[&str]) -> Result<Vec<Scope>, String> {
        let (method, path) = template
            .split_once(' ')
            .filter(|(method, path)| {
                !method.is_empty()
                    && method.chars().all(|c| c.is_ascii_uppercase())
                    && path.starts_with('/')
            })
            .ok_or_else(|| format!("`{template}` is not a route: write `GET /path/{{id}}`"))?;
        if method == "HEAD" {
            return Err(format!(
                "`{template}`: `HEAD` needs what `GET` does, so write `GET` alone"
            ));
        }
        if !METHODS.contains(&method) {
            let known = METHODS.join("`, `");
            return Err(format!("`{method}` is not a method: there are `{known}`"));
        }
        let segments = parse_template(path)?;
        let names: Vec<&str> = segments
            .iter()
            .filter_map(|segment| match segment {
                Segment::Parameter(name) => Some(name.as_str()),
                Segment::Literal(_) => None,
            })
            .collect();
        if scopes.is_empty() {
            return Err(format!("`{template}` needs at least one scope"));
        }
        let mut examples = Vec::new();
        for scope in scopes {
            let permission = scope.split('@').next().unwrap_or(scope);
            if permission.contains('{') {
                return Err(format!("`{scope}`: a parameter stands after the `@` only"));
            }
            let example = fill(scope, |name| names.contains(&name).then(|| "x".to_owned()))?;
            examples.push(example.parse().map_err(|error| format!("{error}"))?);
        }
        let of_method = |route: &&Route| route.method == method;
        let mut others = self.0.iter().filter(of_method);
        if let Some(other) = others.find(|route| is_undecided(&route.segments, &segments)) {
            return Err(format!(
                "`{template}` matches requests that `{method} {}` matches too, and neither has fixed segments in all places where the other has",
                other.path()
            ));
        }
        self.0.push(Route {
            method: method.to_owned(),
            segments,
            scopes: scopes.iter().map(ToString::to_string).collect(),
        });
        Ok(examples)
    }

    /// Every route as it was written: its method, its template, and the scopes one of which it
    /// needs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, String, &[String])> {
        let routes = self.0.iter();
        routes.map(|route| (route.method.as_str(), route.path(), route.scopes.as_slice()))
    }

    /// The scopes one of which a request needs. `path` is the raw path, percent-encoded, without a query;
    /// every segment is decoded once, so that no way to write a fixed segment makes a parameter of it.
    /// `HEAD` needs what `GET` does (RFC 9110 §9.3.2).
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> RouteMatch {
        let Some((route, given)) = self.matching(method, path) else {
            return RouteMatch::Unknown;
        };
        // Every parameter is checked, whether the scope names it or not.
        let mut parameters: BTreeMap<&str, String> = BTreeMap::new();
        for (segment, given) in route.segments.iter().zip(given) {
            let Segment::Parameter(name) = segment else {
                continue;
            };
            match given {
                Some(text) if Path::is_segment(&text) => parameters.insert(name, text.into_owned()),
                _ => return RouteMatch::InvalidParameter(name.clone()),
            };
        }
        let scopes = route.scopes.iter().map(|scope| {
            let scope = fill(scope, |wanted| parameters.get(wanted).cloned()).ok()?;
            scope.parse().ok()
        });
        match scopes.collect() {
            Some(scopes) => RouteMatch::NeedsOneOf(scopes),
            // Joined to what stands around it, a parameter can be too long for a segment.
            None => RouteMatch::InvalidParameter(String::new()),
        }
    }

    /// The route that a request matches as the catalog writes it, such as `GET /v2/floor/{id}`: for
    /// logs and counts, which hold nothing that a client made up.
    #[must_use]
    pub fn pattern(&self, method: &str, path: &str) -> Option<String> {
        let (route, _) = self.matching(method, path)?;
        Some(format!("{} {}", route.method, route.path()))
    }

    /// The route that a request matches, and the decoded segments of its path. Of two that match, one
    /// is fixed wherever the other is: it has fewer parameters.
    fn matching<'p>(
        &self,
        method: &str,
        path: &'p str,
    ) -> Option<(&Route, Vec<Option<Cow<'p, str>>>)> {
        let method = if method == "HEAD" { "GET" } else { method };
        let decode = |given| percent_decode_str(given).decode_utf8().ok();
        let given: Vec<Option<Cow<'_, str>>> =
            path.strip_prefix('/')?.split('/').map(decode).collect();
        let fits = |(segment, given): (&Segment, &Option<Cow<'_, str>>)| match segment {
            Segment::Literal(literal) => given.as_deref() == Some(literal),
            Segment::Parameter(_) => true,
        };
        let matching = self.0.iter().filter(|route| {
            route.method == method
                && route.segments.len() == given.len()
                && route.segments.iter().zip(&given).all(fits)
        });
        let route = matching.min_by_key(|route| route.parameters())?;
        Some((route, given))
    }
}

impl Route {
    /// Its path as it was written.
    fn path(&self) -> String {
        let segments = self.segments.iter();
        segments
            .map(|segment| match segment {
                Segment::Literal(literal) => format!("/{literal}"),
                Segment::Parameter(name) => format!("/{{{name}}}"),
            })
            .collect()
    }

    fn parameters(&self) -> usize {
        let is_parameter = |segment: &&Segment| matches!(segment, Segment::Parameter(_));
        self.segments.iter().filter(is_parameter).count()
    }
}

fn parse_template(path: &str) -> Result<Vec<Segment>, String> {
    if path == "/" {
        return Ok(vec![Segment::Literal(String::new())]);
    }
    let mut segments = Vec::new();
    for part in path.split('/').skip(1) {
        let segment = match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            Some(name) if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()) => {
                Segment::Parameter(name.to_owned())
            }
            None if Path::is_segment(part) => Segment::Literal(part.to_owned()),
            _ => {
                return Err(format!(
                    "`{part}` is not one segment of letters, digits, `.`, `_`, `~` and `-`, or one `{{parameter}}`"
                ));
            }
        };
        if matches!(segment, Segment::Parameter(_)) && segments.contains(&segment) {
            return Err(format!("`{part}` stands twice in the path"));
        }
        segments.push(segment);
    }
    Ok(segments)
}

/// Whether a request can match both, and neither is the more exact one: fixed wherever the other is,
/// and somewhere else.
fn is_undecided(one: &[Segment], other: &[Segment]) -> bool {
    use Segment::{Literal, Parameter};
    let pairs = || one.iter().zip(other);
    let both_match = one.len() == other.len()
        && pairs().all(|pair| match pair {
            (Literal(one), Literal(other)) => one == other,
            _ => true,
        });
    let is_fixed_by_one = pairs().any(|pair| matches!(pair, (Literal(_), Parameter(_))));
    let is_fixed_by_other = pairs().any(|pair| matches!(pair, (Parameter(_), Literal(_))));
    both_match && is_fixed_by_one == is_fixed_by_other
}

/// Puts a value where `{name}` stands.
fn fill(template: &str, mut value: impl FnMut(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after
            .split_once('}')
            .ok_or_else(|| format!("`{template}` has a `{{` without `}}`"))?;
        let value =
            value(name).ok_or_else(|| format!("`{{{name}}}` is not a parameter of the path"))?;
        filled.push_str(before);
        filled.push_str(&value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::{RouteMatch, RouteTable};

    #[test]
    fn a_request_needs_the_scope_at_its_place() {
        let mut routes = RouteTable::default();
        routes
            .add("GET /v2/floor/{id}", &["floor:readPrivate@floor/{id}"])
            .unwrap();
        routes
            .add("GET /v2/floors", &["floor:queryPrivate"])
            .unwrap();
        let needs = |text: &str| RouteMatch::NeedsOneOf(vec![text.parse().unwrap()]);
        for (method, path, expected) in [
            ("GET", "/v2/floor/42", needs("floor:readPrivate@floor/42")),
            (
                "GET",
                "/v2/floor/a%2Db",
                needs("floor:readPrivate@floor/a-b"),
            ),
            ("GET", "/v2/floors", needs("floor:queryPrivate")),
            ("POST", "/v2/floors", RouteMatch::Unknown),
            ("GET", "/v2/floor", RouteMatch::Unknown),
            ("GET", "/v2/floor/42/", RouteMatch::Unknown),
            ("GET", "/V2/floors", RouteMatch::Unknown),
        ] {
            assert_eq!(routes.find(method, path), expected, "{method} {path}");
        }
        for id in [
            "", "..", ".", "a%2Fb", "%2e%2e", "a%252Fb", "%00", "%ff", "a@b", "a b", "{id}",
        ] {
            let path = format!("/v2/floor/{id}");
            assert_eq!(
                routes.find("GET", &path),
                RouteMatch::InvalidParameter("id".to_owned()),
                "{path}"
            );
        }
    }

    #[test]
    fn a_parameter_that_the_scope_does_not_name_is_checked_too() {
        let mut routes = RouteTable::default();
        routes
            .add("GET /v2/{tenant}/floors", &["floor:list"])
            .unwrap();
        let needs = RouteMatch::NeedsOneOf(vec!["floor:list".parse().unwrap()]);
        assert_eq!(routes.find("GET", "/v2/a/floors"), needs);
        for tenant in ["", "..", "a%2Fb", "%2e", "%00", "a%252F"] {
            assert_eq!(
                routes.find("GET", &format!("/v2/{tenant}/floors")),
                RouteMatch::InvalidParameter("tenant".to_owned()),
                "{tenant}"
            );
        }
        assert_eq!(routes.find("GET", "x/v2/a/floors"), RouteMatch::Unknown);
    }

    #[test]
    fn a_wrong_route_says_what_is_wrong() {
        let mut routes = RouteTable::default();
        for (route, scope) in [
            ("get /x", "a:b"),
            ("GET x", "a:b"),
            ("GET", "a:b"),
            ("GET /{a}{b}", "a:b"),
            ("GET /{a}/{a}", "a:b"),
            ("GET /x", "a"),
            ("GET /x", "a:b@{id}"),
            ("GET /{id}", "a:b@{id"),
            // What no request matches, or nobody means.
            ("HEAD /x", "a:b"),
            ("ANY /x", "a:b"),
            ("FETCH /x", "a:b"),
            ("GET /v1/files/*", "a:b"),
            ("GET /v1/files/{id}*", "a:b"),
            ("GET /v1/{proxy+}", "a:b"),
            ("GET /v1/fi les", "a:b"),
            ("GET  /v1", "a:b"),
            ("GET /v1 ", "a:b"),
            ("GET /v1/100%", "a:b"),
            ("GET /v1/%66iles", "a:b"),
            ("GET /v1?x=1", "a:b"),
            ("GET /v1#x", "a:b"),
            ("GET /v1/", "a:b"),
            ("GET //v1", "a:b"),
            ("GET /v1/../x", "a:b"),
            ("GET /./x", "a:b"),
            ("GET /é", "a:b"),
            ("GET /a:b", "a:b"),
            ("GET /{}", "a:b"),
            ("GET /{a-b}", "a:b"),
            // A request must not choose what is asked of it.
            ("GET /{id}", "{id}:b"),
            ("GET /{id}", "a:{id}"),
            ("GET /{id}", "a:b{id}@x"),
        ] {
            assert!(routes.add(route, &[scope]).is_err(), "{route} = {scope}");
        }
    }

    #[test]
    fn a_fixed_segment_beside_a_parameter_wins() {
        let given = [
            ("GET /v1/assets/{id}", "asset:read@asset/{id}"),
            ("GET /v1/assets/search", "asset:search"),
            ("GET /v1/{any}/{id}", "any:list"),
            ("GET /{a}/{b}/{c}", "any:read"),
            ("DELETE /v1/assets/{id}", "asset:manage"),
            ("CONNECT /", "socket:open"),
        ];
        let orders: [Vec<_>; 2] = [given.to_vec(), given.iter().rev().copied().collect()];
        for order in orders {
            let mut routes = RouteTable::default();
            for (route, scope) in order {
                routes.add(route, &[scope]).unwrap();
            }
            for (method, path, scope) in [
                ("GET", "/v1/assets/7", "asset:read@asset/7"),
                ("GET", "/v1/assets/search", "asset:search"),
                ("HEAD", "/v1/assets/search", "asset:search"),
                // However it is written, it is the same segment.
                ("GET", "/v1/assets/%73earch", "asset:search"),
                ("GET", "/v1/%61ssets/7", "asset:read@asset/7"),
                ("GET", "/v1/assets/searches", "asset:read@asset/searches"),
                ("GET", "/v1/others/search", "any:list"),
                ("GET", "/v2/assets/search", "any:read"),
                ("DELETE", "/v1/assets/search", "asset:manage"),
                ("CONNECT", "/", "socket:open"),
            ] {
                let expected = RouteMatch::NeedsOneOf(vec![scope.parse().unwrap()]);
                assert_eq!(routes.find(method, path), expected, "{method} {path}");
            }
        }
    }

    #[test]
    fn routes_of_which_neither_is_the_more_exact_one_are_refused() {
        for (one, other) in [
            ("GET /x/{a}", "GET /x/{b}"),
            ("GET /x", "GET /x"),
            ("GET /{a}/y", "GET /x/{b}"),
            ("GET /{a}/y/{c}", "GET /x/{b}/z"),
        ] {
            for (first, second) in [(one, other), (other, one)] {
                let mut routes = RouteTable::default();
                routes.add(first, &["a:b"]).unwrap();
                let reason = routes.add(second, &["a:b"]).unwrap_err();
                assert!(
                    reason.contains(first) && reason.contains(second),
                    "{reason}"
                );
            }
        }
        let mut routes = RouteTable::default();
        for route in [
            "GET /x/{a}",
            "PUT /x/{a}",
            "GET /x/y",
            "GET /x",
            "GET /x/{a}/z",
        ] {
            routes.add(route, &["a:b"]).unwrap();
        }
    }
}
