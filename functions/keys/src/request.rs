//! What the function is invoked with.

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::Value;

/// What to do beyond what is due anyhow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysRequest {
    /// This key was compromised: it is published no more, and if it signed, another does.
    #[serde(default)]
    pub retire: Option<String>,
    /// The next key is to sign as soon as it may, however young the current one is: at once, or in
    /// the scheduled run from which on it may.
    #[serde(default)]
    pub rotate: bool,
}

impl KeysRequest {
    /// Reads an invocation's event. That of a schedule asks for nothing, whether it is EventBridge's
    /// own or the `{}` of our template.
    ///
    /// # Errors
    /// Names the field that there is not: a typo in `retire` must not pass for a scheduled run.
    pub fn from_event(event: Value) -> Result<Self, serde_json::Error> {
        let kind = event.get("detail-type").and_then(Value::as_str);
        if event.is_null() || kind == Some("Scheduled Event") {
            return Ok(Self::default());
        }
        if !event.is_object() {
            // Serde would also take a list of the fields' values in order.
            return Err(serde_json::Error::custom("the event is not an object"));
        }
        serde_json::from_value(event)
    }
}

#[cfg(test)]
mod tests {
    use super::KeysRequest;
    use serde_json::json;

    #[test]
    fn a_schedule_asks_for_nothing_and_a_typo_is_refused() {
        let none = KeysRequest::default();
        for event in [
            json!(null),
            json!({}),
            json!({"version": "0", "id": "x", "detail-type": "Scheduled Event", "detail": {}}),
        ] {
            assert_eq!(KeysRequest::from_event(event).unwrap(), none);
        }
        let retire = KeysRequest::from_event(json!({"retire": "abc"})).unwrap();
        assert_eq!(retire.retire.as_deref(), Some("abc"));
        assert!(
            KeysRequest::from_event(json!({"rotate": true}))
                .unwrap()
                .rotate
        );
        for event in [
            json!({"retir": "abc"}),
            json!({"retire": 5}),
            json!([]),
            json!("abc"),
        ] {
            let error = KeysRequest::from_event(event.clone());
            assert!(error.is_err(), "{event}");
        }
    }
}
