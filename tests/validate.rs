//! `POST /v1/tokens/validate` and `GET /v1/tokens/self`.

mod apps;
mod cors;
mod freshness;
mod label;
mod presentation;
mod reasons;
mod request;
mod scopes;
mod visibility;

use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{OpaqueToken, Prefix, Presented, TokenId};
use hallpass_tests::Hallpass;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

const ORIGIN: &str = "https://a.example";

async fn revoke(hallpass: &Hallpass, id: &str) {
    let path = format!("/v1/tokens/{id}");
    let reply = hallpass.delete(&path).bearer(&hallpass.root).await;
    assert_eq!(reply.status, 204, "{}", reply.body);
}

/// Pauses a token in its row: the function `update` does not exist yet.
async fn pause(hallpass: &Hallpass, id: &str) {
    let pk = format!("TOKEN#{}", id.strip_prefix("tok_").unwrap());
    let update = hallpass
        .dynamodb_client
        .update_item()
        .table_name(&hallpass.table);
    let update = update
        .key("pk", AttributeValue::S(pk))
        .key("sk", AttributeValue::S("RECORD".to_owned()))
        .update_expression("SET enabled = :no")
        .condition_expression("enabled = :yes")
        .expression_attribute_values(":no", AttributeValue::Bool(false))
        .expression_attribute_values(":yes", AttributeValue::Bool(true));
    update.send().await.unwrap();
}

fn opaque(token: &str) -> OpaqueToken {
    match Presented::parse(token).unwrap() {
        Presented::Opaque(token) => token,
        Presented::Jwt(_) => panic!("a JWT"),
    }
}

/// The text with the id of another token, or with another token's secret: its checksum is right.
fn crossed(id_of: &str, secret_of: &str) -> String {
    let (id, secret) = (opaque(id_of), opaque(secret_of));
    let crossed = OpaqueToken {
        id: id.id,
        ..secret
    };
    crossed.text().expose_secret().to_owned()
}

/// The text with an id that nothing has.
fn of_nobody(token: &str) -> String {
    let id = TokenId::from_digits("0000000000000000000001").unwrap();
    let nobody = OpaqueToken {
        id,
        ..opaque(token)
    };
    nobody.text().expose_secret().to_owned()
}

/// The right id and secret under another prefix.
fn renamed(token: &str, prefix: Prefix) -> String {
    let renamed = OpaqueToken {
        prefix,
        ..opaque(token)
    };
    renamed.text().expose_secret().to_owned()
}

/// The body without what is `null`: a field is left out or has a value.
fn present(mut body: Value) -> Value {
    body.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    body
}

/// Three fields that say no, and nothing of the token.
fn says_only(reply: &Value, code: &str) {
    let fields: Vec<&String> = reply.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["active", "code", "detail"], "{reply}");
    assert_eq!(
        (&reply["active"], &reply["code"]),
        (&json!(false), &json!(code))
    );
}
