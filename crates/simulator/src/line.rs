//! Connections that can be reset, slowed down or told to go away, which HTTP alone can't express.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::FutureExt;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::Notify,
    time::{Sleep, sleep},
};

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Tells the connection of a request how to behave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Arc<Orders>);

#[derive(Debug, Default)]
struct Orders {
    resets: AtomicBool,
    closes_when_used: AtomicBool,
    /// Between the bytes of the next head, in milliseconds.
    head_gap: AtomicU64,
    goes_away: Notify,
}

impl Line {
    /// When the connection ends, it will be reset instead of closed.
    pub(crate) fn reset_at_end(&self) {
        self.0.resets.store(true, Ordering::Release);
    }

    /// What arrives next finds the connection closed.
    pub(crate) fn close_when_used(&self) {
        self.0.closes_when_used.store(true, Ordering::Release);
    }

    /// The head of the next answer is sent byte by byte, this far apart.
    pub(crate) fn slow_head(&self, gap: Duration) {
        let gap = u64::try_from(gap.as_millis()).unwrap_or(u64::MAX).max(1);
        self.0.head_gap.store(gap, Ordering::Release);
    }

    /// Nothing is slow any more.
    pub(crate) fn hurry(&self) {
        self.0.head_gap.store(0, Ordering::Release);
    }

    /// The connection takes no more requests.
    pub(crate) fn go_away(&self) {
        self.0.goes_away.notify_one();
    }

    /// Waits for [`Self::go_away`].
    pub(crate) async fn goes_away(&self) {
        self.0.goes_away.notified().await;
    }
}

/// A connection that obeys its [`Line`].
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    line: Line,
    pause: Option<Pin<Box<Sleep>>>,
    /// How much of the end of a head has been written, while it is sent slowly.
    head_seen: usize,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, line: Line) -> Self {
        // Small events must leave at once; where that can't be set, they are only later.
        let _ = stream.set_nodelay(true);
        Self {
            stream,
            line,
            pause: None,
            head_seen: 0,
        }
    }

    fn write_one_slowly(
        &mut self,
        gap: Duration,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(gap)));
        std::task::ready!(pause.poll_unpin(context));
        let count = std::task::ready!(
            Pin::new(&mut self.stream).poll_write(context, &bytes[..bytes.len().min(1)])
        )?;
        self.pause = None;
        self.head_seen = match bytes.first() {
            Some(byte) if *byte == END_OF_HEAD[self.head_seen] => self.head_seen + 1,
            Some(b'\r') => 1,
            Some(_) | None => 0,
        };
        if self.head_seen == END_OF_HEAD.len() {
            self.head_seen = 0;
            self.line.0.head_gap.store(0, Ordering::Release);
        }
        Poll::Ready(Ok(count))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.line.0.resets.load(Ordering::Acquire) {
            // With no time to linger, closing sends RST. Failing means that the peer is gone already.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        std::task::ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before && self.line.0.closes_when_used.load(Ordering::Acquire) {
            // To the server it looks as if the client had left; what it sent is never seen.
            buffer.set_filled(before);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.line.0.head_gap.load(Ordering::Acquire) {
            0 => Pin::new(&mut self.stream).poll_write(context, bytes),
            gap => self.write_one_slowly(Duration::from_millis(gap), context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.line.0.resets.load(Ordering::Acquire) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
