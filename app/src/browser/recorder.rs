//! A recording of the microphone, handed on piece by piece while it is made.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AnalyserNode, AudioContext, Blob, BlobEvent, MediaRecorder, MediaRecorderOptions, MediaStream,
    MediaStreamConstraints, MediaStreamTrack,
};

use super::microphone::{self, NoMicrophone};

/// So often a piece is taken from the recorder: what is lost at most when it dies.
const PIECE_MS: i32 = 1_000;
/// What can be written down, the smallest first.
const KINDS: [&str; 4] = [
    "audio/webm;codecs=opus",
    "audio/webm",
    "audio/mp4",
    "audio/ogg",
];

/// A recording that goes on. Dropped, the microphone is closed.
pub struct Recorder {
    media: MediaRecorder,
    stream: MediaStream,
    context: AudioContext,
    analyser: AnalyserNode,
    _heard: Closure<dyn FnMut(BlobEvent)>,
}

impl Recorder {
    /// Opens the microphone and begins. `take` is given each piece, the last one before the end of [`end`](Self::end); their
    /// order is the recording.
    pub async fn begin(take: impl Fn(Blob) + 'static) -> Result<Self, NoMicrophone> {
        if !microphone::is_there() {
            return Err(NoMicrophone::Missing);
        }
        let missing = |_: JsValue| NoMicrophone::Missing;
        let window = super::window().ok_or(NoMicrophone::Missing)?;
        let devices = window.navigator().media_devices().map_err(missing)?;
        let wanted = MediaStreamConstraints::new();
        wanted.set_audio(&JsValue::TRUE);
        let asked = devices
            .get_user_media_with_constraints(&wanted)
            .map_err(missing)?;
        let stream = JsFuture::from(asked)
            .await
            .map_err(|_| NoMicrophone::Refused)?;
        let stream: MediaStream = stream.unchecked_into();
        Self::of(&stream, take).map_err(|error| {
            close(&stream);
            missing(error)
        })
    }

    fn of(stream: &MediaStream, take: impl Fn(Blob) + 'static) -> Result<Self, JsValue> {
        let options = MediaRecorderOptions::new();
        if let Some(kind) = KINDS
            .into_iter()
            .find(|kind| MediaRecorder::is_type_supported(kind))
        {
            options.set_mime_type(kind);
        }
        options.set_audio_bits_per_second(48_000);
        let recorder =
            MediaRecorder::new_with_media_stream_and_media_recorder_options(stream, &options)?;
        let heard = Closure::<dyn FnMut(BlobEvent)>::new(move |event: BlobEvent| {
            if let Some(piece) = event.data().filter(|piece| piece.size() > 0.0) {
                take(piece);
            }
        });
        recorder.set_ondataavailable(Some(heard.as_ref().unchecked_ref()));
        let context = AudioContext::new()?;
        let analyser = context.create_analyser()?;
        analyser.set_fft_size(512);
        context
            .create_media_stream_source(stream)?
            .connect_with_audio_node(&analyser)?;
        recorder.start_with_time_slice(PIECE_MS)?;
        Ok(Self {
            media: recorder,
            stream: stream.clone(),
            context,
            analyser,
            _heard: heard,
        })
    }

    /// How loud it is, from 0 to 1.
    pub fn level(&self) -> f64 {
        let mut samples = [0_u8; 512];
        self.analyser.get_byte_time_domain_data(&mut samples);
        let loudest = samples.iter().map(|sample| sample.abs_diff(128)).max();
        f64::from(loudest.unwrap_or(0)) / 128.0
    }

    /// Holds on.
    pub fn pause(&self) {
        // Throws only for one that has ended.
        let _paused = self.media.pause();
    }

    /// Goes on.
    pub fn resume(&self) {
        let _resumed = self.media.resume();
    }

    /// The type of what is recorded, and the end of a file's name.
    pub fn kind(&self) -> (String, &'static str) {
        let mime = self.media.mime_type();
        let kind = mime.split(';').next().unwrap_or_default();
        let end = match kind {
            "audio/mp4" | "video/mp4" => "m4a",
            "audio/ogg" => "ogg",
            _ => "webm",
        };
        (kind.to_owned(), end)
    }

    /// Ends it: the last piece was handed on when this returns.
    pub async fn end(self) {
        let recorder = self.media.clone();
        let stopped = js_sys::Promise::new(&mut |done, _| {
            recorder.set_onstop(Some(&done));
        });
        if self.media.stop().is_ok() {
            let _stopped = JsFuture::from(stopped).await;
        }
        self.media.set_onstop(None);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.media.set_ondataavailable(None);
        close(&self.stream);
        let _closed = self.context.close();
    }
}

fn close(stream: &MediaStream) {
    for track in stream.get_tracks() {
        if let Ok(track) = track.dyn_into::<MediaStreamTrack>() {
            track.stop();
        }
    }
}
