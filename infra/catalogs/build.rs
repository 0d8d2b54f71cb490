//! Checks every catalog of this folder, so that a wrong one fails the build, and embeds what came of it: a
//! function needs neither a TOML parser nor the checks at its start.

use hallpass_core::Catalog;
use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::current_dir()?;
    let mut embedded = String::from("&[\n");
    let mut files: Vec<_> = fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    for path in files.iter().map(fs::DirEntry::path) {
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        if path.extension().is_none_or(|extension| extension != "toml") || name == "Cargo" {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let file = format!("infra/catalogs/{name}.toml");
        let catalog = Catalog::parse(&file, &text).map_err(|error| error.to_string())?;
        if catalog.name() != name {
            return Err(
                format!("{file}:1: the catalog's name must be `{name}`, as its file's").into(),
            );
        }
        let checked = serde_json::to_string(&catalog)?;
        writeln!(embedded, "    ({name:?}, {checked:?}),")?;
    }
    embedded.push(']');
    let out = env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    fs::write(Path::new(&out).join("embedded.rs"), embedded)?;
    println!("cargo::rerun-if-changed=.");
    Ok(())
}
