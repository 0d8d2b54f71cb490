//! Lines of the log that CloudWatch reads as metrics, in its embedded metric format: no other way to
//! CloudWatch needs so little, neither a right nor a call.

use hallpass_core::{Day, UnixMillis};
use serde_json::{Map, Value, json};

/// One figure of a run.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// What CloudWatch calls it.
    pub name: &'static str,
    /// CloudWatch's name of its unit: `Seconds`, `Count`.
    pub unit: &'static str,
    /// The figure.
    pub value: u64,
}

/// The line of these figures, of the stack's namespace `Hallpass`.
///
/// It is no error. Its level is the one that Lambda drops at no setting of `ApplicationLogLevel`: alarms
/// depend on these figures, and on their coming at all.
#[must_use]
pub fn metrics_line(stack: &str, now: UnixMillis, metrics: &[Metric]) -> String {
    let declared = |metric: &Metric| json!({"Name": metric.name, "Unit": metric.unit});
    let declared: Vec<Value> = metrics.iter().map(declared).collect();
    let figure = |metric: &Metric| (metric.name.to_owned(), metric.value.into());
    let mut line: Map<String, Value> = metrics.iter().map(figure).collect();
    line.insert("timestamp".to_owned(), rfc_3339(now).into());
    line.insert("level".to_owned(), "FATAL".into());
    line.insert("message".to_owned(), "metrics".into());
    line.insert("stack".to_owned(), stack.into());
    let cloudwatch = json!({
        "Timestamp": now.0,
        "CloudWatchMetrics": [{
            "Namespace": "Hallpass",
            "Dimensions": [["stack"]],
            "Metrics": declared,
        }],
    });
    line.insert("_aws".to_owned(), cloudwatch);
    Value::Object(line).to_string()
}

fn rfc_3339(at: UnixMillis) -> String {
    let (seconds, millis) = (at.0 / 1_000, at.0 % 1_000);
    let (minutes, second) = (seconds / 60, seconds % 60);
    let (hours, minute) = (minutes / 60, minutes % 60);
    let (day, hour) = (Day::of(at), hours % 24);
    format!("{day}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

#[cfg(test)]
mod tests {
    use super::rfc_3339;
    use hallpass_core::UnixMillis;

    #[test]
    fn a_time_is_written_as_lambda_reads_it() {
        for (at, written) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (1_796_169_599_999, "2026-12-01T23:59:59.999Z"),
        ] {
            assert_eq!(rfc_3339(UnixMillis(at)), written);
        }
    }
}
