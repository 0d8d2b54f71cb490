//! Checks every catalog of this folder, so that a wrong one fails the build, and embeds what came of it: a
//! function needs neither a TOML parser nor the checks at its start.

#[path = "src/folder.rs"]
mod folder;

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let mut embedded = String::from("&[\n");
    for (name, catalog) in folder::catalogs(&env::current_dir()?)? {
        let checked = serde_json::to_string(&catalog)?;
        writeln!(embedded, "    ({name:?}, {checked:?}),")?;
    }
    embedded.push(']');
    let out = env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    fs::write(Path::new(&out).join("embedded.rs"), embedded)?;
    println!("cargo::rerun-if-changed=.");
    Ok(())
}
