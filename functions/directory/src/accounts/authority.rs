//! Which account a path names, and whether the caller may see it.

use hallpass_core::AccountId;
use hallpass_http::{Caller, Problem};

/// The account of a path: the caller's own, or any account for the operator. Another account's id
/// and one that does not exist answer alike.
pub(crate) fn account(caller: &Caller, text: &str) -> Result<AccountId, Problem> {
    text.parse()
        .ok()
        .filter(|account| caller.is_operator() || *account == caller.account())
        .ok_or_else(|| Problem::not_found("account"))
}
