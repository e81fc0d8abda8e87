//! A page of makings: the form beside what was made.

use leptos::prelude::*;
use leptos_meta::Title;
use model::{JobKind, Offers, Session, Wish};

use super::{
    deleted::{DeletedToast, deleted_in_query},
    desk::Desk,
    draft::keep_draft,
    lightbox::{Deleted, Lightbox},
    list::MakingList,
    makings::Makings,
    press::Press,
    typed::Typed,
    wanted::{Beginning, Wanted, first_form, follow_address, load_beginning},
};
use crate::{
    api::works::WishForm,
    chat::header::Header,
    error::AppError,
    language::use_words,
    ui::{loaded::Loaded, notice::problem_in_query},
};

/// What tells one page of makings from another.
#[derive(Clone, Copy)]
pub struct Place {
    /// What is made there.
    pub kind: JobKind,
    /// Its path.
    pub path: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What stands where nothing was made yet.
    pub empty: &'static str,
    /// The form: with what is typed, what is on offer, and the submission's id for browsers without scripts.
    pub form: fn(Typed, Offers, String) -> AnyView,
}

/// The page.
#[component]
pub fn WorksPage(place: Place) -> impl IntoView {
    let words = use_words();
    let wanted = Wanted::now();
    let asked = wanted.clone();
    let kind = place.kind.as_str();
    let found = Resource::new_blocking(|| (), move |()| load_beginning(kind, asked.clone()));
    view! {
        <Title text=format!("{} · {}", place.title, words.product)/>
        <Header>
            <h1 class="topbar__title">{place.title}</h1>
        </Header>
        <Loaded
            what=found
            view=move |beginning: Beginning, _session: Session| {
                view! { <Works place beginning wanted=wanted.clone()/> }
            }
        />
    }
}

#[component]
fn Works(place: Place, beginning: Beginning, wanted: Wanted) -> impl IntoView {
    let Beginning { view: found, again } = beginning;
    let typed = Typed::new(first_form(place.kind.as_str(), again.as_ref(), &wanted));
    let makings = Makings::new(place.kind, found.makings);
    if let Some(at) = deleted_in_query() {
        makings.deleted.set(Some(at));
    }
    let path = place.path;
    let dropped = move |(id, at): Deleted| makings.drop_work(id, at);
    let toast = move || {
        view! { <DeletedToast deleted=makings.deleted page=path back=move |()| makings.restored()/> }
    };
    let desk = Desk {
        makings,
        press: Press::new(makings, problem_in_query().map(AppError::new)),
        now: RwSignal::new(None),
        shown: RwSignal::new(None),
        use_again: Callback::new(move |wish: Wish| typed.fill(WishForm::of(&wish))),
        path: place.path,
    };
    desk.provide();
    keep_draft(typed, wanted);
    follow_address(typed);
    let form = (place.form)(typed, found.offers, found.submission);
    // Only images are seen large.
    let large = (place.kind == JobKind::Image).then(|| {
        view! {
            <Lightbox
                shown=desk.shown
                works=makings.works()
                deleted=dropped
                toast=toast
            />
        }
    });
    view! {
        <div class="works" id="main" tabindex="-1">
            {form}
            <MakingList empty=place.empty/>
        </div>
        {large}
        {toast()}
    }
}
