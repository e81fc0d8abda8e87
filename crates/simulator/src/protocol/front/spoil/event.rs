//! Faults of an event or of a whole document.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    Scene, Shape,
    acts::{Act, Bytewise, Ending},
    json,
};
use crate::{
    Fault, Framing, Strike,
    protocol::{dialect::Dialect, reply::RequestId},
};

/// Applies faults to one event after the other.
pub(super) struct Spoiler {
    pub(super) shape: Shape,
    strikes: Vec<Strike>,
    framing: Framing,
    dialect: Dialect,
    id: RequestId,
    bytewise: Bytewise,
    seen: usize,
    over: bool,
    /// The last event that said something, for those that come again.
    spoken: Option<Event>,
}

impl Spoiler {
    pub(super) fn new(mut strikes: Vec<Strike>, shape: Shape, scene: &Scene) -> Self {
        let framing = strikes.iter().find_map(|strike| match strike.fault {
            Fault::Framing(framing) => Some(framing),
            _ => None,
        });
        if shape != Shape::Events {
            for strike in &mut strikes {
                strike.after = 0;
            }
        }
        Self {
            shape,
            framing: framing.unwrap_or_default(),
            dialect: scene.dialect,
            id: scene.id.clone(),
            bytewise: Bytewise::new(&strikes),
            strikes,
            seen: 0,
            over: false,
            spoken: None,
        }
    }

    /// What comes before bytes that mean nothing here.
    pub(super) fn begin(&mut self) -> Vec<Act> {
        let mut acts = Vec::new();
        if self.shape == Shape::Bytes {
            for fault in self.faults_at(0) {
                self.strike(&fault, None, &mut acts);
            }
        }
        acts
    }

    /// Bytes that mean nothing here.
    pub(super) fn bytes(&mut self, bytes: Bytes) -> Vec<Act> {
        self.bytewise.say(bytes)
    }

    /// One event with its empty line, or a whole document.
    pub(super) fn event(&mut self, raw: Vec<u8>) -> Vec<Act> {
        if self.over {
            return Vec::new();
        }
        let text = match String::from_utf8(raw) {
            Ok(text) => text,
            Err(not_text) => return self.bytes(not_text.into_bytes().into()),
        };
        let event = match self.shape {
            Shape::Events => Event::parse(&text),
            Shape::Json | Shape::Bytes => Event::whole(text),
        };
        let mut acts = Vec::new();
        if self.seen == 0 && self.framing == Framing::ByteOrderMark {
            acts.extend(self.bytewise.say(Bytes::from_static("\u{feff}".as_bytes())));
        }
        for fault in self.faults_at(self.seen) {
            self.strike(&fault, Some(&event), &mut acts);
            if self.over {
                return acts;
            }
        }
        self.seen += 1;
        self.say_spoiled(&event, &mut acts);
        acts
    }

    /// What comes after the last event.
    pub(super) fn end(&mut self) -> Vec<Act> {
        let mut acts = Vec::new();
        let late = self
            .strikes
            .iter()
            .filter(|strike| strike.after >= self.seen);
        let late: Vec<Fault> = late.map(|strike| strike.fault.clone()).collect();
        let last = self.spoken.clone();
        for fault in late {
            if !self.over {
                self.strike(&fault, last.as_ref(), &mut acts);
            }
        }
        if !self.over {
            acts.extend(self.bytewise.end());
        }
        acts
    }

    fn faults_at(&self, place: usize) -> Vec<Fault> {
        let here = self.strikes.iter().filter(|strike| strike.after == place);
        here.map(|strike| strike.fault.clone()).collect()
    }

