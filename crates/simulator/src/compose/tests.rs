//! What it says is fit for a page and the same every time.

use serde_json::Value;

use super::{Language, Message, Role, Tool, ToolChoice, Topic, continuation, text, tool_calls};
use crate::tokens;

fn asked(text: &str) -> Vec<Message> {
    vec![Message {
        role: Role::User,
        text: text.to_owned(),
        calls_tools: false,
    }]
}

#[test]
fn the_same_seed_and_messages_give_the_same_answer() {
    let messages = asked("今天吃什么？");
    assert_eq!(text(7, &messages), text(7, &messages));
    let answers: std::collections::BTreeSet<String> =
        (0..20).map(|seed| text(seed, &messages)).collect();
    assert!(
        answers.len() > 5,
        "only {} different answers",
        answers.len()
    );
}

#[test]
fn the_answer_is_in_the_language_of_the_question() {
    for (question, language) in [
        ("你好", Language::Chinese),
        ("Hello", Language::English),
        ("用 Rust 写代码", Language::Chinese),
    ] {
        assert_eq!(
            Language::of(&text(1, &asked(question))),
            language,
            "{question}"
        );
    }
}

#[test]
fn the_first_answer_says_who_speaks() {
    for seed in 0..10 {
        assert!(text(seed, &asked("春天来了")).contains("模拟器"));
        assert!(text(seed, &asked("Spring is here")).contains("simulator"));
        assert!(text(seed, &asked("Who are you?")).contains("no real language model"));
    }
}

#[test]
fn the_question_chooses_the_topic() {
    for (question, topic) in [
        ("写一段 Rust 代码", Topic::Code),
        ("Make tables, please", Topic::Table),
        ("来一首诗", Topic::Poem),
        ("Walk along the river", Topic::Prose),
        ("a long answer", Topic::Long),
        ("二次方程的公式", Topic::Formula),
        ("plan my week", Topic::Plan),
    ] {
        assert_eq!(Topic::of(question), topic, "{question}");
    }
    assert!(text(3, &asked("some SQL code")).contains("```sql"));
    assert!(text(3, &asked("写一段 Rust 代码")).contains("```rust"));
}

#[test]
fn a_long_answer_fills_four_hundred_chunks_of_three_tokens() {
    for question in ["写得长一点", "make it long"] {
        let tokens = tokens::count(&text(1, &asked(question)));
        assert!(tokens >= 1200, "{question}: {tokens}");
    }
}

#[test]
fn a_title_is_short_and_in_the_language_of_the_conversation() {
    let title = |system: &str, user: &str| {
        let system = Message {
            role: Role::System,
            text: system.to_owned(),
            calls_tools: false,
        };
        text(1, &[vec![system], asked(user)].concat())
    };
    assert_eq!(
        title(
            "Write a short title.",
            "Please compare tea and coffee for a long afternoon!"
        ),
        "compare tea and coffee for a"
    );
    assert_eq!(
        title("为对话起一个标题", "请帮我写一首关于秋天的诗。要押韵。"),
        "写一首关于秋天的诗"
    );
    assert_eq!(title("为对话起一个标题", "？？"), "New conversation");
}

#[test]
fn a_continuation_goes_on_exactly_where_the_answer_stopped() {
    let messages = asked("画一张表格");
    let whole = text(5, &messages);
    for (at, _) in whole.char_indices().step_by(37) {
        assert_eq!(continuation(5, &messages, &whole[..at]), whole[at..]);
    }
}

#[test]
fn a_continuation_of_foreign_text_leaves_an_open_code_block_first() {
    let messages = asked("写代码");
    assert!(continuation(5, &messages, "看：\n```rust\nlet x = 1;").starts_with("\n```\n\n"));
    assert!(continuation(5, &messages, "别的文字").starts_with("\n\n接着上文"));
}

#[test]
fn a_question_may_say_which_function_is_called_and_with_what() {
    let tools = [Tool {
        name: "draw_image".to_owned(),
        parameters: Value::Null,
    }];
    let called = |question: &str| {
        let calls = tool_calls(1, &asked(question), &tools, &ToolChoice::Auto, false);
        let calls = calls.into_iter();
        calls
            .map(|call| (call.name, call.arguments))
            .collect::<Vec<_>>()
    };
    let arguments = r#"{"prompt":"a Lighthouse"}"#;
    let expected = vec![("draw_image".to_owned(), arguments.to_owned())];
    let question = format!("Please call draw_image with {arguments}, and then tell me.");
    assert_eq!(called(&question), expected);
}
