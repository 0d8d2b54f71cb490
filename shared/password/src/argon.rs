//! Argon2id (RFC 9106), away from the threads that serve requests.

use crate::text::Password;
use argon2::password_hash::{self, phc};
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
};
use hallpass_core::{PasswordHash, Random, RandomUnavailable};
use thiserror::Error;
use tokio::sync::Semaphore;

/// OWASP's first choice for Argon2id ("Password Storage Cheat Sheet"): 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// What a password is compared with where there is no hash. Its result is not used.
const NO_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Three at once take 58,368 KiB, which is less than 64 MB. Counted for the whole process, whose
/// memory it is.
const AT_ONCE: usize = 3;
static PERMITS: Semaphore = Semaphore::const_new(AT_ONCE);

/// Why a password was not hashed.
#[derive(Debug, Error)]
pub enum HashError {
    /// There were no random bytes for a salt.
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
    /// The hash did not run to its end: no memory or no thread for it.
    #[error("the hash did not run: {0}")]
    Failed(String),
    /// The stored text is not one of ours.
    #[error("the stored hash is not Argon2id with this service's parameters")]
    Form,
}

/// A password's hash, under a new salt.
///
/// # Errors
/// When there are no random bytes for the salt, or hashing fails.
pub async fn hash(password: Password, random: &dyn Random) -> Result<PasswordHash, HashError> {
    let mut salt = [0_u8; SALT_BYTES];
    random.fill(&mut salt)?;
    let hash = run(move |argon| argon.hash_password_with_salt(password.form(), &salt)).await?;
    let hash: phc::PasswordHash = hash.map_err(|error| failed(&error))?;
    Ok(PasswordHash(hash.to_string()))
}

/// What comparing a password with a hash found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// It is not the hash's.
    Wrong,
    /// It is.
    Right,
    /// It is, as it was written: the hash is from before passwords had one form.
    RightAsWritten,
}

/// Whether this is the password of a hash. Without a hash the answer is no, after the same time.
///
/// # Errors
/// When it could not be compared.
pub async fn matches(password: Password, hash: Option<&PasswordHash>) -> Result<bool, HashError> {
    Ok(compare(password, hash).await? != Compared::Wrong)
}

/// The same, and in which form. Whether one hash is computed or two is a matter of the given text alone:
/// it says nothing of what it is compared with.
///
/// # Errors
/// When it could not be compared.
pub async fn compare(
    password: Password,
    hash: Option<&PasswordHash>,
) -> Result<Compared, HashError> {
    let stored = read(hash.map_or(NO_HASH, |hash| &hash.0))?;
    let compared = run(move |argon| {
        let of_form = argon.verify_password(password.form(), &stored);
        let of_written = password
            .written()
            .map(|written| argon.verify_password(written, &stored));
        (of_form, of_written)
    });
    let (of_form, of_written) = compared.await?;
    let is_right = |compared: password_hash::Result<()>| match compared {
        Ok(()) => Ok(hash.is_some()),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(failed(&error)),
    };
    let of_written = of_written.map(is_right).transpose()?.unwrap_or(false);
    Ok(match (is_right(of_form)?, of_written) {
        (true, _) => Compared::Right,
        (false, true) => Compared::RightAsWritten,
        (false, false) => Compared::Wrong,
    })
}

/// Reads a stored hash. One with other parameters is refused, since the library would take the time
/// and memory that the text asks for.
fn read(text: &str) -> Result<phc::PasswordHash, HashError> {
    let hash = phc::PasswordHash::new(text).map_err(|_not_phc| HashError::Form)?;
    let params = Params::try_from(&hash).map_err(|_not_argon2| HashError::Form)?;
    let is_ours = hash.algorithm == ARGON2ID_IDENT
        && hash.version == Some(Version::V0x13.into())
        && hash
            .salt
            .as_ref()
            .is_some_and(|salt| salt.len() == SALT_BYTES)
        && hash.hash.is_some()
        && our_params().is_ok_and(|ours| ours == params);
    is_ours.then_some(hash).ok_or(HashError::Form)
}

fn our_params() -> argon2::Result<Params> {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES))
}

