//! An account's name and API key: a JWT that may do what the key may.

use crate::error::ExchangeError;
use hallpass_core::{
    AccountName, Catalog, Issuance, IssueError, IssueRequest, IssuedKind, ModelId, ScopeRequest,
    ScopeSet, TokenContext, UnixMillis,
};
use hallpass_http::{Basic, Caller, ErrorCode, Platform, Problem, RequestFields};

/// What the key is given; 401 alike for a wrong name and a wrong key.
pub(crate) async fn issue(
    platform: &Platform,
    basic: &Basic,
    model: Result<Option<ModelId>, Problem>,
    now: UnixMillis,
) -> Result<Issuance, Problem> {
    let key = authenticate(platform, basic, now).await?;
    let kind = IssuedKind::derived(&platform.catalog, &key.maker(), None).map_err(issue_problem)?;
    // The document's call has no place to ask for fewer, but for those of one model.
    let rules = kind.rules();
    let usual = rules.default_scopes.as_ref().unwrap_or(&rules.scopes);
    let scopes = match model? {
        None => usual.clone(),
        Some(model) => of_model(&platform.catalog, &model)?,
    };
    let request = IssueRequest {
        scopes: ScopeRequest::Held(scopes),
        ..IssueRequest::default()
    };
    hallpass_http::issue(platform, kind, request, key.maker(), now, issue_problem).await
}

/// What visitors of the model would be given if it were shared: of that, a key gives what it holds.
fn of_model(catalog: &Catalog, model: &ModelId) -> Result<ScopeSet, Problem> {
    let policy = catalog.shares().ok_or(ExchangeError::NoModels)?;
    policy.scopes_at(model).ok_or_else(|| {
        let detail = "the model's path would be too deep for a scope";
        Problem::invalid("modelId", ErrorCode::InvalidField, detail)
    })
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

/// A key whose principal is gone is no key.
fn issue_problem(error: IssueError) -> Problem {
    match error {
        IssueError::UnknownPrincipal => ExchangeError::WrongKey.into(),
        // Of the model that is named, the key holds nothing.
        error @ IssueError::NothingHeld => Problem::of_issue(error, &NO_FIELDS).field("modelId"),
        error => Problem::of_issue(error, &NO_FIELDS),
    }
}

/// Neither the key's call nor the password's asks for any of these.
pub(crate) const NO_FIELDS: RequestFields = RequestFields {
    scopes: None,
    lifetime: None,
    principal: None,
};
