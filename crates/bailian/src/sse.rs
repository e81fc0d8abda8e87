//! Server-sent events out of bytes, however the network cuts them.
//!
//! An own decoder, because the two kept crates fall short of what a hostile or broken upstream demands:
//! neither bounds the size of an event, and they decode text chunk by chunk. This one works on bytes, so a
//! character cut between two chunks is whole again when its line is, and gives the same events for every
//! split. It also keeps an event's comment, where the native protocol states the status.

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The `event:` field; empty if there was none.
    pub name: String,
    /// The `data:` lines, joined by line breaks.
    pub data: String,
    /// The last comment line before the event ended.
    pub comment: Option<String>,
}

/// An event was larger than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTooLarge;

impl std::fmt::Display for EventTooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an event is larger than allowed")
    }
}

impl std::error::Error for EventTooLarge {}

/// Decodes a stream of events, following the HTML standard ("Server-sent events").
///
/// `id:` and `retry:` are read over: nothing here reconnects.
#[derive(Debug)]
pub struct Decoder {
    max_event_bytes: usize,
    line: Vec<u8>,
    /// The line before ended with CR; a LF that follows belongs to it.
    after_cr: bool,
    first_line: bool,
    event: Event,
    has_data: bool,
    event_bytes: usize,
}

impl Decoder {
    /// A decoder that refuses an event of more than `max_event_bytes`, its field names included.
    pub fn new(max_event_bytes: usize) -> Self {
        Self {
            max_event_bytes,
            line: Vec::new(),
            after_cr: false,
            first_line: true,
            event: Event::default(),
            has_data: false,
            event_bytes: 0,
        }
    }

    /// Takes the next bytes and returns the events that they complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Event>, EventTooLarge> {
        let mut events = Vec::new();
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            if std::mem::take(&mut self.after_cr) && byte == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let piece = &rest[..end.unwrap_or(rest.len())];
            self.event_bytes += piece.len();
            if self.event_bytes > self.max_event_bytes {
                return Err(EventTooLarge);
            }
            self.line.extend_from_slice(piece);
            let Some(end) = end else { break };
            self.after_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            events.extend(self.end_line());
        }
        Ok(events)
    }

    /// Ends the stream: an event whose empty line is missing still counts, if its last line is whole text.
    pub fn finish(&mut self) -> Option<Event> {
        if std::str::from_utf8(&self.line).is_err() {
            self.line.clear();
            return None;
        }
        let last = self.end_line();
        last.or_else(|| self.dispatch())
    }

    fn end_line(&mut self) -> Option<Event> {
        let mut line = std::mem::take(&mut self.line);
        let content = match line.strip_prefix(b"\xEF\xBB\xBF") {
            Some(rest) if self.first_line => rest,
            _ => &line[..],
        };
        self.first_line = false;
        if content.is_empty() {
            return self.dispatch();
        }
        self.read_field(&String::from_utf8_lossy(content));
        // Hand the buffer back, so that a long answer does not allocate a line at a time.
        line.clear();
        self.line = line;
        None
    }

    fn read_field(&mut self, line: &str) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => self.event.comment = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.has_data = true;
                self.event.data.push_str(value);
            }
            _ => {}
        }
    }

    fn dispatch(&mut self) -> Option<Event> {
        self.event_bytes = 0;
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}
