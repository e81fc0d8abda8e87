//! What a request refers to: files, uploads, stored responses, conversations, sessions. Each must be the caller's own, and all
//! of them in one account at Bailian, to which the request then goes.

use std::{borrow::Cow, collections::BTreeSet};

use http::HeaderMap;
use platform::gateway::{
    Gateway, GatewayError, ObjectKind, Principal, UPSTREAM, Whereabouts,
    scan::{RequestScan, each_text, may_hide_words},
};
use serde::Deserialize;

use super::table::{Owns, Route};

/// Before the id of a file whose content is read into the prompt.
const FILE: &str = "fileid://";
/// Before the name of an object in the temporary storage.
const UPLOAD: &str = "oss://";
/// What their names are made of beside letters and digits; where one goes on otherwise, its folders are known by then.
const OF_UPLOADS: &str = "-_./";
/// Without it Bailian does not look up what stands behind [`UPLOAD`].
pub(super) const RESOLVES: &str = "x-dashscope-ossresourceresolve";
/// Files, and uploads, that one request refers to, at most.
const MOST: usize = 200;
/// Values of fields that may be files' ids, at most.
const MOST_PARTS: usize = 1_000;

/// Whether Bailian may look up uploads that the request names. Which of several values it takes for a yes is its own business.
pub(super) fn resolves_uploads(headers: &HeaderMap) -> bool {
    headers.contains_key(RESOLVES)
}

/// Whether a route makes things that later requests refer to together with others.
pub(super) fn makes_what_is_referred_to(route: &Route) -> bool {
    let together = [
        ObjectKind::File,
        ObjectKind::Upload,
        ObjectKind::Conversation,
    ];
    matches!(route.owns, Owns::Makes(kind, _) if together.contains(&kind))
}

/// A thing that stands as an object. One that has its id twice is none.
#[derive(Deserialize)]
struct Thing {
    id: String,
}

/// Notes where everything is that a request refers to. Whether the model is told something of it that does not stand in the body: files,
/// and what was said before.
pub(super) async fn all(
    gateway: &Gateway,
    principal: &Principal,
    scan: &RequestScan,
    body: &[u8],
    resolves_uploads: bool,
    place: &mut Whereabouts,
) -> Result<bool, GatewayError> {
    let mut brings_more = false;
    for (field, kind) in [
        ("input_file_id", ObjectKind::File),
        ("previous_response_id", ObjectKind::Response),
        ("conversation", ObjectKind::Conversation),
        ("input.session_id", ObjectKind::Session),
        ("input.memory_id", ObjectKind::Memory),
    ] {
        let Some(raw) = scan.raw_field(field).filter(|raw| *raw != "null") else {
            continue;
        };
        let id = if raw.starts_with('{') {
            // A conversation may stand as an object with its id.
            serde_json::from_str::<Thing>(raw)
                .ok()
                .map(|thing| thing.id)
        } else {
            scan.str_field(field)?.map(Cow::into_owned)
        };
        let id = id.ok_or(GatewayError::NotFound)?;
        let upstream = gateway.require_object(principal, kind, &id).await?;
        place.add(gateway, &upstream)?;
        brings_more = true;
    }
    let mut named = Named::of(body, resolves_uploads)?;
    if scan.has_field("parameters.rag_options") {
        // An application is told what stands in them, so that somebody else's must not be named.
        named.files.append(&mut named.of_sessions);
    }
    brings_more |= !named.files.is_empty();
    let kinds = [ObjectKind::File];
    let known = gateway.places_of(principal, &kinds, &named.files).await?;
    if known.len() < named.files.len() {
        return Err(GatewayError::NotFound);
    }
    let parts = gateway.places_of(principal, &kinds, &named.parts).await?;
    for upstream in known.values().chain(parts.values()) {
        place.add(gateway, upstream)?;
    }
    gateway
        .add_enrolled(principal, &enrolled_in(scan)?, place)
        .await?;
    add_uploads(gateway, principal, &named.uploads, place).await?;
    Ok(brings_more)
}

/// Notes where uploads are, by what follows `oss://`.
pub(super) async fn add_uploads(
    gateway: &Gateway,
    principal: &Principal,
    paths: &BTreeSet<String>,
    place: &mut Whereabouts,
) -> Result<(), GatewayError> {
    let (uploads, is_any_unknown) = gateway.uploads_at(principal, paths).await?;
    for upstream in &uploads {
        place.add(gateway, upstream)?;
    }
    // Of what was not put there through this gateway only the first account can know.
    if is_any_unknown && place.is_anywhere() {
        place.add(gateway, UPSTREAM)?;
    }
    Ok(())
}

/// The uploads that a body names which is translated: whoever asks for it here has them looked up.
pub(super) fn uploads_in_json(body: &[u8]) -> Result<BTreeSet<String>, GatewayError> {
    Ok(Named::of(body, true)?.uploads)
}

