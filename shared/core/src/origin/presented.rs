//! The origin that a request presents.

use crate::origin::Origin;

/// The `Origin` of a request, or what stands in for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresentedOrigin {
    /// The request names none.
    Absent,
    /// What it names is no origin a page can have: `null` among others.
    Invalid,
    /// A browser's page.
    Valid(Origin),
}

impl PresentedOrigin {
    /// Reads what a request presented.
    #[must_use]
    pub fn parse(text: Option<&str>) -> Self {
        match text.map(str::parse) {
            None => Self::Absent,
            Some(Ok(origin)) => Self::Valid(origin),
            Some(Err(_reason)) => Self::Invalid,
        }
    }
}
