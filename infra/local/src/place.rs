//! Where the management token is kept on this machine.

use secrecy::{ExposeSecret as _, SecretString};
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The file beside the records.
pub(crate) fn kept_token(data: &Path) -> PathBuf {
    data.join("root-token")
}

/// What a file holds, if there is one.
pub(crate) fn read_token(file: &Path) -> Option<SecretString> {
    Some(fs::read_to_string(file).ok()?.trim().to_owned().into())
}

/// Writes the token to a new file that its owner alone can read, in place of an old one: a file
/// that holds anything else stays.
pub(crate) fn write_token(file: &Path, token: &SecretString) -> io::Result<()> {
    let is_ours = fs::read(file).map(|old| old.is_empty() || old.starts_with(b"hpm_"));
    if is_ours.is_ok_and(|is_ours| !is_ours) {
        let reason = "the file holds something else: name another, or remove it";
        return Err(io::Error::new(ErrorKind::AlreadyExists, reason));
    }
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    writeln!(file, "{}", token.expose_secret())
}
