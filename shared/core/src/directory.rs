//! The directory: accounts and their environments, the principals, groups, folders and shares in
//! them, and what is given to whom.

pub(crate) mod access;
pub(crate) mod environment;
pub(crate) mod folder;
pub(crate) mod group;
pub(crate) mod label;
pub(crate) mod principal;
pub(crate) mod share;
pub(crate) mod tenant;
