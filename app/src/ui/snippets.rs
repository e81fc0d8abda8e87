//! How a program calls a model through this site.

use leptos::prelude::*;

use crate::{language::use_words, ui::copy::CopyText};

/// The model that is asked in them where none is given.
pub const USUAL_MODEL: &str = "qwen-plus";

const CURL: &str = r#"curl {origin}/v1/chat/completions \
  -H "Authorization: Bearer $LIANTAI_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{"model": "{model}", "messages": [{"role": "user", "content": "{hello}"}]}'"#;

const PYTHON: &str = r#"# pip install openai
import os
from openai import OpenAI

client = OpenAI(base_url="{origin}/v1", api_key=os.environ["LIANTAI_API_KEY"])
answer = client.chat.completions.create(
    model="{model}",
    messages=[{"role": "user", "content": "{hello}"}],
)
print(answer.choices[0].message.content)"#;

const NODE: &str = r#"// npm install openai
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "{origin}/v1",
  apiKey: process.env.LIANTAI_API_KEY,
});
const answer = await client.chat.completions.create({
  model: "{model}",
  messages: [{ role: "user", content: "{hello}" }],
});
console.log(answer.choices[0].message.content);"#;

const DASHSCOPE: &str = r#"# pip install dashscope
import os
import dashscope

dashscope.base_http_api_url = "{origin}/api/v1"
answer = dashscope.Generation.call(
    api_key=os.environ["LIANTAI_API_KEY"],
    model="{model}",
    messages=[{"role": "user", "content": "{hello}"}],
    result_format="message",
)
print(answer.output.choices[0].message.content)"#;

/// In four ways, one of them open. With `key` they begin by putting it where the programs look for it.
#[component]
pub fn Snippets(
    /// The site's own address.
    origin: String,
    /// The model to ask.
    #[prop(into)]
    model: String,
    #[prop(into, optional)] key: Option<String>,
) -> impl IntoView {
    let words = use_words();
    let filled = |text: &str| {
        text.replace("{origin}", &origin)
            .replace("{model}", &model)
            .replace("{hello}", words.snippets_hello)
    };
    let ways = [
        ("curl", CURL),
        ("Python · openai", PYTHON),
        ("Node.js · openai", NODE),
        ("Python · dashscope", DASHSCOPE),
    ];
    view! {
        <section class="panel" aria-labelledby="snippets-heading">
            <h2 id="snippets-heading">{words.snippets}</h2>
            <p class="panel__note">{words.snippets_lead(&format!("{origin}/v1"))}</p>
            {key
                .map(|key| {
                    let text = format!("export LIANTAI_API_KEY={key}");
                    view! { <Snippet text/> }
                })}
            <div class="snippets">
                {ways
                    .into_iter()
                    .enumerate()
                    .map(|(place, (label, text))| {
                        let text = filled(text);
                        view! {
                            <details class="snippets__way" name="snippets" open=place == 0>
                                <summary class="snippets__label">{label}</summary>
                                <Snippet text/>
                            </details>
                        }
                    })
                    .collect_view()}
            </div>
        </section>
    }
}

/// Some lines to copy.
#[component]
pub fn Snippet(text: String) -> impl IntoView {
    view! {
        <div class="snippet">
            <pre class="snippet__text" tabindex="0"><code>{text.clone()}</code></pre>
            <CopyText text/>
        </div>
    }
}

/// The first call, for who has made none.
pub fn first_call(origin: &str, hello: &str) -> String {
    CURL.replace("{origin}", origin)
        .replace("{model}", USUAL_MODEL)
        .replace("{hello}", hello)
}
