//! An account's name and API key: a JWT that may do what the key may.

use crate::Grant;
use crate::error::ExchangeError;
use hallpass_core::{
    AccountName, Asked, Evidence, Issue, Kind, ParentId, Principal, ScopeSet, terms,
};
use hallpass_http::{Basic, Caller, Platform, Problem};

/// What the key is given; 401 alike for a wrong name and a wrong key.
pub(crate) async fn grant(platform: &Platform, basic: &Basic) -> Result<Grant, Problem> {
    let now = platform.now();
    let Ok(name) = basic.name.parse::<AccountName>() else {
        return Err(ExchangeError::WrongKey.into());
    };
    let [evidence] = platform
        .validator
        .examine([basic.credential.text()], now)
        .await?;
    // Junk costs nothing.
    if matches!(evidence, Evidence::Malformed(_)) {
        return Err(ExchangeError::WrongKey.into());
    }
    let of_key = evidence.place().map(|(account, _)| account);
    let named = platform.store.account_named(&name).await?;
    if of_key.is_none() || of_key != named {
        return Err(ExchangeError::WrongKey.into());
    }
    let key = Caller::admit(platform, &basic.credential, evidence, now)
        .map_err(Problem::challenged_basic)?;
    let kind = derived_kind(platform, &key)?;
    let scopes = scopes(platform, &key, kind).await?;
    let asked = Asked {
        // Scopes of the catalog, which read back as they are written.
        scopes: Some(
            scopes
                .iter()
                .filter_map(|it| it.to_string().parse().ok())
                .collect(),
        ),
        ..Asked::default()
    };
    let bounds = key.evidence().bounds();
    let terms =
        terms(&platform.catalog, kind, asked, &bounds, now).map_err(ExchangeError::Terms)?;
    let (Evidence::Opaque { record, .. }, Some(expires_at)) = (key.evidence(), terms.expires_at)
    else {
        return Err(ExchangeError::DerivesNothing(key.kind().name.clone()).into());
    };
    let issue = Issue {
        kind: kind.name.clone(),
        parent: ParentId::Token(record.id),
        account: key.account(),
        environment: key.environment().clone(),
        principal: key.principal(),
        scopes: terms.scopes,
        origins: terms.origins,
        ips: terms.ips,
        expires_at,
    };
    Ok(Grant { issue, at: now })
}

/// The kind of JWT that the key's kind derives, for the one the key speaks for.
fn derived_kind<'a>(platform: &'a Platform, key: &Caller) -> Result<&'a Kind, ExchangeError> {
    let derives = key.kind().derives.first();
    let kind = derives
        .and_then(|name| platform.catalog.kind(name))
        .ok_or_else(|| ExchangeError::DerivesNothing(key.kind().name.clone()))?;
    if kind.principals.contains(&key.principal().principal_type()) {
        Ok(kind)
    } else {
        Err(ExchangeError::PrincipalNotForKind(kind.name.clone()))
    }
}

/// The kind's default scopes, or all of its, as far as the key holds them, and its user may use them
/// now: the document's call has no place to ask for fewer.
async fn scopes(platform: &Platform, key: &Caller, kind: &Kind) -> Result<ScopeSet, Problem> {
    let implications = platform.catalog.implications();
    let defaults = kind.default_scopes.as_ref().unwrap_or(&kind.scopes);
    let held = key
        .evidence()
        .bounds()
        .first()
        .and_then(|bounds| defaults.meet(bounds.scopes, implications))
        // What its kind may no longer hold is in the key's record still.
        .and_then(|held| held.meet(&key.kind().scopes, implications));
    let held = held.ok_or(ExchangeError::NothingHeld)?;
    let principal = key.principal();
    if matches!(principal, Principal::Account(_)) {
        return Ok(held);
    }
    let (account, environment) = (key.account(), key.environment());
    let found = platform
        .store
        .principal(&account, environment, &principal)
        .await?;
    let open = found.filter(|found| found.closed_at.is_none());
    let found = open.ok_or(ExchangeError::WrongKey)?;
    if !matches!(principal, Principal::User(_)) {
        return Ok(held);
    }
    let rights = platform.validator.rights(&found).await?;
    let within = rights.within(&held, implications);
    Ok(within.ok_or(ExchangeError::NothingHeld)?)
}
