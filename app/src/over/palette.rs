//! The command palette: everything that can be done and every conversation, a few letters away. A combobox with a list, as
//! WAI-ARIA describes it: the cursor stays in the field, and the keys walk through the list.

mod choice;
mod entries;
mod matching;
mod seeking;
mod standing;

use leptos::{either::Either, ev, html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{ConversationSummary, Piece};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{Over, shortcuts::WRITING};
use crate::{
    api::conversations::list_conversations,
    browser,
    chat::{preferences::apply_theme, sidebar::Sidebar, sidebar_item::delete},
    language::{Language, use_language, use_words},
    session::use_session,
    ui::{
        dialog::follow,
        icon::Glyph,
        keys::{Action, Lines, decide},
        notice::Notice,
        text_field::press_of,
    },
};
use choice::{Choice, line_id};
use entries::{Deed, Entry};
use seeking::Seeking;
use standing::Standing;

const LIST: &str = "palette-list";

/// The palette, as a dialog: the browser keeps the keyboard inside and gives it back afterwards.
#[component]
pub fn Palette() -> impl IntoView {
    let words = use_words();
    let Over { palette, .. } = expect_context();
    let dialog = NodeRef::<html::Dialog>::new();
    follow(dialog, palette.into());
    let outside = move |event: ev::MouseEvent| {
        // Only the backdrop is the dialog itself.
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if target.is_some_and(|target| target.tag_name() == "DIALOG") {
            palette.set(false);
        }
    };
    view! {
        <dialog
            class="palette"
            aria-label=words.palette
            node_ref=dialog
            on:close=move |_| palette.set(false)
            on:click=outside
        >
            <Show when=move || palette.get()>
                <Choosing/>
            </Show>
        </dialog>
    }
}

/// The field and what it finds, anew each time.
#[component]
fn Choosing() -> impl IntoView {
    let words = use_words();
    let seeking = Seeking::new();
    let standing = standing();
    let recent = recent();
    let shown = Memo::new(move |_| {
        let typed = seeking.text.get();
        standing.with(|standing| {
            recent.with(|recent| {
                seeking
                    .hits
                    .with(|hits| entries::entries(words, &typed, standing, recent, hits))
            })
        })
    });
    let choice = Choice::new(shown, performing());
    let press = move |event: ev::KeyboardEvent| {
        let press = press_of(&event, seeking.composition.ended_at());
        match decide(press, Lines::One) {
            Action::Send => {
                event.prevent_default();
                choice.run(choice.active.get_untracked());
            }
            Action::Swallow => event.prevent_default(),
            // The dialog closes by itself.
            Action::Escape => {}
            Action::Leave => {
                let is_plain =
                    !press.composing && !press.command && !press.shift && !event.alt_key();
                if is_plain && choice.walk(&event.key()) {
                    event.prevent_default();
                }
            }
        }
    };
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // The dialog is open by then.
            browser::after_layout(move || {
                // A field of an open dialog can be focused.
                let _focused = field.focus();
            });
        }
    });
    view! {
        <input
            class="palette__field"
            type="text"
            role="combobox"
            aria-expanded="true"
            aria-controls=LIST
            aria-autocomplete="list"
            aria-activedescendant=move || line_id(choice.active.get())
            aria-label=words.palette
            placeholder=words.palette_hint
            maxlength="200"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            enterkeyhint="go"
            prop:value=seeking.text
            node_ref=field
            on:compositionstart=move |_| seeking.composition.begins()
            on:compositionend:target=move |event| {
                choice.begin_anew();
                seeking.composed(event.time_stamp(), event.target().value());
            }
            on:input:target=move |event| {
                choice.begin_anew();
                seeking.typed(event.target().value());
            }
            on:keydown=press
        />
        <Notice error=seeking.problem/>
        <p class="visually-hidden" role="status">
            {move || words.search_count(&shown.with(Vec::len).to_string())}
        </p>
        <Lists choice/>
    }
}

