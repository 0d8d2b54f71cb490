//! The page at `/docs` and its files: an `OpenAPI` viewer that is kept in this repository whole
//! (`viewer/README.md`).

use axum::response::{IntoResponse as _, Response};
use hallpass_http::{Path, Problem};
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE,
};
use http::{HeaderName, HeaderValue};

/// Scripts and styles come from here alone, never from the page's own text, and no text is run as
/// a script. Pictures are those inside the style. What a reader tries is asked of this API alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// How long a browser keeps what keeps its name when it changes.
pub(crate) const FIVE_MINUTES: &str = "public, max-age=300";

/// A name with a version in it never means anything else.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

const PAGE: &str = include_str!("../viewer/page.html");

/// A file that the page loads.
#[derive(Debug)]
struct Asset {
    /// The last segment of its path.
    name: &'static str,
    content_type: &'static str,
    /// Whether `bytes` are compressed. They are served so whatever the request accepts: every
    /// browser takes gzip, and a second form would make the function four times as large.
    gzip: bool,
    cache_control: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 5] = [
    Asset {
        name: "swagger-ui-bundle-5.35.0.js",
        content_type: JAVASCRIPT,
        gzip: true,
        cache_control: FOR_GOOD,
        bytes: include_bytes!("../viewer/swagger-ui-bundle.js.gz"),
    },
    Asset {
        name: "swagger-ui-5.35.0.css",
        content_type: CSS,
        gzip: true,
        cache_control: FOR_GOOD,
        bytes: include_bytes!("../viewer/swagger-ui.css.gz"),
    },
    Asset {
        name: "swagger-ui-bundle.js.LICENSE.txt",
        content_type: "text/plain; charset=utf-8",
        gzip: false,
        cache_control: FIVE_MINUTES,
        bytes: include_bytes!("../viewer/swagger-ui-bundle.js.LICENSE.txt"),
    },
    Asset {
        name: "page.js",
        content_type: JAVASCRIPT,
        gzip: false,
        cache_control: FIVE_MINUTES,
        bytes: include_bytes!("../viewer/page.js"),
    },
    Asset {
        name: "page.css",
        content_type: CSS,
        gzip: false,
        cache_control: FIVE_MINUTES,
        bytes: include_bytes!("../viewer/page.css"),
    },
];

/// This page
///
/// The description, to be read and tried. Nothing on it is loaded from elsewhere.
#[utoipa::path(
    get, path = "/docs", tag = "docs", operation_id = "docs",
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
    ),
)]
pub(crate) async fn page() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, FIVE_MINUTES),
        (CONTENT_SECURITY_POLICY, POLICY),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, PAGE).into_response()
}

/// A file of this page
///
/// Its scripts and styles, and the licences of what they are made of. The large ones are sent
/// compressed (`Content-Encoding: gzip`) whatever is accepted.
#[utoipa::path(
    get, path = "/docs/{asset}", tag = "docs", operation_id = "docs_asset",
    params(("asset" = String, Path, description = "The file's name.", example = "page.js")),
    responses(
        (status = 200, description = "The file.", content(
            (String = "text/javascript"), (String = "text/css"), (String = "text/plain"),
        )),
    ),
)]
pub(crate) async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .ok_or_else(|| Problem::not_found("file: `/docs` names those that there are"))?;
    let mut response = asset.bytes.into_response();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value| headers.insert(name, HeaderValue::from_static(value));
    set(CONTENT_TYPE, asset.content_type);
    set(CACHE_CONTROL, asset.cache_control);
    set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    if asset.gzip {
        set(CONTENT_ENCODING, "gzip");
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::{ASSETS, PAGE};

    #[test]
    fn everything_that_the_page_loads_is_served() {
        let loaded = ["src=\"", "rel=\"stylesheet\" href=\""];
        let loaded = loaded.iter().flat_map(|before| PAGE.split(before).skip(1));
        let loaded: Vec<&str> = loaded.map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(loaded.len(), 4, "{loaded:?}");
        for path in loaded {
            let name = path.strip_prefix("/docs/").unwrap();
            assert!(ASSETS.iter().any(|asset| asset.name == name), "{path}");
        }
    }

    #[test]
    fn what_is_said_to_be_compressed_is_and_nothing_else() {
        for asset in &ASSETS {
            assert_eq!(
                asset.bytes.starts_with(&[0x1f, 0x8b]),
                asset.gzip,
                "{}",
                asset.name
            );
        }
    }

    #[test]
    fn what_is_kept_for_good_has_a_version_in_its_name() {
        for asset in &ASSETS {
            let has_version = asset.name.contains(|it: char| it.is_ascii_digit());
            let for_good = asset.cache_control.contains("immutable");
            assert_eq!(has_version, for_good, "{}", asset.name);
        }
    }
}
