//! Any text as a token; and, by its bytes, one of ours that is then mistyped (s20).

use hallpass_core::{OpaqueToken, Prefix, Presented, Random, RandomUnavailable, TokenId};
use secrecy::ExposeSecret as _;

pub(crate) fn token(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        presented(text);
    }
    mistyped(data);
}

fn presented(text: &str) {
    match Presented::parse(text) {
        // Only the one canonical text of a token is read.
        Ok(Presented::Opaque(token)) => assert_eq!(token.text().expose_secret(), text),
        Ok(Presented::Jwt(jwt)) => {
            assert_eq!(text.split('.').count(), 3);
            let mut asked = false;
            let claims = jwt.claims_once_verified(|_, signed, signature| {
                asked = true;
                assert_eq!(format!("{signed}.{signature}"), text);
                false
            });
            assert!(
                asked && matches!(claims, Ok(None)),
                "nothing is read unverified"
            );
        }
        Err(_refused) => {}
    }
}

/// The first bytes are the random ones of a new token, two more say what of its text is changed.
fn mistyped(data: &[u8]) {
    let Some((bytes, rest)) = data.split_at_checked(48) else {
        return;
    };
    let random = Given(bytes.to_vec());
    let prefix: Prefix = "hp_sec".parse().unwrap();
    let id = TokenId::generate(&random).unwrap();
    let token = OpaqueToken::generate(prefix, id, &random).unwrap();
    let text = token.text().expose_secret().to_owned();
    let Ok(Presented::Opaque(read)) = Presented::parse(&text) else {
        panic!("{text} does not read back");
    };
    assert_eq!((&read.prefix, read.id), (&token.prefix, token.id));
    assert!(token.secret.hash().matches(&read.secret));
    let [at, to, ..] = *rest else { return };
    let mut changed = text.clone().into_bytes();
    let at = usize::from(at) % changed.len();
    changed[at] = to;
    if let Ok(changed) = String::from_utf8(changed) {
        assert_eq!(
            Presented::parse(&changed).is_ok(),
            changed == text,
            "{changed}"
        );
    }
}

/// The input's own bytes, over and over.
#[derive(Debug)]
struct Given(Vec<u8>);

impl Random for Given {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
        for (byte, given) in bytes.iter_mut().zip(self.0.iter().cycle()) {
            *byte = *given;
        }
        Ok(())
    }
}
