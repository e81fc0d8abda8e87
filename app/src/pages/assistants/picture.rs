//! The image that stands for an assistant.

use leptos::prelude::*;
use model::AssistantView;
use server_fn::ServerFn;

use crate::{
    admin::form::sends_quietly,
    api::assistants::RemoveAssistantPicture,
    browser,
    chat::beginning::Sign,
    language::use_words,
    ui::{picture::PictureUpload, submission::Submission},
};

/// Gives it one, or takes that away.
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
                <PictureUpload action=address/>
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
