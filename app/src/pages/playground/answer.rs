//! What comes back: words, figures, or why not.

use serde_json::Value;

/// An answer as far as it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) reasoning: String,
    pub(super) text: String,
    /// Tokens that went in and came out.
    pub(super) tokens: Option<(u64, u64)>,
    pub(super) refusal: Option<Refusal>,
    /// What of a line has come.
    rest: String,
}

/// Why there is no answer, in the gateway's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) message: String,
}

impl Answer {
    /// A piece of a stream of events.
    pub(super) fn take(&mut self, piece: &str) {
        self.rest.push_str(piece);
        while let Some(end) = self.rest.find('\n') {
            let line: String = self.rest.drain(..=end).collect();
            if let Some(data) = line.trim_end().strip_prefix("data:")
                && let Ok(event) = serde_json::from_str::<Value>(data.trim())
            {
                self.read(&event, "delta", 200);
            }
        }
    }

    /// A whole answer, or a refusal.
    pub(super) fn take_whole(&mut self, status: u16, body: &str) {
        match serde_json::from_str::<Value>(body) {
            Ok(json) => self.read(&json, "message", status),
            Err(_) => self.refuse(status, "", ""),
        }
    }

    /// Something went wrong on the way.
    pub(super) fn refuse(&mut self, status: u16, code: &str, message: &str) {
        self.refusal = Some(Refusal {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
        });
    }

    fn read(&mut self, json: &Value, part: &str, status: u16) {
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        if json["error"].is_object() {
            let error = &json["error"];
            self.refuse(status, &text(error, "code"), &text(error, "message"));
            return;
        }
        for choice in json["choices"].as_array().into_iter().flatten() {
            self.reasoning
                .push_str(&text(&choice[part], "reasoning_content"));
            self.text.push_str(&text(&choice[part], "content"));
        }
        let count = |name: &str| json["usage"][name].as_u64();
        if let (Some(input), Some(output)) = (count("prompt_tokens"), count("completion_tokens")) {
            self.tokens = Some((input, output));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_however_it_is_cut() {
        let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"春\"}}]}\n\n: keep-alive\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"眠\"}}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";
        for cut in stream.char_indices().map(|(at, _)| at) {
            let mut answer = Answer::default();
            answer.take(&stream[..cut]);
            answer.take(&stream[cut..]);
            assert_eq!((&*answer.text, answer.tokens), ("春眠", Some((3, 2))));
        }
    }

    #[test]
    fn a_refusal_is_told() {
        let mut answer = Answer::default();
        answer.take_whole(
            429,
            r#"{"error":{"code":"rate_limit_exceeded","message":"Too many"}}"#,
        );
        let refusal = answer.refusal.unwrap();
        assert_eq!(
            (refusal.status, &*refusal.code),
            (429, "rate_limit_exceeded")
        );
        let mut answer = Answer::default();
        answer.take("data: {\"error\":{\"code\":\"upstream_error\",\"message\":\"cut\"}}\n\n");
        assert!(answer.refusal.is_some());
        let mut answer = Answer::default();
        answer.take_whole(502, "<html>");
        assert_eq!(answer.refusal.unwrap().status, 502);
    }
}
