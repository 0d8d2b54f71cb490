//! The file that holds the management token on this machine.

use secrecy::{ExposeSecret as _, SecretString};
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The file beside the records.
pub(crate) fn beside(data: &Path) -> PathBuf {
    data.join("root-token")
}

/// What a file holds, if there is one.
pub(crate) fn read_token(file: &Path) -> Option<SecretString> {
    Some(fs::read_to_string(file).ok()?.trim().to_owned().into())
}

/// Whether a file that somebody named may be replaced: it holds an old token, or nothing.
pub(crate) fn check_replaceable(file: &Path) -> io::Result<()> {
    match fs::read(file) {
        Ok(old) if old.is_empty() || old.starts_with(b"hpm_") => Ok(()),
        Ok(_) => {
            let reason = "the file holds something else: name another, or remove it";
            Err(io::Error::new(ErrorKind::AlreadyExists, reason))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Writes the token to a new file that its owner alone can read, in place of an old one.
pub(crate) fn write_token(file: &Path, token: &SecretString) -> io::Result<()> {
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
