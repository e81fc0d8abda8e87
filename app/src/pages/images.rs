//! `/images`: images from words or from an image, and those that were made.

mod edit;
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
        lightbox::Lightbox,
        list::MakingList,
        makings::Makings,
        press::Press,
        typed::Typed,
        wanted::{Beginning, Wanted, first_form, follow_address, load_beginning},
    },
};
use form::ImageForm;

/// The page.
#[component]
pub fn ImagesPage() -> impl IntoView {
    let words = use_words();
    let wanted = Wanted::now();
    let asked = wanted.clone();
    let found = Resource::new_blocking(|| (), move |()| load_beginning("image", asked.clone()));
    view! {
        <Title text=format!("{} · {}", words.images, words.product)/>
        <Header>
            <h1 class="topbar__title">{words.images}</h1>
        </Header>
        <Loaded
            what=found
            view=move |beginning: Beginning, _session: Session| {
                view! { <Images beginning wanted=wanted.clone()/> }
            }
        />
    }
}

#[component]
fn Images(beginning: Beginning, wanted: Wanted) -> impl IntoView {
    let words = use_words();
    let Beginning { view: found, again } = beginning;
    let typed = Typed::new(first_form("image", again.as_ref(), &wanted));
    let makings = Makings::new(JobKind::Image, found.makings);
    let press = Press::new(makings, problem_in_query().map(AppError::new));
    let desk = Desk {
        makings,
        press,
        now: RwSignal::new(None),
        shown: RwSignal::new(None),
        use_again: Callback::new(move |wish: Wish| typed.fill(WishForm::of(&wish))),
        path: "/images",
    };
    desk.provide();
    keep_draft(typed, wanted);
    follow_address(typed);
    view! {
        <div class="works" id="main" tabindex="-1">
            <ImageForm typed offers=found.offers.images submission=found.submission/>
            <MakingList empty=words.images_empty/>
        </div>
        <Lightbox shown=desk.shown works=makings.works() deleted=move |id| makings.drop_work(id)/>
    }
}
