//! Which tools the model may use while it answers.

use leptos::{either::Either, html, prelude::*};
use model::{BuiltInTool, Session, ToolChoices, ToolOffer, ToolsChosen};
use server_fn::ServerFn;

use crate::{
    admin::{choices::Tick, form::sends_quietly},
    api::tools::{ChooseTools, load_tools},
    chat::tool_card::label,
    language::{Words, use_words},
    ui::{loaded::Loaded, shown_anew::show_anew, submission::Submission},
};

/// The form, for a conversation; for those without a choice of their own where it is empty. `model` is empty for the one that
/// answers next.
#[component]
pub fn ToolsForm(#[prop(into)] conversation: Signal<String>, model: String) -> impl IntoView {
    let words = use_words();
    let found = Resource::new_blocking(
        move || (conversation.get(), model.clone()),
        |(conversation, model)| load_tools(conversation, model),
    );
    let submission = Submission::new(&[]);
    view! {
        <section class="tools" aria-labelledby="tools">
            <h2 id="tools">{words.tools}</h2>
            <Loaded
                what=found
                view=move |choices: ToolChoices, _session: Session| {
                    let conversation = conversation.get_untracked();
                    let saved = Callback::new(move |()| found.refetch());
                    view! { <Choices choices conversation submission saved/> }
                }
            />
        </section>
    }
}

#[component]
fn Choices(
    choices: ToolChoices,
    conversation: String,
    submission: Submission,
    saved: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    if choices.tools.is_empty() {
        return Either::Left(view! { <p class="panel__note">{words.tools_none}</p> });
    }
    let save = sends_quietly::<ChooseTools>(submission, move |()| {
        saved.try_run(());
    });
    let is_one = !conversation.is_empty();
    let form = NodeRef::<html::Form>::new();
    show_anew(form, conversation.clone());
    let lead = if is_one {
        words.tools_lead
    } else {
        words.tools_default_lead
    };
    let whose = match choices.chosen {
        ToolsChosen::Here => words.tools_own,
        ToolsChosen::ByAssistant => words.tools_by_assistant,
        ToolsChosen::ByDefault => words.tools_by_default,
    };
    let ticks = choices.tools.into_iter();
    let ticks = ticks
        .map(|tool| view! { <Offered tool field="tools[]"/> })
        .collect_view();
    Either::Right(view! {
        <p class="panel__note">{lead} {is_one.then(|| format!(" {whose}"))}</p>
        {(!choices.model_calls).then(|| view! { <p class="notice">{words.tools_model_cannot}</p> })}
        <form class="form" method="post" action=ChooseTools::PATH node_ref=form on:submit=save>
            {submission.view()}
            <input type="hidden" name="conversation" value=conversation/>
            <fieldset class="fieldset">
                <legend class="visually-hidden">{words.tools}</legend>
                <div class="checks">{ticks}</div>
            </fieldset>
            {is_one.then(|| view! { <Tick name="as_default" value="yes" label=words.tools_as_default/> })}
            <button class="button" aria-busy=submission.busy()>{words.tools_save}</button>
        </form>
    })
}

/// A tool with its box, which a form sends as one of `field`.
#[component]
pub fn Offered(tool: ToolOffer, field: &'static str) -> impl IntoView {
    let words = use_words();
    let hint = hint(words, &tool);
    let name = String::from(tool.name);
    let label = called(words, &name);
    view! { <Tick name=field value=name label checked=tool.is_on hint/> }
}

/// What a tool is called: those on servers only have the name that models call them by.
pub fn called(words: &'static Words, name: &str) -> String {
    BuiltInTool::from_name(name)
        .map_or_else(|| name.to_owned(), |tool| label(words, tool).to_owned())
}

/// Where it is, what it does in its server's words, and whether a click comes first.
fn hint(words: &'static Words, tool: &ToolOffer) -> String {
    let server = tool.server.as_ref();
    let server = server.map(|server| words.tool_on_server(server));
    let description = Some(tool.description.clone()).filter(|text| !text.is_empty());
    let asks = tool.asks_first.then(|| words.tool_asks_first.to_owned());
    let parts: Vec<String> = [server, description, asks].into_iter().flatten().collect();
    parts.join(" · ")
}
