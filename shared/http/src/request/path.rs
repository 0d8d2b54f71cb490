//! Path parameters, as texts that are still to be parsed.

use crate::reply::problem::Problem;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path as AxumPath};
use http::request::Parts;
use serde::de::DeserializeOwned;

/// The parameters of the request's path, decoded. What cannot be decoded names nothing: 404.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match AxumPath::from_request_parts(parts, state).await {
            Ok(AxumPath(parameters)) => Ok(Self(parameters)),
            Err(PathRejection::FailedToDeserializePathParams(_not_utf8)) => {
                Err(Problem::not_found("path: it is not UTF-8"))
            }
            // A route without the parameters its handler asks for is a fault of ours.
            Err(rejection) => Err(Problem::internal(rejection)),
        }
    }
}
