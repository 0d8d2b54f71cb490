//! What can go wrong, and which calls it befalls.

use super::{Call, Service};

/// All keys, for [`Fault::Unprocessed`].
pub const ALL: usize = usize::MAX;

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refused as too many: `ProvisionedThroughputExceededException`, KMS `ThrottlingException`.
    Throttle,
    /// 500 `InternalServerError`, KMS `KMSInternalException`.
    ServerError,
    /// The write's item at this place (from 0) is in another transaction. Befalls writes that have
    /// such an item only: one that is no transaction has the first.
    TransactionConflict(usize),
    /// The table throttles the transaction's item at this place, in the words of this code of a
    /// cancellation reason. Befalls transactions only.
    Throttled(usize, &'static str),
    /// The service refuses with this status and `__type`.
    Refuse(u16, &'static str),
    /// A batch leaves this many keys, the first ones, unread. Befalls `BatchGetItem` only.
    Unprocessed(usize),
    /// The service's answer without these attributes of rows: what code that does not know them makes
    /// of it.
    Without(&'static [&'static str]),
    /// The service does it, and the connection closes before a byte of the reply.
    LoseReply,
    /// The service does it, and the connection closes after half of the reply's body.
    HalfReply,
    /// The connection closes, and the service sees nothing.
    Reset,
    /// No answer until healed, then the service's. The service sees nothing before.
    Stall,
}

/// A fault and the calls it befalls: any call, always, unless narrowed.
#[derive(Clone, Debug)]
pub struct Rule {
    fault: Fault,
    operation: Option<&'static str>,
    skip: usize,
    left: usize,
}

impl Fault {
    /// Only calls of `operation`.
    pub fn on(self, operation: &'static str) -> Rule {
        Rule::from(self).on(operation)
    }

    /// Only the next call.
    pub fn once(self) -> Rule {
        Rule::from(self).once()
    }

    /// Only the next `count` calls.
    pub fn times(self, count: usize) -> Rule {
        Rule::from(self).times(count)
    }

    fn can_befall(&self, call: &Call) -> bool {
        let writes = ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"];
        match self {
            Self::TransactionConflict(item) => {
                let items = call.body["TransactItems"].as_array().map_or(1, Vec::len);
                call.service == Service::DynamoDb
                    && writes.contains(&&*call.operation)
                    && *item < items
            }
            Self::Throttled(item, _) => {
                let items = call.body["TransactItems"].as_array();
                items.is_some_and(|items| *item < items.len())
            }
            Self::Unprocessed(_) => call.operation == "BatchGetItem",
            _ => true,
        }
    }
}

impl From<Fault> for Rule {
    fn from(fault: Fault) -> Self {
        Self {
            fault,
            operation: None,
            skip: 0,
            left: usize::MAX,
        }
    }
}

impl Rule {
    /// Only calls of `operation`.
    pub fn on(self, operation: &'static str) -> Self {
        Self {
            operation: Some(operation),
            ..self
        }
    }

    /// Only the next call that fits.
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Only the next `count` calls that fit.
    pub fn times(self, count: usize) -> Self {
        Self {
            left: count,
            ..self
        }
    }

    /// Lets `count` calls that fit pass first.
    pub fn after(self, count: usize) -> Self {
        Self {
            skip: count,
            ..self
        }
    }

    /// The fault, if it befalls this call, which is then counted.
    pub(super) fn take(&mut self, call: &Call) -> Option<Fault> {
        let fits = self
            .operation
            .is_none_or(|operation| operation == call.operation);
        if !fits || self.left == 0 || !self.fault.can_befall(call) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        if self.left != usize::MAX {
            self.left -= 1;
        }
        Some(self.fault.clone())
    }
}
