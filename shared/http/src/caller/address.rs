//! The address that a request comes from.

use std::net::IpAddr;

/// The caller's address: the gateway's `requestContext` source, never a forwarded header.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);
