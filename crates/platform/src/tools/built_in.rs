//! What the tools that every site has are called with, as models are told.

use bailian::Tool;
use model::BuiltInTool;
use serde_json::json;

/// The longest expression, in characters.
pub(super) const LONGEST_EXPRESSION: usize = 300;
/// The longest text that is spoken and the longest prompt of an image, in characters.
pub(super) const LONGEST_TEXT: usize = 2_000;
/// The longest words that are searched, in characters.
pub(super) const LONGEST_WORDS: usize = 200;
/// The longest address, in characters.
pub(super) const LONGEST_ADDRESS: usize = 2_000;

/// As it is offered to a model.
pub(super) fn definition(tool: BuiltInTool) -> Tool {
    let (description, properties, required) = match tool {
        BuiltInTool::DateTime => (
            "The present date and time, in the person's time zone or in another one.",
            json!({ "time_zone": {
                "type": "string",
                "description": "IANA name of a time zone, for example Asia/Shanghai. Leave it out for the person's own.",
            } }),
            json!([]),
        ),
        BuiltInTool::Calculate => (
            "Works out an arithmetic expression exactly; knows units, powers, roots, trigonometry and logarithms.",
            json!({ "expression": {
                "type": "string",
                "description": "For example (17.5 * 3)^2, sqrt(2), or 5 feet to cm.",
                "maxLength": LONGEST_EXPRESSION,
            } }),
            json!(["expression"]),
        ),
        BuiltInTool::FetchPage => (
            "Reads a page of the web as text. Only pages whose address the person wrote in this conversation can be read.",
            json!({ "address": {
                "type": "string",
                "description": "The address exactly as the person wrote it.",
                "maxLength": LONGEST_ADDRESS,
            } }),
            json!(["address"]),
        ),
        BuiltInTool::SearchConversations => (
            "Searches the person's own earlier conversations for messages that have all of the words.",
            json!({ "words": {
                "type": "string",
                "description": "A few words that must all occur.",
                "maxLength": LONGEST_WORDS,
            } }),
            json!(["words"]),
        ),
        BuiltInTool::DrawImage => (
            "Has an image made from words. It costs money, so the person is asked first. They see the image beside your answer and in their library; you don't.",
            json!({ "prompt": {
                "type": "string",
                "description": "What is to be seen.",
                "maxLength": LONGEST_TEXT,
            } }),
            json!(["prompt"]),
        ),
        BuiltInTool::Speak => (
            "Has a text spoken by a voice. It costs money, so the person is asked first. They hear the recording beside your answer and in their library; you don't.",
            json!({ "text": {
                "type": "string",
                "description": "What is to be said, word for word.",
                "maxLength": LONGEST_TEXT,
            } }),
            json!(["text"]),
        ),
    };
    let parameters = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    Tool::function(tool.as_str(), description, parameters)
}
