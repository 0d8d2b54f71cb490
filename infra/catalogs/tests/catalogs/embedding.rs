//! A catalog is embedded because its file lies in the folder: nothing else names it.

#[path = "../../src/folder.rs"]
mod folder;

use std::fs;
use std::path::{Path, PathBuf};

const NEW: &str = r#"
name = "museum"

[scopes]
"exhibit:view" = { description = "See exhibits" }

[kinds.server]
format = "opaque"
prefix = "musrv"
exposure = "secret"
scopes = ["*"]
lifetime = "never"
origins = "none"
presented = ["bearer"]
principals = ["account"]
"#;

/// A copy of this folder's files, in a folder of this test's own.
fn copy(test: &str) -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _absent = fs::remove_dir_all(&copy);
    fs::create_dir_all(&copy).unwrap();
    for entry in fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap() {
        let file = entry.unwrap().path();
        if file.is_file() {
            fs::copy(&file, copy.join(file.file_name().unwrap())).unwrap();
        }
    }
    copy
}

fn names(folder: &Path) -> Vec<String> {
    let catalogs = folder::catalogs(folder).unwrap();
    catalogs.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_file_more_in_the_folder_is_a_catalog_more() {
    let folder = copy("one_more");
    let mut expected = names(&folder);
    assert!(expected.len() >= 5, "{expected:?}");
    fs::write(folder.join("museum.toml"), NEW).unwrap();
    expected.push("museum".to_owned());
    expected.sort_unstable();
    assert_eq!(names(&folder), expected);
}

#[test]
fn a_wrong_file_is_named_with_line_and_reason() {
    let folder = copy("wrong");
    for (file, text, reason) in [
        (
            "museum.toml",
            NEW.replace("\"never\"", "\"always\""),
            "infra/catalogs/museum.toml:12: a lifetime is `\"never\"` or `{ default, min, max }` in seconds",
        ),
        (
            "gallery.toml",
            NEW.to_owned(),
            "infra/catalogs/gallery.toml:1: the catalog's name must be `gallery`, as its file's",
        ),
    ] {
        fs::write(folder.join(file), text).unwrap();
        assert_eq!(folder::catalogs(&folder).unwrap_err().to_string(), reason);
        fs::remove_file(folder.join(file)).unwrap();
    }
}
