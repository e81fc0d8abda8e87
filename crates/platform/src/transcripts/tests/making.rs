//! How one is made, from whatever step on.

use super::*;

#[tokio::test]
async fn a_recording_becomes_a_transcript_with_notes_and_is_paid_once() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.simulator.next_answer(Answer::words([NOTES]));
        let file = house.upload("周会.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        let made = house.ended(id).await;
        assert_eq!(
            (made.line.state, made.line.title.as_str()),
            (TranscriptState::Ready, "周会")
        );
        assert!(
            !made.sentences.is_empty() && made.sentences.iter().all(|said| !said.words.is_empty())
        );
        assert_eq!(made.line.duration_ms, 9_000);
        assert_eq!(made.line.notes, NotesState::Ready);
        assert_eq!(made.notes.chapters[0].title, "开场");
        assert_eq!(made.notes.chapters[0].begin_ms, made.sentences[0].begin_ms);
        assert_eq!(made.notes.mind_map.thoughts[0].thoughts[0].title, "乙");
        assert!(made.line.cost.is_some_and(|cost| cost > 0));
        assert_eq!((house.tasks(), house.calls("transcription").await), (1, 1));
        assert_eq!((house.calls("chat").await, house.held().await), (1, 0));
        house.closing.cancel();
    })
    .await;
}

/// AC-17: notes are written by a model that the group names, or not at all; what was heard stays.
#[tokio::test]
async fn no_notes_are_written_by_a_model_that_the_group_does_not_name() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let people = &house.services.people;
        let boss = house.services.identity.signed_up("boss", BuiltIn::Owner);
        let boss = boss.await;
        let hears = model::ModelName::parse("paraformer-v2").unwrap();
        let draft = model::GroupDraft {
            name: "Tea".to_owned(),
            models: Some(vec![hears]),
            ..model::GroupDraft::default()
        };
        let group = people.create_group(&boss, draft).await.unwrap();
        let lin = house.lin.user();
        people.add_members(&boss, group, &[lin]).await.unwrap();
        let file = house.upload("周会.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        let made = house.ended(id).await;
        assert_eq!(
            (made.line.state, made.line.notes),
            (TranscriptState::Ready, NotesState::Failed)
        );
        let failure = made.notes_failure.map(|failure| failure.code);
        assert_eq!(failure, Some(FailureCode::UnknownModel));
        assert_eq!((house.calls("chat").await, house.held().await), (0, 0));
        house.closing.cancel();
    })
    .await;
}

/// AC-05, LM-13: a list of hot words is its maker's, as it is for programs.
#[tokio::test]
async fn somebody_elses_hot_words_look_like_none() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let eve = house.services.identity.signed_up("eve", BuiltIn::Member);
        let eve = eve.await;
        for (list, owner) in [
            ("vocab-lin-1", house.lin.user()),
            ("vocab-eve-1", eve.user()),
        ] {
            let now = Millis::new(1);
            db.insert_upstream_object("vocabulary", list, owner, None, "bailian", now)
                .await
                .unwrap();
        }
        let file = house.upload("周会.wav", recording()).await;
        let with = |list: &str| TranscriptWish {
            vocabulary: Some(list.to_owned()),
            ..wish(file)
        };
        let stolen = house.make(&with("vocab-eve-1")).await;
        assert_eq!(stolen.unwrap_err().code(), FailureCode::NotFound);
        let absurd = house.make(&with(&"v".repeat(10_000))).await;
        assert_eq!(absurd.unwrap_err().code(), FailureCode::InvalidText);
        assert_eq!(house.held().await, 0);
        // One's own, and one that was made elsewhere.
        for list in ["vocab-lin-1", "vocab-site-1"] {
            house.make(&with(list)).await.unwrap();
        }
        assert_eq!(house.held().await, 2);
    })
    .await;
}

/// AC-17: what waits is not begun for who may not have it any more, and costs nothing.
#[tokio::test]
async fn nothing_is_heard_for_who_may_not_have_things_made_any_more() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        let file = house.upload("周会.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        let (guest, lin) = (BuiltIn::Guest.id(), house.lin.user());
        let demoted = format!("UPDATE user_roles SET role_id = '{guest}' WHERE user_id = '{lin}'");
        execute(&db, &demoted).await;
        house.begin();
        let ended = house.ended(id).await.line;
        assert_eq!(ended.state, TranscriptState::Failed);
        let code = ended.failure.map(|failure| failure.code);
        assert_eq!(code, Some(FailureCode::Forbidden));
        assert_eq!((house.tasks(), house.held().await), (0, 0));
        house.closing.cancel();
    })
    .await;
}