/// Runs a hash on a thread of its own, when there is room for its memory.
async fn run<T: Send + 'static>(
    hashing: impl FnOnce(&Argon2<'_>) -> T + Send + 'static,
) -> Result<T, HashError> {
    let permit = PERMITS.acquire().await.map_err(|closed| failed(&closed))?;
    // Says that work was done, to the tests that count it (a release build leaves it out); nothing of
    // what was hashed.
    tracing::debug!("hash a password");
    let params = our_params().map_err(|error| failed(&error))?;
    let hashing = tokio::task::spawn_blocking(move || {
        // Held to the end, also where the request that waits for it has left.
        let _permit = permit;
        hashing(&Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    });
    hashing.await.map_err(|stopped| failed(&stopped))
}

fn failed(error: &dyn std::fmt::Display) -> HashError {
    HashError::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, Compared, HashError, MEMORY_KIB, NO_HASH, compare, hash, matches, read};
    use crate::text::Password;
    use hallpass_core::{PasswordHash, Random, RandomUnavailable};

    #[derive(Debug)]
    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    fn password(text: &str) -> Password {
        Password::parse(text.to_owned()).unwrap().unwrap()
    }

    #[tokio::test]
    async fn s50_a_password_opens_its_own_hash_and_no_other() {
        let one = hash(password("correct horse"), &Fixed(1)).await.unwrap();
        let again = hash(password("correct horse"), &Fixed(2)).await.unwrap();
        assert_ne!(one, again, "each has a salt of its own");
        assert!(one.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        for (text, expected) in [
            ("correct horse", true),
            ("correct horse ", false),
            ("Correct horse", false),
            ("x", false),
        ] {
            assert_eq!(matches(password(text), Some(&one)).await.unwrap(), expected);
            assert_eq!(
                matches(password(text), Some(&again)).await.unwrap(),
                expected
            );
            assert!(!matches(password(text), None).await.unwrap());
        }
    }

    /// What other forms of a password open, and what a hash from before opens.
    #[tokio::test]
    async fn s70_a_password_opens_in_every_form() {
        let set = hash(password("jose\u{301} \u{a0}x"), &Fixed(1))
            .await
            .unwrap();
        for (given, expected) in [
            ("jos\u{e9}  x", Compared::Right),
            ("jose\u{301} \u{3000}x", Compared::Right),
            ("jose  x", Compared::Wrong),
            ("jos\u{e9}  x\u{200b}", Compared::Wrong),
        ] {
            let compared = compare(password(given), Some(&set)).await.unwrap();
            assert_eq!(compared, expected, "{given:?}");
            assert_eq!(
                compare(password(given), None).await.unwrap(),
                Compared::Wrong
            );
        }
        // argon2-cffi 25.1 of `jose\u{301}` as it is written.
        let before = PasswordHash(BEFORE.to_owned());
        for (given, expected) in [
            ("jose\u{301}", Compared::RightAsWritten),
            ("jos\u{e9}", Compared::Wrong),
        ] {
            let compared = compare(password(given), Some(&before)).await.unwrap();
            assert_eq!(compared, expected, "{given:?}");
        }
    }

    const BEFORE: &str = "$argon2id$v=19$m=19456,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ$cbmD/5cwO9kilQS6FVZGA9YUNMntkpZxSfp8FSU6V48";

    #[tokio::test]
    async fn the_reference_implementation_agrees() {
        // argon2-cffi 25.1 (the C library), salt 16 bytes of 1.
        let text = "$argon2id$v=19$m=19456,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ$gU6q4SSknyIca4APZ1i3UtP0/uH+4cvfdSY+F5MDR/Q";
        let made = hash(password("correct horse"), &Fixed(1)).await.unwrap();
        assert_eq!(made, PasswordHash(text.to_owned()));
        assert!(
            matches(password("correct horse"), Some(&made))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn what_is_not_ours_is_no_hash() {
        let good = hash(password("x"), &Fixed(1)).await.unwrap().0;
        for text in [
            String::new(),
            good.replace("m=19456", "m=4194304"),
            good.replace("t=2", "t=3"),
            good.replace("p=1", "p=2"),
            good.replace("p=1", "p=1,keyid=AAAA"),
            good.replace("v=19", "v=16"),
            good.replace("$v=19", ""),
            good.replace("argon2id", "argon2i"),
            format!("{good}A"),
            format!("{good}$"),
            good.rsplit_once('$').unwrap().0.to_owned(),
            good.replace("AQEBAQEBAQEBAQEBAQEBAQ", "AQEBAQEBAQEBAQEBAQEBAQE"),
            good.replace("$argon2id$v=19$m=19456,t=2,p=1$", "$2b$10$"),
        ] {
            let compared = matches(password("x"), Some(&PasswordHash(text.clone()))).await;
            assert!(
                matches!(compared, Err(HashError::Form)),
                "{text} {compared:?}"
            );
        }
    }

    #[test]
    fn where_there_is_no_hash_one_of_ours_is_computed() {
        assert!(read(NO_HASH).is_ok());
    }

    #[test]
    fn s50_all_that_run_at_once_take_less_than_64_mb() {
        let bytes = u64::from(MEMORY_KIB) * 1_024;
        assert!(u64::try_from(AT_ONCE).unwrap() * bytes < 64_000_000);
    }
}
