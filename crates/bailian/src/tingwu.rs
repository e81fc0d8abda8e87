//! Tingwu (听悟), the service for meetings: transcripts, chapters, summaries, mind maps, translations.
//!
//! There are two ways to it. [`Tingwu`] speaks its own API of 2023-09-30 with an [`AccessKey`];
//! [`Client::submit_meeting`](crate::Client::submit_meeting) hands meetings in through Bailian, with Bailian's
//! key. The files that both make are read by the same types.
//!
//! ```no_run
//! use bailian::task::Patience;
//! use bailian::tingwu::{AccessKey, Chapter, NewTask, Tingwu};
//!
//! # async fn example() -> Result<(), bailian::Error> {
//! let tingwu = Tingwu::new(AccessKey::new("LTAI…", "…"), "app-key")?;
//! let meeting = NewTask::offline("https://example.com/weekly.mp3", "cn").diarization(0).auto_chapters();
//! let task = tingwu.create_task(&meeting).await?;
//! let done = tingwu.wait_for_task(&task.task_id, Patience::meeting()).await?;
//! if let Some(address) = &done.result.auto_chapters {
//!     let _chapters: Vec<Chapter> = tingwu.result_file(address).await?;
//! }
//! # Ok(())
//! # }
//! ```

mod meeting;
mod meeting_parameters;
mod new_task;
mod openapi;
mod parameters;
mod phrases;
mod results;
mod signature;
mod task;

pub use meeting::{Meeting, MeetingRequest, MeetingSnapshot, MeetingSource, MeetingStatus};
pub use meeting_parameters::{
    MeetingAnalysis, MeetingAudio, MeetingParameters, MeetingTranscriptionParameters,
};
pub use new_task::NewTask;
pub use openapi::Tingwu;
pub use parameters::{
    AutoChapters, ContentExtraction, CustomPrompt, CustomPrompts, Diarization, IdentityRecognition,
    ServiceInspection, TaskInput, TaskParameters, Transcoding, TranscriptionParameters,
    TranslationParameters, Types,
};
pub use phrases::{Phrase, PhraseList, PhraseWords};
pub use results::{
    AudioFacts, Chapter, Classifications, ConversationalSummary, CustomPromptResult, KeyFrame,
    MeetingAssistance, MeetingTranscription, MindMapTopic, Paragraph, PolishedParagraph,
    PptExtraction, QuestionAnswer, ResultFile, Sentence, Summarization, TranslatedParagraph,
    Translation, Word,
};
pub use signature::AccessKey;
pub use task::{CreatedTask, ResultPaths, TaskInfo, TingwuStatus};
