//! What a native chat answer says that it cost.

use serde_json::{Value, json};

use super::request::{Form, Path};
use crate::{
    Usage,
    protocol::chat::{attend::Sensed, spent::Spent},
};

/// `usage`, for all of an answer or for what was said so far.
pub(super) fn of(spent: &Spent, form: Form, usage: Usage) -> Value {
    let Usage {
        prompt_tokens,
        completion_tokens,
        reasoning_tokens,
        ..
    } = usage;
    let mut value = json!({
        "input_tokens": prompt_tokens,
        "output_tokens": completion_tokens,
        "total_tokens": prompt_tokens.saturating_add(completion_tokens),
    });
    if form.message {
        value["prompt_tokens_details"] = cache(spent, usage);
    }
    if form.path == Path::Multimodal {
        let Sensed {
            image,
            video,
            audio,
        } = spent.sensed;
        let text = prompt_tokens.saturating_sub(spent.sensed.total());
        let said = completion_tokens.saturating_sub(reasoning_tokens);
        value["input_tokens_details"] = json!({ "text_tokens": text });
        value["output_tokens_details"] = json!({ "text_tokens": said });
        for (name, count) in [
            ("image_tokens", image),
            ("video_tokens", video),
            ("audio_tokens", audio),
        ] {
            if count > 0 {
                value[name] = count.into();
                value["input_tokens_details"][name] = count.into();
            }
        }
    }
    if spent.thinks {
        value["output_tokens_details"]["reasoning_tokens"] = reasoning_tokens.into();
    }
    value
}

/// What of the question came from the cache, and what marks put there.
fn cache(spent: &Spent, usage: Usage) -> Value {
    let mut details = json!({ "cached_tokens": usage.cached_tokens });
    if let Some(created) = spent.created {
        details["cache_creation_input_tokens"] = created.into();
        details["cache_creation"] = json!({ "ephemeral_5m_input_tokens": created });
        details["cache_type"] = "ephemeral".into();
    }
    details
}
