//! Why a text is not a valid scope, name or path.

use thiserror::Error;

/// Why a text is not a valid scope, name or path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScopeSyntaxError {
    /// Longer than 512 characters.
    #[error("a scope has at most 512 characters")]
    TooLong,
    /// No colon between resource and action.
    #[error("`{0}` is not a scope: write `resource:action` or `resource:action@path`")]
    NoColon(String),
    /// The resource or action is not a name.
    #[error("`{0}` is not a name: a letter, then letters and digits")]
    Name(String),
    /// The path has an empty or too long segment, or too many.
    #[error(
        "`{0}` is not a path: up to 16 segments between `/`, each 1 to 64 of letters, digits, \
         `.`, `_`, `~`, `-`, and neither `.` nor `..`"
    )]
    Path(String),
    /// `*` on a management resource.
    #[error("`{0}:*` is refused: management scopes are listed one by one")]
    ManagementWildcard(String),
    /// A path on a management scope.
    #[error("`{0}` is a management scope and has no paths: leave out `@path`")]
    ManagementPath(String),
}
