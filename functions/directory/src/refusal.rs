//! Why a user, service account, group or folder was not made or changed.

use crate::error::DirectoryError;
use crate::people::given;
use hallpass_core::{MOST_AROUND, MOST_JOINED, MOST_PATHS};
use hallpass_http::{ErrorCode, Problem};
use hallpass_store::{ChangeError, CreateError, MOST_BELOW, MemberError};
use http::StatusCode;

/// Why none was made; `field` is what its name is called.
pub(crate) fn of_creation(error: CreateError, field: &'static str) -> Problem {
    match error {
        CreateError::NameTaken => name_taken(field),
        error @ (CreateError::Exists
        | CreateError::NoAccount
        | CreateError::NoEnvironment
        | CreateError::Closed
        | CreateError::Already(_)
        | CreateError::KeyReused
        | CreateError::Store(_)) => DirectoryError(error).into(),
    }
}

/// Why one was not changed; `what` it is, and `field` what its name is called.
pub(crate) fn of_change(error: ChangeError, what: &str, field: &'static str) -> Problem {
    match error {
        ChangeError::Missing => Problem::not_found(what),
        ChangeError::NameTaken => name_taken(field),
        ChangeError::TooLarge => Problem::new(
            StatusCode::CONFLICT,
            ErrorCode::TooManyPlaces,
            "what the user may do takes more than fits into one row: take access to folders away first",
        ),
        ChangeError::Store(error) => error.into(),
    }
}

/// Why no member was added or removed.
pub(crate) fn of_membership(error: MemberError) -> Problem {
    let conflict = |code, detail| Problem::new(StatusCode::CONFLICT, code, detail);
    match error {
        MemberError::NoGroup => Problem::not_found("group"),
        MemberError::NoMember => Problem::not_found("member"),
        MemberError::NotHeld(scope) => given::not_held(&scope),
        MemberError::TooManyGroups => conflict(
            ErrorCode::TooManyGroups,
            format!(
                "the user is in {MOST_JOINED} groups, which is the most: take them out of one first"
            ),
        ),
        MemberError::TooManyBelow => conflict(
            ErrorCode::TooManyGroups,
            format!(
                "more than {MOST_BELOW} groups stand within the group: put it into the other one before them"
            ),
        ),
        MemberError::TooManyPaths => conflict(
            ErrorCode::TooManyPlaces,
            format!(
                "a user would have access to more than {MOST_PATHS} paths: give access higher up instead"
            ),
        ),
        MemberError::Circle => conflict(
            ErrorCode::Circular,
            "the group would stand within itself: take the other one out of it first".to_owned(),
        ),
        MemberError::TooDeep => conflict(
            ErrorCode::NestedTooDeep,
            format!("a group stands within {MOST_AROUND} others at most, all levels counted"),
        ),
        MemberError::Store(error) => error.into(),
    }
}

fn name_taken(field: &'static str) -> Problem {
    let detail = "another one here has this name, in this or another spelling: choose another";
    Problem::new(StatusCode::CONFLICT, ErrorCode::NameTaken, detail).field(field)
}
