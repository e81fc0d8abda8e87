//! `/settings/instructions`: what one tells every model, and exactly what that makes of it.

use leptos::prelude::*;
use model::{Instructions, Session};
use server_fn::ServerFn;

use crate::{
    api::instructions::{SaveInstructions, load_instructions, save_instructions},
    error::Field,
    language::use_words,
    ui::{area::PageHead, check::Check, lines::LinesField, loaded::Loaded, submission::Submission},
};

/// The page.
#[component]
pub fn InstructionsPage() -> impl IntoView {
    let words = use_words();
    let instructions = Resource::new_blocking(|| (), |()| load_instructions());
    view! {
        <PageHead title=words.instructions lead=words.instructions_lead/>
        <Loaded
            what=instructions
            view=move |kept: Instructions, _session: Session| view! { <InstructionsForm kept/> }
        />
    }
}

#[component]
fn InstructionsForm(kept: Instructions) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Instructions]);
    let about = RwSignal::new(kept.about);
    let answers = RwSignal::new(kept.answers);
    let enabled = RwSignal::new(kept.enabled);
    let save = submission.on_submit(
        move || {
            let enabled = if enabled.get_untracked() { "on" } else { "" };
            save_instructions(
                about.get_untracked(),
                answers.get_untracked(),
                enabled.to_owned(),
            )
        },
        |()| (),
    );
    let typed = move || Instructions {
        about: about.get(),
        answers: answers.get(),
        enabled: enabled.get(),
    };
    let problem_of = move |text: RwSignal<String>| {
        let problem = submission.problem_of(Field::Instructions);
        Signal::derive(move || problem.get().filter(|_| is_too_long(&text.get())))
    };
    view! {
        <section class="panel" aria-label=words.instructions>
            <form class="form" method="post" action=SaveInstructions::PATH on:submit=save>
                {submission.view()}
                <Check name="enabled" value="on" label=words.instructions_on checked=enabled/>
                <LinesField
                    name="about"
                    label=words.instructions_about
                    value=about
                    hint=words.instructions_about_hint
                    problem=problem_of(about)
                />
                <Count text=about/>
                <LinesField
                    name="answers"
                    label=words.instructions_answers
                    value=answers
                    hint=words.instructions_answers_hint
                    problem=problem_of(answers)
                />
                <Count text=answers/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </section>
        <section class="panel" aria-labelledby="sent-heading">
            <h2 id="sent-heading">{words.instructions_preview}</h2>
            {move || match typed().message() {
                Some(message) => {
                    view! {
                        <p class="panel__note">{words.instructions_preview_lead}</p>
                        <pre class="sent-preview" tabindex="0">{message}</pre>
                    }
                        .into_any()
                }
                None => view! { <p class="panel__note">{words.instructions_nothing}</p> }.into_any(),
            }}
        </section>
    }
}

/// How much of the room is used.
#[component]
fn Count(text: RwSignal<String>) -> impl IntoView {
    let words = use_words();
    let most = Instructions::MAX.to_string();
    let count = move || text.with(|text| text.trim().chars().count());
    let said = move || words.instructions_count(&count().to_string(), &most);
    let is_over = move || (count() > Instructions::MAX).then_some("true");
    view! { <p class="field__count" data-over=is_over>{said}</p> }
}

fn is_too_long(text: &str) -> bool {
    text.trim().chars().count() > Instructions::MAX
}
