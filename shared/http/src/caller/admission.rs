//! Whether a request may use a route of the platform's own API, as the catalog lists them.

use crate::caller::credential::{Credential, UNKNOWN_ROUTE};
use crate::caller::{Caller, count_use};
use crate::middleware::cors;
use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use hallpass_core::{Decision, DecisionCode, RouteMatch, Scope};
use hallpass_runtime::Platform;
use http::StatusCode;
use http::request::Parts;
use std::sync::Arc;

/// A request that may use a route of the platform's own API.
#[derive(Debug)]
pub struct Admission {
    /// Whose token it presents.
    pub caller: Caller,
    /// The scopes that the route takes and the token holds; never none.
    pub matches: Vec<Match>,
    /// The origin of the page that it comes from, which may read the reply; none if it names none.
    pub origin: Option<String>,
}

/// A scope that a route takes, and the scope of a token that covers it.
#[derive(Clone, Debug)]
pub struct Match {
    /// What the route takes.
    pub scope: Scope,
    /// What the token holds.
    pub matched: Scope,
}

/// Admits the request whose headers, query and address `parts` holds to `method path` of the
/// platform's own API; `path` is raw, without a query.
///
/// # Errors
/// 401 for a token that is not good, 403 for one that may not do this from here and for routes that
/// the catalog does not know, 503 where it cannot be decided.
pub async fn admit_to_route(
    platform: &Platform,
    parts: &Parts,
    method: &str,
    path: &str,
) -> Result<Admission, Problem> {
    let credential = Credential::presented(parts, platform)?;
    let now = platform.now();
    let [context] = platform.validator.examine([credential.text()], now).await?;
    let context = Arc::new(context);
    let admitted = Caller::found_good(platform, &credential, Arc::clone(&context), now)
        .and_then(|caller| admit(platform, caller, parts, method, path));
    let route = platform.catalog.routes().pattern(method, path);
    let route = route.as_deref().unwrap_or(UNKNOWN_ROUTE);
    count_use(platform, &context, route, &admitted, now);
    admitted
}

fn admit(
    platform: &Platform,
    caller: Caller,
    parts: &Parts,
    method: &str,
    path: &str,
) -> Result<Admission, Problem> {
    match platform.catalog.routes().find(method, path) {
        RouteMatch::NeedsOneOf(scopes) => {
            let covered = |scope: &Scope| {
                let matched = caller.context().matched(scope, &platform.catalog)?;
                Some(Match {
                    scope: scope.clone(),
                    matched: matched.clone(),
                })
            };
            let matches: Vec<Match> = scopes.iter().filter_map(covered).collect();
            if matches.is_empty() {
                return Err(lacking(&scopes));
            }
            let origin = cors::origin(&parts.headers);
            Ok(Admission {
                caller,
                matches,
                origin: origin.and_then(|it| it.to_str().ok().map(str::to_owned)),
            })
        }
        RouteMatch::InvalidParameter(name) => {
            let detail = format!("the parameter `{name}` of the path is not one valid segment");
            Err(Problem::new(
                StatusCode::FORBIDDEN,
                ErrorCode::InvalidParameter,
                detail,
            ))
        }
        RouteMatch::Unknown => {
            let detail = "the catalog knows no such route: whoever runs the platform adds it there";
            Err(Problem::new(
                StatusCode::FORBIDDEN,
                ErrorCode::UnknownRoute,
                detail,
            ))
        }
    }
}

fn lacking(scopes: &[Scope]) -> Problem {
    let names: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
    let detail = format!(
        "the token lacks {}: use one that holds it",
        names.join(" or ")
    );
    Problem::refused(&Decision {
        code: DecisionCode::InsufficientScope,
        detail,
    })
}
