//! Where a request comes from, as far as the connection and the headers say: page and address.

use crate::caller::address::ClientAddress;
use crate::caller::origin::presented_origin;
use crate::middleware::cors::CorsPermission;
use crate::reply::problem::Problem;
use axum::extract::FromRequestParts;
use hallpass_core::PresentedOrigin;
use hallpass_runtime::Platform;
use http::request::Parts;
use std::net::IpAddr;

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Client {
    /// The page.
    pub origin: PresentedOrigin,
    /// The address; always there on Lambda.
    pub address: Option<IpAddr>,
    /// Whether that page may read the reply.
    pub(crate) cors: CorsPermission,
}

impl Client {
    /// What the request's connection and headers say.
    pub(crate) fn of(parts: &Parts) -> Self {
        let address = parts.extensions.get::<ClientAddress>();
        let cors = parts.extensions.get::<CorsPermission>();
        Self {
            origin: presented_origin(&parts.headers),
            address: address.map(|address| address.0),
            cors: cors.cloned().unwrap_or_default(),
        }
    }

    /// Lets the page read the reply, whatever it will be. For what needs no token; with one, the
    /// caller's admission does it.
    pub fn allow_cors(&self) {
        if matches!(self.origin, PresentedOrigin::Valid(_)) {
            self.cors.allow();
        }
    }
}

impl FromRequestParts<Platform> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _platform: &Platform) -> Result<Self, Problem> {
        Ok(Self::of(parts))
    }
}
