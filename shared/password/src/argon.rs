//! Argon2id (RFC 9106), away from the threads that serve requests.

use crate::text::Password;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hallpass_core::{PasswordHash, Random, RandomUnavailable};
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use tokio::sync::Semaphore;

/// OWASP's first choice for Argon2id ("Password Storage Cheat Sheet"): 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How a hash's text begins, which says the same.
const HEAD: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// Three at once take 58,368 KiB, which is less than 64 MB. Counted for the whole process, whose
/// memory it is.
const AT_ONCE: usize = 3;
static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

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
/// When it cannot be had now.
pub async fn hash(password: Password, random: &dyn Random) -> Result<PasswordHash, HashError> {
    let mut salt = [0_u8; SALT_BYTES];
    random.fill(&mut salt)?;
    let output = run(password, salt).await?;
    let (salt, output) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(output));
    Ok(PasswordHash(format!("{HEAD}{salt}${output}")))
}

/// Whether a password is the one of a hash. Without a hash it is not, which takes as long to tell.
///
/// # Errors
/// When it cannot be told now.
pub async fn matches(password: Password, hash: Option<&PasswordHash>) -> Result<bool, HashError> {
    let known = hash.map(read).transpose()?;
    let (salt, expected) = known.unwrap_or(([0; SALT_BYTES], [0; HASH_BYTES]));
    let output = run(password, salt).await?;
    Ok(bool::from(output.ct_eq(&expected)) && hash.is_some())
}

fn read(hash: &PasswordHash) -> Result<([u8; SALT_BYTES], [u8; HASH_BYTES]), HashError> {
    let rest = hash.0.strip_prefix(HEAD);
    let (salt, output) = rest
        .and_then(|rest| rest.split_once('$'))
        .ok_or(HashError::Form)?;
    Ok((bytes(salt)?, bytes(output)?))
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], HashError> {
    let bytes = STANDARD_NO_PAD
        .decode(text)
        .map_err(|_not_base64| HashError::Form)?;
    bytes.try_into().map_err(|_length| HashError::Form)
}

async fn run(password: Password, salt: [u8; SALT_BYTES]) -> Result<[u8; HASH_BYTES], HashError> {
    let failed = |error: &dyn std::fmt::Display| HashError::Failed(error.to_string());
    let place = PLACES.acquire().await.map_err(|closed| failed(&closed))?;
    // Says that work was done, to the tests that count it (a release build leaves it out); nothing of
    // what was hashed.
    tracing::debug!("hash a password");
    let hashing = tokio::task::spawn_blocking(move || {
        // Held to the end, also where the request that waits for it has left.
        let _place = place;
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut output = [0_u8; HASH_BYTES];
        argon.hash_password_into(password.bytes(), &salt, &mut output)?;
        Ok::<_, argon2::Error>(output)
    });
    let hashed = hashing.await.map_err(|stopped| failed(&stopped))?;
    hashed.map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, HEAD, HashError, LANES, MEMORY_KIB, PASSES, hash, matches};
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

    #[tokio::test]
    async fn the_reference_implementation_agrees() {
        // argon2-cffi 25.1 (the C library), salt 16 bytes of 1.
        let text = "$argon2id$v=19$m=19456,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ$gU6q4SSknyIca4APZ1i3UtP0/uH+4cvfdSY+F5MDR/Q";
        let made = hash(password("correct horse"), &Fixed(1)).await.unwrap();
        assert_eq!(made, PasswordHash(text.to_owned()));
        let head = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$");
        assert_eq!(HEAD, head);
    }

    #[tokio::test]
    async fn what_is_not_ours_is_no_hash() {
        let good = hash(password("x"), &Fixed(1)).await.unwrap().0;
        for text in [
            String::new(),
            good.replace("m=19456", "m=4194304"),
            good.replace("argon2id", "argon2i"),
            format!("{good}A"),
            good.replace(HEAD, "$2b$10$"),
        ] {
            let told = matches(password("x"), Some(&PasswordHash(text))).await;
            assert!(matches!(told, Err(HashError::Form)));
        }
    }

    #[test]
    fn s50_all_that_run_at_once_take_less_than_64_mb() {
        let bytes = u64::from(MEMORY_KIB) * 1_024;
        assert!(u64::try_from(AT_ONCE).unwrap() * bytes < 64_000_000);
    }
}
