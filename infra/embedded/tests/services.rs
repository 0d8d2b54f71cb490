//! Starting and stopping the embedded services.

use std::{error::Error, io, time::Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use tokio::net::TcpSocket;

use hallpass_embedded::{Ports, Services, create_table, dynamodb_client, kms_client};

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn port(url: &str) -> u16 {
    url.rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let first = Services::start(None).await.unwrap();
    let taken = port(&first.kms_url);
    let refused = Services::start_on(
        None,
        Ports {
            dynamodb: 0,
            kms: taken,
        },
    )
    .await
    .unwrap_err();
    assert!(
        refused.to_string().contains(&taken.to_string()),
        "{refused}"
    );
    assert!(refused.to_string().contains("KMS"), "{refused}");
    assert!(refused.source().is_some());
}

/// A port that nobody else is given as long as its socket, which does not listen, is kept.
fn held_port() -> io::Result<(TcpSocket, u16)> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    let port = socket.local_addr()?.port();
    Ok((socket, port))
}

#[tokio::test]
async fn shutting_down_does_not_wait_for_idle_connections_and_frees_the_ports() {
    let (held, dynamodb) = held_port().unwrap();
    let (also_held, kms) = held_port().unwrap();
    let ports = Ports { dynamodb, kms };
    let services = Services::start_on(None, ports).await.unwrap();
    let dynamodb = dynamodb_client(&services.dynamodb_url);
    let kms = kms_client(&services.kms_url);
    create_table(&dynamodb, "rows").await.unwrap();
    kms.list_keys().send().await.unwrap();

    let began = Instant::now();
    services.shutdown().await;
    // An idle connection would stay for minutes.
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());

    let again = Services::start_on(None, ports).await.unwrap();
    assert_eq!(port(&again.dynamodb_url), ports.dynamodb);
    drop((held, also_held));
}

#[tokio::test]
async fn records_in_a_folder_survive_a_restart() {
    let folder = std::env::temp_dir().join(format!("hallpass-services-{}", std::process::id()));
    // Of a run that was killed, whose number this one has again.
    std::fs::remove_dir_all(&folder).ok();
    let services = Services::start(Some(&folder)).await.unwrap();
    let client = dynamodb_client(&services.dynamodb_url);
    create_table(&client, "rows").await.unwrap();
    let put = client
        .put_item()
        .table_name("rows")
        .item("pk", text("a"))
        .item("sk", text("b"));
    put.send().await.unwrap();
    services.shutdown().await;

    let services = Services::start(Some(&folder)).await.unwrap();
    let client = dynamodb_client(&services.dynamodb_url);
    create_table(&client, "rows").await.unwrap();
    let get = client
        .get_item()
        .table_name("rows")
        .key("pk", text("a"))
        .key("sk", text("b"));
    assert!(get.send().await.unwrap().item.is_some());
    services.shutdown().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn services_outlive_the_runtime_that_started_them() {
    let run = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let services = run().block_on(Services::start(None)).unwrap();
    run()
        .block_on(create_table(
            &dynamodb_client(&services.dynamodb_url),
            "rows",
        ))
        .unwrap();
}
