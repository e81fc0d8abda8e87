//! `/speech`: texts that are spoken, and those that were.

mod form;
mod offer;
mod preview;

use leptos::prelude::*;
use leptos_meta::Title;
use model::{JobKind, Session, Wish};

use crate::{
    api::works::WishForm,
    chat::header::Header,
    error::AppError,
    language::use_words,
    ui::{loaded::Loaded, notice::problem_in_query},
    works::{
        desk::Desk,
        draft::keep_draft,
        list::MakingList,
        makings::Makings,
        press::Press,
        typed::Typed,
        wanted::{Beginning, Wanted, first_form, follow_address, load_beginning},
    },
};
use form::SpeechForm;

/// The page.
#[component]
pub fn SpeechPage() -> impl IntoView {
    let words = use_words();
    let wanted = Wanted::now();
    let asked = wanted.clone();
    let found = Resource::new_blocking(|| (), move |()| load_beginning("speech", asked.clone()));
    view! {
        <Title text=format!("{} · {}", words.speech, words.product)/>
        <Header>
            <h1 class="topbar__title">{words.speech}</h1>
        </Header>
        <Loaded
            what=found
            view=move |beginning: Beginning, _session: Session| {
                view! { <Speech beginning wanted=wanted.clone()/> }
            }
        />
    }
}

#[component]
fn Speech(beginning: Beginning, wanted: Wanted) -> impl IntoView {
    let words = use_words();
    let Beginning { view: found, again } = beginning;
    let typed = Typed::new(first_form("speech", again.as_ref(), &wanted));
    let makings = Makings::new(JobKind::Speech, found.makings);
    Desk {
        makings,
        press: Press::new(makings, problem_in_query().map(AppError::new)),
        now: RwSignal::new(None),
        shown: RwSignal::new(None),
        use_again: Callback::new(move |wish: Wish| typed.fill(WishForm::of(&wish))),
        path: "/speech",
    }
    .provide();
    keep_draft(typed, wanted);
    follow_address(typed);
    view! {
        <div class="works" id="main" tabindex="-1">
            <SpeechForm typed offers=found.offers.speech submission=found.submission/>
            <MakingList empty=words.speech_empty/>
        </div>
    }
}
