//! 3dverse's `POST /app/v1/users/{id}/tokens`: a user's token, for the places the user reaches now.

use crate::error::TemporaryError;
use crate::{claims, derived_kind, open_principal};
use axum::Json;
use axum::extract::State;
use hallpass_core::{
    AccessLevel, Asked, BoundsError, FolderRef, Principal, PrincipalRecord, PrincipalType, Rights,
    ScopeSet, Terms, TermsError, UserId, WrittenScope, present, terms,
};
use hallpass_http::{Body, Caller, Path, Platform, Problem};
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
    #[schema(value_type = Option<String>, example = "1h", nullable = false)]
    ttl: Option<Ttl>,
    /// Those of the user's places that the token is for: all of them if absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    folders: Option<Vec<FolderRef>>,
}

/// More places than any token holds.
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

pub(crate) async fn derive(
    State(platform): State<Platform>,
    signer: Signer,
    caller: Caller,
    Path(user): Path<String>,
    body: Result<Body<UserTokenRequest>, Problem>,
) -> Result<Json<UserTokenReply>, Problem> {
    let now = platform.now();
    let kind = derived_kind(&platform, &caller)?;
    if !kind.principals.contains(&PrincipalType::User) {
        return Err(TemporaryError::PrincipalNotForKind(kind.name.clone()).into());
    }
    let unknown = || Problem::not_found("user");
    let user = user.parse::<UserId>().map(Principal::User);
    if user.as_ref().ok() != Some(&caller.principal()) {
        caller.require("tokens:impersonate")?;
    }
    let request = body?.value;
    let user = user.map_err(|_not_an_id| unknown())?;
    let user = open_principal(&platform, &caller, user).await?;
    let user = user.ok_or_else(unknown)?;
    let asked = platform
        .catalog
        .access(&request.scope)
        .ok_or_else(|| unknown_level(&platform))?;
    let rights = platform.validator.rights(&user).await?;
    let reached = match &request.folders {
        None => {
            let reached = rights.within(asked, platform.catalog.implications());
            reached.ok_or(TemporaryError::NothingReachable(request.scope))?
        }
        Some(folders) => at_folders(&platform, &user, (asked, &rights), folders).await?,
    };
    let asked = Asked {
        scopes: Some(written(&reached)),
        origins: None,
        ips: None,
        lifetime: request.ttl.map(|Ttl(seconds)| seconds),
    };
    let bounds = caller.evidence().bounds();
    let terms: Terms = terms(&platform.catalog, kind, asked, &bounds, now).map_err(refused)?;
    caller
        .contain(&terms.bounds())
        .map_err(|error| refused(error.into()))?;
    let claims = claims(&platform, &caller, kind, user.id, terms, now)?;
    let token = signer.sign(&claims, now).await.map_err(unsigned)?;
    Ok(Json(UserTokenReply {
        user_token: token.expose_secret().to_owned(),
        expires_in: claims.exp.0.saturating_sub(now.seconds().0),
        expires_on: claims.exp.0,
    }))
}

/// What the user may of `asked` at these folders, at each of which that must be something.
async fn at_folders(
    platform: &Platform,
    user: &PrincipalRecord,
    (asked, rights): (&ScopeSet, &Rights),
    folders: &[FolderRef],
) -> Result<ScopeSet, Problem> {
    if folders.len() > MOST_FOLDERS {
        let detail = format!("a token is for at most {MOST_FOLDERS} folders: name fewer");
        return Err(Problem::invalid("folders", "too_many", detail));
    }
    let mut reached = Vec::new();
    for folder in folders {
        let unreachable = || TemporaryError::Unreachable(*folder);
        let path = match folder {
            FolderRef::Made(id) => {
                let found = platform.store.folder(&user.account, &user.environment, id);
                found.await?.map(|folder| folder.path)
            }
            FolderRef::Public | FolderRef::Home(_) => folder.path_at_top().ok(),
        };
        let path = path.ok_or_else(unreachable)?;
        let there = asked.iter().map(|scope| scope.at(path.clone())).collect();
        let there = ScopeSet::new(there).map_err(|_empty| unreachable())?;
        let within = rights.within(&there, platform.catalog.implications());
        reached.extend(within.ok_or_else(unreachable)?.iter().cloned());
    }
    ScopeSet::new(reached).map_err(|_empty| {
        let detail = "an empty list names no folder: leave the field out for all there are";
        Problem::invalid("folders", "empty_list", detail)
    })
}

/// The scopes as a request would write them.
fn written(scopes: &ScopeSet) -> Vec<WrittenScope> {
    let texts = scopes.iter().map(ToString::to_string);
    // Scopes of ours are texts of ours.
    texts.filter_map(|scope| scope.parse().ok()).collect()
}

/// The body names a level, a `ttl` and maybe folders: what is wrong with the terms is about one of
/// them.
fn refused(error: TermsError) -> Problem {
    match &error {
        TermsError::TooMany { .. } => {
            Problem::invalid("folders", "token_too_large", TOO_MANY_PLACES)
        }
        TermsError::Lifetime(_) | TermsError::Bounds(BoundsError::Expiry) => {
            Problem::of_terms(error, "ttl")
        }
        TermsError::MissingScopes(_)
        | TermsError::EmptyScopes(_)
        | TermsError::UnknownScope(_)
        | TermsError::ScopeNotForKind { .. }
        | TermsError::OriginsRequired(_)
        | TermsError::OriginsNotForKind(_)
        | TermsError::EmptyRules { .. }
        | TermsError::Bounds(
            BoundsError::Scope(_) | BoundsError::Origin(_) | BoundsError::Address(_),
        ) => Problem::of_terms(error, "ttl").field("scope"),
    }
}

fn unsigned(error: SignError) -> Problem {
    let SignError::TooLarge(error) = error else {
        return TemporaryError::Sign(error).into();
    };
    let field = match error.field() {
        "scopes" => "folders",
        field => field,
    };
    Problem::invalid(field, "token_too_large", TOO_MANY_PLACES)
}

const TOO_MANY_PLACES: &str = "the user reaches more places than a token holds: name those it is for in `folders`, or give access higher up";

fn unknown_level(platform: &Platform) -> TemporaryError {
    let known = platform.catalog.access_levels();
    let known: Vec<String> = known.map(|level| format!("`{level}`")).collect();
    TemporaryError::UnknownLevel(known.join(", "))
}

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
