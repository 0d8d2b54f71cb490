//! `GET /v1/usage`: how often tokens were used, by whom, for what, on which day, and how that was
//! answered.

mod cursor;
mod group_by;
mod label;
mod total;

use crate::query;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use cursor::UsageCursor;
use group_by::GroupBy;
use hallpass_core::{AccountId, Day, EnvironmentName, ParentId, Principal, Tenant, UnixSeconds};
use hallpass_http::{Caller, ErrorCode, Limit, Platform, Problem, Query};
use hallpass_store::{USAGE_KEPT_DAYS, UsageQuery};
use label::Labels;
use serde::{Deserialize, Serialize};
use total::Wanted;
use utoipa::ToSchema;

/// The days that are shown where none are named, today among them.
const SHOWN_DAYS: u64 = 30;

/// How many totals are answered at once: the names of as many principals are ten batches.
const MOST_TOTALS: usize = 1_000;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageRequest {
    from: Option<Day>,
    to: Option<Day>,
    token: Option<ParentId>,
    principal: Option<Principal>,
    /// A route as `group_by=route` shows it, such as `GET /v2/floor/{id}`.
    route: Option<String>,
    /// `active`, or the code of a refusal. Only accepted use is counted where this is absent and
    /// `group_by` does not name it.
    outcome: Option<String>,
    /// One or more of these, with a comma between.
    #[param(
        value_type = Option<String>,
        pattern = "^(token|principal|route|outcome|day)(,(token|principal|route|outcome|day))*$",
        example = "principal,day"
    )]
    group_by: Option<GroupBy>,
    environment: Option<EnvironmentName>,
    account: Option<AccountId>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UsagePage)]
pub(crate) struct PageView {
    usage: Vec<UsageView>,
    from: Day,
    to: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<String>,
}

/// A total: what it is not by is left out.
#[derive(Serialize, ToSchema)]
#[schema(as = Usage)]
struct UsageView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    day: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token: Option<ParentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    principal: Option<Principal>,
    /// What people call the principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user: Option<String>,
    /// The route as the catalog or this page writes it. `unknown` where the catalog has none, absent
    /// for use from before routes were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    route: Option<String>,
    /// `active`, or the code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    outcome: Option<String>,
    count: u64,
    last_used_at: UnixSeconds,
}

/// Count use
///
/// How often each token was used on which day, for whom: the last 30 days where none are named. With
/// `group_by`, totals by token, principal, route, outcome or day, or several of them; without, by
/// day, token and principal, a page of them. Refusals are counted, too, and shown where `outcome` is
/// named or grouped by; what is refused as `unknown` or `malformed` belongs to nobody and is not
/// counted. Where there is a `cursor`, the next page may go on with the same day, token and so on: add
/// up what is alike. Best effort, some three minutes late; where little use is spread over many
/// environments and tokens, up to an hour more.
#[utoipa::path(
    get, path = "/v1/usage", tag = "activity", operation_id = "usage",
    params(UsageRequest),
    responses(
        (status = 200, description = "Counts.", body = PageView),
    ),
    security(("token" = ["activity:read"])),
)]
pub(crate) async fn usage(
    State(platform): State<Platform>,
    caller: Caller,
    request: Result<Query<UsageRequest>, Problem>,
) -> Result<Response, Problem> {
    let Query(request) = request?;
    let tenant = caller.tenant(request.account, request.environment.clone())?;
    let (from, to) = request.days(&platform)?;
    let cursor = request.cursor(from, to)?;
    let limit = request.limit()?;
    let query = UsageQuery {
        tenant,
        from,
        to,
        after: cursor.as_ref().and_then(UsageCursor::after),
    };
    let found = platform.store.usage(&query).await?;
    if found.rows.is_empty() && found.next.is_none() && cursor.is_none() {
        query::check_there(&platform, &query.tenant).await?;
    }
    let wanted = Wanted {
        group_by: request.group_by.unwrap_or_default(),
        token: request.token,
        principal: request.principal,
        route: request.route.as_deref(),
        outcome: request.outcome.as_deref(),
    };
    let totals = wanted.totals(found.rows);
    let (usage, cursor) = cursor::page(totals, limit, cursor, found.next);
    let view = PageView {
        usage: labelled(&platform, &query.tenant, usage).await?,
        from,
        to,
        cursor: cursor.map(|cursor| cursor.to_string()),
    };
    Ok(Json(view).into_response())
}

/// The same with what people call the principals.
async fn labelled(
    platform: &Platform,
    tenant: &Tenant,
    mut usage: Vec<UsageView>,
) -> Result<Vec<UsageView>, Problem> {
    let principals = usage.iter().filter_map(|view| view.principal).collect();
    let labels = Labels::read(platform, tenant, principals).await?;
    for view in &mut usage {
        view.user = view.principal.and_then(|principal| labels.of(principal));
    }
    Ok(usage)
}

impl UsageRequest {
    fn days(&self, platform: &Platform) -> Result<(Day, Day), Problem> {
        let to = self.to.unwrap_or_else(|| Day::of(platform.now()));
        let from = self
            .from
            .unwrap_or_else(|| to.earlier_by(SHOWN_DAYS.saturating_sub(1)));
        if from > to {
            let detail = format!(
                "`from` is {from} and `to` is {to}: `from` is the earlier day (use is kept for \
                 {USAGE_KEPT_DAYS} days)"
            );
            return Err(query::invalid("from", detail));
        }
        Ok((from, to))
    }

    fn limit(&self) -> Result<usize, Problem> {
        match (&self.group_by, self.limit) {
            (None, limit) => Ok(u8::from(limit.unwrap_or_default()).into()),
            (Some(_), None) => Ok(MOST_TOTALS),
            (Some(_), Some(_)) => {
                let detail = "totals take no `limit`: leave it out, or leave out `group_by`";
                Err(query::invalid("limit", detail))
            }
        }
    }

    fn cursor(&self, from: Day, to: Day) -> Result<Option<UsageCursor>, Problem> {
        let cursor: Option<UsageCursor> = query::cursor(self.cursor.as_deref())?;
        let is_within = |cursor: &UsageCursor| cursor.days().all(|day| (from..=to).contains(&day));
        if cursor.as_ref().is_some_and(|cursor| !is_within(cursor)) {
            let detail = "the cursor is of other days: use it with the same `from` and `to`";
            return Err(Problem::invalid("cursor", ErrorCode::InvalidCursor, detail));
        }
        Ok(cursor)
    }
}
