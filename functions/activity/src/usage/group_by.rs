//! By what totals are grouped.

use serde::{Deserialize, Deserializer, de::Error as _};

/// One thing that totals can be by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Token,
    Principal,
    Route,
    Outcome,
    Day,
}

/// By what totals are grouped.
#[derive(Clone, Debug)]
pub(super) struct GroupBy(Vec<By>);

impl GroupBy {
    pub(super) fn is_by(&self, by: By) -> bool {
        self.0.contains(&by)
    }
}

/// What is shown where nothing is said.
impl Default for GroupBy {
    fn default() -> Self {
        Self(vec![By::Day, By::Token, By::Principal])
    }
}

impl<'de> Deserialize<'de> for GroupBy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let each = text.split(',').map(|name| match name {
            "token" => Ok(By::Token),
            "principal" => Ok(By::Principal),
            "route" => Ok(By::Route),
            "outcome" => Ok(By::Outcome),
            "day" => Ok(By::Day),
            other => Err(D::Error::custom(format!(
                "`{other}` is none of `token`, `principal`, `route`, `outcome` and `day`: name one or \
                 more, with a comma between"
            ))),
        });
        each.collect::<Result<_, _>>().map(Self)
    }
}
