//! The files of a question that was asked.

use leptos::{either::EitherOf5, ev, prelude::*};
use model::{Attachment, AttachmentKind, Medium};

use crate::{
    language::use_words,
    ui::{
        dialog::Dialog,
        icon::{Glyph, Icon},
        visible::visible,
    },
    works::words::bytes,
};

/// The files, in their order; nothing where there are none.
#[component]
pub fn Attachments(attachments: Vec<Attachment>) -> impl IntoView {
    let words = use_words();
    (!attachments.is_empty()).then(|| {
        let shown = attachments.into_iter().map(|attachment| {
            view! { <li><One attachment/></li> }
        });
        view! { <ul class="handed" aria-label=words.attached>{shown.collect_view()}</ul> }
    })
}

#[component]
fn One(attachment: Attachment) -> impl IntoView {
    let words = use_words();
    let Attachment {
        file,
        ref name,
        bytes: size,
        is_gone,
        ..
    } = attachment;
    let (name, address) = (name.clone(), format!("/files/{file}"));
    let is_document = attachment.kind() == Some(AttachmentKind::Document);
    if is_gone {
        return EitherOf5::A(view! {
            <span class="handed__file" data-gone="true">
                <Glyph icon=Icon::Sheet/>
                <span class="handed__name">{visible(name)}</span>
                <span class="handed__told">{words.attachment_gone}</span>
            </span>
        });
    }
    match attachment.medium() {
        Some(Medium::Image) => EitherOf5::B(view! { <Picture attachment/> }),
        Some(Medium::Audio) => EitherOf5::C(view! {
            <figure class="handed__sound">
                <figcaption class="handed__name">{visible(name.clone())}</figcaption>
                <audio controls preload="none" src=address aria-label=name.clone()></audio>
            </figure>
        }),
        Some(Medium::Video) => EitherOf5::E(view! {
            <figure class="handed__sound">
                <figcaption class="handed__name">{visible(name.clone())}</figcaption>
                <video class="handed__film" controls preload="none" src=address aria-label=name.clone()></video>
            </figure>
        }),
        None => EitherOf5::D(view! {
            <a class="handed__file" href=address download=name.clone() rel="external">
                <Glyph icon=Icon::Sheet/>
                <span class="handed__name">{visible(name.clone())}</span>
                <span class="handed__told">{bytes(size)}</span>
            </a>
            {is_document.then(|| view! {
                <a
                    class="handed__read"
                    href=format!("/documents/{file}")
                    target="_blank"
                    rel="noopener"
                    aria-label=words.attachment_read(&name)
                >
                    {words.document_read}
                </a>
            })}
        }),
    }
}

/// A small picture that opens large: over the page, or in a tab of its own without scripts.
#[component]
fn Picture(attachment: Attachment) -> impl IntoView {
    let words = use_words();
    let open = RwSignal::new(false);
    let address = format!("/files/{}", attachment.file);
    let name = attachment.name.clone();
    let enlarge = move |event: ev::MouseEvent| {
        // Who wants a tab of its own gets one.
        if !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
            event.prevent_default();
            open.set(true);
        }
    };
    let (large, alt) = (address.clone(), name.clone());
    let enlarged = words.attachment_enlarge(&name);
    view! {
        <a
            class="handed__picture"
            href=address.clone()
            target="_blank"
            rel="noopener external"
            title=enlarged.clone()
            aria-label=enlarged
            on:click=enlarge
        >
            <img
                src=format!("{address}/thumbnail?side=256")
                alt=name
                width=attachment.width.map(|width| width.to_string())
                height=attachment.height.map(|height| height.to_string())
                loading="lazy"
            />
        </a>
        <Dialog open title=words.attachment_image>
            <img class="handed__large" src=large.clone() alt=alt.clone()/>
        </Dialog>
    }
}
