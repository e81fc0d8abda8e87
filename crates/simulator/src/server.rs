//! Starting and ending the simulator.

use std::{future::Future, io, net::SocketAddr, ops::Deref};

use tokio::{net::TcpListener, task::JoinHandle};

use crate::{Handle, Options, connections, models, protocol};

/// A running simulator. It is its [`Handle`], and it stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    handle: Handle,
    addr: SocketAddr,
    base_url: String,
    serving: JoinHandle<io::Result<()>>,
}

impl Simulator {
    /// Binds the address and serves in the background.
    ///
    /// Fails when the address can't be bound. Must be called within a tokio runtime.
    pub async fn start(options: Options) -> io::Result<Self> {
        let (listener, handle) = bind(options).await?;
        let addr = listener.local_addr()?;
        let serving = tokio::spawn(run(listener, handle.clone()));
        Ok(Self {
            handle,
            addr,
            base_url: format!("http://{addr}"),
            serving,
        })
    }

    /// The origin, `http://127.0.0.1:40123` for example, without a path.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The address that was bound.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// A handle that outlives this value.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Breaks off what is being answered and waits until the port is free.
    pub async fn shutdown(mut self) -> io::Result<()> {
        self.handle.stopping().cancel();
        (&mut self.serving).await.map_err(io::Error::other)?
    }
}

impl Deref for Simulator {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.handle.stopping().cancel();
    }
}

/// Serves until `stop`, for a command line. `listening` is told the address once it is bound.
pub async fn serve(
    options: Options,
    listening: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (listener, handle) = bind(options).await?;
    listening(listener.local_addr()?);
    let running = run(listener, handle.clone());
    let stopping = async {
        stop.await;
        handle.stopping().cancel();
    };
    tokio::join!(running, stopping).0
}

async fn bind(options: Options) -> io::Result<(TcpListener, Handle)> {
    let models = models::catalogue()?;
    let listener = TcpListener::bind(options.addr).await?;
    let addr = listener.local_addr()?;
    Ok((listener, Handle::new(options, models, addr)))
}

async fn run(listener: TcpListener, handle: Handle) -> io::Result<()> {
    let stop = handle.stopping().clone();
    connections::serve(listener, protocol::router(handle), stop).await
}
