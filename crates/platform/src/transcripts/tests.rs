//! What transcripts promise, with the simulator for Bailian and on both databases.

mod jobs;
mod making;
mod reading;

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
