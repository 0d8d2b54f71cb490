//! The catalogs that ship with Hallpass, embedded in each function.

use hallpass_core::{Catalog, CatalogError};

const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The names of the catalogs that ship.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// The catalog of this name; `None` if none ships under it.
///
/// # Errors
/// Names file, line and reason where the catalog is wrong; the build has refused such a one already.
pub fn embedded(name: &str) -> Result<Option<Catalog>, CatalogError> {
    match EMBEDDED.iter().find(|(known, _)| *known == name) {
        Some((name, text)) => {
            Catalog::parse(&format!("infra/catalogs/{name}.toml"), text).map(Some)
        }
        None => Ok(None),
    }
}
