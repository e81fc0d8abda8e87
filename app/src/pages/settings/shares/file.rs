//! A file that a link is to be made to, where the address names one.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{AttachmentKind, FileId, Session, Shareable, SharedFile};

use super::Found;
use crate::{
    api::shares::preview_shared_file,
    error::AppError,
    language::use_words,
    ui::loaded::Loaded,
    works::{share::ShareBox, words::bytes},
};

/// The file, and what a link to it would show.
type Previewed = Option<(FileId, SharedFile)>;

/// What a link to the file would show, and making one.
#[component]
pub fn FileToShare(
    /// The links, which there is one more of then.
    found: Found,
) -> impl IntoView {
    let query = use_query_map();
    let file =
        Memo::new(move |_| query.with(|query| query.get_str("file")?.parse::<FileId>().ok()));
    let preview = Resource::new_blocking(
        move || file.get(),
        |id| async move {
            match id {
                Some(id) => Ok(Some((id, preview_shared_file(id.to_string()).await?))),
                None => Ok::<_, AppError>(None),
            }
        },
    );
    view! {
        <Loaded
            what=preview
            view=move |preview: Previewed, _session: Session| {
                preview.map(|(id, file)| view! { <NewLink id file found/> })
            }
        />
    }
}

#[component]
fn NewLink(id: FileId, file: SharedFile, found: Found) -> impl IntoView {
    let words = use_words();
    let title = words.share_conversation_title(&file.name);
    let facts = format!("{} · {}", words.one_file(file.medium()), bytes(file.bytes));
    // Unlike pictures, films and sound, documents are kept to the letter.
    let is_document = AttachmentKind::of_mime(&file.mime) == Some(AttachmentKind::Document);
    let warning = is_document.then(|| view! { <p class="panel__note">{words.share_document}</p> });
    view! {
        <section class="panel" aria-labelledby="new-file-link">
            <h2 id="new-file-link">{title}</h2>
            <p class="panel__note">
                {facts} " "
                <a href=format!("/files/{id}") target="_blank" rel="external noopener">{words.share_look_file}</a>
            </p>
            {warning}
            <ShareBox thing=Shareable::File(id) done=move || found.refetch()/>
        </section>
    }
}
