//! Bodies that are read or handed on while they come: whoever sends one holds a place meanwhile, so that it has to come as soon as
//! one that is read whole.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::refusal::Refusal;

/// What is taken of a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// So much at most.
    pub(super) bytes: usize,
    /// Something of it has to come within this time, and by and large a kilobyte each second: whoever sends it holds a place.
    pub(super) patience: Duration,
}

/// The same body, and what is cancelled when it comes too slowly. Nothing more comes of it then: an error would look to whoever
/// it is handed on to as if the fault were theirs.
pub(super) fn timely(body: Body, patience: Duration) -> (Body, CancellationToken) {
    let coming = Coming::of(body, patience);
    let late = coming.late.clone();
    let pieces = stream::unfold(coming, |mut coming| async move {
        let piece = coming.next().await?;
        Some((piece, coming))
    });
    (Body::from_stream(pieces), late)
}

/// A body for somebody else, up to the limit, and what tells if it is none. Of one that comes too slowly, is too long or can't be read
/// nothing more is handed on: its error would look like the upstream's, and count against it for everybody.
pub(super) fn handed_on(body: Body, bounds: Bounds) -> (BodyDataStream, Spoilt) {
    let coming = Coming::of(body, bounds.patience);
    let spoilt = Spoilt {
        late: coming.late.clone(),
        unfit: CancellationToken::new(),
        why: Arc::default(),
    };
    let state = (coming, spoilt.clone());
    let pieces = stream::unfold(state, move |(mut coming, spoilt)| async move {
        match coming.next().await? {
            Ok(piece) if coming.length <= bounds.bytes => {
                Some((Ok::<_, axum::Error>(piece), (coming, spoilt)))
            }
            Ok(_) => spoilt.stop(Why::TooLarge).await,
            Err(_) => spoilt.stop(Why::Unread).await,
        }
    });
    (Body::from_stream(pieces).into_data_stream(), spoilt)
}

/// Whether a body that is handed on while it comes is none.
#[derive(Clone, Debug)]
pub(super) struct Spoilt {
    late: CancellationToken,
    unfit: CancellationToken,
    why: Arc<OnceLock<Why>>,
}

/// Why a body is not handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Late,
    TooLarge,
    Unread,
}

impl Spoilt {
    /// What comes of it, unless the body turns out to be none before.
    pub(super) async fn unless<T>(&self, work: impl Future<Output = T>) -> Result<T, Why> {
        tokio::select! {
            biased;
            () = self.late.cancelled() => Err(Why::Late),
            () = self.unfit.cancelled() => Err(self.why.get().copied().unwrap_or(Why::Unread)),
            done = work => Ok(done),
        }
    }

    async fn stop<T>(&self, why: Why) -> T {
        let _first = self.why.set(why);
        self.unfit.cancel();
        std::future::pending().await
    }
}

impl Why {
    /// What its sender is told.
    pub(super) fn refusal(self, limit: usize, chinese: bool) -> Refusal {
        match self {
            Self::Late => Refusal::slow(chinese),
            Self::TooLarge => Refusal::too_large(limit, chinese),
            Self::Unread => Refusal::unread(chinese),
        }
    }
}

struct Coming {
    pieces: BodyDataStream,
    patience: Duration,
    /// How long its pieces were waited for, and not whoever takes them.
    waited: Duration,
    length: usize,
    late: CancellationToken,
}

impl Coming {
    fn of(body: Body, patience: Duration) -> Self {
        Self {
            pieces: body.into_data_stream(),
            patience,
            waited: Duration::ZERO,
            length: 0,
            late: CancellationToken::new(),
        }
    }

    async fn next(&mut self) -> Option<Result<Bytes, axum::Error>> {
        let began = Instant::now();
        let due = due(self.patience, self.waited, self.length);
        let Ok(piece) = timeout(due, self.pieces.next()).await else {
            self.late.cancel();
            return std::future::pending().await;
        };
        self.waited += began.elapsed();
        if let Some(Ok(piece)) = &piece {
            self.length += piece.len();
        }
        piece
    }
}

/// How long the next piece may take of a body of which so much has come in that time.
pub(super) fn due(patience: Duration, waited: Duration, length: usize) -> Duration {
    let by_and_large = patience + Duration::from_millis(length as u64);
    by_and_large.saturating_sub(waited).min(patience)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[test]
    fn a_body_has_to_come_soon_and_by_and_large_not_too_slowly() {
        let seconds = Duration::from_secs;
        assert_eq!(due(PATIENCE, Duration::ZERO, 0), seconds(30));
        // A drop each second is not enough.
        assert_eq!(
            due(PATIENCE, seconds(29), 29),
            seconds(1) + Duration::from_millis(29)
        );
        assert_eq!(due(PATIENCE, seconds(29), 100_000), seconds(30));
        assert_eq!(due(PATIENCE, Duration::ZERO, 10_000_000), seconds(30));
        assert_eq!(due(PATIENCE, seconds(60), 29), Duration::ZERO);
    }

    #[tokio::test]
    async fn a_form_that_does_not_come_is_not_waited_for() {
        let begins = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"a"))]);
        let stalls = Body::from_stream(begins.chain(stream::pending()));
        let (body, late) = timely(stalls, Duration::from_millis(5));
        assert!(late.run_until_cancelled(body.collect()).await.is_none());

        let (body, late) = timely(Body::from("a form"), PATIENCE);
        let read = late.run_until_cancelled(body.collect()).await;
        assert_eq!(read.unwrap().unwrap().to_bytes(), "a form");
    }

    #[tokio::test]
    async fn an_error_of_the_body_is_not_handed_on() {
        let bounds = |bytes| Bounds {
            bytes,
            patience: Duration::from_millis(50),
        };
        let (body, spoilt) = handed_on(Body::from("a form"), bounds(6));
        let read = spoilt.unless(Body::from_stream(body).collect()).await;
        assert_eq!(read.unwrap().unwrap().to_bytes(), "a form");

        let broken = || {
            let pieces = [
                Ok(Bytes::from_static(b"a")),
                Err(std::io::Error::other("x")),
            ];
            Body::from_stream(stream::iter(pieces))
        };
        let stalls = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        for (body, bytes, why) in [
            (Body::from("a form"), 5, Why::TooLarge),
            (broken(), 5, Why::Unread),
            (stalls, 5, Why::Late),
        ] {
            let (body, spoilt) = handed_on(body, bounds(bytes));
            let read = spoilt.unless(Body::from_stream(body).collect()).await;
            assert_eq!(read.err(), Some(why));
        }
    }
}
