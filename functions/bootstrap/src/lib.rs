//! Invoked with IAM, once a deployment: makes the first signing key, the operator account and its
//! management token. `{"recover": true}` replaces a lost management token.

use hallpass_core::{
    AccountId, AccountName, EnvironmentName, FormError, IssueError, IssueRequest, IssuedKind,
    Label, Maker, Metadata, NameError, NewToken, RandomUnavailable, ScopeRequest, TokenDetails,
    TokenId, TokenName, UnixMillis, prepare,
};
use hallpass_keys::{CreateKeyError, KeyMaker, create_signing_key};
use hallpass_runtime::Platform;
use hallpass_store::{
    AccountRow, Audit, AuditAction, BootstrapError as StoreBootstrapError, RecoverError, StoreError,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use thiserror::Error;

/// What to do.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootstrapRequest {
    /// Replaces the management token; the old one dies.
    #[serde(default)]
    pub recover: bool,
}

/// What was made. The token is shown this once.
#[derive(Debug, Serialize)]
pub struct BootstrapReply {
    /// The operator account.
    pub account: AccountId,
    /// The management token's id.
    pub id: TokenId,
    /// The management token.
    #[serde(serialize_with = "shown_once")]
    pub token: SecretString,
}

/// Why nothing was made.
#[derive(Debug, Error)]
pub enum BootstrapError {
    /// There is an operator account.
    #[error(
        "the operator account is {0} already: if its token is lost, invoke with {{\"recover\": true}}"
    )]
    Exists(AccountId),
    /// There is no operator account to recover.
    #[error("there is no operator account yet: invoke without `recover`")]
    NothingToRecover,
    /// Two recoveries at once.
    #[error("the management token was replaced by another invocation at the same moment")]
    Raced,
    /// The catalog has no management kind.
    #[error("the catalog has no management kind")]
    NoManagementKind,
    /// A built-in name is not one.
    #[error("a built-in name is refused: {0}")]
    Name(String),
    /// KMS or the table is unavailable.
    #[error("no signing key")]
    Key(#[from] CreateKeyError),
    /// No random bytes for the account's id.
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
    /// The management token is refused: a fault of the catalog.
    #[error("the management token is refused: {0}")]
    Refused(#[from] IssueError),
    /// No random bytes for the token.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The table is unavailable.
    #[error("the table does not answer")]
    Store(#[from] StoreError),
}

/// Makes what a deployment starts with. The signing key comes first, so that a failure in between
/// can be repeated.
///
/// # Errors
/// Says why nothing was made, and what to invoke instead.
pub async fn bootstrap(
    platform: &Platform,
    keys: &KeyMaker,
    request: BootstrapRequest,
) -> Result<BootstrapReply, BootstrapError> {
    let longest = platform.catalog.longest_jwt();
    create_signing_key(keys, &platform.store, longest, platform.clock.as_ref()).await?;
    let now = platform.now();
    match (platform.store.operator().await?, request.recover) {
        (None, false) => create(platform, now).await,
        (Some(operator), true) => recover(platform, &operator, now).await,
        (Some(operator), false) => Err(BootstrapError::Exists(operator.id)),
        (None, true) => Err(BootstrapError::NothingToRecover),
    }
}

async fn create(platform: &Platform, now: UnixMillis) -> Result<BootstrapReply, BootstrapError> {
    let id = AccountId::generate(platform.random.as_ref())?;
    let token = management_token(platform, id, now)?;
    let audit = audit(AuditAction::Bootstrap, &token, now);
    let account = AccountRow {
        id,
        name: operator_name()?,
        operator: true,
        created_at: now,
        closed_at: None,
        root_token: Some(token.record().id),
    };
    match platform.store.bootstrap(&account, &token, &audit).await {
        Ok(()) => Ok(reply(id, &token)),
        Err(StoreBootstrapError::Exists(id)) => Err(BootstrapError::Exists(id)),
        Err(StoreBootstrapError::NameTaken) => Err(BootstrapError::Raced),
        Err(StoreBootstrapError::Store(error)) => Err(error.into()),
    }
}

async fn recover(
    platform: &Platform,
    operator: &AccountRow,
    now: UnixMillis,
) -> Result<BootstrapReply, BootstrapError> {
    let token = management_token(platform, operator.id, now)?;
    let audit = audit(AuditAction::Recover, &token, now);
    match platform.store.recover(operator, &token, &audit, now).await {
        Ok(()) => Ok(reply(operator.id, &token)),
        Err(RecoverError::Changed) => Err(BootstrapError::Raced),
        Err(RecoverError::Store(error)) => Err(error.into()),
    }
}

fn operator_name() -> Result<AccountName, BootstrapError> {
    "operator"
        .parse()
        .map_err(|error: NameError| BootstrapError::Name(error.to_string()))
}

/// A management token with every scope there is, for the operator account itself.
fn management_token(
    platform: &Platform,
    account: AccountId,
    now: UnixMillis,
) -> Result<NewToken, BootstrapError> {
    let catalog = &platform.catalog;
    let kind = IssuedKind::management(catalog).ok_or(BootstrapError::NoManagementKind)?;
    let request = IssueRequest {
        scopes: ScopeRequest::Held(kind.rules().scopes.clone()),
        ..IssueRequest::default()
    };
    // The account speaks for itself: nobody's rights are to be read.
    let prepared = prepare(catalog, kind, request, Maker::Deployment(account), now);
    let details = TokenDetails {
        name: TokenName::try_from("operator".to_owned())
            .map_err(|reason| BootstrapError::Name(reason.to_owned()))?,
        metadata: Metadata::default(),
    };
    let label = Label::of_account(&operator_name()?, &EnvironmentName::default());
    let issuance = prepared?.issue(&[])?.with_label(Some(label));
    Ok(issuance.into_token(details, platform.random.as_ref())?)
}

fn audit(action: AuditAction, token: &NewToken, at: UnixMillis) -> Audit {
    Audit::by_iam(action, token.record().id, at)
}

fn reply(account: AccountId, token: &NewToken) -> BootstrapReply {
    BootstrapReply {
        account,
        id: token.record().id,
        token: token.text().clone(),
    }
}

fn shown_once<S: Serializer>(token: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose_secret())
}
