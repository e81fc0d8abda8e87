//! `/`: a conversation that has not begun.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::Asked;

use super::frame::{JustAsked, LoadFailed, PageOffer};
use crate::{
    api::{conversations::load_draft, generation::Offer},
    chat::{
        attachments::{Attaching, Offered},
        composer::{Composer, Writing},
        empty::Greeting,
        header::Header,
        sidebar::Sidebar,
        transcript::PendingQuestion,
    },
    error::AppError,
    language::use_words,
    ui::notice::{Notice, problem_in_query},
};

/// A greeting and the composer.
#[component]
pub fn NewConversationPage() -> impl IntoView {
    let words = use_words();
    let PageOffer(offer) = expect_context();
    let draft = Resource::new_blocking(|| (), |()| load_draft());
    view! {
        <Title text=words.product/>
        <Suspense>
            {move || Suspend::new(async move {
                match offer.await {
                    // A draft that can't be read must not keep anyone from writing.
                    Ok(offer) => {
                        let draft = draft.await.unwrap_or_default();
                        Either::Left(view! { <NewConversation offer draft/> })
                    }
                    Err(error) => Either::Right(view! { <LoadFailed error/> }),
                }
            })}
        </Suspense>
    }
}

#[component]
fn NewConversation(offer: Offer, draft: String) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let JustAsked(just_asked) = expect_context();
    let (text, model) = (RwSignal::new(draft), RwSignal::new(offer.default.clone()));
    let offered = Offered::new(offer.models.clone(), offer.attaches);
    let writing = Writing {
        conversation: None,
        text,
        model,
        attaching: Attaching::new(offered, model, text),
        pending: RwSignal::new(None),
        problem: RwSignal::new(problem_in_query().map(AppError::new)),
        is_generating: Signal::stored(false),
    };
    let navigate = use_navigate();
    let asked = move |asked: Asked| {
        let path = format!("/c/{}", asked.conversation);
        just_asked.set_value(Some(asked));
        sidebar.reload();
        navigate(&path, NavigateOptions::default());
    };
    view! {
        <Header>
            <span class="topbar__title">{words.new_chat}</span>
        </Header>
        <div class="conversation-view" data-empty=move || writing.pending.with(Option::is_none).then_some("true")>
            <div class="transcript" id="main" tabindex="-1">
                <div class="transcript__column">
                    {move || match writing.pending.get() {
                        Some(text) => Either::Left(view! { <PendingQuestion text/> }),
                        None => Either::Right(view! { <Greeting text=writing.text/> }),
                    }}
                </div>
            </div>
            <div class="dock">
                <Notice error=writing.problem/>
                <Composer writing offer asked/>
            </div>
        </div>
    }
}
