//! What is done with one: put right, found, followed, asked about.

use super::*;

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_overwritten() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let file = house.upload("a.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        let made = house.ended(id).await;
        let (transcripts, lin) = (&house.services.transcripts, &house.lin);
        let outdated = |done: Result<(), Error>| done.unwrap_err().code() == FailureCode::Outdated;

        let voice = made.speakers[0].id;
        transcripts
            .name_speaker(lin, id, voice, " 林 ", 0)
            .await
            .unwrap();
        assert!(outdated(
            transcripts.name_speaker(lin, id, voice, "陈", 0).await
        ));
        let title = Title::parse("计划").unwrap();
        assert!(outdated(transcripts.rename(lin, id, &title, 0).await));
        transcripts.rename(lin, id, &title, 1).await.unwrap();

        let edited = transcripts
            .edit(lin, id, (0, 0), "改过的话。")
            .await
            .unwrap();
        assert_eq!((edited.version, edited.words.is_empty()), (1, false));
        let second = transcripts.edit(lin, id, (0, 0), "另一句。").await;
        assert!(outdated(second.map(|_| ())));
        let now = house.view(id).await;
        assert_eq!(now.sentences[0].text, "改过的话。");
        assert_eq!(
            (now.speakers[0].name.as_str(), now.line.title.as_str()),
            ("林", "计划")
        );
        if let [one, other] = now.speakers[..]
            .iter()
            .map(|voice| voice.id)
            .collect::<Vec<_>>()[..]
        {
            transcripts
                .merge_speakers(lin, id, (other, one), now.version)
                .await
                .unwrap();
            let merged = house.view(id).await;
            assert_eq!(merged.speakers.len(), 1);
            assert!(
                merged
                    .sentences
                    .iter()
                    .all(|said| said.speaker == Some(one))
            );
        }
        let empty = transcripts.edit(lin, id, (0, 1), " ").await.unwrap_err();
        assert_eq!(empty.code(), FailureCode::InvalidText);
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn words_are_found_in_all_transcripts_and_strangers_see_nothing() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let file = house.upload("a.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        house.ended(id).await;
        let (transcripts, lin) = (&house.services.transcripts, &house.lin);
        transcripts
            .edit(lin, id, (0, 0), "预算 100% 到位。")
            .await
            .unwrap();
        let found = transcripts.list(lin, Some("100%"), None).await.unwrap();
        let hit = found.items[0].hit.as_ref().map(|hit| hit.text.as_str());
        assert_eq!((found.items.len(), hit), (1, Some("预算 100% 到位。")));
        assert_eq!(
            transcripts
                .list(lin, Some("没有说过"), None)
                .await
                .unwrap()
                .items
                .len(),
            0
        );

        let tao = house
            .services
            .identity
            .signed_up("tao", BuiltIn::Member)
            .await;
        assert_eq!(
            transcripts
                .list(&tao, None, None)
                .await
                .unwrap()
                .items
                .len(),
            0
        );
        assert_eq!(
            transcripts
                .list(&tao, Some("预算"), None)
                .await
                .unwrap()
                .items
                .len(),
            0
        );
        let code = |error: Error| error.code();
        assert_eq!(
            transcripts.view(&tao, id, None).await.map_err(code),
            Err(FailureCode::NotFound)
        );
        let edited = transcripts.edit(&tao, id, (0, 1), "x").await.map_err(code);
        assert_eq!(edited, Err(FailureCode::NotFound));
        let deleted = transcripts
            .delete(&tao, id, WithRecording::Yes)
            .await
            .map_err(code);
        assert_eq!(deleted, Err(FailureCode::NotFound));
        assert_eq!(
            transcripts
                .make(&tao, house.submission(), &wish(file))
                .await
                .map_err(code),
            Err(FailureCode::NotFound)
        );

        transcripts
            .delete(lin, id, WithRecording::Yes)
            .await
            .unwrap();
        let late = transcripts.edit(lin, id, (0, 1), "x").await.map_err(code);
        assert_eq!(late, Err(FailureCode::NotFound), "another window's");
        assert_eq!(house.services.library.empty(lin).await.unwrap(), 1);
        for table in ["transcripts", "transcript_sentences", "files"] {
            assert_eq!(
                count(&db, &format!("SELECT COUNT(*) FROM {table}")).await,
                0,
                "{table}"
            );
        }
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn one_submission_is_one_transcript_and_what_nobody_began_is_called_off() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let file = house.upload("a.wav", recording()).await;
        let (transcripts, lin) = (&house.services.transcripts, &house.lin);
        let submission = house.submission();
        let id = transcripts
            .make(lin, submission, &wish(file))
            .await
            .unwrap();
        assert_eq!(
            transcripts
                .make(lin, submission, &wish(file))
                .await
                .unwrap(),
            id
        );
        assert_eq!(house.held().await, 1);
        let quoted = transcripts.quote(lin, &wish(file)).await.unwrap();
        assert_eq!(quoted, Some(80 * 10));

        transcripts.cancel(lin, id).await.unwrap();
        assert_eq!(house.view(id).await.line.state, TranscriptState::Cancelled);
        assert_eq!((house.held().await, house.tasks()), (0, 0));

        transcripts
            .again(lin, house.submission(), id, Again::Hearing)
            .await
            .unwrap();
        assert_eq!(house.view(id).await.line.state, TranscriptState::Making);
        house.begin();
        assert_eq!(house.ended(id).await.line.state, TranscriptState::Ready);
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn a_deleted_transcript_is_made_anew_only_when_it_is_asked_for_anew() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let file = house.upload("a.wav", recording()).await;
        let (transcripts, lin) = (&house.services.transcripts, &house.lin);
        let (submission, wish) = (house.submission(), wish(file));
        let make = async |submission| transcripts.make(lin, submission, &wish).await;
        let id = make(submission).await.unwrap();
        let job = house.view(id).await.line.job.unwrap();
        let at = transcripts.delete(lin, id, WithRecording::No).await;
        let late = make(submission).await.unwrap_err();
        assert_eq!(late.code(), FailureCode::DeletedSince);
        let forgotten = house.services.works.forget(lin, job).await;
        assert!(matches!(forgotten, Err(Error::NotFound)), "it is no making");
        house.services.library.undo(lin, at.unwrap()).await.unwrap();
        assert_eq!(make(submission).await.unwrap(), id, "it is back");
        // Gone for good is gone as well.
        transcripts
            .delete(lin, id, WithRecording::No)
            .await
            .unwrap();
        assert_eq!(house.services.library.empty(lin).await.unwrap(), 1);
        let late = make(submission).await.unwrap_err();
        assert_eq!(late.code(), FailureCode::DeletedSince);
        assert_eq!(house.held().await, 0, "nothing is paid twice");
        assert_ne!(make(house.submission()).await.unwrap(), id);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_recording_or_is_silent_is_refused_or_fails_with_a_reason() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let mut silent = recording();
        silent[44..].fill(0);
        let file = house.upload("still.wav", silent).await;
        let id = house.make(&wish(file)).await.unwrap();
        let failed = house.ended(id).await;
        assert_eq!(failed.line.state, TranscriptState::Failed);
        let failure = failed.line.failure.unwrap();
        assert_eq!(
            failure.upstream_code.as_deref(),
            Some("SUCCESS_WITH_NO_VALID_FRAGMENT")
        );
        assert_eq!(house.held().await, 0);

        let code = |made: Result<TranscriptId, Error>| made.unwrap_err().code();
        for (change, expected) in [
            (
                (|wish| wish.model = Some("qwen-plus".to_owned())) as fn(&mut TranscriptWish),
                FailureCode::UnknownModel,
            ),
            (
                |wish| wish.language = Some("xx".to_owned()),
                FailureCode::InvalidText,
            ),
            (
                |wish| wish.speakers = Speakers::Count(1),
                FailureCode::InvalidNumber,
            ),
            (
                |wish| wish.title = Some("x".repeat(200)),
                FailureCode::InvalidTitle,
            ),
        ] {
            let mut wish = wish(file);
            change(&mut wish);
            assert_eq!(code(house.make(&wish).await), expected);
        }
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn a_watcher_is_told_how_far_it_is() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let since = Some(Millis::new(0));
        let watched = house.services.works.watch(&house.lin, since).unwrap();
        let mut watched = Box::pin(watched);
        let file = house.upload("a.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        let told = async {
            loop {
                let (_, Changed::Transcript(line)) = watched.next().await.unwrap() else {
                    panic!("nothing else is made");
                };
                assert_eq!(line.id, id);
                if line.state == TranscriptState::Ready && line.job.is_none() {
                    return line;
                }
            }
        };
        let last = tokio::time::timeout(BUDGET, told).await.unwrap();
        assert!(last.sentences > 0);
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn a_conversation_goes_on_where_the_transcript_ends() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let file = house.upload("a.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        let made = house.ended(id).await;
        let transcripts = &house.services.transcripts;
        let submission = house.submission();
        let asked = transcripts
            .ask(&house.lin, id, "谁在说话？", None, submission)
            .await
            .unwrap();
        let again = transcripts
            .ask(&house.lin, id, "谁在说话？", None, submission)
            .await
            .unwrap();
        assert_eq!(again.conversation, asked.conversation);
        let question = house
            .services
            .conversations
            .source(&house.lin, asked.conversation, asked.question.id)
            .await
            .unwrap();
        assert!(question.starts_with("谁在说话？") && question.contains(&made.sentences[0].text));
        house.closing.cancel();
    })
    .await;
}
