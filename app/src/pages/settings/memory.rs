//! `/settings/memory`: what models are to remember of one, whether it goes along, and exactly what that makes of it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{Fact, FactText, Millis, Remembered, Session};
use server_fn::ServerFn;

use crate::{
    admin::form::sends_quietly,
    api::remembered::{
        AddFact, ChangeFact, ForgetAllFacts, ForgetFact, RestoreFacts, SwitchMemory, load_memory,
    },
    browser,
    chat::remember::WAITING,
    error::{AppError, Field},
    language::use_words,
    ui::{
        area::PageHead,
        check::Check,
        loaded::Loaded,
        shown_anew::show_anew,
        submission::Submission,
        undo_toast::{Undo, undo_toast, use_settled},
    },
};

type Loading = Resource<Result<Remembered, AppError>>;

/// Where it is.
const PATH: &str = "/settings/memory";

/// In the address, before the moment at which a plain form has forgotten everything.
const FORGOTTEN: &str = "forgotten";

/// What was forgotten last.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Forgotten {
    /// This fact.
    One(String),
    /// All of them, at that moment.
    All(Millis),
}

/// The page.
#[component]
pub fn MemoryPage() -> impl IntoView {
    let words = use_words();
    let memory: Loading = Resource::new_blocking(|| (), |()| load_memory());
    // What is typed outlives the page's subject, which is drawn anew with what has changed.
    let typed = RwSignal::new(String::new());
    // A plain form that forgot everything says so in the address.
    let all = use_query_map().with_untracked(|query| query.get_str(FORGOTTEN)?.parse::<i64>().ok());
    let forgotten = RwSignal::new(all.map(|at| Forgotten::All(Millis::new(at))));
    Effect::new(move |_| {
        memory.track();
        if forgotten.with_untracked(Option::is_some) {
            // Of the last fact nothing is left to stand on.
            browser::after_layout(|| browser::focus_where_lost("main"));
        }
    });
    view! {
        <PageHead title=words.memory lead=words.memory_lead/>
        <Loaded
            what=memory
            view=move |kept: Remembered, _session: Session| view! { <Memory kept memory typed forgotten/> }
        />
        <ForgottenToast forgotten memory/>
    }
}

/// The way back for what was forgotten last: a fact is remembered anew, all of them as they were.
#[component]
fn ForgottenToast(forgotten: RwSignal<Option<Forgotten>>, memory: Loading) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let settled = use_settled(PATH, &[FORGOTTEN]);
    let close = Callback::new(move |()| {
        forgotten.set(None);
        settled.run(());
    });
    let back = move || {
        if forgotten.try_set(None).is_some() {
            // The page was left meanwhile.
            return;
        }
        memory.refetch();
        settled.run(());
    };
    let undo = move || {
        Some(match forgotten.get()? {
            Forgotten::One(text) => {
                let field = ("text", text);
                Undo::by::<AddFact>(words.memory_forgotten, field, submission, move |_| back())
            }
            Forgotten::All(at) => {
                let field = ("forgotten_at", at.get().to_string());
                let told = words.memory_forgotten_all;
                Undo::by::<RestoreFacts>(told, field, submission, move |()| back())
            }
        })
    };
    view! {
        {undo_toast(undo, submission, PATH, close)}
        {submission.view_as("")}
    }
}

