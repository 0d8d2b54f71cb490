//! Routes are data: a function's table says of each route its method, its path, what the caller
//! needs and which handler answers. The function's router is made from it, and everything else that
//! has to know the routes reads it: the check of the scope, the description, the tests.

use crate::reply::closing::WalkFor;
use crate::reply::problem::Problem;
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter};
use hallpass_core::ManagementScope;
use hallpass_runtime::Platform;
use http::Method;
use std::fmt;
use std::time::Duration;
use tokio::time::timeout;

/// An ordinary reply takes no longer: past it the answer is 503.
pub const ANSWER_WITHIN: Duration = Duration::from_millis(4_500);

/// What a route asks of whoever calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// No token: anybody may read it.
    Nothing,
    /// A credential that is not the caller's token: the handler reads it.
    OwnCredential,
    /// A good token; the route is about the token itself.
    Token,
    /// A good token of a kind that derives others: the handler asks for that.
    DerivingToken,
    /// A token that holds this scope. It is asked for once the token is known to be good, and before
    /// anything else of the request is looked at.
    Scope(ManagementScope),
    /// The same scope and `platform:operate`.
    Operator(ManagementScope),
    /// A token that holds this scope, or has a right which depends on what the request is about,
    /// such as access to a folder: the handler asks for it.
    ScopeOrRight(ManagementScope),
}

/// One route of a function.
#[derive(Clone)]
pub struct Route {
    /// Its method; `GET` answers `HEAD`, too.
    pub method: Method,
    /// Its path, with parameters such as `{id}`, as axum and `OpenAPI` write them.
    pub path: &'static str,
    /// What it asks of the caller.
    pub needs: Needs,
    /// Whether it takes an `Idempotency-Key`.
    pub takes_key: bool,
    /// Whether it may walk everything that is to be ended, and answers within [`WalkFor`] rather
    /// than within [`ANSWER_WITHIN`].
    pub walks: bool,
    filter: MethodFilter,
    handler: Handler,
}

/// The handler of a route, registered for the route's own method.
type Handler = fn(MethodFilter) -> MethodRouter<Platform>;

impl Route {
    /// A route that reads.
    #[must_use]
    pub const fn get(path: &'static str, needs: Needs, handler: Handler) -> Self {
        Self::new(Method::GET, MethodFilter::GET, path, needs, handler)
    }

    /// A route that makes something, or does something.
    #[must_use]
    pub const fn post(path: &'static str, needs: Needs, handler: Handler) -> Self {
        Self::new(Method::POST, MethodFilter::POST, path, needs, handler)
    }

    /// A route that makes something so, whatever it was.
    #[must_use]
    pub const fn put(path: &'static str, needs: Needs, handler: Handler) -> Self {
        Self::new(Method::PUT, MethodFilter::PUT, path, needs, handler)
    }

    /// A route that changes some of a thing.
    #[must_use]
    pub const fn patch(path: &'static str, needs: Needs, handler: Handler) -> Self {
        Self::new(Method::PATCH, MethodFilter::PATCH, path, needs, handler)
    }

    /// A route that ends or removes something.
    #[must_use]
    pub const fn delete(path: &'static str, needs: Needs, handler: Handler) -> Self {
        Self::new(Method::DELETE, MethodFilter::DELETE, path, needs, handler)
    }

    /// The same route, which takes an `Idempotency-Key`.
    #[must_use]
    pub const fn with_key(mut self) -> Self {
        self.takes_key = true;
        self
    }

    /// The same route, which may walk everything that is to be ended.
    #[must_use]
    pub const fn walking(mut self) -> Self {
        self.walks = true;
        self
    }

    const fn new(
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        needs: Needs,
        handler: Handler,
    ) -> Self {
        Self {
            method,
            path,
            needs,
            takes_key: false,
            walks: false,
            filter,
            handler,
        }
    }

    /// Its method and path.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// How long its reply may take.
    fn answers_within(&self, walk_for: WalkFor) -> Duration {
        if self.walks {
            walk_for.answer_within()
        } else {
            ANSWER_WITHIN
        }
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {:?}", self.method, self.path, self.needs)
    }
}

/// The router of a table: each row's handler at the row's method and path, and nothing else.
///
/// A handler's request carries its row, of which the [`Caller`](crate::Caller) reads what is needed,
/// and [`WalkFor`]. A reply that takes too long is 503.
pub fn serve_routes(table: &'static [Route], walk_for: WalkFor) -> Router<Platform> {
    let router = table.iter().fold(Router::new(), |router, route| {
        router.route(route.path, (route.handler)(route.filter))
    });
    router.layer(from_fn(move |request: Request, next: Next| {
        answer(table, walk_for, request, next)
    }))
}

async fn answer(
    table: &'static [Route],
    walk_for: WalkFor,
    mut request: Request,
    next: Next,
) -> Response {
    // A method that the path does not take is answered by the router.
    let Some(route) = find(table, &request) else {
        return next.run(request).await;
    };
    let extensions = request.extensions_mut();
    extensions.insert(route);
    extensions.insert(walk_for);
    match timeout(route.answers_within(walk_for), next.run(request)).await {
        Ok(response) => response,
        Err(elapsed) => Problem::unavailable(elapsed).into_response(),
    }
}

/// The row that a request was routed to.
fn find(table: &'static [Route], request: &Request) -> Option<&'static Route> {
    let path = request.extensions().get::<MatchedPath>()?.as_str();
    let method = match request.method() {
        &Method::HEAD => &Method::GET,
        method => method,
    };
    table
        .iter()
        .find(|route| route.method == *method && route.path == path)
}
