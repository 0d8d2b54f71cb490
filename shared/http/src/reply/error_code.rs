//! Every stable `code` that an error can have: clients act on these, so none is ever renamed. One
//! table says of each with which statuses it comes, what it means and what to do about it; the
//! description of the API shows it.

use hallpass_core::DecisionCode;
use serde::{Serialize, Serializer};
use std::fmt::{self, Write as _};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! codes {
    ($($name:ident $text:literal $statuses:tt $meaning:literal $remedy:literal;)*) => {
        /// The stable code of an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ErrorCode {
            $(#[doc = $meaning] $name,)*
        }

        impl ErrorCode {
            /// All of them, by what they are about.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as the API writes it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP statuses that it comes with.
            #[must_use]
            pub const fn statuses(self) -> &'static [u16] {
                match self { $(Self::$name => &$statuses,)* }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// What to do about it, in one sentence.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }
        }
    };
}

codes! {
    // The calling token.
    Unauthenticated "unauthenticated" [401]
        "The request presents no credential that the route takes."
        "Present a token as its kind says, usually as `Authorization: Bearer …`.";
    Malformed "malformed" [401, 422]
        "The text is not that of a token: a part is missing, or its checksum is wrong."
        "Send the whole token, as it was shown when it was made.";
    Unknown "unknown" [401]
        "There is no such token, or its secret is another one."
        "Use a token that was not replaced, of this deployment.";
    Revoked "revoked" [401, 409]
        "The token was ended for good."
        "Make another token.";
    Disabled "disabled" [401]
        "The token is paused."
        "Enable it again with `PATCH /v1/tokens/{id}`, or use another.";
    Expired "expired" [401, 409]
        "The token's time is over."
        "Make another token.";
    NotYetValid "not_yet_valid" [401]
        "The token's time has not begun."
        "Wait until its `not_before`.";
    ParentRevoked "parent_revoked" [401]
        "What the token came from was ended."
        "Derive another one from a token that is good.";
    ParentExpired "parent_expired" [401]
        "The time of what the token came from is over."
        "Derive another one from a token that is good.";
    ParentDisabled "parent_disabled" [401]
        "What the token came from is paused."
        "Enable that token again.";
    CallerChanged "caller_changed" [401]
        "The calling token was ended, paused or changed while it was used, and nothing was done."
        "Repeat the call with a token that is good.";
    WrongPresentation "wrong_presentation" [401]
        "A token of this kind is not presented in this way."
        "Present it in the way that the sentence names.";
    InvalidCredentials "invalid_credentials" [401]
        "There is no account of this name with this API key."
        "Check both.";
    WrongPassword "wrong_password" [401]
        "There is no such shared model, or its password is another one."
        "Ask whoever shared it.";
    AmbiguousCredentials "ambiguous_credentials" [400]
        "The request presents more than one credential."
        "Present one.";
    MalformedHeader "malformed_header" [400]
        "A header cannot be read."
        "Send it in the form that the sentence names.";
    QuotedColon "quoted_colon" [400]
        "The colon between the account's name and its API key has quotes round it."
        "Encode `name:key` as it stands.";
    OriginDenied "origin_denied" [403]
        "The token may not be used from this origin."
        "Add the origin to the token, or use one made for it.";
    IpDenied "ip_denied" [403]
        "The token may not be used from this address."
        "Add the address to the token, or use one made for it.";
    EnvironmentMismatch "environment_mismatch" [403]
        "The token belongs to another environment."
        "Use a token of this environment.";
    InsufficientScope "insufficient_scope" [403]
        "The calling token lacks the scope that the sentence names."
        "Use a token that holds it.";
    DerivesNothing "derives_nothing" [403]
        "A token of this kind derives no others."
        "Call with one that does, such as a secret token.";
    UnknownRoute "unknown_route" [403]
        "The catalog has no such route of the platform's own API."
        "Whoever runs the platform adds it to the catalog.";
    InvalidParameter "invalid_parameter" [403]
        "A parameter of the path is not one segment of a scope's path."
        "Send a segment of letters, digits, `.`, `_`, `~` and `-`.";
    UnsafeCache "unsafe_cache" [403]
        "The authorizer's answers are kept without something that they depend on."
        "Add what the sentence names to the identity sources, or set the cache time to 0.";

    // The request as a whole.
    NotFound "not_found" [404]
        "There is no such thing, or it is not the caller's: the two are not told apart."
        "Check the id, and the account and environment.";
    MethodNotAllowed "method_not_allowed" [405]
        "The route takes another method."
        "Use one that the `Allow` header names.";
    MissingBody "missing_body" [400]
        "The body is missing."
        "Send a JSON object.";
    BrokenBody "broken_body" [400]
        "The body broke off while it was read."
        "Send it again.";
    MalformedJson "malformed_json" [400]
        "The body is not JSON."
        "Send a JSON object.";
    InvalidIdempotencyKey "invalid_idempotency_key" [400]
        "The `Idempotency-Key` is not one header of 1 to 255 visible ASCII characters."
        "Send a fresh UUID.";
    BodyTooLarge "body_too_large" [413]
        "The body has more than 64 KiB."
        "Send less.";
    UnsupportedMediaType "unsupported_media_type" [415]
        "The body is not sent as JSON."
        "Send `Content-Type: application/json`.";
    InvalidBody "invalid_body" [422]
        "The body as a whole does not say what it has to."
        "Send what the sentence names.";
    InvalidField "invalid_field" [422]
        "A field of the body is unknown, missing, there twice, or not what it has to be."
        "Change the field that `field` names.";
    InvalidQuery "invalid_query" [422]
        "A parameter of the query is unknown, there twice, or not what it has to be."
        "Change the parameter that `field` names.";
    InvalidCursor "invalid_cursor" [422]
        "The cursor is not one that this list gave."
        "Send the `cursor` of the page before, or none for the first page.";
    NothingToChange "nothing_to_change" [422]
        "The body names nothing that is to change."
        "Name at least one field.";
    IdempotencyKeyReused "idempotency_key_reused" [422]
        "The same `Idempotency-Key` came with another request before."
        "Use a new key for a new request.";

    // What is asked for.
    UnknownKind "unknown_kind" [422]
        "The catalog has no such kind of token, or none that is made in this way."
        "Name one of those that the sentence lists.";
    KindIsDerived "kind_is_derived" [422]
        "Tokens of this kind are derived, not minted."
        "Derive one with `POST /v1/tokens/temporary`.";
    MissingScopes "missing_scopes" [422]
        "The kind has no default scopes, and none are named."
        "Name `scopes`.";
    EmptyScopes "empty_scopes" [422]
        "A list of scopes is empty, which gives or asks for nothing."
        "Name at least one scope, or leave the field out.";
    UnknownScope "unknown_scope" [422]
        "The catalog has no such scope."
        "Name one that the catalog declares.";
    ScopeNotForKind "scope_not_for_kind" [422]
        "A token of this kind may not hold the scope."
        "Leave the scope out, or choose another kind.";
    ScopeNotHeld "scope_not_held" [422]
        "The calling token does not hold what is to be given."
        "Use a token that holds it, or give less.";
    OperatorOnly "operator_only" [422]
        "`platform:operate` stays with the operator account's own tokens."
        "Leave it out.";
    EmptyList "empty_list" [422]
        "A list is empty, which would allow nothing."
        "Name at least one element, or leave the field out.";
    TooMany "too_many" [422]
        "A list has more elements than are taken at once."
        "Name fewer.";
    OriginsRequired "origins_required" [422]
        "A token of this kind is bound to origins, and none are named."
        "Name `origins`.";
    OriginsNotForKind "origins_not_for_kind" [422]
        "A token of this kind is not bound to origins."
        "Leave `origins` out, or choose another kind.";
    OutsideBounds "outside_bounds" [403, 422]
        "What is asked for reaches beyond the calling token."
        "Use a token that reaches as far, or ask for less.";
    LifetimeOutOfRange "lifetime_out_of_range" [422]
        "The lifetime is shorter or longer than the kind allows."
        "Name one within the range that the sentence gives.";
    ParentExpiresFirst "parent_expires_first" [422]
        "The calling token ends before the lifetime would."
        "Ask for less, or use a token that lives longer.";
    StartsTooLate "starts_too_late" [422]
        "`not_before` lies at or after the token's expiry, or a hundred years ahead."
        "Name an earlier moment.";
    UnknownPrincipal "unknown_principal" [422]
        "There is no such principal in this environment."
        "Check the id.";
    PrincipalNotForKind "principal_not_for_kind" [422]
        "A token of this kind does not speak for this type of principal."
        "Choose another kind, or another principal.";
    NotTheUsers "not_the_users" [422]
        "The user may not do what is asked for."
        "Ask for what the user may do.";
    NothingReachable "nothing_reachable" [422]
        "The user has no such access, or not there."
        "Give the user access to a folder first.";
    UnknownLevel "unknown_level" [422]
        "The catalog has no such level of access."
        "Name one of those that the sentence lists.";
    TokenTooLarge "token_too_large" [422]
        "The token would be longer than can be signed."
        "Shorten what `field` names.";
    OverlapTooLong "overlap_too_long" [422]
        "The old secret cannot outlive the token."
        "Name at most the seconds that the sentence gives.";
    PlaceNeeded "place_needed" [422]
        "The operator has to say where the JWT lives."
        "Name `account` and `environment` with the `id`.";
    NoShares "no_shares" [422]
        "This platform shares no models."
        "Whoever runs it adds `[shares]` to the catalog.";
    TooDeep "too_deep" [422]
        "The path would have more segments than a path may have."
        "Make the folder higher up.";

    // What there is already.
    LimitReached "limit_reached" [409]
        "The environment has as many tokens of this kind as it may have."
        "Revoke one first.";
    AlreadyMinted "already_minted" [409]
        "The same `Idempotency-Key` has made a token already; `id` names it."
        "Rotate it, if its secret was lost.";
    AlreadyRotated "already_rotated" [409]
        "The same `Idempotency-Key` has rotated the token already."
        "Rotate it with a new key, if the new secret was lost.";
    AlreadyCreated "already_created" [409]
        "The same `Idempotency-Key` has made it already; `id` names it."
        "Look at what was made.";
    AlreadyShared "already_shared" [409]
        "The model is shared already."
        "Change that share's password, or unshare it.";
    Unshared "unshared" [409]
        "The model is no longer shared."
        "Share it again.";
    NameTaken "name_taken" [409]
        "Another one has this name."
        "Choose another name.";
    MadeWithoutScopes "made_without_scopes" [409]
        "The service account was made without scopes, and none are added to it."
        "Make another one with `scopes`, and tokens for that.";
    Exists "exists" [409]
        "The account has an environment of this name."
        "Choose another name.";
    Closed "closed" [409]
        "The account or environment is closed for good."
        "Use another one.";
    Changed "changed" [409]
        "Others changed the same thing at the same moment."
        "Look at it, then try again.";
    KindGone "kind_gone" [409]
        "The token's kind is no longer in the catalog."
        "Mint one of another kind.";
    TooManySecrets "too_many_secrets" [409]
        "Too many old secrets of the token still live."
        "Wait for one to end, or rotate with `overlap_seconds` 0.";
    TooManyGroups "too_many_groups" [409]
        "The user would be in more groups than are allowed, too many stand within the one that is put into another, or the right to do this comes from too many."
        "Take them out of one first, or do it in smaller parts.";
    TooManyPlaces "too_many_places" [409]
        "The user or group has access to as many paths as there can be."
        "Give access higher up instead.";
    Circular "circular" [409]
        "The group would stand within itself."
        "Take the other group out of it first.";
    NestedTooDeep "nested_too_deep" [409]
        "The group, or one within it, would stand within more others than are allowed."
        "Put the group into an outer one.";
    OperatorAccount "operator_account" [409]
        "The operator account and its environments cannot be closed."
        "Revoke its tokens one by one, or give `before`.";

    // Try again.
    TooManyAttempts "too_many_attempts" [429]
        "There were too many tries at a password."
        "Wait as many seconds as `Retry-After` says.";
    Internal "internal" [500]
        "This service has a fault, which was logged under the reply's `x-request-id`."
        "Tell whoever runs the platform.";
    NewerVersion "newer_version" [503]
        "The token, or a row that it depends on, is of a version that this function does not know or does not write yet."
        "Try again in a moment: a newer version of the service is being deployed.";
    Unavailable "unavailable" [503]
        "Something that this service needs does not answer."
        "Try again in a moment, with the same `Idempotency-Key`.";
}

