//! An account's name and API key: a JWT that may do what the key may.

use crate::error::ExchangeError;
use hallpass_core::{
    AccountName, Issuance, IssueError, IssueRequest, IssuedKind, ScopeRequest, TokenContext,
    UnixMillis,
};
use hallpass_http::{Basic, Caller, Platform, Problem, RequestFields};

/// What the key is given; 401 alike for a wrong name and a wrong key.
pub(crate) async fn issue(
    platform: &Platform,
    basic: &Basic,
    now: UnixMillis,
) -> Result<Issuance, Problem> {
    let key = authenticate(platform, basic, now).await?;
    let kind = IssuedKind::derived(&platform.catalog, &key.maker(), None).map_err(issue_problem)?;
    // The document's call has no place to ask for fewer.
    let rules = kind.rules();
    let usual = rules.default_scopes.as_ref().unwrap_or(&rules.scopes);
    let request = IssueRequest {
        scopes: ScopeRequest::Held(usual.clone()),
        ..IssueRequest::default()
    };
    hallpass_http::issue(platform, kind, request, key.maker(), now, issue_problem).await
}

/// Whose key this is, where the name is that of the key's account.
async fn authenticate(
    platform: &Platform,
    basic: &Basic,
    now: UnixMillis,
) -> Result<Caller, Problem> {
    let Ok(name) = basic.name.parse::<AccountName>() else {
        return Err(ExchangeError::WrongKey.into());
    };
    let text = basic.credential.text();
    let [context] = platform.validator.examine([text], now).await?;
    // Junk costs nothing.
    if matches!(context, TokenContext::Malformed(_)) {
        return Err(ExchangeError::WrongKey.into());
    }
    let of_key = context.tenant().map(|tenant| tenant.account);
    let named = platform.store.account_named(&name).await?;
    if of_key.is_none() || of_key != named {
        return Err(ExchangeError::WrongKey.into());
    }
    Caller::admit(platform, &basic.credential, context, now).map_err(Problem::challenged_basic)
}

/// The request has no fields of its own; and a key whose principal is gone is no key.
fn issue_problem(error: IssueError) -> Problem {
    match error {
        IssueError::UnknownPrincipal => ExchangeError::WrongKey.into(),
        error => Problem::of_issue(error, &NO_FIELDS),
    }
}

/// Neither the key's call nor the password's asks for any of these.
pub(crate) const NO_FIELDS: RequestFields = RequestFields {
    scopes: None,
    lifetime: None,
    principal: None,
};
