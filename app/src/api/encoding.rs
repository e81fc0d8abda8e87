//! How server functions answer: with JSON, which a page reads as it reads what came with it. The library's own encoding reads bytes where
//! resources and streams are read as text, and a reader for each would be loaded for all that both can bring.

use serde::{Serialize, de::DeserializeOwned};
use server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType, codec::Post};

/// The encoding of answers, for `#[server(output = …)]`.
pub type Answer = Post<Text>;

/// JSON that is read as text.
#[derive(Clone, Copy, Debug)]
pub struct Text;

impl ContentType for Text {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Text {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Text {
    type Error = serde_json::Error;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(output).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Text {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        let text =
            str::from_utf8(&bytes).map_err(<serde_json::Error as serde::de::Error>::custom)?;
        serde_json::from_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_read() {
        let sent = vec![Some("春".to_owned()), None];
        let bytes = Text::encode(&sent).unwrap_or_default();
        assert_eq!(bytes, r#"["春",null]"#);
        let read: Result<Vec<Option<String>>, _> = Text::decode(bytes);
        assert_eq!(read.ok(), Some(sent));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let read: Result<String, _> = Text::decode(Bytes::from_static(b"\"\xff\""));
        assert!(read.is_err());
    }
}
