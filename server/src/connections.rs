//! The accept loop. `axum::serve` gives a client all the time in the world to send its headers; this does not.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// When no connection can be accepted (often: no descriptor is left), wait instead of spinning.
const PAUSE: Duration = Duration::from_millis(100);

/// The connections that are open.
pub(crate) struct Open {
    watched: GracefulShutdown,
    cut: CancellationToken,
}

impl Open {
    /// Lets each end what it is busy with for so long, and then closes those that still are: what they were busy with is left as
    /// if their clients had gone, and booked by that. False if there were any.
    pub(crate) async fn end_within(self, patience: Duration) -> bool {
        let all_ended = timeout(patience, self.watched.shutdown()).await.is_ok();
        self.cut.cancel();
        all_ended
    }
}

/// Accepts until `stop`; gives the connections that are still open.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    header_timeout: Duration,
    stop: CancellationToken,
) -> Open {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .max_concurrent_streams(200);
    let open = Open {
        watched: GracefulShutdown::new(),
        cut: CancellationToken::new(),
    };
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, from)) => attend(&builder, &open, &router, stream, from),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "accepting a connection failed"
                );
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    open
}

fn attend(
    builder: &Builder<TokioExecutor>,
    open: &Open,
    router: &Router,
    stream: TcpStream,
    from: SocketAddr,
) {
    // Small events should leave at once; without it they are merely slower.
    let _ = stream.set_nodelay(true);
    let service =
        router
            .clone()
            .map_request(move |mut request: http::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(ConnectInfo(from));
                request
            });
    let connection = builder
        .serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service))
        .into_owned();
    let connection = open.watched.watch(connection);
    let cut = open.cut.child_token();
    tokio::spawn(async move {
        if let Some(Err(error)) = cut.run_until_cancelled(connection).await {
            tracing::debug!(error, "a connection ended early");
        }
    });
}
