//! Speech: files turned into text, text into speech, and what both can be taught. Speech while it is spoken
//! is in [`socket`](crate::socket).

mod qwen_voice;
mod recognition;
mod synthesis;
mod transcript;
mod transcription;
mod vocabulary;
mod voice;

pub use qwen_voice::{DesignedVoice, PreviewAudio, QwenVoice, VoiceDesign};
pub use recognition::{Annotation, Recognition, RecognitionAnswer, RecognitionOutput};
pub use synthesis::{Speech, SpeechAnswer, SpeechAudio, SpeechOutput, SpeechSentence};
pub use synthesis::{counted, counted_as};
pub use transcript::{
    AudioInfo, ChannelTranscript, SourceProperties, Transcript, TranscriptSentence, TranscriptWord,
};
pub use transcription::{
    FileTranscription, FileTranscriptionOutput, TranscribedFile, Transcription, TranscriptionInput,
    TranscriptionOutput, TranscriptionParameters,
};
pub use vocabulary::{HotWord, Vocabulary, VocabularyEntry};
pub use voice::{NewVoice, Voice};
