//! An image of one's own: chosen, dropped, pasted, or one that was made here.

use leptos::{ev, html, prelude::*, task::spawn_local};
use model::FailureCode;
use web_sys::File;

use crate::{
    browser::upload,
    error::AppError,
    language::{Words, use_words},
    ui::{
        icon::{Glyph, Icon},
        notice::Notice,
    },
};

/// The largest that Bailian takes.
const LARGEST: f64 = 10.0 * 1024.0 * 1024.0;

/// Where an image is put in. `value` is its id, as long as there is one.
#[component]
pub fn UploadField(#[prop(into)] label: String, value: RwSignal<String>) -> impl IntoView {
    let words = use_words();
    let is_busy = RwSignal::new(false);
    let is_over = RwSignal::new(false);
    let problem = RwSignal::new(None::<AppError>);
    let take = move |file: File| {
        if is_busy.get_untracked() {
            return;
        }
        if file.size() > LARGEST {
            problem.set(Some(AppError::new(FailureCode::TooLarge)));
            return;
        }
        is_busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let stored = upload::upload(&file, &file.name()).await;
            is_busy.try_set(false);
            match stored {
                Ok(id) => drop(value.try_set(id.to_string())),
                Err(error) => drop(problem.try_set(Some(error))),
            }
        });
    };
    Effect::new(move |_| {
        let pasted = window_event_listener(ev::paste, move |event| {
            if let Some(file) = event.clipboard_data().as_ref().and_then(upload::picture_of) {
                event.prevent_default();
                take(file);
            }
        });
        on_cleanup(move || pasted.remove());
    });
    let dropped = move |event: ev::DragEvent| {
        event.prevent_default();
        is_over.set(false);
        if let Some(file) = event.data_transfer().as_ref().and_then(upload::picture_of) {
            take(file);
        }
    };
    let chosen = move |event: ev::Event| {
        if let Some(file) = upload::chosen(&event) {
            take(file);
        }
    };
    let input = NodeRef::<html::Input>::new();
    // What was chosen before the page was alive.
    Effect::new(move |_| {
        let files = input.get().and_then(|input| input.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            untrack(|| take(file));
        }
    });
    let has_image = Memo::new(move |_| value.with(|id| !id.is_empty()));
    view! {
        <div class="field upload">
            <span class="field__label" id="upload-label">{label}</span>
            <div
                class="upload__place"
                role="group"
                aria-labelledby="upload-label"
                data-over=move || is_over.get().then_some("true")
                aria-busy=move || is_busy.get().then_some("true")
                on:dragover=move |event| {
                    event.prevent_default();
                    is_over.set(true);
                }
                on:dragleave=move |_| is_over.set(false)
                on:drop=dropped
            >
                {move || has_image.get().then(|| view! {
                    <img class="upload__picture" src=move || format!("/files/{}/thumbnail", value.get()) alt=words.chosen_image/>
                })}
                <div class="upload__acts" data-needs="script">
                    <label class="button upload__choose">
                        <input
                            class="visually-hidden"
                            type="file"
                            accept="image/png,image/jpeg,image/webp"
                            node_ref=input
                            on:change=chosen
                        />
                        {move || if is_busy.get() {
                            view! { <span class="spinner" aria-hidden="true"></span> }.into_any()
                        } else {
                            view! { <Glyph icon=Icon::Upload/> }.into_any()
                        }}
                        {move || called(words, is_busy.get(), has_image.get())}
                    </label>
                    {move || has_image.get().then(|| view! {
                        <button class="icon-button" type="button" title=words.upload_remove aria-label=words.upload_remove on:click=move |_| value.set(String::new())>
                            <Glyph icon=Icon::Close/>
                        </button>
                    })}
                    <p class="upload__hint">{words.upload_hint}</p>
                </div>
                <p class="upload__hint" data-needs="no-script">{words.upload_no_script}</p>
            </div>
            <Notice error=problem/>
        </div>
    }
}

/// What the button that chooses one is called.
fn called(words: &'static Words, is_busy: bool, has_image: bool) -> &'static str {
    match (is_busy, has_image) {
        (true, _) => words.uploading,
        (false, true) => words.upload_another,
        (false, false) => words.upload_choose,
    }
}
