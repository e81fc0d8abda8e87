//! `/admin/users`: who has an account, found by word, state, role and group, a page at a time, and what can be done with
//! many of them at once.

mod bulk;
mod filters;

use leptos::{either::Either, prelude::*};
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use model::{Page, Permission, Person, Session, UserId};

use crate::{
    address::with_query,
    admin::{
        known::{Known, WithKnown, use_known},
        outcome::{OutcomeNotice, told_in_query},
        subject::{Subject, if_permitted},
    },
    api::people::{PeopleQuery, load_people},
    language::use_words,
    session::use_session,
    ui::{
        area::PageHead,
        moment::Moment,
        shown_anew::show_anew_around,
        table::{Cell, Table},
    },
};
use bulk::{Bulk, CHOSEN};
use filters::Filters;

type FoundPeople = Page<Person>;

/// The list.
#[component]
pub fn UsersPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(asked));
    let found = Resource::new_blocking(
        move || asked.get(),
        move |asked| if_permitted(session, Permission::UsersRead, || load_people(asked)),
    );
    let known = use_known(session);
    let told = RwSignal::new(told_in_query());
    view! {
        <Subject
            what=found
            view=move |page: FoundPeople, session: Session| {
                let names = page.items.iter().map(|person| (person.id, person.name.as_str().to_owned()));
                let names: Vec<(UserId, String)> = names.collect();
                let acts = session.permissions.contains(Permission::UsersWrite) && !page.items.is_empty();
                let asked = asked.get_untracked();
                let filter = asked.clone();
                view! {
                    <PageHead title=words.people lead=words.people_lead/>
                    <Makes session/>
                    <WithKnown known view=move |known: Known| view! { <Filters asked=filter.clone() known/> }/>
                    <OutcomeNotice told names/>
                    <People page acts asked/>
                    {acts.then(|| view! { <Bulk told found/> })}
                }
            }
        />
    }
}

/// What the address asks for.
fn asked(query: &ParamsMap) -> PeopleQuery {
    let text = |name| query.get_str(name).unwrap_or_default().to_owned();
    PeopleQuery {
        search: text("search"),
        state: text("state"),
        role: text("role"),
        group: text("group"),
        after: text("after"),
    }
}

/// Ways to get more people.
#[component]
fn Makes(session: Session) -> impl IntoView {
    let words = use_words();
    let may = |permission| session.permissions.contains(permission);
    let create = may(Permission::UsersWrite)
        .then(|| view! { <a class="button" data-tone="primary" href="/admin/users/new">{words.person_new}</a> });
    let invite = may(Permission::UsersInvite)
        .then(|| view! { <a class="button" href="/admin/invitations">{words.person_invite}</a> });
    view! { <div class="panel__row">{create} {invite}</div> }
}

#[component]
fn People(page: Page<Person>, acts: bool, asked: PeopleQuery) -> impl IntoView {
    let words = use_words();
    if page.items.is_empty() {
        return Either::Left(view! {
            <p class="panel__note">{words.people_none} " " <a href="/admin/users">{words.filter_clear}</a></p>
        });
    }
    let columns = vec![
        words.name,
        words.state,
        words.roles,
        words.second_factor,
        words.seen,
    ];
    // What was ticked is not ticked for others, who stand there on another page or when some have gone.
    let ids = page.items.iter().map(|person| person.id.to_string());
    show_anew_around(CHOSEN, ids.collect::<Vec<_>>().join(" "));
    let rows = page
        .items
        .into_iter()
        .map(|person| view! { <Row person acts/> })
        .collect_view();
    let is_first = asked.after.is_empty();
    let link = move |after: &str| {
        let pairs = [
            ("search", asked.search.as_str()),
            ("state", &asked.state),
            ("role", &asked.role),
            ("group", &asked.group),
            ("after", after),
        ];
        with_query("/admin/users", &pairs)
    };
    let next = page
        .next
        .map(|next| view! { <a class="button" href=link(&next) rel="next">{words.next_page}</a> });
    let first =
        (!is_first).then(|| view! { <a class="button" href=link("")>{words.first_page}</a> });
    Either::Right(view! {
        <Table label=words.people columns>{rows}</Table>
        <nav class="panel__row" aria-label=words.next_page>{first} {next}</nav>
    })
}

#[component]
fn Row(person: Person, acts: bool) -> impl IntoView {
    let words = use_words();
    let name = String::from(person.name);
    let id = person.id.to_string();
    let choice = acts.then(|| {
        view! {
            <label class="choose" title=words.choose_person(&name)>
                <input
                    type="checkbox"
                    form=CHOSEN
                    name="people[]"
                    value=id.clone()
                    aria-label=words.choose_person(&name)
                />
            </label>
        }
    });
    let roles = person.roles.iter().map(|role| {
        view! { <span class="badge" data-tone="calm">{words.role_name(role.id, &role.name)}</span> }
    });
    let roles = roles.collect_view();
    let factor = if person.second_factor {
        words.has_second_factor
    } else {
        words.no_second_factor
    };
    let seen = match person.seen_at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(words.never),
    };
    view! {
        <tr>
            <Cell heading=words.name>
                {choice}
                <span class="who">
                    <a class="who__name" href=format!("/admin/users/{id}")>{name}</a>
                    <span class="who__address">{String::from(person.email)}</span>
                </span>
            </Cell>
            <Cell heading=words.state>{words.person_state(person.state)}</Cell>
            <Cell heading=words.roles>{roles}</Cell>
            <Cell heading=words.second_factor>{factor}</Cell>
            <Cell heading=words.seen>{seen}</Cell>
        </tr>
    }
}
