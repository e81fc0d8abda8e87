//! Answers that may search the web: asked in Bailian's own protocol, for only that tells where the answer has its knowledge from.
//!
//! The compatible mode takes the same options and is silent about sources. So whatever can be asked natively is; the rest (a cut answer
//! that goes on, sound, a model of which nobody knows where it is served) is answered there, and has none.

use bailian::{
    ChatEvents, ChatRequest, Client, Content, ContentPart, Error, Message, SearchInfo,
    SearchOptions,
    native::{self, GenerationParameters, GenerationRequest, Part, Service},
};

use crate::store::Source;

/// Sources of an answer at most.
const MOST: usize = 50;

/// The longest title and name of a site that are kept, in characters.
const LONGEST_TITLE: usize = 300;

/// The longest address that is kept, in bytes; what is longer leads nowhere.
const LONGEST_ADDRESS: usize = 2048;

/// How the text refers to a source.
const MARK: &str = "[<number>]";

/// Asks, and hands over the answer as it comes. `service` is where the model is served natively, if that is known.
pub(super) async fn open(
    client: &Client,
    request: ChatRequest,
    service: Option<Service>,
) -> Result<ChatEvents, Error> {
    match service.and_then(|service| natively(&request, service)) {
        Some(native) => Ok(client.generate_stream(native).await?.events()),
        None => Ok(client.chat_stream(request).await?.events()),
    }
}

/// The same question in the native protocol, if it is to search and can be asked there.
fn natively(request: &ChatRequest, service: Service) -> Option<GenerationRequest> {
    let goes_on = |message: &Message| message.partial == Some(true);
    if request.enable_search != Some(true) || request.messages.iter().any(goes_on) {
        return None;
    }
    let messages = request.messages.iter().map(message);
    let messages: Vec<_> = messages.collect::<Option<_>>()?;
    let native = match service {
        Service::Text => GenerationRequest::text(&request.model, messages),
        Service::Multimodal => GenerationRequest::multimodal(&request.model, messages),
    };
    // Marks would be strange in JSON.
    let cites = request.response_format.is_none();
    let options = request.search_options.clone().unwrap_or_default();
    let options = SearchOptions {
        enable_source: Some(true),
        enable_citation: cites.then_some(true),
        citation_format: cites.then(|| MARK.to_owned()),
        // So that marks are links from the first one on.
        prepend_search_result: Some(true),
        ..options
    };
    let parameters = GenerationParameters {
        temperature: request.temperature,
        top_p: request.top_p,
        top_k: request.top_k,
        repetition_penalty: request.repetition_penalty,
        presence_penalty: request.presence_penalty,
        max_tokens: request.max_tokens,
        max_completion_tokens: request.max_completion_tokens,
        seed: request.seed,
        stop: request.stop.clone(),
        response_format: request.response_format.clone(),
        enable_thinking: request.enable_thinking,
        thinking_budget: request.thinking_budget,
        reasoning_effort: request.reasoning_effort.clone(),
        tools: request.tools.clone(),
        tool_choice: request.tool_choice.clone(),
        parallel_tool_calls: request.parallel_tool_calls,
        enable_search: Some(true),
        search_options: Some(options),
        ..native.parameters
    };
    Some(GenerationRequest {
        parameters,
        options: request.options.clone(),
        ..native
    })
}

fn message(message: &Message) -> Option<native::Message> {
    let content = match &message.content {
        None => None,
        Some(Content::Text(text)) => Some(native::Content::Text(text.clone())),
        Some(Content::Parts(parts)) => {
            let parts = parts.iter().map(part);
            Some(native::Content::Parts(parts.collect::<Option<_>>()?))
        }
    };
    let native = native::Message {
        role: message.role.clone(),
        content,
        reasoning_content: message.reasoning_content.clone(),
        tool_call_id: message.tool_call_id.clone(),
        ..native::Message::default()
    };
    Some(native.with_tool_calls(message.tool_calls.iter().cloned()))
}

/// What is documented to be taken in both forms.
fn part(part: &ContentPart) -> Option<Part> {
    match part {
        ContentPart::Text { text, .. } => Some(Part::text(text)),
        ContentPart::ImageUrl { image_url, .. } => Some(Part::image(&image_url.url)),
        _ => None,
    }
}

