//! What API Gateway is answered, in both of its forms.
//!
//! Written by types of our own, though `aws_lambda_events` 1.2 has some: theirs would write a policy's
//! absent `"usageIdentifierKey":null`, which AWS does not document.

use crate::AuthorizeError;
use hallpass_core::Scope;
use hallpass_http::{Admission, Match, Problem};
use http::StatusCode;
use serde::Serialize;
use std::collections::BTreeMap;

/// The most bytes of an answer. WebSocket APIs take 8 KB, which is the least of all: "AWS Lambda
/// authorizer result size" in
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>.
const MOST_BYTES: usize = 8_000;

/// What is left out of the context of an answer that is longer, one after another.
const LEFT_OUT_FIRST: [&str; 3] = ["scopes", "matched", "scope"];

/// The form in which an answer is written.
#[derive(Debug)]
pub(crate) enum Form {
    /// Payload 2.0: yes or no.
    Simple,
    /// Payload 1.0: a policy about this one method. Never about more: a policy that API Gateway
    /// keeps would open to the token what it names, whatever the token may do there.
    Policy { resource: PolicyResource },
}

/// The one method that a policy is about.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct PolicyResource(String);

/// An answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// Payload 2.0.
    #[serde(rename_all = "camelCase")]
    Simple {
        /// A real boolean: the text `"false"` would be taken for a yes.
        is_authorized: bool,
        /// What the API behind, or the gateway's log, may read.
        context: Context,
    },
    /// Payload 1.0.
    #[serde(rename_all = "camelCase")]
    Policy {
        /// Who the token speaks for.
        principal_id: String,
        /// Allows or denies the one method.
        policy_document: Policy,
        /// What the API behind, or the gateway's own reply, may read.
        context: Context,
    },
}

/// What the API behind the gateway learns of the token, or the gateway of a refusal; texts only, as
/// API Gateway wants it.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Context(BTreeMap<&'static str, String>);

/// An IAM policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: PolicyResource,
}

impl Form {
    pub(crate) fn allow(self, admission: &Admission) -> Answer {
        let context = Context::of(admission);
        match self {
            Self::Simple => Answer::Simple {
                is_authorized: true,
                context,
            },
            Self::Policy { resource } => Answer::Policy {
                principal_id: admission.caller.principal().to_string(),
                policy_document: Policy::new("Allow", resource),
                context,
            },
        }
        .bounded()
    }

    pub(crate) fn refuse(self, problem: &Problem) -> Result<Answer, AuthorizeError> {
        let context = Context(BTreeMap::from([(
            "code",
            problem.code().as_str().to_owned(),
        )]));
        match self {
            Self::Simple => Ok(Answer::Simple {
                is_authorized: false,
                context,
            }),
            // The gateway makes 401 of one word, which has no room for the code.
            Self::Policy { .. } if problem.status() != StatusCode::FORBIDDEN => {
                Err(AuthorizeError::Unauthorized)
            }
            Self::Policy { resource } => Ok(Answer::Policy {
                principal_id: "refused".to_owned(),
                policy_document: Policy::new("Deny", resource),
                context,
            }),
        }
    }
}

impl PolicyResource {
    /// `None` for an ARN in which a client's path would be read as a pattern: of any text (`*`), of any
    /// character (`?`), or as a policy variable (`${…}`).
    pub(crate) fn new(arn: String) -> Option<Self> {
        let is_pattern = arn.contains(['*', '?']) || arn.contains("${");
        (!is_pattern).then_some(Self(arn))
    }
}

impl Policy {
    fn new(effect: &'static str, resource: PolicyResource) -> Self {
        let statement = Statement {
            action: "execute-api:Invoke",
            effect,
            resource,
        };
        Self {
            version: "2012-10-17",
            statement: [statement],
        }
    }
}

impl Answer {
    /// The same, short enough for the gateway: `left_out` names what its context lacks for that.
    fn bounded(mut self) -> Self {
        let mut left_out = Vec::new();
        for name in LEFT_OUT_FIRST {
            if serde_json::to_vec(&self).is_ok_and(|answer| answer.len() <= MOST_BYTES) {
                break;
            }
            let (Self::Simple { context, .. } | Self::Policy { context, .. }) = &mut self;
            if context.0.remove(name).is_some() {
                left_out.push(name);
                context.0.insert("left_out", left_out.join(" "));
            }
        }
        self
    }
}

impl Context {
    fn of(admission: &Admission) -> Self {
        let Admission {
            caller,
            matches,
            origin,
        } = admission;
        let joined = |part: fn(&Match) -> &Scope| {
            let texts: Vec<String> = matches.iter().map(|it| part(it).to_string()).collect();
            texts.join(" ")
        };
        let scopes = caller.context().scopes();
        let mut context = BTreeMap::from([
            ("account", caller.account().to_string()),
            ("environment", caller.environment().to_string()),
            ("principal", caller.principal().to_string()),
            ("kind", caller.kind().name.to_string()),
            (
                "scopes",
                scopes.map_or_else(String::new, ToString::to_string),
            ),
            ("scope", joined(|it| &it.scope)),
            ("matched", joined(|it| &it.matched)),
            ("token", caller.id().to_owned()),
        ]);
        if let Some(label) = caller.context().label() {
            context.insert("label", label.to_string());
        }
        if let Some(origin) = origin {
            context.insert("origin", origin.clone());
        }
        Self(context)
    }
}
