//! What transcripts promise, with the simulator for Bailian and on both databases.

use std::{ops::Deref, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use model::{
    BuiltIn, FailureCode, FileId, FileName, Millis, Title, TranscriptId,
    transcript::{
        ExportFormat, NotesState, Speakers, TranscriptState, TranscriptView, TranscriptWish,
    },
};
use simulator::Answer;

use crate::{
    Error,
    files::NewFile,
    store::{
        Db,
        testing::{count, execute, on_both, rows},
    },
    works::{Changed, testing::Site},
};

use super::{Again, WithRecording};

/// How long a test waits for what must happen.
const BUDGET: Duration = Duration::from_mins(1);

/// What a model writes about a recording.
const NOTES: &str = r#"{"summary":"他们说了话。","key_points":["一","二"],"chapters":[{"title":"开场","summary":"问候","sentence":0}],
    "actions":[{"text":"写文档","who":"林","due":"周五","sentence":0}],"questions":[{"question":"谁？","answer":"林","sentence":0}],
    "mind_map":{"title":"会","branches":[{"title":"甲","points":["乙"]}]}}"#;

/// A site, and what its tests ask of it.
struct House(Site);

impl Deref for House {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.0
    }
}

impl House {
    async fn on(db: &Db) -> Self {
        let house = Self::at_rest(db).await;
        house.begin();
        house
    }

    /// With nobody who works.
    async fn at_rest(db: &Db) -> Self {
        Self(Site::at_rest(db).await)
    }

    async fn upload(&self, name: &str, content: Vec<u8>) -> FileId {
        let new = NewFile::upload(FileName::parse(name).unwrap(), None);
        let bytes = stream::iter([Ok::<_, std::io::Error>(Bytes::from(content))]);
        let stored = self
            .services
            .files
            .store(self.lin.user(), new, bytes, 1 << 26);
        stored.await.unwrap().id
    }

    async fn make(&self, wish: &TranscriptWish) -> Result<TranscriptId, Error> {
        let submission = self.submission();
        self.services
            .transcripts
            .make(&self.lin, submission, wish)
            .await
    }

    async fn view(&self, id: TranscriptId) -> TranscriptView {
        self.services
            .transcripts
            .view(&self.lin, id, None)
            .await
            .unwrap()
    }

    /// As it is when nobody works on it any more.
    async fn ended(&self, id: TranscriptId) -> TranscriptView {
        let look = async {
            loop {
                let view = self.view(id).await;
                if view.line.state != TranscriptState::Making && view.line.job.is_none() {
                    return view;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(BUDGET, look).await.unwrap()
    }

    fn tasks(&self) -> usize {
        self.requests("/audio/asr/transcription")
    }

    /// Calls of an operation in the log.
    async fn calls(&self, operation: &str) -> i64 {
        count(
            &self.db,
            &format!("SELECT COUNT(*) FROM calls WHERE operation = '{operation}'"),
        )
        .await
    }
}

/// Some seconds of a tone that comes and goes, which the simulator hears sentences in.
fn recording() -> Vec<u8> {
    const HERTZ: u32 = 16_000;
    let samples = (0..HERTZ * 9).map(|place| {
        let second = place / HERTZ;
        if second % 3 == 2 {
            return 0_i16;
        }
        let wave = f64::from(place) * 220.0 * std::f64::consts::TAU / f64::from(HERTZ);
        #[expect(clippy::cast_possible_truncation, reason = "a sample of sound")]
        let sample = (wave.sin() * 9_000.0) as i16;
        sample
    });
    let samples: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let length = u32::try_from(samples.len()).unwrap();
    let mut wav = b"RIFF".to_vec();
    wav.extend((length + 36).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(HERTZ.to_le_bytes());
    wav.extend((HERTZ * 2).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(length.to_le_bytes());
    wav.extend(samples);
    wav
}

fn wish(file: FileId) -> TranscriptWish {
    TranscriptWish {
        file,
        model: Some("paraformer-v2".to_owned()),
        title: None,
        language: Some("zh".to_owned()),
        speakers: Speakers::Count(2),
        vocabulary: None,
        translate_to: None,
    }
}

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
