//! The origin of the page that a request comes from.

use hallpass_core::PresentedOrigin;
use http::HeaderMap;
use http::header::{ORIGIN, REFERER};

/// `Origin`, or, only where there is none, the origin of `Referer`.
pub(crate) fn presented_origin(headers: &HeaderMap) -> PresentedOrigin {
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (Some(origin), None) => match origin.to_str() {
            Ok(text) => PresentedOrigin::parse(Some(text)),
            Err(_not_ascii) => PresentedOrigin::Invalid,
        },
        (Some(_), Some(_)) => PresentedOrigin::Invalid,
        (None, _) => match headers.get(REFERER) {
            None => PresentedOrigin::Absent,
            Some(referer) => match referer
                .to_str()
                .ok()
                .and_then(|text| url::Url::parse(text).ok())
            {
                Some(url) => PresentedOrigin::parse(Some(&url.origin().ascii_serialization())),
                None => PresentedOrigin::Invalid,
            },
        },
    }
}
