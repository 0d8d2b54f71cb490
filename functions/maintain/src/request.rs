//! What the function is invoked with.

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::Value;

/// Nothing: what is to be done stands in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaintainRequest {}

impl MaintainRequest {
    /// Reads an invocation's event: that of a schedule, whether it is EventBridge's own or the `{}` of
    /// our template.
    ///
    /// # Errors
    /// Names the field that there is not: what was meant for another function must not pass for done.
    pub fn from_event(event: Value) -> Result<Self, serde_json::Error> {
        let kind = event.get("detail-type").and_then(Value::as_str);
        if event.is_null() || kind == Some("Scheduled Event") {
            return Ok(Self {});
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
    use super::MaintainRequest;
    use serde_json::json;

    #[test]
    fn a_schedule_is_taken_and_what_is_meant_for_another_function_is_refused() {
        for event in [
            json!(null),
            json!({}),
            json!({"version": "0", "id": "x", "detail-type": "Scheduled Event", "detail": {}}),
        ] {
            assert!(
                MaintainRequest::from_event(event.clone()).is_ok(),
                "{event}"
            );
        }
        for event in [json!({"retire": "x"}), json!([]), json!("x"), json!(1)] {
            assert!(
                MaintainRequest::from_event(event.clone()).is_err(),
                "{event}"
            );
        }
    }
}
