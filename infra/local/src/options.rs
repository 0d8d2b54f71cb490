//! The command line of `cargo dev`.

use lexopt::prelude::*;
use std::path::PathBuf;
use thiserror::Error;

pub(crate) const HELP: &str = "\
cargo dev [--port N] [--catalog NAME|FILE] [--data DIR] [--root-token-file FILE]
          [--algorithm NAME] [--signing-mode MODE] [--audience TEXT] [--services-only]

  --port N                 listen on http://127.0.0.1:N (9000)
  --catalog NAME|FILE      a catalog that ships, or a file (default)
  --data DIR               keep records in DIR across restarts; signing keys do not survive one
  --root-token-file FILE   write the management token to FILE, readable by you alone
  --algorithm NAME         of the signing key: ES256 (default), RS256, RS256-3072, EdDSA (wrapped only here)
  --signing-mode MODE      direct (default), or wrapped: KMS decrypts the private key once
  --audience TEXT          of tokens that an API may check by the published keys alone: no origins, no addresses
  --services-only          the embedded DynamoDB and KMS only, for cargo lambda";

/// What to run.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) catalog: String,
    pub(crate) data: Option<PathBuf>,
    pub(crate) root_token_file: Option<PathBuf>,
    pub(crate) algorithm: Option<String>,
    pub(crate) signing_mode: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) services_only: bool,
}

/// What the command line says.
#[derive(Debug)]
pub(crate) enum Command {
    Run(Options),
    Help,
}

/// A command line that cannot be understood.
#[derive(Debug, Error)]
#[error("{0}; `cargo dev --help` shows the options")]
pub(crate) struct OptionsError(String);

impl From<lexopt::Error> for OptionsError {
    fn from(error: lexopt::Error) -> Self {
        Self(error.to_string())
    }
}

fn wrong_port(error: &lexopt::Error) -> OptionsError {
    OptionsError(format!("--port takes 0 to 65535: {error}"))
}

impl Options {
    pub(crate) fn from_arguments() -> Result<Command, OptionsError> {
        let mut arguments = lexopt::Parser::from_env();
        let mut options = Self {
            port: 9000,
            catalog: "default".to_owned(),
            data: None,
            root_token_file: None,
            algorithm: None,
            signing_mode: None,
            audience: None,
            services_only: false,
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("port") => {
                    options.port = arguments
                        .value()?
                        .parse()
                        .map_err(|error| wrong_port(&error))?;
                }
                Long("catalog") => options.catalog = arguments.value()?.string()?,
                Long("data") => options.data = Some(arguments.value()?.into()),
                Long("root-token-file") => {
                    options.root_token_file = Some(arguments.value()?.into());
                }
                Long("algorithm") => options.algorithm = Some(arguments.value()?.string()?),
                Long("signing-mode") => options.signing_mode = Some(arguments.value()?.string()?),
                Long("audience") => options.audience = Some(arguments.value()?.string()?),
                Long("services-only") => options.services_only = true,
                Long("help") | Short('h') => return Ok(Command::Help),
                _ => return Err(argument.unexpected().into()),
            }
        }
        Ok(Command::Run(options))
    }
}
