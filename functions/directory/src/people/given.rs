//! A caller can give a user or service account a scope, or a user membership of a group, only if it holds itself what that
//! gives.

use crate::request::DirectoryRequest;
use hallpass_core::{
    GroupRecord, MAX_SCOPES, PrincipalName, PrincipalType, Scope, ScopeSet, WrittenScope,
};
use hallpass_http::{ErrorCode, Problem};

/// The scopes that a user or service account is to have, each of which the caller holds.
pub(crate) fn scopes(
    request: &DirectoryRequest,
    written: &[WrittenScope],
) -> Result<ScopeSet, Problem> {
    let invalid = |code, detail: String| Problem::invalid("scopes", code, detail);
    if written.len() > MAX_SCOPES {
        let detail = format!("a user or service account has at most {MAX_SCOPES} of these");
        return Err(invalid(ErrorCode::TooMany, detail));
    }
    let mut resolved = Vec::with_capacity(written.len());
    for scope in written {
        let scope = request.platform.catalog.resolve(scope);
        let scope =
            scope.map_err(|unknown| invalid(ErrorCode::UnknownScope, unknown.to_string()))?;
        if scope.is_operator() {
            let detail = "`platform:operate` stays with the operator account's own tokens";
            return Err(invalid(ErrorCode::OperatorOnly, detail.to_owned()));
        }
        if !holds(request, &scope) {
            return Err(not_held(&scope).field("scopes"));
        }
        resolved.push(scope);
    }
    ScopeSet::new(resolved).map_err(|_empty| {
        let detail =
            "an empty list gives nothing: leave the field out, or set a user's to null to take all back";
        invalid(ErrorCode::EmptyScopes, detail.to_owned())
    })
}

/// What a group gives, or a scope of it that the caller does not hold.
pub(crate) fn by_group(
    request: &DirectoryRequest,
) -> impl Fn(&GroupRecord) -> Result<Vec<Scope>, Scope> {
    move |group| {
        let given = group.access.0.iter().filter_map(|(path, level)| {
            let scopes = request.platform.catalog.access(level)?;
            Some(scopes.iter().map(|scope| scope.at(path.clone())))
        });
        let held = |scope: Scope| {
            if holds(request, &scope) {
                Ok(scope)
            } else {
                Err(scope)
            }
        };
        given.flatten().map(held).collect()
    }
}

pub(crate) fn not_held(scope: &Scope) -> Problem {
    let detail = format!("the calling token does not hold `{scope}`, so it cannot give it");
    Problem::new(
        http::StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::ScopeNotHeld,
        detail,
    )
}

fn holds(request: &DirectoryRequest, scope: &Scope) -> bool {
    request.caller.holds_scope(scope)
}

/// The name of a user or service account.
pub(crate) fn name(
    field: &'static str,
    text: &str,
    of: PrincipalType,
) -> Result<PrincipalName, Problem> {
    PrincipalName::new(text, of).map_err(|detail| {
        Problem::invalid(
            field,
            ErrorCode::InvalidField,
            format!("`{field}`: {detail}"),
        )
    })
}
