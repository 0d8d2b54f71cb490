//! The demo resource: stands in for the platform's own API, so that a request its documents show can
//! be tried. Every route of the catalog answers, behind the one validation; it does nothing.

use axum::Json;
use axum::extract::{Request, State};
use hallpass_core::{
    AccountId, EnvironmentName, KindName, Principal, RouteMatch, Scope, UnixSeconds,
};
use hallpass_http::{Admission, Platform, Problem, admit_to_route};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct DemoReply {
    demo: &'static str,
    /// As it was asked for.
    route: String,
    /// What let the token in.
    scope: Option<Scope>,
    token: TokenView,
}

#[derive(Serialize)]
struct TokenView {
    id: String,
    kind: KindName,
    account: AccountId,
    environment: EnvironmentName,
    principal: Principal,
    expires_at: Option<UnixSeconds>,
}

/// Answers what no route of Hallpass itself does.
pub(crate) async fn answer(
    State(platform): State<Platform>,
    request: Request,
) -> Result<Json<DemoReply>, Problem> {
    let (parts, _) = request.into_parts();
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    if platform.catalog.routes().find(&method, &path) == RouteMatch::Unknown {
        return Err(Problem::not_found(
            "route: `/docs` lists Hallpass's own, the catalog's `[routes]` lists the platform's",
        ));
    }
    let Admission {
        caller, matches, ..
    } = admit_to_route(&platform, &parts, &method, &path).await?;
    Ok(Json(DemoReply {
        demo: "this stands in for the platform's own API: the token is good for this request",
        route: format!("{method} {path}"),
        scope: matches.into_iter().map(|it| it.scope).next(),
        token: TokenView {
            id: caller.id().to_owned(),
            kind: caller.kind().name.clone(),
            account: caller.account(),
            environment: caller.environment().clone(),
            principal: caller.principal(),
            expires_at: caller.expires_at(),
        },
    }))
}
