//! A presented JWT: strictly parsed, nothing believed before its signature is checked (RFC 8725).
//!
//! `jsonwebtoken` checks the signature only: its own reader ignores unknown members such as `crit`, and
//! takes the last of two members of one name.

use crate::json::object;
use crate::schema::SchemaVersion;
use crate::token::claims::{Algorithm, Claims};
use crate::token::malformed::Malformed;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use std::fmt;
use thiserror::Error;

/// A JWT in compact form whose header is one of ours. Its claims come out only through
/// [`UnverifiedJwt::claims_once_verified`].
pub struct UnverifiedJwt {
    kid: String,
    alg: Algorithm,
    text: String,
    payload: Vec<u8>,
}

/// The only members a header of ours has. `crit`, `b64`, `jwk`, `jku`, `x5u`, `x5c` and everything
/// else are refused by name, twice the same member as well.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    typ: String,
    alg: Algorithm,
    kid: String,
}

/// Why the claims of a JWT are not read, though its signature is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClaimsError {
    /// They are not ours.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// They are ours, of a version that this code does not know.
    #[error("the claims are of version {0}, which this code does not know")]
    Newer(SchemaVersion),
}

impl UnverifiedJwt {
    pub(crate) fn parse(text: &str) -> Result<Self, Malformed> {
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Malformed::Shape);
        };
        let decode = |part: &str| match URL_SAFE_NO_PAD.decode(part) {
            Ok(bytes) if !bytes.is_empty() => Ok(bytes),
            _ => Err(Malformed::Shape),
        };
        let (header, payload) = (decode(header)?, decode(payload)?);
        decode(signature)?;
        let header: Header = object::from_slice(&header).map_err(|_error| {
            Malformed::JwtHeader("it has `alg`, `kid` and `typ`, and nothing else")
        })?;
        // RFC 9068 §4: "The resource server MUST verify that the "typ" header value is "at+jwt"".
        if header.typ != "at+jwt" {
            return Err(Malformed::JwtHeader("its `typ` is `at+jwt`"));
        }
        Ok(Self {
            kid: header.kid,
            alg: header.alg,
            text: text.to_owned(),
            payload,
        })
    }

    /// The key it says it was signed with; to be looked up among the known keys only.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The claims, once `verified` has said that the signature is right.
    ///
    /// `verified` is given the algorithm the header names, which must be the key's own, the signed
    /// text and the signature in base64url.
    ///
    /// # Errors
    /// `None` inside where the signature is wrong; where the claims are not ours, or of a version that
    /// this code does not know.
    pub fn claims_once_verified(
        &self,
        verified: impl FnOnce(Algorithm, &str, &str) -> bool,
    ) -> Result<Option<Claims>, ClaimsError> {
        let (signed, signature) = self.text.rsplit_once('.').ok_or(Malformed::Shape)?;
        if !verified(self.alg, signed, signature) {
            return Ok(None);
        }
        let claims: Claims =
            object::from_slice(&self.payload).map_err(|_error| self.unreadable())?;
        let hallpass = &claims.hallpass;
        if hallpass.v > SchemaVersion::NEWEST {
            Err(ClaimsError::Newer(hallpass.v))
        } else if claims.client_id == hallpass.parent && hallpass.iat_ms.seconds() == claims.iat {
            Ok(Some(claims))
        } else {
            Err(Malformed::JwtClaims.into())
        }
    }

    /// Why the claims cannot be read: those of a newer version may have any form but for that version.
    fn unreadable(&self) -> ClaimsError {
        #[derive(Deserialize)]
        struct Versioned {
            #[serde(rename = "https://hallpass.dev/claims")]
            hallpass: Own,
        }
        #[derive(Deserialize)]
        struct Own {
            v: SchemaVersion,
        }
        match serde_json::from_slice::<Versioned>(&self.payload) {
            Ok(Versioned { hallpass }) if hallpass.v > SchemaVersion::NEWEST => {
                ClaimsError::Newer(hallpass.v)
            }
            _ => Malformed::JwtClaims.into(),
        }
    }
}

impl fmt::Debug for UnverifiedJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnverifiedJwt([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::UnverifiedJwt;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    fn with_header(header: &str) -> String {
        format!(
            "{}.{}.c2ln",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode("{}")
        )
    }

    #[test]
    fn s1_s6_s8_s10_s12_only_our_own_header_is_read() {
        let ours = with_header(r#"{"typ":"at+jwt","alg":"ES256","kid":"k"}"#);
        assert_eq!(UnverifiedJwt::parse(&ours).unwrap().kid(), "k");
        for header in [
            r#"{"typ":"at+jwt","alg":"ES256","kid":"k","crit":["x"]}"#,
            r#"{"typ":"at+jwt","alg":"ES256","kid":"k","b64":false}"#,
            r#"{"typ":"at+jwt","alg":"ES256","kid":"k","jwk":{}}"#,
            r#"{"typ":"at+jwt","alg":"ES256","kid":"k","jku":"https://evil.example"}"#,
            r#"{"typ":"at+jwt","alg":"ES256","kid":"k","x5u":"https://evil.example"}"#,
            r#"{"typ":"at+jwt","alg":"ES256","kid":"k","x5c":[]}"#,
            r#"{"typ":"at+jwt","alg":"ES256","kid":"k","kid":"l"}"#,
            r#"{"typ":"JWT","alg":"ES256","kid":"k"}"#,
            r#"{"typ":"logout+jwt","alg":"ES256","kid":"k"}"#,
            r#"{"alg":"ES256","kid":"k"}"#,
            r#"{"typ":"at+jwt","alg":"none","kid":"k"}"#,
            r#"{"typ":"at+jwt","alg":"noNE","kid":"k"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","kid":"k"}"#,
            r#"{"typ":"at+jwt","alg":"ES256"}"#,
            r#"{"typ":"at+jwt","alg":"ES256","kid":7}"#,
            // RFC 7515 §4: the header is a JSON object, not a list of the same values.
            r#"["at+jwt","ES256","k"]"#,
            "[]",
            "{",
            "null",
        ] {
            assert!(
                UnverifiedJwt::parse(&with_header(header)).is_err(),
                "{header}"
            );
        }
    }

    #[test]
    fn s15_only_the_canonical_compact_form_is_read() {
        let good = with_header(r#"{"typ":"at+jwt","alg":"ES256","kid":"k"}"#);
        let (signed, _) = good.rsplit_once('.').unwrap();
        for bad in [
            format!(" {good}"),
            format!("{good} "),
            format!("{good}\n"),
            format!("{good}="),
            format!("{good}.c2ln"),
            format!("{good}.."),
            signed.to_owned(),
            format!("{signed}."),
            format!("{signed}.c2l+"),
            format!("{signed}.c2l"),
            ".".to_owned(),
            "..".to_owned(),
            "...".to_owned(),
            format!("{{\"payload\":\"{good}\"}}"),
        ] {
            assert!(UnverifiedJwt::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn s17_deep_json_is_refused_without_a_panic() {
        let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
        assert!(UnverifiedJwt::parse(&with_header(&deep)).is_err());
        let header = format!(r#"{{"typ":"at+jwt","alg":"ES256","kid":{deep}}}"#);
        assert!(UnverifiedJwt::parse(&with_header(&header)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-zA-Z0-9_.-]{0,80}") {
            let _ = UnverifiedJwt::parse(&text);
        }

        #[test]
        fn no_header_panics(header in "\\PC{0,80}") {
            let _ = UnverifiedJwt::parse(&with_header(&header));
        }
    }
}
