//! Users of an environment.

use crate::once::Once;
use crate::within::{Asked, Page, PageQuery, Within, WithinQuery};
use crate::{given, refusal, remove};
use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use hallpass_core::{
    Access, AccountId, EnvironmentName, GroupId, Principal, PrincipalName, PrincipalRecord,
    PrincipalType, ScopeSet, UnixSeconds, UserId, WrittenScope, present,
};
use hallpass_http::{Body, Caller, IdempotencyKey, Path, Platform, Problem, WalkFor};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const USERNAME: &str = "username";

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserRequest {
    username: String,
    #[serde(default, deserialize_with = "present")]
    scopes: Option<Vec<WrittenScope>>,
    #[serde(default, deserialize_with = "present")]
    environment: Option<EnvironmentName>,
    #[serde(default, deserialize_with = "present")]
    account: Option<AccountId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    #[serde(default, deserialize_with = "present")]
    username: Option<String>,
    /// `null` takes all of them back.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<WrittenScope>>)]
    scopes: Option<NewScopes>,
}

/// The scopes a user has from now on: none at all where they are taken back.
#[derive(Deserialize)]
#[serde(transparent)]
struct NewScopes(Option<Vec<WrittenScope>>);

#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    id: Principal,
    account: AccountId,
    environment: EnvironmentName,
    username: PrincipalName,
    /// What the user may do everywhere; nothing if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<ScopeSet>,
    /// The groups the user is in themselves.
    groups: Vec<GroupId>,
    /// What the user may do at which places: left out of lists, which would be long by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
    created_at: UnixSeconds,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UserPage)]
pub(crate) struct PageView {
    users: Vec<UserView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<Principal>,
}

impl From<PrincipalRecord> for UserView {
    fn from(record: PrincipalRecord) -> Self {
        Self {
            id: record.id,
            account: record.account,
            environment: record.environment,
            username: record.name,
            scopes: record.scopes,
            groups: record.member_of,
            access: Some(record.access),
            created_at: record.created_at.seconds(),
        }
    }
}

impl UserView {
    fn listed(record: PrincipalRecord) -> Self {
        Self {
            access: None,
            ..record.into()
        }
    }
}

pub(crate) async fn create(
    State(platform): State<Platform>,
    caller: Caller,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Body<UserRequest>, Problem>,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    caller.require("directory:write")?;
    let (Body { value, bytes }, key) = (body?, key?);
    let within = Within::new(&caller, value.account, value.environment)?;
    let scopes = value
        .scopes
        .map(|written| given::scopes(&platform, &caller, &written));
    let make = Make {
        within,
        username: &value.username,
        scopes: scopes.transpose()?,
    };
    let once = Once {
        key: &key,
        route: "POST /v1/users",
        body: &bytes,
    };
    let record = make.by(&platform, &caller, &once).await?;
    Ok((StatusCode::CREATED, Json(record.into())))
}

/// A user to be made.
pub(crate) struct Make<'a> {
    pub(crate) within: Within,
    pub(crate) username: &'a str,
    pub(crate) scopes: Option<ScopeSet>,
}

impl Make<'_> {
    pub(crate) async fn by(
        self,
        platform: &Platform,
        caller: &Caller,
        once: &Once<'_>,
    ) -> Result<PrincipalRecord, Problem> {
        let now = platform.now();
        let record = PrincipalRecord {
            id: Principal::User(UserId::generate(platform.random.as_ref())?),
            account: self.within.account,
            environment: self.within.environment,
            name: given::name(USERNAME, self.username, PrincipalType::User)?,
            scopes: self.scopes,
            access: Access::default(),
            member_of: Vec::new(),
            groups: Vec::new(),
            created_at: now,
            closed_at: None,
            cut_off: None,
            version: 0,
        };
        let idempotency = once.key.scoped(caller, once.route, once.body);
        let mut audit = caller
            .audit("create_user", record.id, now)
            .with("username", &record.name);
        if let Some(scopes) = &record.scopes {
            audit = audit.with("scopes", scopes);
        }
        platform
            .store
            .create_principal(&record, idempotency.as_ref(), &audit, now)
            .await
            .map_err(|error| refusal::of_creation(error, USERNAME))?;
        Ok(record)
    }
}

