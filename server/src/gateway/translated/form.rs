//! Forms with files, read whole up to the limit.

use std::collections::HashMap;

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
};
use bailian::media::{content_type_of, data_url};
use bytes::Bytes;
use http::{StatusCode, request::Parts};
use http_body_util::Limited;

use super::Call;
use crate::gateway::{references, refusal::Refusal, timely::timely, words};

/// A form's fields. A name with brackets, as lists are sent, is that name without them.
#[derive(Debug, Default)]
pub(super) struct Form {
    fields: HashMap<String, Vec<String>>,
    files: HashMap<String, Vec<File>>,
}

/// A file of a form.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) name: String,
    content_type: String,
    pub(super) bytes: Bytes,
}

impl File {
    /// The file inside an address.
    pub(super) fn data_url(&self) -> String {
        data_url(&self.content_type, &self.bytes)
    }
}

impl Form {
    /// Reads it, if it comes in time.
    pub(super) async fn read(call: &Call, parts: Parts, body: Body) -> Result<Self, Refusal> {
        let (body, late) = timely(body, call.bounds.patience);
        let read = late.run_until_cancelled(Self::of(call, parts, body)).await;
        read.unwrap_or_else(|| Err(Refusal::slow(call.chinese)))
    }

    async fn of(call: &Call, parts: Parts, body: Body) -> Result<Self, Refusal> {
        let limited = Body::new(Limited::new(body, call.bounds.bytes));
        let request = Request::from_parts(parts, limited);
        let no_form = |_| Refusal::field("file", words::no_form(call.chinese));
        let mut multipart = Multipart::from_request(request, &())
            .await
            .map_err(no_form)?;
        let unread = |error: MultipartError| {
            if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Refusal::too_large(call.bounds.bytes, call.chinese)
            } else {
                Refusal::unread(call.chinese)
            }
        };
        let mut form = Self::default();
        while let Some(field) = multipart.next_field().await.map_err(unread)? {
            let name = field
                .name()
                .unwrap_or_default()
                .trim_end_matches("[]")
                .to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let content_type = field.content_type().map(str::to_owned);
            let bytes = field.bytes().await.map_err(unread)?;
            let Some(file_name) = file_name else {
                let text = String::from_utf8(bytes.to_vec());
                let text = text.map_err(|_| Refusal::unread(call.chinese))?;
                form.fields.entry(name).or_default().push(text);
                continue;
            };
            let content_type = content_type
                .filter(|kind| kind != "application/octet-stream")
                .unwrap_or_else(|| content_type_of(&file_name).to_owned());
            let file = File {
                name: file_name,
                content_type,
                bytes,
            };
            form.files.entry(name).or_default().push(file);
        }
        let texts = form.fields.values().flatten();
        call.note_uploads(references::uploads_in_texts(texts))
            .await?;
        Ok(form)
    }

    /// A field that stands once; twice is refused.
    pub(super) fn take(&mut self, name: &str, chinese: bool) -> Result<Option<String>, Refusal> {
        let mut values = self.fields.remove(name).unwrap_or_default();
        if values.len() > 1 {
            return Err(Refusal::field(name, words::twice(name, chinese)));
        }
        Ok(values.pop().filter(|value| !value.is_empty()))
    }

    /// A field that can't be done without.
    pub(super) fn need(&mut self, name: &str, chinese: bool) -> Result<String, Refusal> {
        let refusal = || Refusal::field(name, words::missing(name, chinese));
        self.take(name, chinese)?.ok_or_else(refusal)
    }

    /// A field as a number or the like.
    pub(super) fn parse<T: std::str::FromStr>(
        &mut self,
        name: &str,
        chinese: bool,
    ) -> Result<Option<T>, Refusal> {
        let refusal = |_| Refusal::field(name, words::unreadable(name, chinese));
        let value = self.take(name, chinese)?;
        value
            .map(|value| value.trim().parse().map_err(refusal))
            .transpose()
    }

    /// Every value of a field.
    pub(super) fn all(&mut self, name: &str) -> Vec<String> {
        self.fields.remove(name).unwrap_or_default()
    }

    /// The files of a field.
    pub(super) fn files(&mut self, name: &str) -> Vec<File> {
        self.files.remove(name).unwrap_or_default()
    }

    /// What is left: numbers and switches as such, everything else as text.
    pub(super) fn rest(self) -> bailian::Extra {
        let fields = self.fields.into_iter();
        let last = |(name, mut values): (String, Vec<String>)| Some((name, values.pop()?));
        fields
            .filter_map(last)
            .map(|(name, text)| {
                let plain = serde_json::from_str::<serde_json::Value>(&text).ok();
                let plain = plain.filter(|value| value.is_number() || value.is_boolean());
                (name, plain.unwrap_or(serde_json::Value::String(text)))
            })
            .collect()
    }
}