/// The same of the texts of a form.
pub(super) fn uploads_in_texts<'a>(
    texts: impl Iterator<Item = &'a String>,
) -> Result<BTreeSet<String>, GatewayError> {
    let mut found = BTreeSet::new();
    for text in texts {
        note(text, UPLOAD, OF_UPLOADS, &mut found);
    }
    if found.len() > MOST {
        return Err(GatewayError::NotFound);
    }
    Ok(found)
}

/// The voices and lists of hot words that Bailian's own protocol names, those that everybody has among them.
fn enrolled_in(scan: &RequestScan) -> Result<BTreeSet<String>, GatewayError> {
    let mut names = BTreeSet::new();
    for field in [
        "input.vocabulary_id",
        "input.voice",
        "input.voice_id",
        "parameters.vocabulary_id",
        "parameters.voice",
    ] {
        let is_text = |raw: &str| raw.starts_with('"');
        if scan.raw_field(field).is_some_and(is_text)
            && let Some(name) = scan.str_field(field)?
        {
            names.insert(name.into_owned());
        }
    }
    Ok(names)
}

/// What a request enrolls for speech, if the answer is that it did.
pub(super) fn enrolls(path: &str, scan: &RequestScan) -> Option<ObjectKind> {
    if !path.ends_with("/customization") {
        return None;
    }
    let model = scan.str_field("model").ok()??;
    let action = scan.str_field("input.action").ok()??;
    Some(match (&*model, &*action) {
        ("voice-enrollment", "create_voice") => ObjectKind::Voice,
        ("qwen-voice-enrollment", "create") => ObjectKind::QwenVoice,
        ("qwen-voice-design", "create") => ObjectKind::DesignedVoice,
        ("speech-biasing", "create_vocabulary") => ObjectKind::Vocabulary,
        _ => return None,
    })
}

/// What a body names, wherever it stands.
#[derive(Debug, Default)]
struct Named {
    /// What follows `fileid://`.
    files: BTreeSet<String>,
    /// What stands where OpenAI's and Anthropic's protocols refer to files. It may as well be a tool's own word for something,
    /// so that what nobody knows here passes.
    parts: BTreeSet<String>,
    /// Files that an application is told of in one session.
    of_sessions: BTreeSet<String>,
    /// What follows `oss://`.
    uploads: BTreeSet<String>,
}

impl Named {
    /// Reads the body once more only if a word is in it, or could be hidden in it by escapes.
    fn of(body: &[u8], with_uploads: bool) -> Result<Self, GatewayError> {
        let has = |part: &str| memchr::memmem::find(body, part.as_bytes()).is_some();
        // Without the slashes, which may be escaped.
        let stem = |word: &str| has(word.trim_end_matches('/'));
        let mut named = Self::default();
        if !(stem(FILE)
            || has("\"file_id")
            || has("\"session_file_id")
            || (with_uploads && stem(UPLOAD))
            || may_hide_words(body))
        {
            return Ok(named);
        }
        each_text(body, |name, text| {
            note(text, FILE, "-_", &mut named.files);
            if with_uploads {
                note(text, UPLOAD, OF_UPLOADS, &mut named.uploads);
            }
            if matches!(name, "file_id" | "file_ids") {
                named.parts.insert(text.to_owned());
            }
            if name == "session_file_ids" {
                named.of_sessions.insert(text.to_owned());
            }
        })?;
        if named.files.len() + named.of_sessions.len() > MOST
            || named.uploads.len() > MOST
            || named.parts.len() > MOST_PARTS
        {
            return Err(GatewayError::NotFound);
        }
        Ok(named)
    }
}

