//! The file of a batch, read line by line in pieces as they pass. Of a line nothing is kept once it was read.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::BatchFault;
use crate::gateway::{price::Extent, scan::RequestScan};

/// Requests of a file, as documented.
const MOST_LINES: u32 = 50_000;
/// Bytes of a line, as documented.
const LONGEST_LINE: usize = 6 << 20;
/// Bytes of a model's name that are looked at.
const LONGEST_NAME: usize = 200;

/// A line, as far as it is looked at. What stands twice is refused.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    body: &'a RawValue,
}

/// A request of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) model: String,
    pub(super) extent: Extent,
}

/// Cuts pieces into lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
    number: u64,
    requests: u32,
}

impl Lines {
    /// Takes the next piece and hands on what its whole lines ask.
    pub(super) fn take(
        &mut self,
        piece: &[u8],
        mut each: impl FnMut(Request) -> Result<(), BatchFault>,
    ) -> Result<(), BatchFault> {
        let mut rest = piece;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.grow(&rest[..end])?;
            rest = &rest[end + 1..];
            let line = std::mem::take(&mut self.begun);
            if let Some(request) = self.read(&line)? {
                each(request)?;
            }
        }
        self.grow(rest)
    }

    /// Hands on what the last line asks, which need not end with a line feed. How many requests there were.
    pub(super) fn end(
        mut self,
        mut each: impl FnMut(Request) -> Result<(), BatchFault>,
    ) -> Result<u32, BatchFault> {
        let line = std::mem::take(&mut self.begun);
        if let Some(request) = self.read(&line)? {
            each(request)?;
        }
        match self.requests {
            0 => Err(BatchFault::Empty),
            requests => Ok(requests),
        }
    }

    fn grow(&mut self, more: &[u8]) -> Result<(), BatchFault> {
        if self.begun.len() + more.len() > LONGEST_LINE {
            return Err(BatchFault::TooLarge);
        }
        self.begun.extend_from_slice(more);
        Ok(())
    }

    fn read(&mut self, line: &[u8]) -> Result<Option<Request>, BatchFault> {
        self.number += 1;
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        if self.requests == MOST_LINES {
            return Err(BatchFault::TooLarge);
        }
        self.requests += 1;
        let number = self.number;
        let asked = asked_by(line).ok_or(BatchFault::Line { number })?;
        if refers_to_files(line) {
            return Err(BatchFault::File { number });
        }
        Ok(Some(asked))
    }
}

/// Whether some text in it has the word by which files are referred to, also where that is written with escapes.
fn refers_to_files(line: &[u8]) -> bool {
    const WORD: &str = "fileid://";
    let has = |part: &str| memchr::memmem::find(line, part.as_bytes()).is_some();
    if !has("fileid") && !has("\\u00") {
        return false;
    }
    let value: Value = serde_json::from_slice(line).unwrap_or_default();
    let mut left = vec![&value];
    while let Some(value) = left.pop() {
        match value {
            Value::String(text) if text.contains(WORD) => return true,
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => left.extend(fields.values()),
            _ => {}
        }
    }
    false
}

