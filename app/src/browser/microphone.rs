//! The microphone, as pieces of sound.

use js_sys::{Array, ArrayBuffer, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AudioContext, AudioWorkletNode, MediaStream, MediaStreamConstraints, MediaStreamTrack,
    MessageEvent,
};

/// What cuts the sound to the form that is sent.
const WORKLET: &str = "/dictation.js";

/// A microphone that is open. Dropped, it is closed, and the browser's sign for it goes out.
#[derive(Debug)]
pub struct Microphone {
    context: AudioContext,
    stream: MediaStream,
    cutter: AudioWorkletNode,
    _heard: Closure<dyn FnMut(MessageEvent)>,
}

/// Why there is no sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMicrophone {
    /// The person, or their browser's settings, did not allow it.
    Refused,
    /// There is none, or the page is not served safely enough for the browser to give it away.
    Missing,
}

/// Whether the browser could give a microphone at all: it does so on https and on this machine only.
pub fn is_there() -> bool {
    super::window().is_some_and(|window| {
        let devices = Reflect::get(&window.navigator(), &"mediaDevices".into());
        devices.is_ok_and(|devices| devices.is_object())
    })
}

/// Opens the microphone. Pieces come to `hear` until it is dropped: 16 kHz, 16 bits, one channel.
pub async fn open(hear: impl Fn(&ArrayBuffer) + 'static) -> Result<Microphone, NoMicrophone> {
    if !is_there() {
        return Err(NoMicrophone::Missing);
    }
    let window = super::window().ok_or(NoMicrophone::Missing)?;
    let devices = window
        .navigator()
        .media_devices()
        .map_err(|_| NoMicrophone::Missing)?;
    let wanted = MediaStreamConstraints::new();
    wanted.set_audio(&JsValue::TRUE);
    let asked = devices
        .get_user_media_with_constraints(&wanted)
        .map_err(|_| NoMicrophone::Missing)?;
    let stream: MediaStream = match JsFuture::from(asked).await {
        Ok(stream) => stream.unchecked_into(),
        Err(error) => return Err(why(&error)),
    };
    let opened = listen(&stream, hear).await;
    opened.map_err(|_| {
        stop(&stream);
        NoMicrophone::Missing
    })
}

fn why(error: &JsValue) -> NoMicrophone {
    let name = Reflect::get(error, &"name".into()).ok();
    let name = name.and_then(|name| name.as_string());
    match name.as_deref() {
        Some("NotAllowedError" | "SecurityError") => NoMicrophone::Refused,
        _ => NoMicrophone::Missing,
    }
}

async fn listen(
    stream: &MediaStream,
    hear: impl Fn(&ArrayBuffer) + 'static,
) -> Result<Microphone, JsValue> {
    let context = AudioContext::new()?;
    JsFuture::from(context.audio_worklet()?.add_module(WORKLET)?).await?;
    let cutter = AudioWorkletNode::new(&context, "dictation")?;
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Ok(sound) = event.data().dyn_into::<ArrayBuffer>() {
            hear(&sound);
        }
    });
    cutter
        .port()?
        .set_onmessage(Some(heard.as_ref().unchecked_ref()));
    let source = context.create_media_stream_source(stream)?;
    source.connect_with_audio_node(&cutter)?;
    Ok(Microphone {
        context,
        stream: stream.clone(),
        cutter,
        _heard: heard,
    })
}

fn stop(stream: &MediaStream) {
    for track in Array::from(&stream.get_tracks()).iter() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        stop(&self.stream);
        // Pieces that are on their way find nobody any more.
        if let Ok(port) = self.cutter.port() {
            port.set_onmessage(None);
        }
        // Fails only for one that is closed already.
        let _closing = self.context.close();
    }
}
