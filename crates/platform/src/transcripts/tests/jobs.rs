//! What is done for a transcript is that one's, and no making.

use model::JobKind;

use super::*;
use crate::works::testing::image_of;

#[tokio::test]
async fn a_transcripts_job_is_no_making() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let (lin, services) = (&house.lin, &house.services);
        let (works, transcripts) = (&services.works, &services.transcripts);
        let file = house.upload("a.wav", recording()).await;
        let submission = house.submission();
        let made = transcripts.make(lin, submission, &wish(file)).await;
        let id = made.unwrap();
        let job = house.view(id).await.line.job.unwrap();

        let image = image_of("a heron");
        for refused in [
            works.making(lin, job).await.map(drop),
            works.cancel(lin, job).await,
            works.again(lin, house.submission(), job).await.map(drop),
            works.forget(lin, job).await.map(drop),
            works.remove(lin, job).await.map(drop),
            // The same submission is a transcript's.
            works.make(lin, submission, &image).await.map(drop),
            works.again(lin, submission, job).await.map(drop),
        ] {
            assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        }
        let listed = works.makings(lin, JobKind::Transcript, None).await.unwrap();
        assert_eq!((listed.items, listed.next), (Vec::new(), None));

        // It goes on, and is stopped where it belongs.
        let line = house.view(id).await.line;
        assert_eq!((line.state, line.job), (TranscriptState::Making, Some(job)));
        let waits = "SELECT COUNT(*) FROM jobs WHERE state = 'queued' AND NOT cancel_asked";
        assert_eq!(count(&db, waits).await, 1);
        assert_eq!(house.held().await, 1);
        transcripts.cancel(lin, id).await.unwrap();
        let line = house.view(id).await.line;
        assert_eq!(line.state, TranscriptState::Cancelled);
        assert_eq!(house.held().await, 0);
    })
    .await;
}

/// Two windows ask for the same at the same moment: it is heard, and reserved for, once.
#[tokio::test]
async fn what_two_ask_for_once_more_at_once_is_done_once() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let (transcripts, lin) = (&house.services.transcripts, &house.lin);
        let file = house.upload("a.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        transcripts.cancel(lin, id).await.unwrap();
        let again = || transcripts.again(lin, house.submission(), id, Again::Hearing);
        let open = "SELECT COUNT(*) FROM jobs WHERE ended_at IS NULL";
        let (one, other) = tokio::join!(again(), again());
        one.unwrap();
        other.unwrap();
        assert_eq!((count(&db, open).await, house.held().await), (1, 1));

        // Whichever comes first, nothing is done for what is deleted.
        transcripts.cancel(lin, id).await.unwrap();
        let (deleted, _) = tokio::join!(transcripts.delete(lin, id, WithRecording::No), again());
        deleted.unwrap();
        assert_eq!((count(&db, open).await, house.held().await), (0, 0));
    })
    .await;
}