/// What follows a word like `fileid://` in a text: letters, digits, and those others.
fn note(text: &str, word: &str, others: &str, found: &mut BTreeSet<String>) {
    for rest in text.split(word).skip(1) {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || others.contains(c)));
        found.insert(rest[..end.unwrap_or(rest.len())].to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(body: &str) -> Vec<String> {
        let named = Named::of(body.as_bytes(), false).unwrap();
        named.files.into_iter().collect()
    }

    #[test]
    fn a_file_is_found_however_its_word_is_written() {
        for body in [
            r#"{"messages":[{"role":"system","content":"fileid://file-fe-1"}]}"#,
            r#"{"messages":[{"role":"system","content":"fileid:\/\/file-fe-1"}]}"#,
            r#"{"messages":[{"role":"system","content":"\u0066ileid://file-fe-1"}]}"#,
            r#"{"messages":[{"role":"system","content":"a \\ fileid://file-fe-1,b"}]}"#,
            r#"{"messages":[{"role":"system","content":"fileid://file\u002dfe-1"}]}"#,
            // Whoever reads the first of two is told the file, whoever the last.
            r#"{"messages":[{"content":"fileid://file-fe-1","content":"a\n"}]}"#,
            r#"{"messages":[{"content":[{"type":"text","text":"\n"},{"type":"text","text":"fileid://file-fe-1"}]}]}"#,
            r#"{"input":[{"role":"system","content":[{"type":"input_text","text":"fileid://file-fe-1"}]}]}"#,
        ] {
            assert_eq!(files(body), ["file-fe-1"], "{body}");
        }
        for none in [
            r#"{"messages":[{"content":"hello"}]}"#,
            r#"{"messages":[{"content":"\\u0066ileid://x"}]}"#,
        ] {
            assert!(files(none).is_empty(), "{none}");
        }
        assert_eq!(files(r#"{"a":"fileid://x,fileid://y"}"#), ["x", "y"]);
    }

    #[test]
    fn a_file_is_found_where_other_protocols_have_it() {
        for body in [
            r#"{"messages":[{"content":[{"type":"file","file":{"file_id":"file-1"}}]}]}"#,
            r#"{"input":[{"content":[{"type":"input_file","file_id":"file-1"}]}]}"#,
            r#"{"messages":[{"content":[{"type":"document","source":{"type":"file","file_id":"file-1"}}]}]}"#,
            r#"{"messages":[{"content":[{"type":"file","file":{"file\u005fid":"file-1"}}]}]}"#,
            r#"{"parameters":{"rag_options":{"file_ids":["file-1"]}}}"#,
        ] {
            let named = Named::of(body.as_bytes(), false).unwrap();
            assert_eq!(
                named.parts.into_iter().collect::<Vec<_>>(),
                ["file-1"],
                "{body}"
            );
        }
        let of_session =
            r#"{"parameters":{"rag_options":{"session_file_ids":["file_session_1"]}}}"#;
        let named = Named::of(of_session.as_bytes(), false).unwrap();
        assert_eq!(
            named.of_sessions.into_iter().collect::<Vec<_>>(),
            ["file_session_1"]
        );
        let schema = r#"{"tools":[{"parameters":{"properties":{"file_id":{"type":"string"}}}}]}"#;
        let named = Named::of(schema.as_bytes(), false).unwrap();
        assert!(named.parts.is_empty());
    }

    #[test]
    fn an_upload_is_found_by_its_folder() {
        for (body, wanted) in [
            (
                r#"{"image":"oss://instant/a/2026-01-01/id/loom.png"}"#,
                "instant/a/2026-01-01/id/loom.png",
            ),
            (
                r#"{"image":"oss:\/\/instant\/a\/x.png"}"#,
                "instant/a/x.png",
            ),
            (r#"{"image":"oss://instant/a/织机.png"}"#, "instant/a/"),
            (
                r#"{"input":{"deep":[[{"image":"\u006fss://instant/a/x.png"}]]}}"#,
                "instant/a/x.png",
            ),
        ] {
            let named = Named::of(body.as_bytes(), true).unwrap();
            assert_eq!(named.uploads.iter().collect::<Vec<_>>(), [wanted], "{body}");
            let named = Named::of(body.as_bytes(), false).unwrap();
            assert!(named.uploads.is_empty(), "{body}");
        }
    }

    #[test]
    fn what_is_enrolled_is_known_by_its_message() {
        let scan = |body: &'static str| RequestScan::read(&bytes::Bytes::from(body)).unwrap();
        let path = "/api/v1/services/audio/tts/customization";
        let makes =
            r#"{"model":"voice-enrollment","input":{"action":"create_voice","prefix":"a"}}"#;
        assert_eq!(enrolls(path, &scan(makes)), Some(ObjectKind::Voice));
        assert_eq!(enrolls("/api/v1/services/x", &scan(makes)), None);
        let asks =
            r#"{"model":"voice-enrollment","input":{"action":"query_voice","voice_id":"v"}}"#;
        assert_eq!(enrolls(path, &scan(asks)), None);
        for (body, name) in [
            (asks, Some("v")),
            (r#"{"model":"m","input":{"voice":"v"}}"#, Some("v")),
            (
                r#"{"model":"m","parameters":{"vocabulary_id":"v"}}"#,
                Some("v"),
            ),
            (r#"{"model":"m","parameters":{"voice":{"id":"v"}}}"#, None),
            (r#"{"model":"m","input":["voice"],"voice":"v"}"#, None),
        ] {
            let names = enrolled_in(&scan(body)).unwrap();
            assert_eq!(names.first().map(String::as_str), name, "{body}");
        }
    }

    #[test]
    fn uploads_are_looked_for_whatever_the_header_says() {
        let mut headers = HeaderMap::new();
        assert!(!resolves_uploads(&headers));
        for value in ["no", "enable"] {
            let value = http::HeaderValue::from_static(value);
            headers.append(RESOLVES, value);
            assert!(resolves_uploads(&headers));
        }
    }

    #[test]
    fn nobody_has_thousands_looked_up() {
        let many: Vec<String> = (0..=MOST)
            .map(|number| format!("fileid://f{number} "))
            .collect();
        let many = many.concat();
        let body = format!("{{\"content\":\"{many}\"}}");
        let found = Named::of(body.as_bytes(), false);
        assert!(matches!(found, Err(GatewayError::NotFound)));
    }
}