#[component]
fn Memory(
    kept: Remembered,
    memory: Loading,
    typed: RwSignal<String>,
    forgotten: RwSignal<Option<Forgotten>>,
) -> impl IntoView {
    let words = use_words();
    let message = kept.message();
    let count = words.memory_count(&kept.facts.len().to_string(), &Remembered::MOST.to_string());
    let has_some = !kept.facts.is_empty();
    let forgetting = Submission::new(&[]);
    let forget_all = sends_quietly::<ForgetAllFacts>(forgetting, move |at: Option<Millis>| {
        if forgotten.try_set(at.map(Forgotten::All)).is_some() {
            // The page was left meanwhile.
            return;
        }
        memory.refetch();
        browser::focus("main");
    });
    view! {
        <Switch enabled=kept.enabled memory/>
        <section class="panel" aria-labelledby="facts-heading">
            <h2 id="facts-heading">{words.memory_facts}</h2>
            <p class="panel__note">{count}</p>
            <ul class="facts">
                {kept
                    .facts
                    .into_iter()
                    .map(|fact| view! { <KeptFact fact memory forgotten/> })
                    .collect_view()}
            </ul>
            <NewFact memory typed/>
            {has_some.then(|| view! {
                <form method="post" action=ForgetAllFacts::PATH on:submit=forget_all>
                    {forgetting.view_as("")}
                    <button class="button" data-tone="danger" aria-busy=forgetting.busy()>
                        {words.memory_forget_all}
                    </button>
                </form>
            })}
        </section>
        <section class="panel" aria-labelledby="sent-heading">
            <h2 id="sent-heading">{words.memory_preview}</h2>
            {match message {
                Some(message) => view! {
                    <p class="panel__note">{words.memory_preview_lead}</p>
                    <pre class="sent-preview" tabindex="0">{message}</pre>
                }
                    .into_any(),
                None => view! { <p class="panel__note">{words.memory_nothing}</p> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Switch(enabled: bool, memory: Loading) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let switch = sends_quietly::<SwitchMemory>(submission, move |()| memory.refetch());
    view! {
        <section class="panel" aria-label=words.memory>
            <form class="form" method="post" action=SwitchMemory::PATH on:submit=switch>
                {submission.view()}
                <Check name="enabled" value="on" label=words.memory_on checked=RwSignal::new(enabled)/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </section>
    }
}

#[component]
fn NewFact(memory: Loading, typed: RwSignal<String>) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Fact]);
    let add = sends_quietly::<AddFact>(submission, move |_| {
        typed.try_set(String::new());
        memory.refetch();
    });
    // What was chosen in a conversation waits here to be read over, and is sent by nobody but the reader.
    Effect::new(move |_| {
        if let Some(waiting) = browser::kept(WAITING) {
            browser::forget(WAITING);
            typed.set(waiting);
        }
    });
    let problem = submission.problem_of(Field::Fact);
    let count = move || {
        let count = typed.with(|typed| typed.trim().chars().count());
        words.instructions_count(&count.to_string(), &FactText::MAX.to_string())
    };
    view! {
        <form class="form" method="post" action=AddFact::PATH on:submit=add>
            {submission.view_as("")}
            <div class="field">
                <label class="field__label" for="fact">{words.memory_new}</label>
                <textarea
                    class="field__line field__area"
                    id="fact"
                    name="text"
                    rows="3"
                    required
                    autocomplete="off"
                    prop:value=move || typed.get()
                    on:input:target=move |event| typed.set(event.target().value())
                ></textarea>
                <p class="field__hint">{words.memory_hint}</p>
                {move || problem.get().map(|text| view! { <p class="field__problem" role="alert">{text}</p> })}
            </div>
            <p class="field__count">{count}</p>
            <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.memory_add}</button>
        </form>
    }
}

/// A fact in a field of its own, so that it can be changed where it stands.
#[component]
fn KeptFact(fact: Fact, memory: Loading, forgotten: RwSignal<Option<Forgotten>>) -> impl IntoView {
    let words = use_words();
    let (changing, forgetting) = (Submission::new(&[Field::Fact]), Submission::new(&[]));
    let change = sends_quietly::<ChangeFact>(changing, move |()| memory.refetch());
    let (id, text) = (fact.id.to_string(), String::from(fact.text));
    let said = text.clone();
    let forget = sends_quietly::<ForgetFact>(forgetting, move |()| {
        forgotten.try_set(Some(Forgotten::One(said.clone())));
        memory.refetch();
    });
    let problem = changing.problem_of(Field::Fact);
    let form = NodeRef::new();
    show_anew(form, format!("{id} {text}"));
    view! {
        <li class="fact">
            <form class="fact__text" method="post" action=ChangeFact::PATH node_ref=form on:submit=change>
                <input type="hidden" name="id" value=id.clone()/>
                <input
                    class="field__line"
                    name="text"
                    required
                    autocomplete="off"
                    aria-label=words.memory_fact
                    value=text.clone()
                />
                <button
                    class="button"
                    aria-label=format!("{}: {text}", words.save)
                    aria-busy=changing.busy()
                >
                    {words.save}
                </button>
                {move || problem.get().map(|text| view! { <span class="field__problem" role="alert">{text}</span> })}
                {changing.view_as("")}
            </form>
            <form method="post" action=ForgetFact::PATH on:submit=forget>
                <input type="hidden" name="id" value=id/>
                <button
                    class="button"
                    aria-label=format!("{}: {text}", words.memory_forget)
                    aria-busy=forgetting.busy()
                >
                    {words.memory_forget}
                </button>
                {forgetting.view_as("")}
            </form>
        </li>
    }
}