/// R-65.
#[tokio::test]
async fn listening_costs_what_it_did_when_it_was_wished_for() {
    on_both(async |db| {
        let house = House::at_rest(&db).await;
        house.simulator.next_answer(Answer::words([NOTES]));
        let file = house.upload("周会.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        // As if that had been when a millisecond was a micro-yuan.
        let then = r#"{"units":{"region":"cn-beijing","unit":"second","amounts":{"":1000}}}"#;
        execute(&db, &format!("UPDATE call_holds SET tariff = '{then}'")).await;
        house.begin();
        let made = house.ended(id).await;
        let booked = "SELECT cost FROM calls WHERE operation = 'transcription' AND priced AND cost = media_ms AND cost > 0";
        assert_eq!(made.line.cost, Some(count(&db, booked).await));
        house.closing.cancel();
    })
    .await;
}

/// What was kept when a process died is where the next one begins, and nothing is asked or paid twice.
#[tokio::test]
async fn a_transcript_goes_on_from_each_of_its_steps() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.simulator.next_answer(Answer::words([NOTES]));
        let file = house.upload("a.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        let first = house.ended(id).await;
        let [whole] = &rows(&db, "SELECT step FROM jobs").await[..] else {
            panic!("one job");
        };
        let whole: serde_json::Value = serde_json::from_str(whole).unwrap();
        for (lost, questions) in [
            // Before it said that it had ended.
            (&[][..], 0),
            // Before the notes were kept.
            (&["noted"][..], 1),
            // Before the sentences were.
            (&["noted", "heard"], 1),
            // Before it was known where the text lies.
            (&["noted", "heard", "results", "usage"], 1),
        ] {
            let before = house.requests("/chat/completions");
            let mut step = whole.clone();
            for field in lost {
                step[*field] = serde_json::Value::Null;
                if matches!(*field, "noted" | "heard") {
                    step[*field] = false.into();
                }
            }
            if questions > 0 {
                house.simulator.next_answer(Answer::words([NOTES]));
            }
            let step = step.to_string().replace('\'', "''");
            execute(&db, &format!("UPDATE jobs SET state = 'running', ended_at = NULL, node = 'dead', lease_until = 0, step = '{step}'")).await;
            let again = house.ended(id).await;
            assert_eq!(again.sentences, first.sentences, "{lost:?}");
            assert_eq!(again.notes, first.notes, "{lost:?}");
            assert_eq!(house.tasks(), 1, "{lost:?}");
            assert_eq!(house.calls("transcription").await, 1, "{lost:?}");
            assert_eq!(house.requests("/chat/completions"), before + questions, "{lost:?}");
            assert_eq!(house.held().await, 0, "{lost:?}");
        }
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn a_task_whose_answer_was_lost_is_found_and_not_begun_again() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let file = house.upload("a.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        let first = house.ended(id).await;
        let [kept] = &rows(&db, "SELECT step FROM jobs").await[..] else {
            panic!("one job");
        };
        let kept: serde_json::Value = serde_json::from_str(kept).unwrap();
        let uploaded = &kept["uploaded"];
        // As it was when the request had left: the answer was never heard, and nothing is kept of what came later.
        execute(&db, "DELETE FROM upstream_objects").await;
        execute(&db, "DELETE FROM transcript_sentences").await;
        execute(
            &db,
            "UPDATE transcripts SET state = 'making', sentences = 0",
        )
        .await;
        let asked_at = first.line.created_at.get();
        let step = format!(r#"{{"at":"asking","begun":true,"uploaded":{uploaded},"asked_at":{asked_at}}}"#);
        execute(
            &db,
            &format!(
                "UPDATE jobs SET state = 'running', ended_at = NULL, node = 'dead', lease_until = 0, step = '{step}'"
            ),
        )
        .await;
        let found = house.ended(id).await;
        assert_eq!(
            (found.line.state, house.tasks()),
            (TranscriptState::Ready, 1)
        );
        assert!(!found.sentences.is_empty());
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn notes_that_fail_leave_the_transcript_and_can_be_tried_again() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.simulator.next_answer(Answer::words(["I can't."]));
        let file = house.upload("a.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        let made = house.ended(id).await;
        assert_eq!(
            (made.line.state, made.line.notes),
            (TranscriptState::Ready, NotesState::Failed)
        );
        let failure = made.notes_failure.map(|failure| failure.code);
        assert_eq!(failure, Some(FailureCode::UpstreamUnreadable));
        house.simulator.next_answer(Answer::words([NOTES]));
        let again =
            house
                .services
                .transcripts
                .again(&house.lin, house.submission(), id, Again::Notes);
        again.await.unwrap();
        let made = house.ended(id).await;
        assert_eq!(
            (made.line.notes, made.notes.summary.as_str()),
            (NotesState::Ready, "他们说了话。")
        );
        assert_eq!((house.tasks(), house.held().await), (1, 0));
        house.closing.cancel();
    })
    .await;
}

#[tokio::test]
async fn a_transcript_is_translated_sentence_by_sentence() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let file = house.upload("a.wav", recording()).await;
        let id = house.make(&wish(file)).await.unwrap();
        house.ended(id).await;
        let transcripts = &house.services.transcripts;
        let english = || Again::Translation("en".to_owned());
        transcripts
            .again(&house.lin, house.submission(), id, english())
            .await
            .unwrap();
        let made = house.ended(id).await;
        assert_eq!(
            (made.translating, made.translations),
            (NotesState::Ready, vec!["en".to_owned()])
        );
        let both = transcripts.view(&house.lin, id, Some("en")).await.unwrap();
        assert!(both.sentences.iter().all(|said| said.translation.is_some()));
        let wrong = transcripts.again(
            &house.lin,
            house.submission(),
            id,
            Again::Translation("xx".to_owned()),
        );
        assert_eq!(wrong.await.unwrap_err().code(), FailureCode::InvalidText);
        let text = transcripts
            .export(&house.lin, id, ExportFormat::Txt, Some("en"), false)
            .await
            .unwrap();
        assert_eq!(text.name, "a.txt");
        let said = both.sentences[0].translation.clone().unwrap();
        assert!(String::from_utf8(text.bytes).unwrap().contains(&said));
        house.closing.cancel();
    })
    .await;
}
