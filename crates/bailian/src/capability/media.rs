//! Checking requests for pictures, films and speech.

use serde::Serialize;
use serde_json::Value;

use super::{CallForm, Catalogue};
use crate::Error;
use crate::validate::require;

/// What a request asks of a media model, as far as limits are known. What is `None` is not checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaUse<'a> {
    /// Where it is sent.
    pub path: Option<&'a str>,
    /// How it is called.
    pub call: Option<CallForm>,
    /// Results.
    pub n: Option<u64>,
    /// Size of a picture, `width*height`.
    pub size: Option<&'a str>,
    /// A word such as `720P`.
    pub resolution: Option<&'a str>,
    /// Length of a film in seconds.
    pub duration_s: Option<u64>,
    /// Images sent along.
    pub input_images: Option<u64>,
    /// Characters of a text to be spoken.
    pub characters: Option<u64>,
}

impl<'a> MediaUse<'a> {
    /// Reads from a native request's body what it asks for.
    pub fn of_body(body: &'a Value) -> Self {
        let (input, parameters) = (&body["input"], &body["parameters"]);
        let number = |name: &str| parameters[name].as_u64();
        let word = |name: &str| parameters[name].as_str();
        let content = input["messages"][0]["content"].as_array();
        let images = content.map(|parts| {
            let images = parts.iter().filter(|part| part["image"].is_string());
            images.count() as u64
        });
        // Prompts are not counted: the provider cuts those that are too long.
        Self {
            n: number("n"),
            size: word("size"),
            resolution: word("resolution"),
            duration_s: number("duration"),
            input_images: images.filter(|count| *count > 0),
            characters: input["text"]
                .as_str()
                .map(|text| text.chars().count() as u64),
            ..Self::default()
        }
    }
}

impl Catalogue {
    /// Checks a body before it is sent to its path.
    pub(crate) fn check_body(
        &self,
        path: &str,
        call: CallForm,
        request: &impl Serialize,
    ) -> Result<(), Error> {
        let body = serde_json::to_value(request).unwrap_or_default();
        let asked = MediaUse {
            path: Some(path),
            call: Some(call),
            ..MediaUse::of_body(&body)
        };
        self.check_media(body["model"].as_str().unwrap_or_default(), &asked)
    }

    /// Checks a request against its media model.
    ///
    /// Fails with [`InvalidParameter`](crate::ErrorKind::InvalidParameter), which names the field. Models that
    /// the catalogue does not know pass, unless it is [`strict`](Catalogue::strict).
    pub fn check_media(&self, model: &str, asked: &MediaUse) -> Result<(), Error> {
        let Some(card) = self.card(model)? else {
            return Ok(());
        };
        if let Some(path) = asked.path.filter(|_| !card.paths.is_empty()) {
            let served = card.paths.iter().any(|known| known == path);
            require(served, "model", "this model is served elsewhere")?;
        }
        if let Some(call) = asked.call.filter(|_| !card.calls.is_empty()) {
            let can = card.calls.contains(&call);
            require(can, "model", "this model is not called in this way")?;
        }
        let Some(limits) = &card.media else {
            return Ok(());
        };
        let within = |span: &Option<super::Span>, value: Option<u64>| {
            span.as_ref()
                .zip(value)
                .is_none_or(|(span, value)| span.allows(value))
        };
        let below = |most: Option<u64>, value: Option<u64>| {
            most.zip(value).is_none_or(|(most, value)| value <= most)
        };
        let size = limits.size.as_ref().zip(asked.size);
        let size = size.is_none_or(|(limits, size)| limits.allows(size));
        let resolution = asked.resolution.is_none_or(|word| {
            limits.resolutions.is_empty() || limits.resolutions.iter().any(|known| known == word)
        });
        for (holds, field) in [
            (within(&limits.n, asked.n), "n"),
            (size, "size"),
            (resolution, "resolution"),
            (within(&limits.duration_s, asked.duration_s), "duration"),
            (within(&limits.input_images, asked.input_images), "images"),
            (below(limits.characters, asked.characters), "text"),
        ] {
            require(holds, field, "outside the model's limits")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ErrorKind;

    #[test]
    fn limits_are_the_models_own() {
        let catalogue = Catalogue::built_in();
        let asked = |name: &str, value: Value| {
            let mut body = json!({"input": {}, "parameters": {}});
            match name {
                "images" => body["input"]["messages"] = json!([{"content": value}]),
                "text" => body["input"]["text"] = value,
                _ => body["parameters"][name] = value,
            }
            body
        };
        let pictures = json!(vec![json!({"image": "https://x/a.png"}); 4]);
        for (model, field, value, refused) in [
            ("wan2.5-t2i-preview", "n", json!(5), true),
            ("wan2.5-t2i-preview", "n", json!(4), false),
            ("wan2.5-t2i-preview", "size", json!("512*512"), true),
            ("qwen-image", "size", json!("1328*1328"), false),
            ("qwen-image", "size", json!("1024*1024"), true),
            ("wan2.5-t2v-preview", "duration", json!(7), true),
            ("wan2.5-t2v-preview", "duration", json!(10), false),
            ("wan2.6-t2v", "resolution", json!("480P"), true),
            ("qwen-image-edit", "images", pictures, true),
            ("cosyvoice-v2", "text", json!("字".repeat(20_001)), true),
            ("cosyvoice-v2", "text", json!("字".repeat(20_000)), false),
            ("unheard-of", "n", json!(99), false),
        ] {
            let body = asked(field, value);
            let error = catalogue
                .check_media(model, &MediaUse::of_body(&body))
                .err();
            let expected = refused.then(|| ErrorKind::InvalidParameter {
                parameter: Some(field.to_owned()),
            });
            assert_eq!(
                error.map(|error| error.kind().clone()),
                expected,
                "{model} {field}"
            );
        }
    }

    #[test]
    fn a_model_is_called_where_and_how_it_is_served() {
        let catalogue = Catalogue::built_in();
        let called = |path, call| MediaUse {
            path: Some(path),
            call: Some(call),
            ..MediaUse::default()
        };
        let film = "/api/v1/services/aigc/video-generation/video-synthesis";
        let at_once = "/api/v1/services/aigc/multimodal-generation/generation";
        for (model, asked, fits) in [
            ("wan2.6-t2v", called(film, CallForm::Async), true),
            ("wan2.6-t2v", called(film, CallForm::Sync), false),
            ("qwen-image-max", called(at_once, CallForm::Sync), true),
            ("qwen-image-max", called(at_once, CallForm::Async), false),
            ("qwen-image-max", called(film, CallForm::Sync), false),
        ] {
            let checked = catalogue.check_media(model, &asked);
            assert_eq!(checked.is_ok(), fits, "{model} {asked:?}");
        }
    }
}
