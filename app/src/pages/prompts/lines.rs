//! Prompts, a card each.

use leptos::{either::Either, ev::SubmitEvent, prelude::*};
use model::{Page, SavedPrompt};
use server_fn::ServerFn;

use super::{Asked, Found, PATH, toast::Removed};
use crate::{
    admin::form::sends_quietly,
    api::prompts::{CreatePrompt, DeletePrompt},
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        submission::Submission,
    },
};

/// One's own, and the way to the next page.
#[component]
pub(super) fn OwnPrompts(
    page: Page<SavedPrompt>,
    asked: Asked,
    found: Found,
    removed: Removed,
) -> impl IntoView {
    let words = use_words();
    let first = (!asked.after.is_empty()).then(|| {
        let first = Asked {
            after: String::new(),
            ..asked.clone()
        };
        view! { <a class="button" href=first.link(PATH)>{words.first_page}</a> }
    });
    if page.items.is_empty() {
        let nothing = if asked.words.is_empty() {
            words.prompts_none
        } else {
            words.prompts_nothing
        };
        return Either::Left(view! {
            <p class="panel__note">{nothing}</p>
            {first}
        });
    }
    let next = page.next.map(|after| {
        let next = Asked { after, ..asked };
        view! { <a class="button" href=next.link(PATH) rel="next">{words.next_page}</a> }
    });
    Either::Right(view! {
        <ul class="prompts" aria-label=words.prompts>
            {page
                .items
                .into_iter()
                .map(|prompt| view! { <OwnPrompt prompt found removed/> })
                .collect_view()}
        </ul>
        <div class="panel__row">{first} {next}</div>
    })
}

#[component]
fn OwnPrompt(prompt: SavedPrompt, found: Found, removed: Removed) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let id = prompt.id;
    let delete = sends_quietly::<DeletePrompt>(submission, move |()| {
        removed.tell(id);
        found.refetch();
    });
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    let name = String::from(prompt.name);
    view! {
        <li class="prompt">
            <h2 class="prompt__name">"/" {name.clone()}</h2>
            <p class="prompt__text">{String::from(prompt.text)}</p>
            <div class="prompt__acts">
                <a
                    class="icon-button"
                    href=format!("{PATH}/{id}")
                    title=words.edit
                    aria-label=format!("{}: {name}", words.edit)
                >
                    <Glyph icon=Icon::Pen/>
                </a>
                <form method="post" action=DeletePrompt::PATH on:submit=delete>
                    <input type="hidden" name="id" value=id.clone()/>
                    <button
                        class="icon-button"
                        title=words.delete
                        aria-label=format!("{}: {name}", words.delete)
                        aria-busy=submission.busy()
                    >
                        <Glyph icon=Icon::Bin/>
                    </button>
                </form>
            </div>
            {submission.view_as("")}
        </li>
    }
}

/// Those that everybody has, to be used as they are or copied. Which was copied last is kept outside, because copying draws them
/// again.
#[component]
pub(super) fn BuiltInPrompts(
    prompts: Vec<SavedPrompt>,
    found: Found,
    copied: RwSignal<Option<String>>,
) -> impl IntoView {
    let words = use_words();
    view! {
        <section class="prompts-built-in" aria-labelledby="built-in-heading">
            <h2 id="built-in-heading">{words.prompts_built_in}</h2>
            <p class="panel__note">{words.prompts_built_in_lead}</p>
            <ul class="prompts">
                {prompts
                    .into_iter()
                    .map(|prompt| view! { <BuiltInPrompt prompt found copied/> })
                    .collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn BuiltInPrompt(
    prompt: SavedPrompt,
    found: Found,
    copied: RwSignal<Option<String>>,
) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let (name, text) = (String::from(prompt.name), String::from(prompt.text));
    let is_copied = {
        let name = name.clone();
        move || copied.with(|copied| copied.as_ref() == Some(&name))
    };
    let copy = {
        let name = name.clone();
        let send = sends_quietly::<CreatePrompt>(submission, move |_| {
            copied.try_set(Some(name.clone()));
            found.refetch();
        });
        move |event: SubmitEvent| {
            copied.set(None);
            send(event);
        }
    };
    view! {
        <li class="prompt">
            <h3 class="prompt__name">"/" {name.clone()}</h3>
            <p class="prompt__text">{text.clone()}</p>
            <form method="post" action=CreatePrompt::PATH on:submit=copy>
                <input type="hidden" name="name" value=name.clone()/>
                <input type="hidden" name="text" value=text/>
                <button
                    class="button"
                    aria-label=format!("{}: {name}", words.prompt_copy)
                    aria-busy=submission.busy()
                >
                    {words.prompt_copy}
                </button>
            </form>
            {submission.view_as("")}
            {move || is_copied().then(|| view! { <p class="notice" role="status">{words.prompt_copied}</p> })}
        </li>
    }
}