    /// What a fault does at its place, which is before `event`.
    fn strike(&mut self, fault: &Fault, event: Option<&Event>, acts: &mut Vec<Act>) {
        match fault {
            Fault::ErrorEvent(refusal) if self.shape == Shape::Events => {
                let text = self.dialect.refusal_event(refusal, &self.id);
                let error = self.framed(&Event::parse(&text));
                acts.extend(self.bytewise.say(error));
                acts.push(Act::End(Ending::Proper));
                self.over = true;
            }
            Fault::Reset(count) => self.bytewise.end_after(*count, Ending::Reset),
            Fault::Cut(count) => self.bytewise.end_after(*count, Ending::Cut),
            Fault::StreamReset(code) => self.bytewise.end_after(0, Ending::StreamReset(*code)),
            Fault::CutInsideCharacter => self.bytewise.end_inside_character(),
            Fault::EndsEarly => {
                acts.push(Act::End(Ending::Proper));
                self.over = true;
            }
            Fault::Stall => {
                acts.push(Act::End(Ending::Stall));
                self.over = true;
            }
            Fault::Endless => {
                let again = event.map(|event| self.framed(event));
                acts.push(Act::Repeat(again.unwrap_or(Bytes::from_static(b" "))));
                self.over = true;
            }
            Fault::Malformed if self.shape == Shape::Events => {
                if let Some(event) = event {
                    let broken = self.framed(&event.halved());
                    acts.extend(self.bytewise.say(broken));
                }
            }
            Fault::BigEvent(size) if self.shape == Shape::Events => {
                if let Some((head, tail)) = event.and_then(Event::opened) {
                    let filling = size.saturating_sub(head.len() + tail.len());
                    acts.extend(self.bytewise.say(head.into()));
                    acts.push(Act::Fill(filling));
                    acts.extend(self.bytewise.say(tail.into()));
                }
            }
            Fault::EmptyChoices | Fault::NullDelta if self.shape == Shape::Events => {
                if let Some(changed) = event.and_then(|event| emptied(fault, event)) {
                    let changed = self.framed(&changed);
                    acts.extend(self.bytewise.say(changed));
                }
            }
            _ => {}
        }
    }

    /// The event as it is said: changed, doubled or left out.
    fn say_spoiled(&mut self, event: &Event, acts: &mut Vec<Act>) {
        let parsed = serde_json::from_str::<Value>(&event.data).ok();
        let is_last = event.is_last(parsed.as_ref());
        let has = |spoiler: &Self, fault: &Fault| {
            spoiler.strikes.iter().any(|strike| strike.fault == *fault)
        };
        if is_last && has(self, &Fault::NoDone) {
            return;
        }
        let Some(changed) = self.changed(event, parsed.as_ref()) else {
            return;
        };
        let mut times = 1;
        let finishes = parsed.as_ref().is_some_and(|document| {
            ["finish_reason", "stop_reason"]
                .iter()
                .any(|name| json::tells(document, name))
        });
        if (is_last && has(self, &Fault::TwoDones)) || (finishes && has(self, &Fault::TwoFinishes))
        {
            times = 2;
        }
        let framed = self.framed(&changed);
        for _ in 0..times {
            acts.extend(self.bytewise.say(framed.clone()));
        }
        if is_last && has(self, &Fault::DataAfterDone) {
            let more = self.spoken.as_ref().map(|event| self.framed(event));
            acts.extend(more.map(|more| self.bytewise.say(more)).unwrap_or_default());
        }
        if !is_last && !finishes && parsed.is_some() {
            self.spoken = Some(changed);
        }
    }

    /// The event with other data, or nothing when it is left out.
    fn changed(&self, event: &Event, parsed: Option<&Value>) -> Option<Event> {
        let mut changed = event.clone();
        let Some(parsed) = parsed else {
            return Some(changed);
        };
        for strike in &self.strikes {
            let mut document = parsed.clone();
            changed.data = match &strike.fault {
                Fault::NoUsage => {
                    let is_usage_only = parsed.get("usage").is_some_and(Value::is_object)
                        && parsed.get("choices") == Some(&json!([]));
                    if is_usage_only {
                        return None;
                    }
                    json::without_usage(&mut document);
                    document.to_string()
                }
                Fault::AbsurdUsage(text) => json::with_usage(parsed, text),
                Fault::UnknownFields => {
                    json::with_unknown_fields(&mut document);
                    document.to_string()
                }
                Fault::Malformed if self.shape == Shape::Json => event.halved().data,
                Fault::BigEvent(size) if self.shape == Shape::Json => {
                    document["simulated_field"] = "x".repeat(*size).into();
                    document.to_string()
                }
                Fault::EmptyChoices | Fault::NullDelta if self.shape == Shape::Json => {
                    emptied(&strike.fault, event)?.data
                }
                _ => continue,
            };
        }
        Some(changed)
    }

    fn framed(&self, event: &Event) -> Bytes {
        match self.shape {
            Shape::Events => event.framed(self.framing).into(),
            Shape::Json | Shape::Bytes => event.data.clone().into(),
        }
    }
}

