//! Which field of a request a refusal is about. The envelope's own `param` is always null, but the documented
//! wordings name the field in a few forms.

/// Fields whose names are no ordinary words.
const NAMES: [&str; 30] = [
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "top_k",
    "repetition_penalty",
    "presence_penalty",
    "seed",
    "thinking_budget",
    "enable_thinking",
    "response_format",
    "result_format",
    "incremental_output",
    "tool_choice",
    "tool_calls",
    "enable_search",
    "reasoning_effort",
    "stream",
    "messages",
    "n",
    "previous_response_id",
    "custom_id",
    "file_urls",
    "ext_bbox",
    "driven_id",
    "style_level",
    "video_ratio",
    "num_images_per_prompt",
    "ref_images_url",
    "lyrics",
];

/// Fields with the names of ordinary words: meant only where they stand as a name.
const WORDS: [&str; 5] = ["model", "prompt", "stop", "parameters", "voice"];

/// Reads the field out of the provider's words.
pub(super) fn named_in(message: &str) -> Option<String> {
    // Since 2026 a pointer to the documentation follows.
    let message = message.split(" For details, see: ").next()?;
    path_at_the_end(message)
        .or_else(|| between(message, "parameter(", ")"))
        .or_else(|| after(message, "Field required: "))
        .or_else(|| first_known(message))
}

/// `…: parameters.audio.voice`
fn path_at_the_end(message: &str) -> Option<String> {
    let (_, path) = message.trim_end().rsplit_once(": ")?;
    let (_, last) = path.rsplit_once('.')?;
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    path.split('.').all(is_name).then(|| last.to_owned())
}

fn between(message: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = message.split_once(before)?;
    let (name, _) = rest.split_once(after)?;
    Some(name.to_owned())
}

fn after(message: &str, before: &str) -> Option<String> {
    let (_, rest) = message.split_once(before)?;
    let name = rest.split_whitespace().next()?;
    Some(name.trim_end_matches('.').to_owned())
}

fn first_known(message: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = message;
    let mut before = "";
    while let Some(start) = rest.find(is_part) {
        let (gap, from) = rest.split_at(start);
        let end = from.find(|c| !is_part(c)).unwrap_or(from.len());
        let (word, behind) = from.split_at(end);
        let name = word.to_ascii_lowercase();
        let stands_as_name = gap.ends_with(['"', '\''])
            || before == "payload" && gap == "."
            || behind.trim_start().starts_with("parameter");
        if NAMES.contains(&&*name) || WORDS.contains(&&*name) && stands_as_name {
            return Some(name);
        }
        before = word;
        rest = behind;
    }
    None
}
