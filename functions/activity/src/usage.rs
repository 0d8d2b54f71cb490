//! `GET /v1/usage`: how often tokens were used, by whom, on which day.

mod label;
mod total;

use crate::query;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use hallpass_core::{AccountId, Day, EnvironmentName, ParentId, Principal, Tenant, UnixSeconds};
use hallpass_http::{Caller, ErrorCode, Limit, Platform, Problem, Query};
use hallpass_store::{USAGE_KEPT_DAYS, UsageCursor, UsageOf, UsagePage, UsageQuery};
use label::Labels;
use serde::{Deserialize, Serialize};
use total::GroupBy;
use utoipa::ToSchema;

/// The days that are shown where none are named, today among them.
const SHOWN_DAYS: u64 = 30;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageRequest {
    from: Option<Day>,
    to: Option<Day>,
    token: Option<ParentId>,
    principal: Option<Principal>,
    #[param(inline)]
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

/// One row, or a total of several: what it is not by is left out.
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
    count: u64,
    last_used_at: UnixSeconds,
}

/// Count use
///
/// How often each token was used on which day, for whom: the last 30 days where none are named.
/// With `group_by`, totals; without, a page of rows. Best effort, a minute late.
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
    let query = request.query(&platform, tenant)?;
    // What this instance itself has counted is shown at once; other instances' within a minute.
    platform.flush_use().await;
    let found = platform.store.usage(&query).await?;
    if found.rows.is_empty() && found.next.is_none() && query.after.is_none() {
        query::check_there(&platform, &query.tenant).await?;
    }
    let cursor = found.next.map(|next| next.to_string());
    let view = PageView {
        usage: shown(&platform, &query, request.group_by, found).await?,
        from: query.from,
        to: query.to,
        cursor,
    };
    Ok(Json(view).into_response())
}

async fn shown(
    platform: &Platform,
    query: &UsageQuery,
    group_by: Option<GroupBy>,
    found: UsagePage,
) -> Result<Vec<UsageView>, Problem> {
    let mut views: Vec<UsageView> = match group_by {
        Some(group_by) => total::totals(group_by, &found.rows),
        None => found
            .rows
            .into_iter()
            .map(|row| UsageView {
                day: Some(row.day),
                token: Some(row.token),
                principal: Some(row.principal),
                user: None,
                count: row.count,
                last_used_at: row.last_used_at.seconds(),
            })
            .collect(),
    };
    let principals = views.iter().filter_map(|view| view.principal).collect();
    let labels = Labels::read(platform, &query.tenant, principals).await?;
    for view in &mut views {
        view.user = view.principal.and_then(|principal| labels.of(principal));
    }
    Ok(views)
}

impl UsageRequest {
    fn query(&self, platform: &Platform, tenant: Tenant) -> Result<UsageQuery, Problem> {
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
        let of = match (self.token, self.principal) {
            (None, None) => UsageOf::Everything,
            (Some(token), None) => UsageOf::Token(token),
            (None, Some(principal)) => UsageOf::Principal(principal),
            (Some(_), Some(_)) => {
                let detail = "name `token` or `principal`, not both: a token speaks for one \
                              principal, or for those of the JWTs that it derived";
                return Err(query::invalid("principal", detail));
            }
        };
        // Totals are of as many rows as one answer of the table holds.
        let limit = match (self.group_by, self.limit) {
            (None, limit) => Some(limit.unwrap_or_default().into()),
            (Some(_), None) => None,
            (Some(_), Some(_)) => {
                let detail = "totals take no `limit`: leave it out, or leave out `group_by`";
                return Err(query::invalid("limit", detail));
            }
        };
        let after: Option<UsageCursor> = query::cursor(self.cursor.as_deref())?;
        if after.is_some_and(|after| !(from..=to).contains(&after.day)) {
            let detail = "the cursor is of other days: use it with the same `from` and `to`";
            return Err(Problem::invalid("cursor", ErrorCode::InvalidCursor, detail));
        }
        Ok(UsageQuery {
            tenant,
            of,
            from,
            to,
            limit,
            after,
        })
    }
}
