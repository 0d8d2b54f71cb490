//! The environment of a function, read once at its start.

use hallpass_core::{Catalog, Issuer, IssuerError, SchemaVersion, SchemaVersionError};
use std::error::Error;
use thiserror::Error;

/// What a deployment sets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `HALLPASS_TABLE`: the DynamoDB table.
    pub table: String,
    /// `HALLPASS_ISSUER`: the issuer URL.
    pub issuer: Issuer,
    /// `HALLPASS_AUDIENCE`: who besides us may rely on a JWT, where offline checks suffice.
    pub audience: Option<String>,
    /// `HALLPASS_STACK`: the name of the stack, which descriptions of KMS keys and metrics have.
    pub stack: String,
    /// The catalog that `HALLPASS_CATALOG` names.
    pub catalog: Catalog,
    /// `HALLPASS_SCHEMA_VERSION`: the newest version of rows and claims that is written; the newest
    /// there is if absent. Lower while functions are running that do not know it.
    pub schema_version: SchemaVersion,
}

/// What is wrong with the environment.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// A variable is not set.
    #[error("the environment variable `{0}` is not set")]
    Missing(&'static str),
    /// The issuer is no issuer.
    #[error("HALLPASS_ISSUER: {0}")]
    Issuer(#[from] IssuerError),
    /// The audience is the issuer.
    #[error(
        "HALLPASS_AUDIENCE (`--audience`): it is the issuer, which every JWT names, also one that is bound to origins or addresses: choose another, or none"
    )]
    AudienceIsIssuer,
    /// There is no such version.
    #[error("HALLPASS_SCHEMA_VERSION: {0}")]
    SchemaVersion(#[from] SchemaVersionError),
    /// There is no catalog of this name, or it is wrong.
    #[error("HALLPASS_CATALOG: {0}")]
    Catalog(#[source] Box<dyn Error + Send + Sync>),
}

impl Settings {
    /// Reads variables through `lookup`, and the catalog of the name that they say through
    /// `find_catalog`.
    ///
    /// # Errors
    /// Names the variable and what is wrong with it.
    pub fn from_lookup<E: Into<Box<dyn Error + Send + Sync>>>(
        lookup: impl Fn(&str) -> Option<String>,
        find_catalog: impl FnOnce(&str) -> Result<Catalog, E>,
    ) -> Result<Self, SettingsError> {
        let required = |name| lookup(name).ok_or(SettingsError::Missing(name));
        let settings = Self {
            table: required("HALLPASS_TABLE")?,
            issuer: required("HALLPASS_ISSUER")?.parse()?,
            audience: lookup("HALLPASS_AUDIENCE"),
            stack: lookup("HALLPASS_STACK").unwrap_or_else(|| "hallpass".to_owned()),
            catalog: find_catalog(&required("HALLPASS_CATALOG")?)
                .map_err(|error| SettingsError::Catalog(error.into()))?,
            schema_version: match lookup("HALLPASS_SCHEMA_VERSION") {
                Some(text) => text.parse()?,
                None => SchemaVersion::NEWEST,
            },
        };
        settings.checked()
    }

    /// The same, if its parts go together.
    ///
    /// # Errors
    /// Says what does not.
    pub fn checked(self) -> Result<Self, SettingsError> {
        if self.audience.as_deref() == Some(self.issuer.as_str()) {
            return Err(SettingsError::AudienceIsIssuer);
        }
        Ok(self)
    }
}

/// A variable of the process's environment; an empty one counts as not set.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the environment is read"
    )]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use hallpass_core::{Catalog, CatalogError};

    const CATALOG: &str = r#"
        name = "default"
        [scopes]
        "floor:read" = { description = "Read" }
        [kinds.secret]
        prefix = "tsec"
        format = "opaque"
        exposure = "secret"
        scopes = ["floor:read"]
        lifetime = "never"
        origins = "optional"
        presented = ["bearer"]
        principals = ["account"]
    "#;

    fn find_catalog(name: &str) -> Result<Catalog, CatalogError> {
        Catalog::parse(name, if name == "default" { CATALOG } else { "" })
    }

    #[test]
    fn s57_each_wrong_variable_is_named() {
        let good = |name: &str| match name {
            "HALLPASS_TABLE" => Some("hallpass".to_owned()),
            "HALLPASS_ISSUER" => Some("https://tokens.example".to_owned()),
            "HALLPASS_CATALOG" => Some("default".to_owned()),
            _ => None,
        };
        let settings = Settings::from_lookup(good, find_catalog).unwrap();
        assert_eq!(settings.catalog.name(), "default");
        for (variable, value) in [
            ("HALLPASS_TABLE", None),
            ("HALLPASS_ISSUER", None),
            ("HALLPASS_ISSUER", Some("http://tokens.example")),
            ("HALLPASS_ISSUER", Some("https://tokens.example/")),
            ("HALLPASS_ISSUER", Some("https://tokens.example/hallpass")),
            ("HALLPASS_ISSUER", Some("http://localhost:9000/live")),
            ("HALLPASS_AUDIENCE", Some("https://tokens.example")),
            ("HALLPASS_SCHEMA_VERSION", Some("0")),
            ("HALLPASS_SCHEMA_VERSION", Some("3")),
            ("HALLPASS_SCHEMA_VERSION", Some("newest")),
            ("HALLPASS_CATALOG", None),
            ("HALLPASS_CATALOG", Some("nope")),
        ] {
            let wrong = |name: &str| {
                if name == variable {
                    value.map(str::to_owned)
                } else {
                    good(name)
                }
            };
            let error = Settings::from_lookup(wrong, find_catalog);
            assert!(
                error.unwrap_err().to_string().contains(variable),
                "{variable} = {value:?}"
            );
        }
    }
}
