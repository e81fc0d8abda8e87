//! Which voice speaks for which model.

use crate::{Refusal, enrolled::Voice, protocol::entry::Entry};

/// Voices of the first generation, which later ones have under other names.
const FIRST: [&str; 19] = [
    "longwan",
    "longcheng",
    "longhua",
    "longxiaochun",
    "longxiaoxia",
    "longxiaocheng",
    "longxiaobai",
    "longlaotie",
    "longshu",
    "longshuo",
    "longjing",
    "longmiao",
    "longyue",
    "longfei",
    "longjielidou",
    "longtong",
    "longxiang",
    "loongstella",
    "loongbella",
];

/// Checks that the voice fits a `CosyVoice` or Qwen-Audio model. System voices that nobody has listed are let through.
pub(crate) fn check_voice(entry: &Entry, model: &str, voice: &str) -> Result<(), Refusal> {
    if voice.is_empty() {
        return Err(Refusal::invalid_parameter("Request voice is invalid!"));
    }
    if let Some(own) = own(entry, voice) {
        return if own.target_model == model {
            Ok(())
        } else {
            Err(misfit())
        };
    }
    let generation = |name: &str| model.starts_with(name);
    let fits = if voice.starts_with("cosyvoice-") || generation("cosyvoice-v3.5") {
        // A voice of the account's own, but there is no such voice.
        false
    } else if FIRST.contains(&voice) {
        !model.starts_with("cosyvoice-") || generation("cosyvoice-v1")
    } else if voice.ends_with("_v2") {
        generation("cosyvoice-v2")
    } else if voice.ends_with("_v3") {
        generation("cosyvoice-v3-")
    } else {
        true
    };
    if fits { Ok(()) } else { Err(misfit()) }
}

/// Checks that a Qwen model has the voice: any name of a person, or one of the account's own.
pub(crate) fn check_known(entry: &Entry, model: &str, voice: &str) -> Result<(), Refusal> {
    if voice.is_empty() {
        return Err(Refusal::invalid_parameter("Request voice is invalid!"));
    }
    let own = own(entry, voice);
    let is_for_own = model.contains("-vc-") || model.contains("-vd-");
    let fits = match own {
        Some(own) => own.target_model == model,
        None => !is_for_own && !voice.contains("-tts-"),
    };
    if fits {
        return Ok(());
    }
    let message = format!("Voice '{voice}' not found.");
    Err(Refusal::new(400, "BadRequest.VoiceNotFound", message))
}

/// A voice of the account's own.
fn own(entry: &Entry, voice: &str) -> Option<Voice> {
    let own = entry.handle.enrolled().voice(voice);
    own.filter(|own| entry.sees(&own.id))
}

fn misfit() -> Refusal {
    Refusal::invalid_parameter("[tts:]Engine return error code: 418")
}
