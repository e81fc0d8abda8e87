//! `/s/{token}`: one thing that somebody shared, to look at without an account.

mod conversation;
mod file;

use leptos::{either::EitherOf6, prelude::*};
use leptos_meta::{Meta, Title};
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{FailureCode, Millis, Shared, SharedContent, SharedTranscript, SharedWork};

use super::{
    chat::LoadFailed,
    transcripts::{NotesInFull, clock},
};
use crate::{
    api::shares::open_share,
    language::use_words,
    session::use_session,
    ui::{
        icon::{Glyph, Icon, Mark},
        moment::Moment,
        visible::visible,
    },
    works::large::Large,
};
use conversation::Conversation;
use file::File;

/// The page.
#[component]
pub fn SharedPage() -> impl IntoView {
    let words = use_words();
    let token = use_params_map().with_untracked(|params| params.get("token").unwrap_or_default());
    let file = format!("/s/{token}/file");
    // Each page of a conversation is loaded by itself.
    let from = use_query_map()
        .with_untracked(|query| query.get_str("from").unwrap_or_default().to_owned());
    let path = format!("/s/{token}");
    let found = Resource::new_blocking(
        move || (token.clone(), from.clone()),
        |(token, from)| open_share(token, from),
    );
    let session = use_session();
    view! {
        <Meta name="robots" content="noindex, nofollow"/>
        <main class="shared">
            <Suspense>
                {move || {
                    let (file, path) = (file.clone(), path.clone());
                    Suspend::new(async move {
                        // Times are written by the reader's clock.
                        drop(session.await);
                        match found.await {
                            Ok(Shared { content: SharedContent::Work(work), expires_at }) => {
                                EitherOf6::A(view! { <Work work file/> <Foot expires_at/> })
                            }
                            Ok(Shared { content: SharedContent::Transcript(transcript), expires_at }) => {
                                EitherOf6::B(view! { <Transcript transcript=*transcript/> <Foot expires_at/> })
                            }
                            Ok(Shared { content: SharedContent::Conversation(conversation), expires_at }) => {
                                EitherOf6::E(view! { <Conversation conversation=*conversation path/> <Foot expires_at/> })
                            }
                            Ok(Shared { content: SharedContent::File(shared), expires_at }) => {
                                EitherOf6::F(view! {
                                    <File shared source=file/>
                                    <Foot expires_at said=words.shared_with/>
                                })
                            }
                            Err(error) if error.code == FailureCode::NotFound => EitherOf6::C(view! { <Gone/> }),
                            Err(error) => EitherOf6::D(view! { <Title text=words.product/> <LoadFailed error/> }),
                        }
                    })
                }}
            </Suspense>
        </main>
    }
}

/// A link that never was, has ended or was taken back: nobody learns which.
#[component]
fn Gone() -> impl IntoView {
    let words = use_words();
    #[cfg(feature = "ssr")]
    crate::glue::page_status(FailureCode::NotFound);
    view! {
        <Title text=format!("{} · {}", words.shared_gone_title, words.product)/>
        <section class="empty">
            <Mark/>
            <h1>{words.shared_gone_title}</h1>
            <p>{words.shared_gone}</p>
        </section>
    }
}

#[component]
fn Work(work: SharedWork, file: String) -> impl IntoView {
    let words = use_words();
    let kind = words.one_work(work.medium);
    view! {
        <Title text=format!("{kind} · {}", words.product)/>
        <h1 class="shared__title">{kind}</h1>
        <div class="shared__stage">
            <Large medium=work.medium source=file.clone() prompt=work.prompt.clone() pixels=work.pixels/>
        </div>
        <p class="shared__prompt">{work.prompt}</p>
        <p class="shared__facts">
            <span>{work.model}</span>
            <Moment at=work.created_at/>
            <a class="icon-button" data-labelled="true" href=file download="" rel="external">
                <Glyph icon=Icon::Download/>
                {words.download_work}
            </a>
        </p>
    }
}

#[component]
fn Transcript(transcript: SharedTranscript) -> impl IntoView {
    let words = use_words();
    let SharedTranscript {
        title,
        language,
        duration_ms,
        created_at,
        speakers,
        sentences,
        notes,
    } = transcript;
    let mut facts = vec![clock(duration_ms)];
    if !language.is_empty() {
        facts.push(words.spoken_language(&language));
    }
    let mut before = None;
    let said = sentences
        .into_iter()
        .map(|sentence| {
            let is_other = sentence.speaker != before;
            before = sentence.speaker;
            let speaker = sentence.speaker.filter(|_| is_other);
            let speaker = speaker.map(|id| words.speaker_name(&speakers, id));
            view! {
                <li class="shared__sentence">
                    {speaker.map(|name| view! { <p class="shared__speaker">{visible(name)}</p> })}
                    <p><span class="shared__moment">{clock(sentence.begin_ms)}</span> " " {visible(sentence.text)}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <Title text=format!("{title} · {}", words.product)/>
        <h1 class="shared__title">{visible(title)}</h1>
        <p class="shared__facts"><span>{facts.join(" · ")}</span> <Moment at=created_at/></p>
        <NotesInFull notes/>
        <section class="shared__text" aria-labelledby="said">
            <h2 id="said">{words.transcript_text}</h2>
            <ol class="shared__sentences">{said}</ol>
        </section>
    }
}

/// How long it is to be seen, and by what it was made.
#[component]
fn Foot(
    expires_at: Option<Millis>,
    /// Instead of saying that it was made here.
    #[prop(optional)]
    said: Option<&'static str>,
) -> impl IntoView {
    let words = use_words();
    let said = said.unwrap_or(words.shared_made_with);
    view! {
        <footer class="shared__foot">
            {expires_at.map(|at| view! { <p>{words.shared_until} " " <Moment at/></p> })}
            <p><a href="/" rel="external">{said}</a></p>
        </footer>
    }
}
