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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(pieces: &[&[u8]]) -> Vec<Event> {
        let mut decoder = Decoder::new(1_000_000);
        let mut events = Vec::new();
        for piece in pieces {
            events.extend(decoder.feed(piece).unwrap());
        }
        events.extend(decoder.finish());
        events
    }

    fn data(bytes: &[u8]) -> Vec<String> {
        let events = decode(&[bytes]).into_iter();
        events.map(|event| event.data).collect()
    }

    #[test]
    fn every_form_of_the_standard_is_read() {
        for (bytes, expected) in [
            ("data: a\n\ndata: b\n\n", vec!["a", "b"]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", vec!["a", "b"]),
            ("data: a\r\rdata: b\r\r", vec!["a", "b"]),
            ("\u{feff}data: a\n\n", vec!["a"]),
            (":comment\ndata:a\n\n", vec!["a"]),
            ("data:  a\n\n", vec![" a"]),
            ("data: a\ndata: b\ndata\n\n", vec!["a\nb\n"]),
            ("id: 1\nretry: 5\nunknown: x\ndata: a\n\n", vec!["a"]),
            ("data:\n\n", vec![""]),
            ("event: ping\n\n", vec![]),
            ("data: a", vec!["a"]),
            ("\n\n\r\n", vec![]),
        ] {
            assert_eq!(data(bytes.as_bytes()), expected, "{bytes:?}");
        }
    }

    #[test]
    fn name_and_comment_belong_to_their_event() {
        let events = decode(&[b"id:1\nevent:error\n:HTTP_STATUS/429\ndata:{}\n\ndata:x\n\n"]);
        assert_eq!(events[0].name, "error");
        assert_eq!(events[0].comment.as_deref(), Some("HTTP_STATUS/429"));
        let data = "x".to_owned();
        assert_eq!(
            events[1],
            Event {
                data,
                ..Event::default()
            }
        );
    }

    #[test]
    fn a_stream_that_ends_inside_a_character_yields_no_broken_one() {
        assert_eq!(data(&"data: 春\n\ndata: 眠".as_bytes()[..19]), ["春"]);
    }

    #[test]
    fn an_event_is_bounded_whatever_its_lines() {
        for piece in ["data: aaaaaaaa", "data: aaaaaaaa\n", ":aaaaaaaaaaaaa\n"] {
            let mut decoder = Decoder::new(1_000);
            let fed = (0..1_000).try_for_each(|_| decoder.feed(piece.as_bytes()).map(drop));
            assert_eq!(fed, Err(EventTooLarge), "{piece:?}");
        }
        let mut decoder = Decoder::new(20);
        for _ in 0..1_000 {
            assert_eq!(decoder.feed(b"data: aaaa\n\n").unwrap().len(), 1);
        }
    }

    proptest! {
        #[test]
        fn every_split_gives_the_same_events(
            lines in prop::collection::vec("(data|event|id|retry|:|)(:|: |)[a春🌸 :]{0,6}", 0..12),
            ends in prop::collection::vec(prop::sample::select(vec!["\n", "\r", "\r\n", "\n\n", "\r\n\r\n"]), 12),
            bom in any::<bool>(),
        ) {
            let lines = lines.iter().zip(&ends).map(|(line, end)| format!("{line}{end}"));
            let text = format!("{}{}", if bom { "\u{feff}" } else { "" }, lines.collect::<String>());
            let bytes = text.as_bytes();
            let whole = decode(&[bytes]);
            for at in 0..=bytes.len() {
                let (before, after) = bytes.split_at(at);
                prop_assert_eq!(&decode(&[before, after]), &whole, "split at {}", at);
            }
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(decode(&single), whole);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut decoder = Decoder::new(100);
            let _ = decoder.feed(&bytes);
            let _ = decoder.finish();
        }
    }
}