/// All that is shown, each kind under its heading.
#[component]
fn Lists(choice: Choice) -> impl IntoView {
    let words = use_words();
    view! {
        <div
            class="palette__list"
            id=LIST
            role="listbox"
            aria-label=words.palette
            // The cursor stays in the field.
            on:mousedown=|event| event.prevent_default()
        >
            {move || {
                let shown = choice.shown.get();
                let mut at = 0;
                shown
                    .chunk_by(|one, next| one.kind == next.kind)
                    .map(|entries| {
                        let first = at;
                        at += entries.len();
                        view! { <Group entries=entries.to_vec() first choice/> }
                    })
                    .collect_view()
            }}
        </div>
    }
}

/// Lines under their heading. `first` is the place of the first one among all.
#[component]
fn Group(entries: Vec<Entry>, first: usize, choice: Choice) -> impl IntoView {
    let words = use_words();
    let heading = entries.first().map(|entry| entry.kind.heading(words));
    let heading_id = format!("palette-heading-{first}");
    let lines = entries.into_iter().zip(first..).map(move |(entry, at)| {
        let Entry {
            icon,
            title,
            detail,
            ..
        } = entry;
        let detail = (!detail.is_empty())
            .then(|| view! { <span class="palette__detail">{marked(detail)}</span> });
        view! {
            <div
                class="palette__line"
                id=line_id(at)
                role="option"
                aria-selected=move || if choice.active.get() == at { "true" } else { "false" }
                on:click=move |_| choice.run(at)
            >
                <Glyph icon/>
                <span class="palette__title">{marked(title)}</span>
                {detail}
            </div>
        }
    });
    let labelled = heading_id.clone();
    view! {
        <div class="palette__group" role="group" aria-labelledby=labelled>
            <div class="palette__heading" id=heading_id role="presentation">{heading}</div>
            {lines.collect_view()}
        </div>
    }
}

/// Text with what was looked for marked. Whatever stands in it stays text.
fn marked(pieces: Vec<Piece>) -> impl IntoView {
    let pieces = pieces.into_iter().map(|piece| {
        if piece.found {
            Either::Left(view! { <mark>{piece.text}</mark> })
        } else {
            Either::Right(piece.text)
        }
    });
    view! { <bdi>{pieces.collect_view()}</bdi> }
}

/// What can be done and where one may go, as it is when the palette opens.
fn standing() -> RwSignal<Vec<Standing>> {
    let language = use_language();
    let session = use_session();
    let sidebar = expect_context::<Sidebar>();
    let standing = RwSignal::new(Vec::new());
    Effect::new(move |_| {
        if let Some(Ok(session)) = session.get() {
            let open = sidebar.open.get_untracked();
            standing.set(standing::standing(language, &session, open));
        }
    });
    standing
}

/// The newest conversations.
fn recent() -> RwSignal<Vec<ConversationSummary>> {
    let recent = RwSignal::new(Vec::new());
    spawn_local(async move {
        // Without them the palette still has everything else.
        if let Ok(page) = list_conversations(None).await {
            recent.try_set(page.items);
        }
    });
    recent
}

/// Closes the palette and does something.
fn performing() -> Callback<Deed> {
    let over = expect_context::<Over>();
    let sidebar = expect_context::<Sidebar>();
    let navigate = use_navigate();
    Callback::new(move |deed: Deed| {
        over.palette.set(false);
        match deed {
            Deed::Go(path) => navigate(&path, NavigateOptions::default()),
            // When the dialog has given the keyboard back.
            Deed::Press(selector) => browser::after_layout(move || browser::press_last(&selector)),
            Deed::Write => browser::after_layout(|| browser::focus_at_end(WRITING.to_owned())),
            Deed::Theme(theme) => apply_theme(theme),
            Deed::Language(language) => {
                browser::set_cookie(Language::COOKIE, language.name());
                browser::reload();
            }
            Deed::Delete(id) => delete(id, sidebar, navigate.clone(), || ()),
            Deed::Sheet => over.sheet.set(true),
        }
    })
}
