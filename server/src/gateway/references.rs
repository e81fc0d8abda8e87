//! What a request refers to: files, uploads, stored responses, conversations, sessions. Each must be the caller's own, and all
//! of them in one account at Bailian, to which the request then goes.

use std::{borrow::Cow, collections::BTreeSet};

use http::HeaderMap;
use platform::gateway::{
    Gateway, GatewayError, ObjectKind, Principal, UPSTREAM, Whereabouts, scan::RequestScan,
};
use serde_json::Value;

use super::table::{Owns, Route};

/// Before the id of a file whose content is read into the prompt.
const FILE: &str = "fileid://";
/// Before the name of an object in the temporary storage.
const UPLOAD: &str = "oss://";
/// Without it Bailian does not look up what stands behind [`UPLOAD`].
const RESOLVES: &str = "x-dashscope-ossresourceresolve";
/// Files and uploads that one request refers to, at most.
const MOST: usize = 200;

/// Whether Bailian looks up uploads that the request names.
pub(super) fn resolves_uploads(headers: &HeaderMap) -> bool {
    let value = headers.get(RESOLVES);
    value.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"enable"))
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

/// Notes where everything is that a request refers to.
pub(super) async fn all(
    gateway: &Gateway,
    principal: &Principal,
    scan: &RequestScan,
    body: &[u8],
    resolves_uploads: bool,
    place: &mut Whereabouts,
) -> Result<(), GatewayError> {
    for (field, kind) in [
        ("input_file_id", ObjectKind::File),
        ("previous_response_id", ObjectKind::Response),
        ("conversation", ObjectKind::Conversation),
        ("input.session_id", ObjectKind::Session),
    ] {
        let Some(raw) = scan.raw_field(field).filter(|raw| *raw != "null") else {
            continue;
        };
        let id = if raw.starts_with('{') {
            // A conversation may stand as an object with its id.
            let object: Value = serde_json::from_str(raw).unwrap_or_default();
            object.get("id").and_then(Value::as_str).map(str::to_owned)
        } else {
            scan.str_field(field)?.map(Cow::into_owned)
        };
        let id = id.ok_or(GatewayError::NotFound)?;
        let upstream = gateway.require_object(principal, kind, &id).await?;
        place.add(gateway, &upstream)?;
    }
    for id in named_in(body, FILE, |c| c == '-' || c == '_')? {
        let required = gateway.require_object(principal, ObjectKind::File, &id);
        place.add(gateway, &required.await?)?;
    }
    if !resolves_uploads {
        return Ok(());
    }
    let mut is_unknown = false;
    for path in named_in(body, UPLOAD, |c| matches!(c, '-' | '_' | '.' | '/'))? {
        match gateway.upload_at(principal, &path).await? {
            Some(upstream) => place.add(gateway, &upstream)?,
            None => is_unknown = true,
        }
    }
    // Of what was not put there through this gateway only the first account can know.
    if is_unknown && place.is_anywhere() {
        place.add(gateway, UPSTREAM)?;
    }
    Ok(())
}

/// What follows a word like `fileid://` wherever it stands in a text. Whoever writes the word with escapes has it decoded
/// first, so that it can't be hidden.
fn named_in(
    body: &[u8],
    word: &str,
    belongs: impl Fn(char) -> bool,
) -> Result<BTreeSet<String>, GatewayError> {
    let mut found = BTreeSet::new();
    let mut note = |text: &str| {
        for rest in text.split(word).skip(1) {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || belongs(c)));
            found.insert(rest[..end.unwrap_or(rest.len())].to_owned());
        }
    };
    let has = |part: &str| memchr::memmem::find(body, part.as_bytes()).is_some();
    let stem = word.trim_end_matches('/');
    if has(word) && !has("\\") {
        note(&String::from_utf8_lossy(body));
    } else if has(stem) || has("\\u00") {
        // The word with a slash or a letter escaped.
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut left = vec![&value];
        while let Some(value) = left.pop() {
            match value {
                Value::String(text) => note(text),
                Value::Array(items) => left.extend(items),
                Value::Object(fields) => left.extend(fields.values()),
                _ => {}
            }
        }
    }
    if found.len() > MOST {
        return Err(GatewayError::NotFound);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(body: &str) -> Vec<String> {
        let found = named_in(body.as_bytes(), FILE, |c| c == '-' || c == '_');
        found.unwrap().into_iter().collect()
    }

    #[test]
    fn a_file_is_found_however_its_word_is_written() {
        for body in [
            r#"{"messages":[{"role":"system","content":"fileid://file-fe-1"}]}"#,
            r#"{"messages":[{"role":"system","content":"fileid:\/\/file-fe-1"}]}"#,
            r#"{"messages":[{"role":"system","content":"\u0066ileid://file-fe-1"}]}"#,
            r#"{"messages":[{"role":"system","content":"a \\ fileid://file-fe-1,b"}]}"#,
        ] {
            assert_eq!(files(body), ["file-fe-1"], "{body}");
        }
        assert!(files(r#"{"messages":[{"content":"hello"}]}"#).is_empty());
        assert_eq!(files(r#"{"a":"fileid://x,fileid://y"}"#), ["x", "y"]);
    }

    #[test]
    fn an_upload_is_found_by_its_folder() {
        let path = |c: char| matches!(c, '-' | '_' | '.' | '/');
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
        ] {
            let found = named_in(body.as_bytes(), UPLOAD, path).unwrap();
            assert_eq!(found.iter().collect::<Vec<_>>(), [wanted], "{body}");
        }
    }

    #[test]
    fn nobody_has_thousands_looked_up() {
        let many: String = (0..=MOST)
            .map(|number| format!("fileid://f{number} "))
            .collect();
        let body = format!("{{\"content\":\"{many}\"}}");
        let found = named_in(body.as_bytes(), FILE, |_| false);
        assert!(matches!(found, Err(GatewayError::NotFound)));
    }
}
