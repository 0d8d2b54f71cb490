//! Use: who used which token for what, how it was answered, and how often.

use hallpass_core::{Day, ParentId, Principal, SecretMark, Tenant, TokenId, UnixMillis};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// For how long use is kept after its day, in days.
pub const USAGE_KEPT_DAYS: u64 = 400;

const QUARTER_SECONDS: u64 = 6 * 60 * 60;

/// The outcome of a use that was accepted; those of others are the codes of refusals.
pub const ACCEPTED: &str = "active";

/// A quarter of a day in UTC. Use is added up within it, so that what is written again and again for
/// an environment in one day is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter(pub(super) u64);

impl Quarter {
    /// The one this moment lies in.
    #[must_use]
    pub fn of(moment: UnixMillis) -> Self {
        let seconds = moment.seconds().0;
        Self(seconds.checked_div(QUARTER_SECONDS).unwrap_or_default())
    }

    /// The day that it is a quarter of.
    #[must_use]
    pub fn day(self) -> Day {
        Day::of(self.begins())
    }

    /// Which of the four it is, from 0.
    pub(crate) fn of_day(self) -> u64 {
        self.0.checked_rem(4).unwrap_or_default()
    }

    pub(super) fn begins(self) -> UnixMillis {
        UnixMillis(0).plus_seconds(self.0.saturating_mul(QUARTER_SECONDS))
    }

    /// When the table may delete what was written about it, in seconds.
    pub(super) fn kept_until(self) -> u64 {
        let end = self.begins().plus_seconds(QUARTER_SECONDS).seconds();
        end.plus(USAGE_KEPT_DAYS.saturating_mul(24 * 60 * 60)).0
    }
}

/// Who used what for what, and how that was answered. The use of a JWT counts as its parent's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Use {
    /// Where the token lives.
    pub tenant: Tenant,
    /// When, roughly.
    pub quarter: Quarter,
    /// The token, or a JWT's parent.
    pub token: ParentId,
    /// Who it spoke for.
    pub principal: Principal,
    /// The route, as a table of routes or the catalog writes it, such as `GET /v2/floor/{id}`.
    pub route: Arc<str>,
    /// [`ACCEPTED`], or the code of the refusal.
    pub outcome: Arc<str>,
}

/// How often, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// When last.
    pub last_used_at: UnixMillis,
}

/// Much use, and when secrets that were rotated away were last used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Each use and its tally.
    pub tallies: BTreeMap<Use, Tally>,
    /// When old secrets were used.
    pub old_secrets: HashMap<(TokenId, SecretMark), UnixMillis>,
}

impl Tally {
    /// Adds another one of the same use.
    pub(super) fn add(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.last_used_at = self.last_used_at.max(other.last_used_at);
    }
}

impl Uses {
    /// Adds a use.
    pub fn add(&mut self, of: Use, tally: Tally) {
        self.tallies
            .entry(of)
            .and_modify(|so_far| so_far.add(tally))
            .or_insert(tally);
    }

    /// Notes that an old secret was used.
    pub fn add_old_secret(&mut self, token: TokenId, mark: SecretMark, at: UnixMillis) {
        let last = self.old_secrets.entry((token, mark)).or_insert(at);
        *last = at.max(*last);
    }

    /// Adds all of another.
    pub(super) fn merge(&mut self, other: Self) {
        for (of, tally) in other.tallies {
            self.add(of, tally);
        }
        for ((token, mark), at) in other.old_secrets {
            self.add_old_secret(token, mark, at);
        }
    }

    /// How often something was used, all in all.
    #[must_use]
    pub fn count(&self) -> u64 {
        let counts = self.tallies.values().map(|tally| tally.count);
        counts.fold(0, u64::saturating_add)
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tallies.is_empty() && self.old_secrets.is_empty()
    }
}
