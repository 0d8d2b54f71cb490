//! Whether a request may use a route of the platform's own API, as the catalog lists them.

use crate::caller::Caller;
use crate::caller::credential::Credential;
use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use hallpass_core::{Decision, DecisionCode, RouteMatch, Scope};
use hallpass_runtime::Platform;
use http::StatusCode;
use http::request::Parts;

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
) -> Result<Caller, Problem> {
    let credential = Credential::presented(parts, platform)?;
    let now = platform.now();
    let [context] = platform.validator.examine([credential.text()], now).await?;
    let caller = Caller::admit(platform, &credential, context, now)?;
    match platform.catalog.routes().find(method, path) {
        RouteMatch::NeedsOneOf(scopes) => {
            let holds = |scope: &Scope| caller.context().holds(scope, &platform.catalog);
            if scopes.iter().any(holds) {
                Ok(caller)
            } else {
                Err(lacking(&scopes))
            }
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