/// A copy without choices, or whose delta is null; nothing when it had none.
fn emptied(fault: &Fault, event: &Event) -> Option<Event> {
    let mut document: Value = serde_json::from_str(&event.data).ok()?;
    if *fault == Fault::EmptyChoices {
        json::replace(&mut document, &["choices"], &json!([]));
    } else {
        json::replace(&mut document, &["delta", "message"], &Value::Null);
    }
    let data = document.to_string();
    (data != event.data).then(|| Event {
        data,
        ..event.clone()
    })
}

/// An event: its lines that are not data, and its data.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Event {
    lines: Vec<String>,
    /// What stands between `data:` and the data.
    gap: &'static str,
    data: String,
}

impl Event {
    fn whole(data: String) -> Self {
        Self {
            data,
            ..Self::default()
        }
    }

    pub(super) fn parse(text: &str) -> Self {
        let mut event = Self::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            match line.strip_prefix("data:") {
                Some(data) => {
                    let value = data.strip_prefix(' ');
                    event.gap = if value.is_some() { " " } else { "" };
                    event.data.push_str(value.unwrap_or(data));
                }
                None => event.lines.push(line.to_owned()),
            }
        }
        event
    }

    /// Whether nothing comes after it.
    fn is_last(&self, parsed: Option<&Value>) -> bool {
        let kind = parsed.and_then(|document| document.get("type")?.as_str());
        self.data == "[DONE]"
            || matches!(
                kind,
                Some("message_stop" | "response.completed" | "response.incomplete")
            )
    }

    /// The same with half of its data.
    fn halved(&self) -> Self {
        let mut half = self.data.len() / 2;
        while !self.data.is_char_boundary(half) {
            half -= 1;
        }
        Self {
            data: self.data[..half].to_owned(),
            ..self.clone()
        }
    }

    /// What comes before and after a field of any length, when the data is an object.
    fn opened(&self) -> Option<(String, String)> {
        let rest = self.data.strip_prefix('{')?;
        let marked = Self {
            data: "\u{1}".to_owned(),
            ..self.clone()
        };
        let framed = marked.framed(Framing::Usual);
        let (head, tail) = framed.split_once('\u{1}')?;
        Some((
            format!(r#"{head}{{"simulated_field":""#),
            format!(r#"",{rest}{tail}"#),
        ))
    }

    pub(super) fn framed(&self, framing: Framing) -> String {
        let mut lines = self.lines.clone();
        let mut gap = self.gap;
        let mut data = vec![self.data.clone()];
        match framing {
            Framing::Comments if self.lines.is_empty() => {
                lines.extend(["id: 1", "event: result", "retry: 3000"].map(str::to_owned));
            }
            Framing::Usual
            | Framing::CarriageReturns
            | Framing::LoneCarriageReturns
            | Framing::ByteOrderMark
            | Framing::EmptyEvents
            | Framing::Comments => {}
            Framing::NoSpace => gap = "",
            Framing::ManyLines => data = self.data_lines(),
        }
        lines.extend(data.iter().map(|data| format!("data:{gap}{data}")));
        let mut text = lines.join("\n") + "\n\n";
        match framing {
            Framing::CarriageReturns => text = text.replace('\n', "\r\n"),
            Framing::LoneCarriageReturns => text = text.replace('\n', "\r"),
            Framing::Comments => text.insert_str(0, ": keep-alive\n\n"),
            Framing::EmptyEvents => text.insert_str(0, "data:\n\nid: 7\n\n"),
            Framing::Usual | Framing::ByteOrderMark | Framing::NoSpace | Framing::ManyLines => {}
        }
        text
    }

    /// JSON on several lines; a line may end wherever JSON allows a space.
    fn data_lines(&self) -> Vec<String> {
        match serde_json::from_str::<Value>(&self.data)
            .as_ref()
            .map(serde_json::to_string_pretty)
        {
            Ok(Ok(text)) => text.lines().map(str::to_owned).collect(),
            Ok(Err(_)) | Err(_) => vec![self.data.clone()],
        }
    }
}

/// The first whole event of what was read so far.
pub(super) fn take(unread: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = unread.windows(2).position(|window| window == b"\n\n")?;
    let rest = unread.split_off(end + 2);
    Some(std::mem::replace(unread, rest))
}
