//! 3dverse's `POST /app/v1/users/{id}/tokens`: a user's token, for the folders that the user reaches now.

use crate::derived_kind;
use axum::extract::State;
use axum::{Extension, Json};
use hallpass_core::{
    AccessLevel, FolderRef, IssueError, IssueRequest, ManagementScope, Path as ScopePath,
    Principal, ScopeRequest, UserId, present,
};
use hallpass_http::{
    Body, Caller, ErrorCode, Path, Platform, Problem, RequestFields, into_claims, issue,
};
use hallpass_keys::{SignError, Signer};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::ToSchema;

/// The body: which of what the user may do, where, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserTokenRequest {
    scope: AccessLevel,
    /// `90s`, `30m`, `1h`, `7d`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{1,9}[smhd]$", example = "1h", nullable = false)]
    ttl: Option<Ttl>,
    /// Those of the user's folders that the token is for: all of them if absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(min_items = 1, max_items = 100, nullable = false)]
    folders: Option<Vec<FolderRef>>,
}

/// More folders than a token can name.
const MOST_FOLDERS: usize = 100;

#[derive(Serialize, ToSchema)]
pub(crate) struct UserTokenReply {
    user_token: String,
    /// In seconds.
    expires_in: u64,
    /// In Unix seconds.
    expires_on: u64,
}

/// A lifetime as 3dverse writes it: `90s`, `30m`, `1h`, `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ttl(u64);

impl Ttl {
    fn parse(text: &str) -> Option<Self> {
        let (digits, seconds) = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]
            .iter()
            .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)))?;
        let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        let count: u64 = digits.parse().ok().filter(|_| is_number)?;
        count.checked_mul(seconds).map(Self)
    }
}

impl<'de> Deserialize<'de> for Ttl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom("write a number and `s`, `m`, `h` or `d`, such as `1h`")
        })
    }
}

/// Derive a token for a user
///
/// 3dverse's call: a JWT that speaks for the user, with this level of access at the folders the user
/// reaches now, or at those of `folders` alone. For another user than the caller's own it takes `tokens:impersonate`.
#[utoipa::path(
    post, path = "/app/v1/users/{user}/tokens", tag = "tokens", operation_id = "derive_user_token",
    request_body = UserTokenRequest,
    params(("user" = UserId, Path)),
    responses(
        (status = 200, description = "The user's token.", body = UserTokenReply),
    ),
    security(("token" = [])),
)]
pub(crate) async fn derive(
    State(platform): State<Platform>,
    Extension(signer): Extension<Signer>,
    caller: Caller,
    Path(user): Path<String>,
    body: Result<Body<UserTokenRequest>, Problem>,
) -> Result<Json<UserTokenReply>, Problem> {
    let now = platform.now();
    let kind = derived_kind(&platform, &caller, None)?;
    let user = user.parse::<UserId>();
    // Whoever may not speak for the user learns nothing of the body.
    if user.as_ref().ok().map(|user| Principal::User(*user)) != Some(caller.principal()) {
        caller.require(ManagementScope::TokensImpersonate)?;
    }
    let UserTokenRequest {
        scope: level,
        ttl,
        folders,
    } = body?.value;
    let user = user.map_err(|_not_an_id| Problem::not_found("user"))?;
    let folders = match folders {
        Some(folders) => Some(located(&platform, &caller, &folders).await?),
        None => None,
    };
    let request = IssueRequest {
        scopes: ScopeRequest::Level { level, folders },
        lifetime: ttl.map(|Ttl(seconds)| seconds),
        principal: Some(Principal::User(user)),
        ..IssueRequest::default()
    };
    let issuance = issue(&platform, kind, request, caller.maker(), now, issue_problem);
    let claims = into_claims(&platform, issuance.await?)?;
    let token = signer
        .sign(&claims, platform.clock.moment())
        .await
        .map_err(unsigned)?;
    let expires_at = claims.claims().exp;
    Ok(Json(UserTokenReply {
        user_token: token.expose_secret().to_owned(),
        expires_in: expires_at.0.saturating_sub(now.seconds().0),
        expires_on: expires_at.0,
    }))
}

/// The folders with their paths; one that does not exist has none.
async fn located(
    platform: &Platform,
    caller: &Caller,
    folders: &[FolderRef],
) -> Result<Vec<(FolderRef, Option<ScopePath>)>, Problem> {
    if folders.len() > MOST_FOLDERS {
        let detail = format!("a token is for at most {MOST_FOLDERS} folders: name fewer");
        return Err(Problem::invalid("folders", ErrorCode::TooMany, detail));
    }
    let tenant = caller.own_tenant();
    let mut located = Vec::with_capacity(folders.len());
    for folder in folders {
        let path = match folder {
            FolderRef::Made(id) => {
                let found = platform.store.folder(tenant, id).await?;
                found.map(|folder| folder.path)
            }
            FolderRef::Public | FolderRef::Home(_) => folder.path_at_top().ok(),
        };
        located.push((*folder, path));
    }
    Ok(located)
}

/// The body names a level, a `ttl` and maybe folders: a refusal is about one of them, or about the
/// user in the path.
fn issue_problem(error: IssueError) -> Problem {
    match error {
        IssueError::UnknownPrincipal => Problem::not_found("user"),
        IssueError::TooMany { .. } => {
            Problem::invalid("folders", ErrorCode::TokenTooLarge, TOO_MANY_FOLDERS)
        }
        error => Problem::of_issue(error, &FIELDS),
    }
}

fn unsigned(error: SignError) -> Problem {
    match error {
        SignError::TooLarge(error) if error.field() == "scopes" => {
            Problem::invalid("folders", ErrorCode::TokenTooLarge, TOO_MANY_FOLDERS)
        }
        error => Problem::of_sign(error),
    }
}

const FIELDS: RequestFields = RequestFields {
    scopes: Some("scope"),
    lifetime: Some("ttl"),
    principal: None,
};

const TOO_MANY_FOLDERS: &str = "the user reaches more folders than a token holds: name those it is for in `folders`, or give access higher up";

#[cfg(test)]
mod tests {
    use super::Ttl;

    #[test]
    fn a_ttl_is_a_number_and_a_unit() {
        for (text, seconds) in [
            ("3600s", 3_600),
            ("30m", 1_800),
            ("1h", 3_600),
            ("7d", 604_800),
            ("0s", 0),
            ("007m", 420),
        ] {
            assert_eq!(Ttl::parse(text), Some(Ttl(seconds)), "{text}");
        }
        let long = format!("{}d", u64::MAX);
        for text in [
            "", "h", "1", "1 h", " 1h", "1h ", "+1h", "-1h", "1.5h", "1H", "1w", "1h30m", "１h",
            "1hh", &long,
        ] {
            assert_eq!(Ttl::parse(text), None, "{text}");
        }
    }
}
