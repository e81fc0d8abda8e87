//! `/library?shelf=deleted`: what was deleted and can be brought back, and freeing the room that it takes.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::{LibraryDiscarded, Page, Session};
use server_fn::ServerFn;

use super::{PATH, TRASH, storage::Storage};
use crate::{
    address::with_query,
    admin::form::sends_quietly,
    api::{
        files::load_storage,
        library::{EraseAllThings, EraseThing, RestoreThing, load_discarded},
    },
    browser,
    chat::header::Header,
    error::AppError,
    language::use_words,
    ui::{
        confirm::Confirm,
        loaded::Loaded,
        moment::Moment,
        notice::{Notice, problem_in_query},
        submission::Submission,
        visible::visible,
    },
    works::words::bytes,
};

type Found = Page<LibraryDiscarded>;

/// The page.
#[component]
pub fn Trash() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get("after").unwrap_or_default()));
    let found = Resource::new_blocking(move || after.get(), load_discarded);
    let storage = Resource::new_blocking(|| (), |()| load_storage());
    // What has become of what, for who does not see it go.
    let told = RwSignal::new(None::<String>);
    let changed = Callback::new(move |what: String| {
        told.set(Some(what));
        found.refetch();
        storage.refetch();
    });
    Effect::new(move |_| {
        found.track();
        if told.with_untracked(Option::is_some) {
            // Of the last line nothing is left to stand on.
            browser::after_layout(|| browser::focus_where_lost("main"));
        }
    });
    view! {
        <Title text=format!("{} · {}", words.library_trash, words.product)/>
        <Header>
            <a class="topbar__title minutes__back" href=PATH>{words.library}</a>
        </Header>
        <div class="library" id="main" tabindex="-1">
            <div class="library__column">
                <div class="library__head">
                    <div>
                        <h1>{words.library_trash}</h1>
                        <p class="panel__note">{words.library_trash_lead}</p>
                    </div>
                    <Storage storage/>
                </div>
                <p class="visually-hidden" role="status">{move || told.get()}</p>
                <Notice error=Signal::stored(problem_in_query().map(AppError::new))/>
                <Loaded
                    what=found
                    view=move |page: Found, _session: Session| {
                        let is_first = after.get_untracked().is_empty();
                        view! { <Discarded page is_first changed/> }
                    }
                />
            </div>
        </div>
    }
}

#[component]
fn Discarded(page: Found, is_first: bool, changed: Callback<String>) -> impl IntoView {
    let words = use_words();
    let first = (!is_first).then(|| {
        let link = with_query(PATH, &[("shelf", TRASH)]);
        view! { <a class="button library__more" href=link>{words.first_page}</a> }
    });
    if page.items.is_empty() {
        return Either::Left(view! {
            <p class="makings__empty">{words.library_trash_none}</p>
            {first}
        });
    }
    let emptying = Submission::new(&[]);
    let empty = sends_quietly::<EraseAllThings>(emptying, move |_| {
        changed.run(words.library_trash_none.to_owned());
    });
    let next = page.next.map(|after| {
        let link = with_query(PATH, &[("shelf", TRASH), ("after", &after)]);
        view! { <a class="button library__more" href=link rel="next">{words.next_page}</a> }
    });
    let lines = page
        .items
        .into_iter()
        .map(|thing| view! { <Line thing changed/> })
        .collect_view();
    Either::Right(view! {
        <ul class="discarded" aria-label=words.library_trash>{lines}</ul>
        <nav class="panel__row" aria-label=words.library_trash>{first} {next}</nav>
        <Confirm label=words.library_trash_empty question=words.library_trash_empty_question>
            <form method="post" action=EraseAllThings::PATH on:submit=empty>
                {emptying.view_as("")}
                <button class="button" data-tone="danger" aria-busy=emptying.busy()>{words.delete_for_good}</button>
            </form>
        </Confirm>
    })
}

#[component]
fn Line(thing: LibraryDiscarded, changed: Callback<String>) -> impl IntoView {
    let words = use_words();
    let (restoring, erasing) = (Submission::new(&[]), Submission::new(&[]));
    let restored = words.library_restored(&thing.name);
    let restore = sends_quietly::<RestoreThing>(restoring, move |()| changed.run(restored.clone()));
    let erased = words.library_erased(&thing.name);
    let erase = sends_quietly::<EraseThing>(erasing, move |()| changed.run(erased.clone()));
    let id = thing.id.to_string();
    let size = (thing.bytes > 0).then(|| view! { <span>{bytes(thing.bytes)}</span> });
    view! {
        <li class="discarded__thing">
            <div class="discarded__about">
                <p class="discarded__name"><bdi>{visible(thing.name.clone())}</bdi></p>
                <p class="discarded__facts">
                    <span>{words.library_kind(thing.kind)}</span>
                    {size}
                    <Moment at=thing.deleted_at/>
                </p>
                {restoring.view_as("")}
                {erasing.view_as("")}
            </div>
            <form method="post" action=RestoreThing::PATH on:submit=restore>
                <input type="hidden" name="id" value=id.clone()/>
                <button
                    class="button"
                    aria-label=format!("{}: {}", words.restore, thing.name)
                    aria-busy=restoring.busy()
                >
                    {words.restore}
                </button>
            </form>
            <Confirm label=words.delete_for_good of=thing.name.clone() question=words.library_erase_question>
                <form method="post" action=EraseThing::PATH on:submit=erase>
                    <input type="hidden" name="id" value=id/>
                    <button class="button" data-tone="danger" aria-busy=erasing.busy()>{words.delete_for_good}</button>
                </form>
            </Confirm>
        </li>
    }
}