/// What a search found, as far as it is kept: everything in it is somebody else's text.
pub(super) fn sources(found: SearchInfo) -> Vec<Source> {
    let results = found.search_results.into_iter().take(MOST);
    let numbered = (1_u32..).zip(results);
    let sources = numbered.map(|(place, result)| {
        let number = result.index.and_then(|index| u32::try_from(index).ok());
        let url = result.url.unwrap_or_default();
        Source {
            number: number.unwrap_or(place),
            title: cut(&result.title.unwrap_or_default()),
            url: if url.len() > LONGEST_ADDRESS || url.contains('\0') {
                String::new()
            } else {
                url
            },
            site: cut(&result.site_name.unwrap_or_default()),
        }
    });
    sources.collect()
}

/// One line of bounded length. Postgres takes no NUL in text.
fn cut(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == '\0')
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(LONGEST_TITLE).collect()
}

#[cfg(test)]
mod tests {
    use bailian::ResponseFormat;
    use serde_json::json;

    use super::*;

    fn asked() -> ChatRequest {
        let turns = [
            Message::system("Briefly."),
            Message::user("杭州今天天气如何？"),
        ];
        ChatRequest::new("qwen-plus", turns)
            .include_usage()
            .temperature(0.7)
            .max_tokens(800_u32)
            .enable_search(true)
    }

    #[test]
    fn a_question_that_searches_is_asked_as_it_is_documented() {
        let native = natively(&asked(), Service::Text).unwrap();
        assert!(native.validate().is_ok());
        assert_eq!(
            serde_json::to_value(native).unwrap(),
            json!({
                "model": "qwen-plus",
                "input": {"messages": [
                    {"role": "system", "content": "Briefly."},
                    {"role": "user", "content": "杭州今天天气如何？"},
                ]},
                "parameters": {
                    "result_format": "message", "temperature": 0.7, "max_tokens": 800, "enable_search": true,
                    "search_options": {
                        "enable_source": true, "enable_citation": true, "citation_format": "[<number>]",
                        "prepend_search_result": true,
                    },
                },
            })
        );
    }

    #[test]
    fn pictures_go_along_and_texts_become_parts_where_models_see() {
        let seen: Content = vec![
            ContentPart::image_url("data:a"),
            ContentPart::text("这是哪里？"),
        ]
        .into();
        let request = ChatRequest::new(
            "qwen3.5-plus",
            [Message::user(seen), Message::assistant("西湖。")],
        );
        let native = natively(&request.enable_search(true), Service::Multimodal).unwrap();
        assert_eq!(
            serde_json::to_value(native.input).unwrap(),
            json!({"messages": [
                {"role": "user", "content": [{"image": "data:a"}, {"text": "这是哪里？"}]},
                {"role": "assistant", "content": [{"text": "西湖。"}]},
            ]})
        );
    }

    #[test]
    fn what_can_only_be_asked_in_the_compatible_mode_is() {
        let heard: Content = vec![ContentPart::input_audio("data:b", "wav")].into();
        let with = |message: Message| {
            let mut request = asked();
            request.messages.push(message);
            request
        };
        for request in [
            asked().enable_search(false),
            with(Message::assistant("西").partial(true)),
            with(Message::user(heard)),
        ] {
            assert!(natively(&request, Service::Text).is_none(), "{request:?}");
        }
        let json = natively(
            &asked().response_format(ResponseFormat::json_object()),
            Service::Text,
        );
        let options = json
            .and_then(|native| native.parameters.search_options)
            .unwrap();
        assert_eq!(
            (options.enable_source, options.enable_citation),
            (Some(true), None)
        );
    }

    #[test]
    fn what_was_found_is_kept_within_bounds() {
        let long = "长".repeat(1000);
        let found: SearchInfo = serde_json::from_value(json!({"search_results": [
            {"index": 3, "title": " West\nLake\u{0} ", "url": "https://a.example", "site_name": "A", "icon": "https://a.example/i.ico"},
            {"title": long, "url": format!("https://a.example/{long}")},
            {},
        ]}))
        .unwrap();
        let kept = sources(found);
        assert_eq!(
            kept[0],
            Source {
                number: 3,
                title: "West Lake".to_owned(),
                url: "https://a.example".to_owned(),
                site: "A".to_owned()
            }
        );
        assert_eq!(
            (
                kept[1].number,
                kept[1].title.chars().count(),
                kept[1].url.as_str()
            ),
            (2, LONGEST_TITLE, "")
        );
        assert_eq!(
            kept[2],
            Source {
                number: 3,
                ..Source::default()
            }
        );
        let many: SearchInfo =
            serde_json::from_value(json!({"search_results": vec![json!({}); 500]})).unwrap();
        assert_eq!(sources(many).len(), MOST);
    }
}
