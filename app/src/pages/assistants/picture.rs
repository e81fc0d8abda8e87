//! The image that stands for an assistant.

use leptos::prelude::*;
use model::AssistantView;
use server_fn::ServerFn;

use crate::{
    admin::form::sends_quietly, api::assistants::RemoveAssistantPicture, browser,
    chat::beginning::Sign, language::use_words, ui::submission::Submission,
};

/// Gives it one, or takes that away. The file is sent by the browser itself, with and without scripts.
#[component]
pub(super) fn PictureForms(view: AssistantView, id: String) -> impl IntoView {
    let words = use_words();
    let removal = Submission::new(&[]);
    let AssistantView {
        assistant, picture, ..
    } = view;
    let has_picture = picture.is_some();
    let address = format!("/pictures/assistants/{id}");
    let page = format!("{}/{id}/edit?done=1", super::PATH);
    let remove = sends_quietly::<RemoveAssistantPicture>(removal, move |()| {
        // The page is about the same assistant, so nothing else would load it anew.
        browser::go_to(&page);
    });
    view! {
        <section class="panel">
            <h2>{words.assistant_picture}</h2>
            <div class="panel__picture">
                <Sign emoji=assistant.emoji name=assistant.name picture large=true/>
                <form class="form" method="post" action=address enctype="multipart/form-data">
                    <div class="field">
                        <label class="field__label" for="picture">{words.picture_choose}</label>
                        <input
                            class="field__file"
                            type="file"
                            id="picture"
                            name="picture"
                            accept="image/png,image/jpeg,image/webp"
                            aria-describedby="picture-hint"
                            required
                        />
                        <p class="field__hint" id="picture-hint">{words.picture_hint}</p>
                    </div>
                    <button class="button">{words.picture_upload}</button>
                </form>
            </div>
            {has_picture
                .then(|| {
                    view! {
                        <form method="post" action=RemoveAssistantPicture::PATH on:submit=remove>
                            <input type="hidden" name="id" value=id/>
                            {removal.view_as("")}
                            <button class="button" aria-busy=removal.busy()>{words.picture_remove}</button>
                        </form>
                    }
                })}
        </section>
    }
}
