//! In which order the parts of a request are checked.

use axum::body::Body;
use bytes::Bytes;
use hallpass_http::ClientAddress;
use hallpass_tests::{Hallpass, environments};
use http::{Method, Request, StatusCode};
use hyper::body::Frame;
use serde_json::json;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tower::ServiceExt as _;

/// A body that was announced and never comes.
struct Withheld;

impl hyper::body::Body for Withheld {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn what_takes_no_body_waits_for_none() {
    let hallpass = Hallpass::start("default").await;
    let share = "/v1/shares/shr_0000000000000000000001";
    for (method, path, status) in [
        (Method::GET, "/v1/accounts", StatusCode::OK),
        (Method::DELETE, share, StatusCode::NOT_FOUND),
    ] {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", hallpass.root))
            .header("content-length", "10")
            .body(Body::new(Withheld))
            .unwrap();
        let address = ClientAddress("192.0.2.7".parse().unwrap());
        request.extensions_mut().insert(address);
        let reply = hallpass.router.clone().oneshot(request).await.unwrap();
        assert_eq!(reply.status(), status, "{path}");
    }
}

/// A key that is none is the client's fault in every request alike: told before what is wrong with
/// this one.
#[tokio::test]
async fn a_key_that_is_none_is_told_before_the_rest_of_a_good_body() {
    let hallpass = Hallpass::start("default").await;
    for (path, body) in [
        (&*environments("nobody"), json!({"name": "shop/test"})),
        ("/v1/users", json!({"username": "", "scopes": []})),
        (
            "/v1/groups",
            json!({"name": "g", "environment": "none/there"}),
        ),
        ("/app/v1/folders/nowhere/folders", json!({"name": "f"})),
    ] {
        let call = hallpass.post(path, body).bearer(&hallpass.root);
        let reply = call.header("idempotency-key", "").await;
        assert_eq!(reply.refusal().0, 400, "{path}: {}", reply.body);
        assert_eq!(reply.code(), "invalid_idempotency_key", "{path}");
    }
}
