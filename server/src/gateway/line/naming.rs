//! What is named by the events of a realtime session: voices of an account's own. A line of events is open before its caller
//! has said anything, because Bailian speaks first there and callers wait for that. So a line whose first event names what
//! is in another account is opened anew at that one, before anything else was said on it; later it is too late, and the caller is
//! told what to do.

use std::collections::BTreeSet;

use bailian::{
    pool::Reach,
    relay::{RelayReceiver, RelaySender},
};
use http::HeaderMap;
use platform::gateway::{
    GatewayError, Whereabouts,
    scan::{each_text, may_hide_words},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Line, leading};
use crate::gateway::{
    refusal::{Refusal, concerns_the_operator},
    table::Dialect,
};

/// Under which an event may name what was enrolled, wherever it stands in it.
const NAMES: [&str; 3] = ["voice", "voice_id", "vocabulary_id"];
/// Names in one event, at most.
const MOST: usize = 20;

/// How a line of events was opened, as long as nothing was said on it.
#[derive(Debug)]
pub(super) struct Way {
    /// The model that is asked.
    pub(super) model: String,
    pub(super) path: &'static str,
    pub(super) headers: HeaderMap,
}

impl Line {
    /// Leads a line of events to where that is which one of them names. `Err` has the event that refuses it; the session goes on.
    pub(super) async fn follow(
        &mut self,
        event: &[u8],
        sender: &mut RelaySender,
        receiver: &mut RelayReceiver,
    ) -> Result<(), String> {
        match self.place_of(event).await {
            Ok(None) => {}
            Ok(Some(reach)) => {
                let (mouth, ear) = self.elsewhere(reach).await?;
                sender.close().await;
                (*sender, *receiver) = (mouth, ear);
            }
            Err(error) => return Err(self.refused(&Refusal::of(&error, self.chinese))),
        }
        // From now on something was said.
        self.way = None;
        Ok(())
    }

    /// Where the line has to be opened anew; `None` if it leads there, or nothing is named.
    async fn place_of(&self, event: &[u8]) -> Result<Option<Reach>, GatewayError> {
        let names = named_in(event)?;
        if names.is_empty() {
            return Ok(None);
        }
        let mut place = Whereabouts::default();
        self.gateway
            .add_enrolled(&self.principal, &names, &mut place)
            .await?;
        match leading::is_at(&self.gateway, &place, &self.upstream) {
            Ok(()) => Ok(None),
            Err(GatewayError::Elsewhere) if self.way.is_some() => Ok(Some(place.reach())),
            Err(error) => Err(error),
        }
    }

    /// Opens the line there. Where that fails it leads to where it did.
    async fn elsewhere(&mut self, reach: Reach) -> Result<(RelaySender, RelayReceiver), String> {
        let Some(way) = self.way.take() else {
            return Err(self.refused(&Refusal::of(&GatewayError::Elsewhere, self.chinese)));
        };
        let before = self.upstream.clone();
        let headers = way.headers.clone();
        let opened = self.connect(&way.model, reach, way.path, headers).await;
        opened.map_err(|error| {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a line could not be opened at another account"
            );
            if let Some(running) = &mut self.running {
                running.answered_by(&before);
            }
            self.upstream = before;
            self.way = Some(way);
            let refusal = if concerns_the_operator(error.kind()) {
                Refusal::of(&GatewayError::Away, self.chinese)
            } else {
                Refusal::of_upstream(&error, self.chinese)
            };
            self.refused(&refusal)
        })
    }

    /// The event that refuses one of the caller's.
    pub(super) fn refused(&self, refusal: &Refusal) -> String {
        // Its form is OpenAI's.
        let said = refusal.json(Dialect::OpenAi, &self.request_id);
        let event = json!({
            "event_id": format!("event_{}", Uuid::new_v4().simple()),
            "type": "error",
            "error": said["error"],
        });
        event.to_string()
    }

    /// Whether that is the greeting of a line that was opened anew: one session has begun for its caller.
    pub(super) fn greets_again(&mut self, text: &str) -> bool {
        if !self.is_one_call || !text.contains("\"session.created\"") {
            return false;
        }
        let event = serde_json::from_str::<Value>(text).unwrap_or_default();
        let greets = event["type"] == "session.created";
        greets && std::mem::replace(&mut self.is_greeted, true)
    }
}

/// The names in an event, those of what everybody has among them. What may name something and can't be read is refused, since
/// somebody else may be able to.
fn named_in(event: &[u8]) -> Result<BTreeSet<String>, GatewayError> {
    let has = |part: &str| memchr::memmem::find(event, part.as_bytes()).is_some();
    let mut names = BTreeSet::new();
    // Most of what is said is sound.
    if !(has("\"voice") || has("\"vocabulary_id") || may_hide_words(event)) {
        return Ok(names);
    }
    each_text(event, |name, text| {
        if NAMES.contains(&name) && !text.is_empty() {
            names.insert(text.to_owned());
        }
    })?;
    if names.len() > MOST {
        return Err(GatewayError::NotFound);
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(event: &str) -> Vec<String> {
        named_in(event.as_bytes()).unwrap().into_iter().collect()
    }

    #[test]
    fn a_voice_is_found_however_it_is_named() {
        for event in [
            r#"{"type":"session.update","session":{"voice":"v"}}"#,
            r#"{"type":"session.update","session":{"\u0076oice":"v"}}"#,
            r#"{"type":"session.update","session":{"audio":{"output":{"voice":"v"}}}}"#,
            r#"{"session":{"voice":"v","voice":"v"},"type":"session.update"}"#,
            r#"{"type":"response.create","response":{"voice_id":"v"}}"#,
        ] {
            assert_eq!(names(event), ["v"], "{event}");
        }
        let both = r#"{"session":{"voice":"v","voice":"w","vocabulary_id":"x"}}"#;
        assert_eq!(names(both), ["v", "w", "x"]);
        for event in [
            r#"{"type":"input_audio_buffer.append","audio":"AAAA"}"#,
            r#"{"type":"session.update","session":{"voice":null}}"#,
            r#"{"type":"session.update","session":{"instructions":"a calm \"voice\""}}"#,
        ] {
            assert!(names(event).is_empty(), "{event}");
        }
    }

    #[test]
    fn what_may_name_a_voice_and_cannot_be_read_is_refused() {
        let half = r#"{"session":{"voice":"v","a":"\ud800"}}"#;
        assert!(named_in(half.as_bytes()).is_err());
        let many: Vec<String> = (0..=MOST).map(|number| format!("\"v{number}\"")).collect();
        let many = format!("{{\"voice\":[{}]}}", many.join(","));
        assert!(named_in(many.as_bytes()).is_err());
    }
}
