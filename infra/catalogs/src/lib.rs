//! The catalogs that ship with Hallpass, embedded in each function.

use hallpass_core::{Catalog, CatalogError};
use thiserror::Error;

const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The names of the catalogs that ship.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// The catalog of this name; `None` if none ships under it.
///
/// # Errors
/// Where what the build wrote cannot be read back, which it has checked: no function starts then.
pub fn embedded(name: &str) -> Result<Option<Catalog>, CatalogError> {
    match EMBEDDED.iter().find(|(embedded, _)| *embedded == name) {
        Some((name, text)) => {
            let checked = serde_json::from_str(text).map_err(|error| CatalogError {
                file: format!("infra/catalogs/{name}.toml"),
                line: 1,
                reason: format!("what the build made of it: {error}"),
            })?;
            Ok(Some(checked))
        }
        None => Ok(None),
    }
}

/// The catalog of this name, for whoever must have one.
///
/// # Errors
/// Where none ships under it, with the names that would do; where it cannot be read back.
pub fn find(name: &str) -> Result<Catalog, FindError> {
    embedded(name)?.ok_or_else(|| FindError::Unknown {
        name: name.to_owned(),
        shipped: names()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", "),
    })
}

/// Why there is no catalog of a name.
#[derive(Debug, Error)]
pub enum FindError {
    /// None ships under it.
    #[error("there is no catalog `{name}`: name one of {shipped}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names that would do.
        shipped: String,
    },
    /// What the build wrote cannot be read back.
    #[error(transparent)]
    Unreadable(#[from] CatalogError),
}

#[cfg(test)]
mod tests {
    use super::{embedded, find, names};
    use hallpass_core::Catalog;
    use std::path::Path;

    /// The names of the files of this folder, as they are when the test runs.
    fn files() -> Vec<String> {
        let entries = std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|file| Some(file.strip_suffix(".toml")?.to_owned()))
            .filter(|name| name != "Cargo")
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_catalog_of_the_folder_is_embedded_as_its_file_says() {
        assert!(names().eq(files()), "{:?}", names().collect::<Vec<_>>());
        for name in names() {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{name}.toml"));
            let text = std::fs::read_to_string(file).unwrap();
            assert_eq!(
                embedded(name).unwrap().unwrap(),
                Catalog::parse(name, &text).unwrap(),
                "{name}"
            );
        }
        assert!(embedded("nope").unwrap().is_none());
    }

    #[test]
    fn a_name_that_does_not_ship_is_refused_with_those_that_do() {
        assert_eq!(find("default").unwrap().name(), "default");
        let refusal = find("nope").unwrap_err().to_string();
        assert!(refusal.contains("`nope`"), "{refusal}");
        for name in names() {
            assert!(refusal.contains(&format!("`{name}`")), "{refusal}");
        }
    }
}
