//! Forgery with the real key: any header, any claims, a signature that is right.

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass_store::KeyRow;
use hallpass_tests::Hallpass;
use p256::ecdsa::Signature;
use serde_json::{Value, json};

/// A deployment with one derived JWT, its parts, and the key it is signed with.
pub struct Forge {
    pub hallpass: Hallpass,
    /// The parent's text.
    pub secret: String,
    /// A JWT as the service wrote it.
    pub token: String,
    /// What it says.
    pub header: Value,
    pub claims: Value,
    /// The key that signed it.
    pub key: KeyRow,
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

/// The three parts of a JWT.
pub fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().unwrap()
}

impl Forge {
    /// Derives a JWT and validates it, so that the keys have been read.
    pub async fn new() -> Self {
        let hallpass = Hallpass::start("archilogic").await;
        let secret = hallpass.secret().await;
        let body = json!({"scopes": ["floor:readPrivate"]});
        let token = hallpass.derive(&secret, body).await;
        assert_eq!(hallpass.code(&token).await, "active");
        let [header, claims, _] = parts(&token);
        let key = hallpass.platform.store.key_rows().await.unwrap().remove(0);
        Self {
            header: serde_json::from_slice(&decode(header)).unwrap(),
            claims: serde_json::from_slice(&decode(claims)).unwrap(),
            hallpass,
            secret,
            token,
            key,
        }
    }

    /// The signing input, whatever it is, and its right signature.
    pub async fn sign_input(&self, input: &str) -> String {
        sign(&self.hallpass, &self.key, input).await
    }

    /// A JWT of these texts with the right signature.
    pub async fn sign(&self, header: &str, claims: &str) -> String {
        let input = format!("{}.{}", encode(header), encode(claims));
        self.sign_input(&input).await
    }

    /// The JWT with one claim set.
    pub async fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        *at(&mut claims, name) = value;
        self.sign(&self.header.to_string(), &claims.to_string())
            .await
    }

    /// The JWT without one claim.
    pub async fn without_claim(&self, name: &str) -> String {
        let mut claims = self.claims.clone();
        let removed = match name.strip_prefix("hallpass.") {
            Some(name) => claims["https://hallpass.dev/claims"]
                .as_object_mut()
                .unwrap()
                .remove(name),
            None => claims.as_object_mut().unwrap().remove(name),
        };
        assert!(removed.is_some(), "{name}");
        self.sign(&self.header.to_string(), &claims.to_string())
            .await
    }

    /// The JWT with these members added to its header, in place of those of the same name.
    pub async fn with_header(&self, members: Value) -> String {
        let mut header = self.header.clone();
        let added = members.as_object().unwrap().clone();
        header.as_object_mut().unwrap().extend(added);
        self.sign(&header.to_string(), &self.claims.to_string())
            .await
    }

    /// The signing input of the service's own JWT, and its signature.
    pub fn split(&self) -> (&str, &str) {
        self.token.rsplit_once('.').unwrap()
    }

    /// Presents a text both ways, and looks for the same answer.
    pub async fn expect(&self, token: &str, code: &str) {
        let reply = self.hallpass.validate(json!({"token": token})).await;
        assert_eq!(reply["code"], code, "{token}: {reply}");
        assert_eq!(reply["active"], code == "active");
        if matches!(code, "malformed" | "unknown") {
            // Nothing of what it says is repeated, however right its signature.
            assert_eq!(reply.as_object().unwrap().len(), 3, "{reply}");
        }
        let own = self.hallpass.get("/v1/tokens/self").bearer(token).await;
        let status = if code == "active" { 200 } else { 401 };
        assert_eq!(own.status, status, "{token}: {}", own.body);
        assert_eq!(own.code(), code, "{token}");
        assert_eq!(own.header("www-authenticate").is_empty(), status == 200);
    }

    /// As [`Forge::expect`], and neither way costs a read: no key, no row, no signature.
    pub async fn refused_unread(&self, token: &str, code: &str) {
        self.expect(token, code).await;
        let (dynamodb, kms) = (&self.hallpass.dynamodb, &self.hallpass.kms);
        dynamodb.reset();
        kms.reset();
        let own = self.hallpass.get("/v1/tokens/self").bearer(token).await;
        assert_eq!(own.status, 401);
        assert!(dynamodb.calls().is_empty(), "{token}");
        self.hallpass.validate(json!({"token": token})).await;
        let calls = dynamodb.calls();
        let [call] = calls.as_slice() else {
            panic!("{token}: {calls:?}")
        };
        // The one read is of the asker's own token.
        let keys = &call.body["RequestItems"][&self.hallpass.table]["Keys"];
        assert_eq!(keys.as_array().unwrap().len(), 1, "{token}");
        assert!(kms.calls().is_empty(), "{token}");
    }
}

/// The claim of this name; `hallpass.x` is a member of our own one.
fn at<'a>(claims: &'a mut Value, name: &str) -> &'a mut Value {
    match name.strip_prefix("hallpass.") {
        Some(name) => &mut claims["https://hallpass.dev/claims"][name],
        None => &mut claims[name],
    }
}

/// `input` and its right signature with a deployment's key.
pub async fn sign(hallpass: &Hallpass, key: &KeyRow, input: &str) -> String {
    let ask = hallpass.kms_client.sign().key_id(&key.kms_key_id);
    let ask = ask
        .message_type(MessageType::Raw)
        .signing_algorithm(SigningAlgorithmSpec::EcdsaSha256);
    let signed = ask.message(Blob::new(input.as_bytes())).send();
    let der = signed.await.unwrap().signature.unwrap();
    let signature = Signature::from_der(der.as_ref()).unwrap();
    format!("{input}.{}", encode(signature.to_bytes()))
}
