//! One service on a thread, a runtime and a port of its own.
//!
//! Its own runtime, because dropping that ends every connection at once: clients keep idle
//! connections open for minutes, which a graceful shutdown would wait for. Its own thread, because
//! the services do their work (`SQLite`, RSA keys) without yielding.

use std::{future::Future, io, net::Ipv4Addr, thread};

use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::error::ServicesError;

/// A running service. Dropping it stops the service without waiting for it.
#[derive(Debug)]
pub(crate) struct Hosted {
    url: String,
    stop: oneshot::Sender<()>,
    ended: oneshot::Receiver<()>,
}

impl Hosted {
    /// Listens on `port` of 127.0.0.1 (0 for any free one) and runs `serve` there until stopped.
    pub(crate) fn start<S, F>(
        service: &'static str,
        port: u16,
        serve: S,
    ) -> Result<Self, ServicesError>
    where
        S: FnOnce(TcpListener) -> F + Send + 'static,
        F: Future<Output = ()>,
    {
        let listener = listen(port).map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ServicesError::PortTaken {
                service,
                port,
                source,
            },
            _ => ServicesError::Start {
                service,
                port,
                source,
            },
        })?;
        host(service, listener, serve).map_err(|source| ServicesError::Start {
            service,
            port,
            source,
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Tells the service to stop; the future ends when its port and files are free.
    pub(crate) fn stop(self) -> impl Future<Output = ()> {
        drop(self.stop);
        let ended = self.ended;
        async {
            // Nothing is ever sent: the thread's end drops the other half.
            ended.await.ok();
        }
    }
}

fn listen(port: u16) -> io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn host<S, F>(service: &str, listener: std::net::TcpListener, serve: S) -> io::Result<Hosted>
where
    S: FnOnce(TcpListener) -> F + Send + 'static,
    F: Future<Output = ()>,
{
    let url = format!("http://{}", listener.local_addr()?);
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listener = {
        let _context = runtime.enter();
        TcpListener::from_std(listener)?
    };
    let (stop, stopped) = oneshot::channel();
    let (ending, ended) = oneshot::channel();
    thread::Builder::new()
        .name(format!("embedded {service}"))
        .spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = serve(listener) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
            drop::<oneshot::Sender<()>>(ending);
        })?;
    Ok(Hosted { url, stop, ended })
}
