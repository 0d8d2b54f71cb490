//! KMS: rustack, behind the mends that make it answer as AWS does.

mod ed25519;
mod mended;
mod spki;

use std::{sync::Arc, time::Duration};

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustack_kms_core::{config::KmsConfig, handler::RustackKmsHandler, provider::RustackKms};
use rustack_kms_http::{KmsHttpConfig, KmsHttpService};
use tokio::net::TcpListener;

use self::mended::Mended;
use crate::{error::ServicesError, hosted::Hosted};

type Service = KmsHttpService<Mended<RustackKmsHandler>>;

/// Serves a KMS without keys on `port`.
pub(crate) fn start(port: u16) -> Result<Hosted, ServicesError> {
    let provider = RustackKms::new(KmsConfig {
        skip_signature_validation: true,
        default_region: "us-east-1".to_owned(),
        default_account_id: "000000000000".to_owned(),
    });
    let handler = Mended::new(RustackKmsHandler::new(Arc::new(provider)));
    let service = KmsHttpService::new(Arc::new(handler), KmsHttpConfig::default());
    Hosted::start("KMS", port, move |listener| serve(listener, service))
}

async fn serve(listener: TcpListener, service: Service) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the embedded KMS cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service.clone());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the embedded KMS broke");
            }
        });
    }
}
