//! Who is at the other end, as far as the connection and the headers say: page and address.

use crate::cors::CorsGrant;
use crate::credential::{ClientAddress, presented_origin};
use crate::platform::Platform;
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use hallpass_core::PresentedOrigin;
use http::request::Parts;
use std::net::IpAddr;

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Client {
    /// The page.
    pub origin: PresentedOrigin,
    /// The address; always there on Lambda.
    pub address: Option<IpAddr>,
    pub(crate) grant: CorsGrant,
}

impl Client {
    /// Lets the page read the reply, whatever it will be: for what needs no token.
    pub fn welcome(&self) {
        if matches!(self.origin, PresentedOrigin::Valid(_)) {
            self.grant.give();
        }
    }
}

impl FromRequestParts<Platform> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _platform: &Platform) -> Result<Self, Problem> {
        let address = parts.extensions.get::<ClientAddress>();
        let grant = parts.extensions.get::<CorsGrant>();
        Ok(Self {
            origin: presented_origin(&parts.headers),
            address: address.map(|address| address.0),
            grant: grant.cloned().unwrap_or_default(),
        })
    }
}
