//! A tool that the model called, where it did: what was asked and what came back, folded; and the question whether it may be done.

use leptos::{context::Provider, ev::SubmitEvent, prelude::*, task::spawn_local};
use model::{BuiltInTool, MessageId, ToolCallId, ToolCallState, ToolCallView};
use server_fn::ServerFn;

use super::{
    answer::OpenMessage,
    growing::{Growing, listed},
    open::OpenConversation,
    part::Part,
};
use crate::{
    api::tools::{DecideToolCall, decide_tool_call},
    browser,
    language::{Words, use_words},
    pages::made::MadeBy,
    routes::Own,
    ui::{list::list_of, visible::visible},
};

type Calls = ArcRwSignal<Vec<ToolCallView>>;

/// Rendered blocks, each patched alone, with the calls between them.
#[component]
pub fn BlocksAndTools(message: OpenMessage, conversation: OpenConversation) -> impl IntoView {
    let OpenMessage {
        id, blocks, tools, ..
    } = message;
    let within = tools.clone();
    let block = move |(index, html): (usize, Growing)| {
        let place = u32::try_from(index + 1).unwrap_or(u32::MAX);
        view! {
            <div class="prose__block" inner_html=html></div>
            <ToolsAt place tools=within.clone() message=id conversation/>
        }
    };
    view! {
        <ToolsAt place=0 tools message=id conversation/>
        {list_of(move || listed(&blocks), |(index, _)| index.to_string(), block)}
    }
}

/// The calls behind so many blocks.
#[component]
fn ToolsAt(
    place: u32,
    tools: Calls,
    message: MessageId,
    conversation: OpenConversation,
) -> impl IntoView {
    let here = Memo::new(move |_| at(&tools, place));
    // What is unfolded, or has the keyboard, stays while another call goes on.
    list_of(
        move || here.get(),
        shown,
        move |call| view! { <ToolCard call message conversation/> },
    )
}

/// All that a card shows.
fn shown(call: &ToolCallView) -> String {
    let result = call.result.as_ref().map(String::len);
    format!(
        "{} {} {} {result:?} {:?}",
        call.id,
        call.state.as_str(),
        call.arguments.len(),
        call.duration_ms
    )
}

/// The line of a call that folds its card.
fn summary_id(call: ToolCallId) -> String {
    format!("tool-{call}")
}

fn at(tools: &Calls, place: u32) -> Vec<ToolCallView> {
    tools.with(|tools| {
        let here = tools.iter().filter(|tool| tool.after == place);
        here.cloned().collect()
    })
}

#[component]
fn ToolCard(
    call: ToolCallView,
    message: MessageId,
    conversation: OpenConversation,
) -> impl IntoView {
    let words = use_words();
    let waits = call.state == ToolCallState::Waiting;
    let state = state(words, call.state);
    let took = call
        .duration_ms
        .map(|ms| words.tool_seconds(&format!("{}.{}", ms / 1000, ms % 1000 / 100)));
    let built_in = BuiltInTool::from_name(&call.name);
    let name = built_in.map_or_else(|| call.name.clone(), |tool| label(words, tool).to_owned());
    let makes = built_in.is_some_and(BuiltInTool::has_effect);
    let in_library = makes && call.state == ToolCallState::Done;
    view! {
        <details class="tool" open=waits data-state=call.state.as_str() data-tool=call.name>
            <summary class="tool__summary" id=summary_id(call.id)>
                <span class="tool__name">{visible(name)}</span>
                <span class="tool__state">{state} {took.map(|took| format!(" · {took}"))}</span>
            </summary>
            <p class="tool__label">{words.tool_asked}</p>
            <pre class="tool__text" tabindex="0">{visible(call.arguments)}</pre>
            {call.result.map(|result| view! {
                <p class="tool__label">{words.tool_came_back}</p>
                <pre class="tool__text" tabindex="0">{visible(result)}</pre>
            })}
            {in_library.then(|| view! { <p><a href="/library" target="_blank" rel="noopener">{words.tool_in_library}</a></p> })}
        </details>
        {in_library.then(|| view! {
            <div class="made">
                <Provider value=MadeBy(call.id)>
                    <Made/>
                </Provider>
            </div>
        })}
        {waits.then(|| view! { <Asking call=call.id message conversation/> })}
    }
}

/// Loads what shows the work of the call in the context, where scripts run.
#[component]
fn Made() -> impl IntoView {
    let is_live = RwSignal::new(false);
    Effect::new(move |_| is_live.set(true));
    view! { <Part page=Own::MadePanel wanted=is_live.into()/> }
}

/// Whether it may be done.
#[component]
fn Asking(call: ToolCallId, message: MessageId, conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    view! {
        <div class="tool__asking">
            <p class="tool__label">{words.tool_may_it}</p>
            <Decision call message conversation allow=true/>
            <Decision call message conversation allow=false/>
        </div>
    }
}

#[component]
fn Decision(
    call: ToolCallId,
    message: MessageId,
    conversation: OpenConversation,
    allow: bool,
) -> impl IntoView {
    let words = use_words();
    let value = if allow { "yes" } else { "" };
    let busy = RwSignal::new(false);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        conversation.problem.set(None);
        spawn_local(async move {
            let decided = decide_tool_call(conversation.id, message, call, value.to_owned());
            match decided.await {
                Ok(()) => {
                    conversation.reload().await;
                    // Both buttons are gone by then.
                    browser::focus_drawn(summary_id(call));
                }
                Err(error) => {
                    conversation.problem.try_set(Some(error));
                }
            }
            busy.try_set(false);
        });
    };
    view! {
        <form method="post" action=DecideToolCall::PATH on:submit=send>
            <input type="hidden" name="id" value=conversation.id.to_string()/>
            <input type="hidden" name="message" value=message.to_string()/>
            <input type="hidden" name="call" value=call.to_string()/>
            <input type="hidden" name="allow" value=value/>
            <button
                class="button"
                data-tone=allow.then_some("primary")
                aria-busy=move || busy.get().then_some("true")
            >
                {if allow { words.tool_allow } else { words.tool_refuse }}
            </button>
        </form>
    }
}

/// What a tool that every site has is called.
pub fn label(words: &'static Words, tool: BuiltInTool) -> &'static str {
    match tool {
        BuiltInTool::DateTime => words.tool_date_time,
        BuiltInTool::Calculate => words.tool_calculate,
        BuiltInTool::FetchPage => words.tool_fetch_page,
        BuiltInTool::SearchConversations => words.tool_search_conversations,
        BuiltInTool::DrawImage => words.tool_draw_image,
        BuiltInTool::Speak => words.tool_speak,
    }
}

fn state(words: &'static Words, state: ToolCallState) -> &'static str {
    match state {
        ToolCallState::Waiting => words.tool_waiting,
        ToolCallState::Approved => words.tool_approved,
        ToolCallState::Refused => words.tool_refused,
        ToolCallState::Running => words.tool_running,
        ToolCallState::Done => words.tool_done,
        ToolCallState::Failed => words.tool_failed,
        ToolCallState::Interrupted => words.tool_interrupted,
    }
}
