//! What API Gateway is answered, in both of its forms.
//!
//! Written by types of our own, though `aws_lambda_events` 1.2 has some: a refusal has no `context`,
//! and theirs would write `"context":null`, which AWS does not document.

use crate::AuthorizeError;
use hallpass_core::{ScopeSet, TokenContext};
use hallpass_http::{Caller, Problem};
use http::StatusCode;
use serde::Serialize;

/// The form in which an answer is written.
#[derive(Debug)]
pub(crate) enum Form {
    /// Payload 2.0: yes or no.
    Simple,
    /// Payload 1.0: a policy about this one method. Never about more: a policy that API Gateway
    /// keeps would open to the token what it names, whatever the token may do there.
    Policy { arn: String },
}

/// An answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// Payload 2.0.
    #[serde(rename_all = "camelCase")]
    Simple {
        /// A real boolean: the text `"false"` would be taken for a yes.
        is_authorized: bool,
        /// What the API behind may read.
        #[serde(skip_serializing_if = "Option::is_none")]
        context: Option<Context>,
    },
    /// Payload 1.0.
    #[serde(rename_all = "camelCase")]
    Policy {
        /// Who the token speaks for.
        principal_id: String,
        /// Allows or denies the one method.
        policy_document: Policy,
        /// What the API behind may read.
        #[serde(skip_serializing_if = "Option::is_none")]
        context: Option<Context>,
    },
}

/// What the API behind the gateway learns of the token; texts only, as API Gateway wants it.
#[derive(Clone, Debug, Serialize)]
pub struct Context {
    account: String,
    environment: String,
    principal: String,
    kind: String,
    scopes: String,
    token: String,
}

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
    resource: String,
}

impl Form {
    pub(crate) fn allow(self, caller: &Caller) -> Answer {
        let context = Some(context(caller));
        match self {
            Self::Simple => Answer::Simple {
                is_authorized: true,
                context,
            },
            Self::Policy { arn } => Answer::Policy {
                principal_id: caller.principal().to_string(),
                policy_document: Policy::new("Allow", arn),
                context,
            },
        }
    }

    pub(crate) fn refuse(self, problem: &Problem) -> Result<Answer, AuthorizeError> {
        match self {
            Self::Simple => Ok(Answer::Simple {
                is_authorized: false,
                context: None,
            }),
            Self::Policy { .. } if problem.status() != StatusCode::FORBIDDEN => {
                Err(AuthorizeError::Unauthorized)
            }
            Self::Policy { arn } => Ok(Answer::Policy {
                principal_id: "refused".to_owned(),
                policy_document: Policy::new("Deny", arn),
                context: None,
            }),
        }
    }
}

impl Policy {
    fn new(effect: &'static str, arn: String) -> Self {
        let statement = Statement {
            action: "execute-api:Invoke",
            effect,
            resource: arn,
        };
        Self {
            version: "2012-10-17",
            statement: [statement],
        }
    }
}

fn context(caller: &Caller) -> Context {
    Context {
        account: caller.account().to_string(),
        environment: caller.environment().to_string(),
        principal: caller.principal().to_string(),
        kind: caller.kind().name.to_string(),
        scopes: scopes(caller.context()).map_or_else(String::new, ToString::to_string),
        token: caller.id().to_owned(),
    }
}

fn scopes(context: &TokenContext) -> Option<&ScopeSet> {
    match context {
        TokenContext::Opaque { record, .. } => Some(&record.scopes),
        TokenContext::Jwt { claims, .. } => Some(&claims.scope),
        TokenContext::Malformed(_) | TokenContext::Unknown => None,
    }
}
