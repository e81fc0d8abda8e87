//! What a transcript is called, and calling it something else in the same place.

use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_meta::Title;
use model::TranscriptId;
use server_fn::ServerFn;

use crate::{
    api::transcripts::{RenameTranscript, rename_transcript},
    browser,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        keys::{Action, Lines, decide},
        submission::Submission,
        text_field::press_of,
        visible::visible,
    },
};

/// The longest title, in characters.
const LONGEST: &str = "120";

/// The heading with a pen. `version` is what was seen of title and speakers, and counts along.
#[component]
pub(super) fn Heading(id: TranscriptId, title: String, version: RwSignal<i64>) -> impl IntoView {
    let words = use_words();
    let title = RwSignal::new(title);
    // What is typed is the field's alone, also before the page is alive.
    let field = NodeRef::<html::Input>::new();
    let submission = Submission::new(&[]);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(typed) = field.get_untracked() else {
            return;
        };
        let (named, seen) = (typed.value().trim().to_owned(), version.get_untracked());
        let called = named.clone();
        submission.send(
            move || rename_transcript(id.to_string(), named.clone(), seen),
            move |()| {
                version.try_set(seen + 1);
                title.try_set(called.clone());
                submission.forget();
                browser::close_questions();
            },
        );
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        // Esc that closes the words on offer is the input method's.
        if decide(press_of(&event, None), Lines::One) == Action::Escape {
            if let Some(typed) = field.get_untracked() {
                typed.set_value(&title.get_untracked());
            }
            submission.forget();
            browser::close_questions();
        }
    };
    view! {
        // Drawn over in place as the transcript comes on, each of these stays with the library after its signal is gone, and is asked again
        // when the title of a later page goes.
        <Title text=move || title.try_get().unwrap_or_default()/>
        <div class="minutes__title">
            <h1>{move || visible(title.get())}</h1>
            <details class="confirm minutes__rename">
                <summary class="icon-button" title=words.rename aria-label=words.rename>
                    <Glyph icon=Icon::Pen/>
                </summary>
                <form class="panel__row" method="post" action=RenameTranscript::PATH on:submit=submit on:keydown=pressed>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <input type="hidden" name="version" value=move || version.get().to_string()/>
                    <input
                        class="field__line minutes__name"
                        name="title"
                        required
                        maxlength=LONGEST
                        aria-label=words.title
                        value=title.get_untracked()
                        node_ref=field
                    />
                    <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
                    {submission.view_as("")}
                </form>
            </details>
        </div>
    }
}
