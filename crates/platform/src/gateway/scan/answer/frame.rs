//! Where one event ends and the next begins, and which lines of it are data.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr2;

/// What an event's name says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Name {
    /// There is none, as in OpenAI's chat.
    #[default]
    None,
    /// A piece of the answer.
    Delta,
    /// The answer is whole.
    End,
    /// The upstream failed.
    Error,
    /// Anything else.
    Other,
}

impl Name {
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"" => Self::None,
            // `result` is what Bailian's own protocol calls each piece.
            b"result" | b"content_block_delta" => Self::Delta,
            b"message_stop" | b"response.completed" | b"response.incomplete" => Self::End,
            b"error" | b"response.failed" => Self::Error,
            name if name.ends_with(b".delta") => Self::Delta,
            _ => Self::Other,
        }
    }

    pub(super) fn may_be_delta(self) -> bool {
        matches!(self, Self::None | Self::Delta)
    }
}

/// An event whose lines are being read. Positions are reckoned from its first byte.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) name: Name,
    /// What a comment says that the status would have been.
    pub(super) status: Option<u16>,
    data: Option<Range<usize>>,
    /// Further lines of data, which no upstream is known to write.
    more: Vec<Range<usize>>,
    line: usize,
    read: usize,
    /// The byte before was a carriage return: a line feed that follows it ends no line of its own.
    after_return: bool,
    is_under_way: bool,
}

impl Frame {
    /// Reads on in the bytes of the event, and returns where it ends. `bytes` begins where the event does.
    pub(super) fn end_in(&mut self, bytes: &[u8]) -> Option<usize> {
        loop {
            if self.after_return && self.read < bytes.len() {
                self.after_return = false;
                if bytes[self.read] == b'\n' {
                    self.read += 1;
                    self.line = self.read;
                }
            }
            let Some(length) = memchr2(b'\n', b'\r', &bytes[self.read..]) else {
                self.read = bytes.len();
                return None;
            };
            let (line, end) = (self.line, self.read + length);
            self.after_return = bytes[end] == b'\r';
            self.read = end + 1;
            self.line = self.read;
            if line < end {
                self.read_line(bytes, line..end);
                continue;
            }
            if self.after_return && bytes.get(self.read) == Some(&b'\n') {
                self.after_return = false;
                self.read += 1;
            }
            return Some(self.read);
        }
    }

    /// Hands out the event that was read, and is ready for the next.
    pub(super) fn take(&mut self) -> Self {
        let next = Self {
            after_return: self.after_return,
            is_under_way: true,
            ..Self::default()
        };
        std::mem::replace(self, next)
    }

    /// The data of a whole event.
    pub(super) fn data<'e>(&self, event: &'e [u8]) -> Option<Cow<'e, [u8]>> {
        let first = &event[self.data.clone()?];
        if self.more.is_empty() {
            return Some(Cow::Borrowed(first));
        }
        let mut all = first.to_vec();
        for line in &self.more {
            all.push(b'\n');
            all.extend_from_slice(&event[line.clone()]);
        }
        Some(Cow::Owned(all))
    }

    fn read_line(&mut self, bytes: &[u8], mut line: Range<usize>) {
        if !self.is_under_way {
            self.is_under_way = true;
            if bytes[line.clone()].starts_with(b"\xEF\xBB\xBF") {
                line.start += 3;
            }
        }
        let text = &bytes[line.clone()];
        let colon = memchr::memchr(b':', text).unwrap_or(text.len());
        let mut value = (colon + 1).min(text.len());
        if text.get(value) == Some(&b' ') {
            value += 1;
        }
        match &text[..colon] {
            b"data" => {
                let at = line.start + value..line.end;
                match &self.data {
                    None => self.data = Some(at),
                    Some(_) => self.more.push(at),
                }
            }
            b"event" => self.name = Name::of(&text[value..]),
            b"status" => self.status = number(&text[value..]).or(self.status),
            b"" => {
                let status = text[value..].strip_prefix(b"HTTP_STATUS/");
                self.status = status.and_then(number).or(self.status);
            }
            _ => {}
        }
    }
}

fn number(text: &[u8]) -> Option<u16> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}
