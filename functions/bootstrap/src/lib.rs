//! Invoked with IAM, once a deployment: makes the first signing key, the operator account and its
//! management token. `{"recover": true}` replaces a lost management token.

use hallpass_core::{
    AccountId, AccountName, EnvironmentName, IpRules, Metadata, NameError, OpaqueToken,
    OriginRules, Principal, RandomUnavailable, TokenId, TokenName, TokenRecord, UnixMillis,
};
use hallpass_http::Platform;
use hallpass_keys::{CreateKeyError, KeyMaker, create_signing_key};
use hallpass_store::{
    AccountRow, Audit, BootstrapError as StoreBootstrapError, RecoverError, StoreError,
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
    /// KMS or the table is not to be had.
    #[error("no signing key")]
    Key(#[from] CreateKeyError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
    /// The table is not to be had.
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
    let (token, record) = management_token(platform, id, now)?;
    let account = AccountRow {
        id,
        name: "operator"
            .parse::<AccountName>()
            .map_err(|error: NameError| BootstrapError::Name(error.to_string()))?,
        operator: true,
        created_at: now,
        closed_at: None,
        root_token: Some(record.id),
    };
    match platform
        .store
        .bootstrap(&account, &record, &audit("bootstrap", &record, now))
        .await
    {
        Ok(()) => Ok(reply(id, &record, &token)),
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
    let (token, record) = management_token(platform, operator.id, now)?;
    match platform
        .store
        .recover(operator, &record, &audit("recover", &record, now), now)
        .await
    {
        Ok(()) => Ok(reply(operator.id, &record, &token)),
        Err(RecoverError::Changed) => Err(BootstrapError::Raced),
        Err(RecoverError::Store(error)) => Err(error.into()),
    }
}

/// A management token with every scope there is, for the operator account itself.
fn management_token(
    platform: &Platform,
    account: AccountId,
    now: UnixMillis,
) -> Result<(OpaqueToken, TokenRecord), BootstrapError> {
    let kind = platform
        .catalog
        .management()
        .ok_or(BootstrapError::NoManagementKind)?;
    let prefix = kind
        .prefix()
        .ok_or(BootstrapError::NoManagementKind)?
        .clone();
    let random = platform.random.as_ref();
    let token = OpaqueToken::generate(prefix, TokenId::generate(random)?, random)?;
    let name = TokenName::try_from("operator".to_owned())
        .map_err(|reason| BootstrapError::Name(reason.to_owned()))?;
    let record = TokenRecord {
        id: token.id,
        kind: kind.name.clone(),
        account,
        environment: EnvironmentName::default(),
        principal: Principal::Account(account),
        name,
        scopes: kind.scopes.clone(),
        origins: OriginRules::default(),
        ips: IpRules::default(),
        secret_hash: token.secret.hash(),
        previous: Vec::new(),
        public_text: None,
        created_at: now,
        not_before: None,
        expires_at: None,
        revoked_at: None,
        cut_off: None,
        enabled: true,
        minted_by: None,
        metadata: Metadata::default(),
        slot: None,
    };
    Ok((token, record))
}

fn audit(action: &'static str, record: &TokenRecord, at: UnixMillis) -> Audit {
    Audit::by_iam(action, record.id, at)
}

fn reply(account: AccountId, record: &TokenRecord, token: &OpaqueToken) -> BootstrapReply {
    BootstrapReply {
        account,
        id: record.id,
        token: token.text(),
    }
}

fn shown_once<S: Serializer>(token: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose_secret())
}
