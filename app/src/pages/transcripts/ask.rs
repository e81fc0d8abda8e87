//! Going on with it as a conversation.

use leptos::prelude::*;
use model::TranscriptId;
use server_fn::ServerFn;

use crate::{api::transcripts::AskTranscript, language::use_words};

/// The question: a plain form, which leads to the conversation.
#[component]
pub(super) fn Ask(id: TranscriptId) -> impl IntoView {
    let words = use_words();
    view! {
        <form class="minutes__ask" method="post" action=AskTranscript::PATH>
            <input type="hidden" name="id" value=id.to_string()/>
            <label class="field__label" for="ask-transcript">{words.transcript_ask}</label>
            <textarea
                class="field__line"
                id="ask-transcript"
                name="question"
                rows="2"
                maxlength="4000"
                required
                placeholder=words.transcript_ask_hint
            ></textarea>
            <button class="button" data-tone="primary">{words.transcript_ask_send}</button>
        </form>
    }
}
