//! `DynamoDB`: dynoxide, on `SQLite`.

use std::{fs, io, path::Path, path::PathBuf};

use dynoxide::{Database, server};

use crate::{error::ServicesError, hosted::Hosted};

/// The file in the data folder.
const FILE: &str = "hallpass.sqlite";

/// Serves the records of the folder `data`, or empty ones in memory, on `port`.
pub(crate) fn start(data: Option<&Path>, port: u16) -> Result<Hosted, ServicesError> {
    let database = match data {
        Some(folder) => open(folder)?,
        None => Database::memory().map_err(|error| unusable(PathBuf::from(":memory:"), error))?,
    };
    Hosted::start("DynamoDB", port, async move |listener| {
        // Pending: stopping is dropping, which does not wait for idle connections.
        if let Err(error) =
            server::serve_with_shutdown(listener, database, std::future::pending()).await
        {
            tracing::error!(%error, "the embedded DynamoDB stopped");
        }
    })
}

fn open(folder: &Path) -> Result<Database, ServicesError> {
    let refused = |source| ServicesError::Folder {
        path: folder.to_owned(),
        source,
    };
    fs::create_dir_all(folder).map_err(refused)?;
    let path = folder.join(FILE);
    let Some(text) = path.to_str() else {
        return Err(refused(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path is not UTF-8",
        )));
    };
    Database::new(text).map_err(|error| unusable(path.clone(), error))
}

fn unusable(path: PathBuf, error: dynoxide::DynoxideError) -> ServicesError {
    ServicesError::Records {
        path,
        source: Box::new(error),
    }
}
