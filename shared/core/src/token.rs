//! Opaque tokens: `<prefix>_<id><secret><crc>`, fixed widths in base62.
//!
//! id 22 characters (128 bits), secret 43 (256 bits), CRC-32 (ISO-HDLC) of all before it 6. The
//! checksum refuses typos and junk before anything is read.

pub(crate) mod base62;
pub(crate) mod claims;
pub(crate) mod jwt;
pub(crate) mod malformed;
pub(crate) mod prefix;
pub(crate) mod presented;
pub(crate) mod record;

use crate::id::{ID_WIDTH, TokenId};
use crate::random::{Random, RandomUnavailable};
use crate::token::malformed::Malformed;
use crate::token::prefix::Prefix;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

const SECRET_WIDTH: usize = 43;
const CHECKSUM_WIDTH: usize = 6;

/// The 256 secret bits of an opaque token. Only its hash can be stored.
pub struct TokenSecret(SecretBox<[u8; 32]>);

impl TokenSecret {
    fn generate(random: &dyn Random) -> Result<Self, RandomUnavailable> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        random.fill(&mut *bytes)?;
        Ok(Self(SecretBox::new(Box::new(*bytes))))
    }

    /// What the table holds of it: SHA-256. The secret has 256 bits of entropy, so a slow hash
    /// would only cost time and stop no one.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0.expose_secret()).into())
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// SHA-256 of a token's secret, compared in constant time.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Whether `secret` is the one that was hashed.
    #[must_use]
    pub fn matches(&self, secret: &TokenSecret) -> bool {
        self.0.ct_eq(&secret.hash().0).into()
    }

    /// A short mark that distinguishes it from the token's other secrets.
    #[must_use]
    pub fn mark(&self) -> SecretMark {
        SecretMark(
            self.0
                .first_chunk()
                .map_or(0, |bytes| u32::from_be_bytes(*bytes)),
        )
    }

    /// The hash as the table holds it: 43 base62 digits.
    #[must_use]
    pub fn to_text(self) -> String {
        base62::encode(&self.0, SECRET_WIDTH)
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Serialize for SecretHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for SecretHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        base62::decode(&String::deserialize(deserializer)?)
            .map(Self)
            .ok_or_else(|| D::Error::custom("not a secret's hash"))
    }
}

/// Distinguishes the few secrets of one token: four bytes of the secret's hash, written in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretMark(u32);

impl SecretMark {
    /// Its four bytes.
    #[must_use]
    pub fn bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    /// The one with these four bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(u32::from_be_bytes(bytes))
    }
}

impl fmt::Display for SecretMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// The text of a token whose kind is public: no secret, so it is kept and can be shown again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicText(String);

impl PublicText {
    /// The token as a web page carries it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An opaque token, as it is minted or presented.
#[derive(Debug)]
pub struct OpaqueToken {
    /// The prefix of its kind.
    pub prefix: Prefix,
    /// The id of its record.
    pub id: TokenId,
    /// Its secret bits.
    pub secret: TokenSecret,
}

impl OpaqueToken {
    /// Makes a token, with a new secret, for a record's id.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn generate(
        prefix: Prefix,
        id: TokenId,
        random: &dyn Random,
    ) -> Result<Self, RandomUnavailable> {
        Ok(Self {
            prefix,
            id,
            secret: TokenSecret::generate(random)?,
        })
    }

    /// The text to hand out, once.
    #[must_use]
    pub fn text(&self) -> SecretString {
        let mut digits = base62::encode(self.secret.0.expose_secret(), SECRET_WIDTH);
        let mut text = format!("{}_{}{digits}", self.prefix.as_str(), self.id.digits());
        digits.zeroize();
        text.push_str(&checksum(&text));
        text.into()
    }

    /// The text in the type that may be kept; for kinds the catalog calls public.
    #[must_use]
    pub fn public_text(&self) -> PublicText {
        PublicText(self.text().expose_secret().to_owned())
    }

