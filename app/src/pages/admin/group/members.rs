//! Who is in a group; taking people in, found by a word, and out.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{BulkOutcome, GroupId, Page, Permission, Person, UserId};
use serde::{Deserialize, Serialize};
use server_fn::ServerFn;

use crate::{
    address::with_query,
    admin::{
        choices::Tick,
        filters::SearchField,
        form::sends_quietly,
        outcome::{OutcomeNotice, Told, told_in_query},
        subject::{SessionResource, if_permitted},
    },
    api::{
        groups::{AddMembers, RemoveMembers},
        people::{PeopleQuery, load_people},
    },
    error::AppError,
    language::use_words,
    ui::{part_failed::PartFailed, shown_anew::show_anew, submission::Submission},
};

/// The members on this page, and who else was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    members: Page<Person>,
    found: Option<Vec<Person>>,
}

type Loaded = Resource<Result<People, AppError>>;

/// Loads them, as the address says.
pub fn use_people(session: SessionResource, id: Memo<String>) -> Loaded {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let text = |name| query.with(|query| query.get_str(name).unwrap_or_default().to_owned());
        (id.get(), text("after"), text("find"))
    });
    Resource::new_blocking(
        move || asked.get(),
        move |(group, after, find)| {
            if_permitted(session, Permission::UsersRead, || load(group, after, find))
        },
    )
}

async fn load(group: String, after: String, find: String) -> Result<People, AppError> {
    let members = load_people(PeopleQuery {
        group: group.clone(),
        after,
        ..PeopleQuery::default()
    });
    let members = members.await?;
    let found = if find.trim().is_empty() {
        None
    } else {
        // In the same order: of those on the first page all members are on the first page of the members that fit.
        let here = load_people(PeopleQuery {
            group,
            search: find.clone(),
            ..PeopleQuery::default()
        });
        let here: Vec<UserId> = here.await?.items.iter().map(|person| person.id).collect();
        let found = load_people(PeopleQuery {
            search: find,
            ..PeopleQuery::default()
        });
        let mut found = found.await?.items;
        found.retain(|person| !here.contains(&person.id));
        Some(found)
    };
    Ok(People { members, found })
}

/// The members.
#[component]
pub fn Members(id: GroupId, people: Loaded, can_write: bool) -> impl IntoView {
    let words = use_words();
    let told = RwSignal::new(told_in_query());
    view! {
        <section class="panel" aria-labelledby="members-heading">
            <h2 id="members-heading">{words.group_members}</h2>
            <Transition>
                {move || Suspend::new(async move {
                    match people.await {
                        Ok(listed) => {
                            Either::Left(view! { <Listed id listed people told can_write/> })
                        }
                        Err(error) => {
                            let again = Callback::new(move |()| people.refetch());
                            Either::Right(view! { <PartFailed error again/> })
                        }
                    }
                })}
            </Transition>
        </section>
    }
}

#[component]
fn Listed(
    id: GroupId,
    listed: People,
    people: Loaded,
    told: RwSignal<Option<Told>>,
    can_write: bool,
) -> impl IntoView {
    let words = use_words();
    let all = listed
        .members
        .items
        .iter()
        .chain(listed.found.iter().flatten());
    let names: Vec<(UserId, String)> = all
        .map(|person| (person.id, person.name.as_str().to_owned()))
        .collect();
    let path = format!("/admin/groups/{id}");
    let next = listed.members.next.map(|next| {
        let link = with_query(&path, &[("after", &next)]);
        view! { <a class="button" href=link rel="next">{words.next_page}</a> }
    });
    let is_first = use_query_map()
        .with_untracked(|query| query.get_str("after").unwrap_or_default().is_empty());
    let first =
        (!is_first).then(|| view! { <a class="button" href=path.clone()>{words.first_page}</a> });
    let members = listed.members.items;
    let list = if members.is_empty() {
        Either::Left(view! { <p class="panel__note">{words.group_members_none}</p> })
    } else if can_write {
        Either::Right(Either::Left(view! { <Remove id members people told/> }))
    } else {
        let members = members
            .into_iter()
            .map(|person| view! { <li>{line(&person)}</li> });
        Either::Right(Either::Right(
            view! { <ul class="members">{members.collect_view()}</ul> },
        ))
    };
    view! {
        <OutcomeNotice told names/>
        {list}
        <div class="panel__row">{first} {next}</div>
        {can_write.then(|| view! { <Find path/> })}
        {listed.found.filter(|_| can_write).map(|found| view! { <Add id found people told/> })}
    }
}

/// Who they are: ticks are for these, and for nobody who comes to stand in their place.
fn ids(people: &[Person]) -> String {
    let ids = people.iter().map(|person| person.id.to_string());
    ids.collect::<Vec<_>>().join(" ")
}

fn line(person: &Person) -> String {
    format!("{} · {}", person.name.as_str(), person.email.as_str())
}

#[component]
fn Find(path: String) -> impl IntoView {
    let words = use_words();
    let find = use_query_map()
        .with_untracked(|query| query.get_str("find").unwrap_or_default().to_owned());
    view! {
        <form class="filters" method="get" action=path role="search">
            <SearchField name="find" label=words.group_find value=find/>
            <button class="button">{words.search}</button>
        </form>
    }
}

#[component]
fn Add(
    id: GroupId,
    found: Vec<Person>,
    people: Loaded,
    told: RwSignal<Option<Told>>,
) -> impl IntoView {
    let words = use_words();
    if found.is_empty() {
        return Either::Left(view! { <p class="panel__note">{words.group_find_none}</p> });
    }
    let submission = Submission::new(&[]);
    let add = sends_quietly::<AddMembers>(submission, move |outcome: BulkOutcome| {
        told.set(Some(outcome.into()));
        people.refetch();
    });
    let form = NodeRef::new();
    show_anew(form, ids(&found));
    Either::Right(view! {
        <form class="form" method="post" action=AddMembers::PATH node_ref=form on:submit=add>
            <input type="hidden" name="id" value=id.to_string()/>
            <div class="checks">
                {found
                    .into_iter()
                    .map(|person| view! { <Tick name="people[]" value=person.id.to_string() label=line(&person)/> })
                    .collect_view()}
            </div>
            {submission.view()}
            <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.group_add}</button>
        </form>
    })
}

#[component]
fn Remove(
    id: GroupId,
    members: Vec<Person>,
    people: Loaded,
    told: RwSignal<Option<Told>>,
) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let remove = sends_quietly::<RemoveMembers>(submission, move |outcome: BulkOutcome| {
        told.set(Some(outcome.into()));
        people.refetch();
    });
    let form = NodeRef::new();
    show_anew(form, ids(&members));
    view! {
        <form class="form" method="post" action=RemoveMembers::PATH node_ref=form on:submit=remove>
            <input type="hidden" name="id" value=id.to_string()/>
            <div class="checks">
                {members
                    .into_iter()
                    .map(|person| view! { <Tick name="people[]" value=person.id.to_string() label=line(&person)/> })
                    .collect_view()}
            </div>
            {submission.view()}
            <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.group_remove}</button>
        </form>
    }
}
