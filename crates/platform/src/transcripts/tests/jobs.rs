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