    pub(crate) fn parse(prefix: &str, body: &str, text: &str) -> Result<Self, Malformed> {
        let prefix: Prefix = prefix.parse().map_err(|_reason: &str| Malformed::Shape)?;
        let parts = body.split_at_checked(ID_WIDTH).and_then(|(id, rest)| {
            rest.split_at_checked(SECRET_WIDTH)
                .map(|(secret, crc)| (id, secret, crc))
        });
        let (id, secret, crc) = parts.ok_or(Malformed::Shape)?;
        if crc.len() != CHECKSUM_WIDTH {
            return Err(Malformed::Shape);
        }
        let covered = text.strip_suffix(crc).ok_or(Malformed::Shape)?;
        if checksum(covered) != crc {
            return Err(Malformed::Checksum);
        }
        let id = TokenId::from_digits(id).ok_or(Malformed::Shape)?;
        let secret = base62::decode::<32>(secret).ok_or(Malformed::Shape)?;
        Ok(Self {
            prefix,
            id,
            secret: TokenSecret(SecretBox::new(Box::new(secret))),
        })
    }
}

fn checksum(text: &str) -> String {
    base62::encode(
        &crc32fast::hash(text.as_bytes()).to_be_bytes(),
        CHECKSUM_WIDTH,
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Malformed, OpaqueToken, SecretHash, TokenSecret};
    use crate::id::TokenId;
    use crate::random::{Random, RandomUnavailable};
    use crate::token::presented::Presented;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;
    use std::marker::PhantomData;

    #[derive(Debug)]
    pub(crate) struct Bytes(pub(crate) u8);

    impl Random for Bytes {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    /// Whether values of a type can be compared with `==`, which stops at the first difference.
    struct Compared<T>(PhantomData<T>);

    trait Not {
        const COMPARED: bool = false;
    }

    impl<T> Not for Compared<T> {}

    impl<T: PartialEq> Compared<T> {
        const COMPARED: bool = true;
    }

    #[test]
    fn s31_secrets_and_their_hashes_are_compared_in_constant_time_or_not_at_all() {
        const { assert!(Compared::<u8>::COMPARED) };
        const { assert!(!Compared::<TokenSecret>::COMPARED) };
        const { assert!(!Compared::<SecretHash>::COMPARED) };
        let (one, other) = (
            TokenSecret::generate(&Bytes(1)),
            TokenSecret::generate(&Bytes(2)),
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(one.hash().matches(&one));
        assert!(!one.hash().matches(&other));
    }

    fn token(byte: u8) -> OpaqueToken {
        let random = Bytes(byte);
        OpaqueToken::generate(
            "hp_sec".parse().unwrap(),
            TokenId::generate(&random).unwrap(),
            &random,
        )
        .unwrap()
    }

    #[test]
    fn the_checksum_is_crc_32_iso_hdlc() {
        // The check value of CRC-32/ISO-HDLC for "123456789" is 0xCBF43926.
        assert_eq!(crc32fast::hash(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn s20_a_token_matches_the_published_pattern_and_reads_back() {
        let token = token(7);
        let text = token.text();
        let text = text.expose_secret();
        assert_eq!(text.len(), "hp_sec_".len() + 22 + 43 + 6);
        let Presented::Opaque(read) = Presented::parse(text).unwrap() else {
            panic!("an opaque token reads back as one")
        };
        assert_eq!(read.id, token.id);
        assert!(token.secret.hash().matches(&read.secret));
        assert!(!token.secret.hash().matches(&self::token(8).secret));
    }

    #[test]
    fn s20_every_single_typo_is_refused_without_a_read() {
        let text = token(9).text();
        let text = text.expose_secret();
        for position in 0..text.len() {
            let mut typo = text.to_owned().into_bytes();
            typo[position] = if typo[position] == b'x' { b'y' } else { b'x' };
            let typo = String::from_utf8(typo).unwrap();
            assert!(Presented::parse(&typo).is_err(), "typo at {position}");
        }
        for cut in 0..text.len() {
            assert!(Presented::parse(text.split_at(cut).0).is_err());
        }
        assert_eq!(
            Presented::parse(&"x".repeat(8193)).unwrap_err(),
            Malformed::TooLong
        );
    }

    #[test]
    fn s19_a_secret_never_prints() {
        let token = token(11);
        let shown = format!("{token:?} {:?} {:?}", token.secret, token.secret.hash());
        let text = token.text();
        let (_, secret) = text.expose_secret().split_at("hp_sec_".len() + 22);
        assert!(!shown.contains(secret.split_at(43).0), "{shown}");
        assert!(shown.contains("[redacted]"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,200}") {
            let _ = Presented::parse(&text);
        }

        #[test]
        fn no_text_with_the_right_shape_panics(text in "[a-z_]{1,9}_[0-9A-Za-zé]{60,80}") {
            prop_assert!(Presented::parse(&text).is_err());
        }
    }
}