impl ErrorCode {
    /// The code of a decision against a token; `None` for one that is active.
    #[must_use]
    pub const fn of_decision(code: DecisionCode) -> Option<Self> {
        Some(match code {
            DecisionCode::Malformed => Self::Malformed,
            DecisionCode::Unknown => Self::Unknown,
            DecisionCode::Revoked => Self::Revoked,
            DecisionCode::Disabled => Self::Disabled,
            DecisionCode::Expired => Self::Expired,
            DecisionCode::NotYetValid => Self::NotYetValid,
            DecisionCode::ParentRevoked => Self::ParentRevoked,
            DecisionCode::ParentExpired => Self::ParentExpired,
            DecisionCode::ParentDisabled => Self::ParentDisabled,
            DecisionCode::EnvironmentMismatch => Self::EnvironmentMismatch,
            DecisionCode::OriginDenied => Self::OriginDenied,
            DecisionCode::IpDenied => Self::IpDenied,
            DecisionCode::InsufficientScope => Self::InsufficientScope,
            DecisionCode::Active => return None,
        })
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialSchema for ErrorCode {
    fn schema() -> RefOr<Schema> {
        let texts = Self::ALL.iter().map(|code| code.as_str());
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(texts))
            .description(Some(Self::table()));
        RefOr::T(schema.into())
    }
}

impl ToSchema for ErrorCode {}

impl ErrorCode {
    /// All codes as a table in Markdown.
    fn table() -> String {
        let mut table = "What went wrong. Codes are stable: act on them, not on sentences.\n\n\
                         | code | status | meaning | what to do |\n|---|---|---|---|\n"
            .to_owned();
        for code in Self::ALL {
            let statuses: Vec<String> = code.statuses().iter().map(u16::to_string).collect();
            let (statuses, meaning, remedy) = (statuses.join(", "), code.meaning(), code.remedy());
            // Writing to a text does not fail.
            let _ = writeln!(table, "| `{code}` | {statuses} | {meaning} | {remedy} |");
        }
        table
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;
    use hallpass_core::DecisionCode;
    use std::collections::BTreeSet;

    #[test]
    fn each_is_another_text_with_error_statuses_and_two_whole_sentences() {
        let texts: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            let statuses = code.statuses();
            assert!(!statuses.is_empty() && statuses.iter().all(|it| (400..600).contains(it)));
            for sentence in [code.meaning(), code.remedy()] {
                assert!(sentence.ends_with('.') && !sentence.contains('|'), "{code}");
            }
        }
    }

    #[test]
    fn a_decision_is_written_alike_as_an_error_and_as_an_answer() {
        for code in [
            DecisionCode::Malformed,
            DecisionCode::Unknown,
            DecisionCode::Revoked,
            DecisionCode::Disabled,
            DecisionCode::Expired,
            DecisionCode::NotYetValid,
            DecisionCode::ParentRevoked,
            DecisionCode::ParentExpired,
            DecisionCode::ParentDisabled,
            DecisionCode::EnvironmentMismatch,
            DecisionCode::OriginDenied,
            DecisionCode::IpDenied,
            DecisionCode::InsufficientScope,
        ] {
            let as_error = ErrorCode::of_decision(code).map(ErrorCode::as_str);
            assert_eq!(as_error, Some(code.as_str()));
        }
        assert_eq!(ErrorCode::of_decision(DecisionCode::Active), None);
    }
}
