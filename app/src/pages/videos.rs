//! `/videos`: videos from words or from a first frame, and those that were made.

mod form;
mod offer;

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
use form::VideoForm;

/// The page.
#[component]
pub fn VideosPage() -> impl IntoView {
    let words = use_words();
    let wanted = Wanted::now();
    let asked = wanted.clone();
    let found = Resource::new_blocking(|| (), move |()| load_beginning("video", asked.clone()));
    view! {
        <Title text=format!("{} · {}", words.videos, words.product)/>
        <Header>
            <h1 class="topbar__title">{words.videos}</h1>
        </Header>
        <Loaded
            what=found
            view=move |beginning: Beginning, _session: Session| {
                view! { <Videos beginning wanted=wanted.clone()/> }
            }
        />
    }
}

#[component]
fn Videos(beginning: Beginning, wanted: Wanted) -> impl IntoView {
    let words = use_words();
    let Beginning { view: found, again } = beginning;
    let typed = Typed::new(first_form("video", again.as_ref(), &wanted));
    let makings = Makings::new(JobKind::Video, found.makings);
    Desk {
        makings,
        press: Press::new(makings, problem_in_query().map(AppError::new)),
        now: RwSignal::new(None),
        shown: RwSignal::new(None),
        use_again: Callback::new(move |wish: Wish| typed.fill(WishForm::of(&wish))),
        path: "/videos",
    }
    .provide();
    keep_draft(typed, wanted);
    follow_address(typed);
    view! {
        <div class="works" id="main" tabindex="-1">
            <VideoForm typed offers=found.offers.videos submission=found.submission/>
            <MakingList empty=words.videos_empty/>
        </div>
    }
}