/// What a line asks; `None` if it is no request, or one whose meaning depends on who reads it.
fn asked_by(line: &[u8]) -> Option<Request> {
    let line: Line<'_> = serde_json::from_slice(line).ok()?;
    let body = Bytes::copy_from_slice(line.body.get().as_bytes());
    let scan = RequestScan::read(&body).ok()?;
    let whole = |name: &str| scan.u64_field(name).ok().flatten();
    let longest = |names: &[&str]| names.iter().filter_map(|name| whole(name)).max();
    let model = scan.str_field("model").ok()?.map(Cow::into_owned)?;
    let sound = |name: &String| {
        (1..=LONGEST_NAME).contains(&name.len()) && !name.chars().any(char::is_control)
    };
    let model = Some(model).filter(sound)?;
    let extent = Extent {
        text_bytes: scan.text_bytes(),
        has_media: scan.has_media(),
        output_tokens: longest(&["max_tokens", "max_completion_tokens"]),
        count: longest(&["n"]),
        seconds: None,
        thinking: (
            scan.bool_field("enable_thinking").ok()?,
            whole("thinking_budget"),
        ),
    };
    Some(Request { model, extent })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(body: &str) -> String {
        format!(r#"{{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{body}}}"#)
    }

    fn read(file: &[u8], piece: usize) -> Result<(u32, Vec<Request>), BatchFault> {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for piece in file.chunks(piece) {
            lines.take(piece, |request| {
                found.push(request);
                Ok(())
            })?;
        }
        let count = lines.end(|request| {
            found.push(request);
            Ok(())
        })?;
        Ok((count, found))
    }

    #[test]
    fn a_file_asks_the_same_however_it_is_cut() {
        let asks = r#"{"model":"qwen-plus","max_tokens":9,"n":2,"enable_thinking":true,"thinking_budget":7,"messages":[{"role":"user","content":"织机"}]}"#;
        let file = format!("\u{feff}{}\r\n\n  \n{}", line(asks), line(asks));
        let whole = read(file.as_bytes(), file.len()).unwrap();
        assert_eq!(whole.0, 2);
        let request = &whole.1[0];
        assert_eq!(request.model, "qwen-plus");
        assert_eq!(request.extent.output_tokens, Some(9));
        assert_eq!(request.extent.count, Some(2));
        assert_eq!(request.extent.thinking, (Some(true), Some(7)));
        assert!(request.extent.text_bytes > 0 && !request.extent.has_media);
        for piece in [1, 7, 64] {
            assert_eq!(read(file.as_bytes(), piece).unwrap(), whole, "{piece}");
        }
    }

    #[test]
    fn what_is_no_request_is_named_by_its_line() {
        let good = line(r#"{"model":"qwen-plus","messages":[]}"#);
        for bad in [
            "x".to_owned(),
            "[]".to_owned(),
            "{}".to_owned(),
            format!("{good} {good}"),
            line("[]"),
            line(r#"{"messages":[]}"#),
            line(r#"{"model":"","messages":[]}"#),
            line(r#"{"model":"a","model":"b","messages":[]}"#),
            line(r#"{"model":"qwen-plus","n":100000,"messages":[]}"#),
            line(r#"{"model":"qwen-plus","messages":[]},"body":{"model":"qwen-max"}"#),
        ] {
            let file = format!("{good}\n\n{bad}\n{good}\n");
            let fault = read(file.as_bytes(), 64).unwrap_err();
            assert_eq!(fault, BatchFault::Line { number: 3 }, "{bad}");
        }
        assert_eq!(
            read(b"%PDF-1.7\n\xff\xfe", 4),
            Err(BatchFault::Line { number: 1 })
        );
        assert_eq!(read(b"\n \n", 4), Err(BatchFault::Empty));
        let endless = vec![b' '; LONGEST_LINE + 1];
        assert_eq!(read(&endless, 1 << 20), Err(BatchFault::TooLarge));
    }

    /// LM-13.
    #[test]
    fn a_file_of_anybodys_is_referred_to_in_no_batch() {
        for text in [
            "fileid://file-fe-1",
            r"fileid:\/\/file-fe-1",
            r"\u0066ileid://file-fe-1",
        ] {
            let asks = format!(
                r#"{{"model":"qwen-long","messages":[{{"role":"system","content":"{text}"}}]}}"#
            );
            let fault = read(line(&asks).as_bytes(), 64).unwrap_err();
            assert_eq!(fault, BatchFault::File { number: 1 }, "{text}");
        }
    }

    #[test]
    fn a_file_has_so_many_requests_and_no_more() {
        let good = format!("{}\n", line(r#"{"model":"qwen-plus","messages":[]}"#));
        let most = usize::try_from(MOST_LINES).unwrap();
        let file = good.repeat(most);
        assert_eq!(read(file.as_bytes(), 1 << 16).unwrap().0, MOST_LINES);
        let more = good.repeat(most + 1);
        assert_eq!(read(more.as_bytes(), 1 << 16), Err(BatchFault::TooLarge));
    }
}