pub(crate) async fn list(
    State(platform): State<Platform>,
    caller: Caller,
    query: Asked<PageQuery>,
) -> Result<Json<PageView>, Problem> {
    caller.require("directory:read")?;
    let page = Page::<UserId>::of_query(&caller, query)?;
    let Within {
        account,
        environment,
    } = &page.within;
    let (of, cursor) = (PrincipalType::User, page.cursor.map(Principal::User));
    let found = platform
        .store
        .principals(account, environment, of, page.limit, cursor)
        .await?;
    Ok(Json(PageView {
        users: found.principals.into_iter().map(UserView::listed).collect(),
        cursor: found.next,
    }))
}

/// The user of a path.
pub(crate) fn id(text: &str) -> Result<Principal, Problem> {
    let id = text.parse().map(Principal::User);
    id.map_err(|_not_an_id| Problem::not_found("user"))
}

pub(crate) async fn one(
    State(platform): State<Platform>,
    caller: Caller,
    Path(user): Path<String>,
    query: Asked<WithinQuery>,
) -> Result<Json<UserView>, Problem> {
    caller.require("directory:read")?;
    let within = Within::of_query(&caller, query)?;
    let user = platform
        .store
        .principal(&within.account, &within.environment, &id(&user)?)
        .await?;
    user.filter(|user| user.closed_at.is_none())
        .map(|user| Json(user.into()))
        .ok_or_else(|| Problem::not_found("user"))
}

pub(crate) async fn change(
    State(platform): State<Platform>,
    caller: Caller,
    Path(user): Path<String>,
    query: Asked<WithinQuery>,
    body: Result<Body<UserChange>, Problem>,
) -> Result<Json<UserView>, Problem> {
    caller.require("directory:write")?;
    let within = Within::of_query(&caller, query)?;
    let Body { value, .. } = body?;
    let user = id(&user)?;
    if value.username.is_none() && value.scopes.is_none() {
        let detail = "name what is to be changed: `username`, `scopes` or both";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "invalid_body", detail));
    }
    let name = value
        .username
        .map(|name| given::name(USERNAME, &name, PrincipalType::User))
        .transpose()?;
    let scopes = value.scopes.map(|NewScopes(written)| {
        let given = written.map(|written| given::scopes(&platform, &caller, &written));
        given.transpose()
    });
    let scopes = scopes.transpose()?;
    let mut audit = caller.audit("change_user", user, platform.now());
    if let Some(name) = &name {
        audit = audit.with("username", name);
    }
    if let Some(scopes) = &scopes {
        let scopes = scopes.as_ref().map(ToString::to_string);
        audit = audit.with("scopes", scopes.unwrap_or_else(|| "none".to_owned()));
    }
    let change = |user: &mut PrincipalRecord| {
        if let Some(name) = &name {
            user.name = name.clone();
        }
        if let Some(scopes) = &scopes {
            user.scopes.clone_from(scopes);
        }
    };
    let changed = platform
        .store
        .change_principal(&within.account, &within.environment, &user, change, &audit)
        .await
        .map_err(|error| refusal::of_change(error, "user", USERNAME))?;
    Ok(Json(changed.into()))
}

pub(crate) async fn delete(
    State(platform): State<Platform>,
    Extension(walk_for): Extension<WalkFor>,
    caller: Caller,
    Path(user): Path<String>,
    query: Asked<WithinQuery>,
) -> Result<Response, Problem> {
    caller.require("directory:write")?;
    let within = Within::of_query(&caller, query)?;
    remove::principal(&platform, &caller, within, id(&user)?, walk_for)
        .await?
        .ok_or_else(|| Problem::not_found("user"))
}
