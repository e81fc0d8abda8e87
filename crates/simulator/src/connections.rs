//! Accepting connections and serving them, HTTP/1 and HTTP/2 on the same port.

use std::{convert::Infallible, io, pin::pin};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
};
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use crate::line::{Connection, Line};

/// Serves until `stop`, and then until every answer has ended.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(serve_one(stream, router.clone(), stop.clone()));
            }
            // Out of descriptors, or gone before it was accepted: the next one may fare better.
            Err(_) => tokio::task::yield_now().await,
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
    Ok(())
}

async fn serve_one(stream: TcpStream, router: Router, stop: CancellationToken) {
    let line = Line::default();
    let io = TokioIo::new(Connection::new(stream, line.clone()));
    let service = service_fn({
        let line = line.clone();
        move |request: Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(line.clone()));
            answer(router.clone(), request)
        }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    let mut connection = pin!(builder.serve_connection_with_upgrades(io, service));
    loop {
        tokio::select! {
            // A connection that ends in an error has told its client all that it can.
            _ = connection.as_mut() => return,
            () = line.goes_away() => connection.as_mut().graceful_shutdown(),
            () = stop.cancelled() => break,
        }
    }
    line.hurry();
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// What the front wants instead of any answer; it travels as an extension of the response.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoAnswer {
    /// The connection is closed.
    HangUp,
    /// The stream is reset with this error code.
    StreamReset(u32),
}

async fn answer(router: Router, request: Request) -> Result<Response, h2::Error> {
    let response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => {
            let never: Infallible = never;
            match never {}
        }
    };
    match response.extensions().get() {
        None => Ok(response),
        Some(NoAnswer::HangUp) => Err(h2::Reason::INTERNAL_ERROR.into()),
        Some(NoAnswer::StreamReset(code)) => Err(h2::Reason::from(*code).into()),
    }
}
