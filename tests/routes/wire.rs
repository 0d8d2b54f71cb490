//! The router behind a real connection: what only raw bytes can say.

use hallpass_tests::Hallpass;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a connection answers to these bytes until it closes; one that leaves does not wait.
async fn exchange(address: SocketAddr, bytes: &[u8], leaves: bool) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    if leaves {
        stream.shutdown().await.unwrap();
    }
    let mut reply = Vec::new();
    // A server that closes with bytes unread resets: what came before counts.
    while let Ok(1..) = stream.read_buf(&mut reply).await {}
    String::from_utf8_lossy(&reply).into_owned()
}

#[tokio::test]
async fn a_content_length_that_lies_changes_nothing() {
    let hallpass = Hallpass::start("default").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = hallpass.router.clone();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let before = hallpass.items().await.len();
    let body = r#"{"kind":"secret","name":"a"}"#;
    let head = |more: &str| {
        format!(
            "POST /v1/tokens HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\n{more}\r\n\r\n",
            hallpass.root
        )
    };
    let short = body.len() - 1;
    for (name, request, expected) in [
        (
            "shorter than the body",
            head(&format!("Content-Length: {short}")) + body,
            &[400][..],
        ),
        ("over the limit", head("Content-Length: 65537"), &[413]),
        (
            "huge",
            head("Content-Length: 18446744073709551615"),
            &[400, 413, 431],
        ),
        ("negative", head("Content-Length: -1"), &[400]),
        (
            "two",
            head("Content-Length: 5\r\nContent-Length: 6"),
            &[400],
        ),
        (
            "with chunks",
            head("Content-Length: 5\r\nTransfer-Encoding: chunked") + "5\r\n{\"kin\r\n0\r\n\r\n",
            &[400],
        ),
        (
            "broken chunks",
            head("Transfer-Encoding: chunked") + "zz\r\n",
            &[400],
        ),
        ("none", head("X: y"), &[400]),
    ] {
        let reply = exchange(address, request.as_bytes(), false).await;
        let status: u16 = reply.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(expected.contains(&status), "{name}: {reply}");
        assert_eq!(hallpass.items().await.len(), before, "{name}: {reply}");
    }
    // Who leaves in the middle of a body may get no answer, and changes nothing.
    for request in [
        head("Content-Length: 900") + body,
        head("Transfer-Encoding: chunked") + "5\r\n{\"k",
        head("Transfer-Encoding: chunked") + "1c\r\n" + body + "\r\n",
    ] {
        let reply = exchange(address, request.as_bytes(), true).await;
        assert!(!reply.starts_with("HTTP/1.1 2"), "{reply}");
        assert_eq!(hallpass.items().await.len(), before, "{reply}");
    }
    let endless = format!(
        "{}{}\r\n{}",
        head("Transfer-Encoding: chunked"),
        "11000",
        " ".repeat(0x11000)
    );
    let reply = exchange(address, endless.as_bytes(), false).await;
    // The connection may close before the reply is read, as the rest of the body is not.
    assert!(
        reply.is_empty() || reply.starts_with("HTTP/1.1 413 "),
        "{reply}"
    );
    assert_eq!(hallpass.items().await.len(), before);

    let good = head(&format!("Content-Length: {}", body.len())) + body;
    let reply = exchange(address, good.as_bytes(), false).await;
    assert!(reply.starts_with("HTTP/1.1 201 "), "{reply}");
    assert!(hallpass.items().await.len() > before);
    server.abort();
}
