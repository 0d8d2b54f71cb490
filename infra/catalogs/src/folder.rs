//! Reads every catalog of a folder: for the build script, which embeds them, and for its test.

use hallpass_core::Catalog;
use std::{error::Error, fs, path::Path};

/// The catalogs of `folder`, one for each `*.toml` file in it but `Cargo.toml`, in the order of
/// their names.
///
/// # Errors
/// Where a file cannot be read; where a catalog is wrong, with file, line and reason; and where a
/// catalog is not named as its file is.
pub(crate) fn catalogs(folder: &Path) -> Result<Vec<(String, Catalog)>, Box<dyn Error>> {
    let mut files: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    let mut catalogs = Vec::new();
    for path in files.iter().map(fs::DirEntry::path) {
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        if path.extension().is_none_or(|extension| extension != "toml") || name == "Cargo" {
            continue;
        }
        let file = format!("infra/catalogs/{name}.toml");
        let text = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
        let catalog = Catalog::parse(&file, &text).map_err(|error| error.to_string())?;
        if catalog.name() != name {
            return Err(
                format!("{file}:1: the catalog's name must be `{name}`, as its file's").into(),
            );
        }
        catalogs.push((name.to_owned(), catalog));
    }
    Ok(catalogs)
}
