//! `/admin/users/{id}`: one person, what they may do, how they get in, and what can be done about it;
//! `/admin/users/new`, where an account is made.

mod acts;
mod new;

use leptos::{either::Either, html, prelude::*};
use leptos_router::hooks::use_params_map;
use model::{Permission, PersonDetail, Session};
use server_fn::ServerFn;

pub use new::NewUserPage;

use crate::{
    admin::{
        choices::{GroupBoxes, RoleBoxes},
        form::sends,
        known::{Known, WithKnown, use_known},
        subject::{Subject, if_permitted},
    },
    api::people::{SetPersonGroups, SetPersonRoles, load_person},
    error::AppError,
    language::use_words,
    session::use_session,
    ui::{area::PageHead, moment::Moment, shown_anew::show_anew, submission::Submission},
};

type Detail = Resource<Result<PersonDetail, AppError>>;

/// One person.
#[component]
pub fn UserPage() -> impl IntoView {
    let session = use_session();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get_str("id").unwrap_or_default().to_owned())
    });
    let detail = Resource::new_blocking(
        move || id.get(),
        move |id| if_permitted(session, Permission::UsersRead, || load_person(id)),
    );
    let known = use_known(session);
    view! {
        <Subject
            what=detail
            view=move |person: PersonDetail, session: Session| {
                let itself = session.account.as_ref().is_some_and(|account| account.id == person.person.id);
                let (of_roles, of_groups) = (person.clone(), person.clone());
                let (for_roles, for_groups) = (session.clone(), session.clone());
                view! {
                    <PageHead title=String::from(person.person.name.clone())/>
                    <Facts person=person.clone() session=session.clone()/>
                    {itself.then(|| view! { <p class="notice">{use_words().person_is_you} " " <a href="/settings">{use_words().settings}</a></p> })}
                    <WithKnown
                        known
                        view=move |known: Known| {
                            view! { <Roles person=of_roles.clone() session=for_roles.clone() known detail/> }
                        }
                    />
                    <WithKnown
                        known
                        view=move |known: Known| {
                            view! { <Groups person=of_groups.clone() session=for_groups.clone() known detail/> }
                        }
                    />
                    <acts::Access person detail/>
                }
            }
        />
    }
}

/// What there is to know.
#[component]
fn Facts(person: PersonDetail, session: Session) -> impl IntoView {
    let words = use_words();
    let PersonDetail { person: line, .. } = person.clone();
    let mut ways = Vec::new();
    if person.has_password {
        ways.push(words.way_password.to_owned());
    }
    if person.passkeys > 0 {
        ways.push(words.way_passkeys(&person.passkeys.to_string()));
    }
    if person.totp {
        ways.push(words.way_totp.to_owned());
    }
    ways.extend(person.providers);
    let ways = if ways.is_empty() {
        words.ways_none.to_owned()
    } else {
        ways.join(" · ")
    };
    let may: Vec<&str> = person
        .permissions
        .iter()
        .map(|permission| words.permission(permission))
        .collect();
    let may = if may.is_empty() {
        words.person_may_nothing.to_owned()
    } else {
        may.join(" · ")
    };
    let seen = match line.seen_at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(words.never),
    };
    let reads_log = session.permissions.contains(Permission::AuditRead);
    let id = line.id;
    let log = reads_log.then(|| view! {
        <div class="panel__row">
            <a class="button" href=format!("/admin/audit?person={id}")>{words.person_audit}</a>
            <a class="button" href=format!("/admin/audit?object={id}")>{words.person_audit_about}</a>
        </div>
    });
    let keys = view! {
        <div class="panel__row">
            <a class="button" href=format!("/admin/keys?person={id}")>{words.settings_keys}</a>
        </div>
    };
    let reads_usage = session.permissions.contains(Permission::UsageRead);
    let used = reads_usage.then(|| {
        view! {
            <div class="panel__row">
                <a class="button" href=format!("/admin/usage?person={id}&by=key")>{words.usage}</a>
            </div>
        }
    });
    view! {
        <section class="panel">
            <dl class="facts">
                <div><dt>{words.email}</dt><dd>{String::from(line.email)}</dd></div>
                <div><dt>{words.state}</dt><dd>{words.person_state(line.state)}</dd></div>
                <div><dt>{words.rank}</dt><dd>{line.rank.get()}</dd></div>
                <div><dt>{words.sign_in_ways}</dt><dd>{ways}</dd></div>
                <div><dt>{words.open_sessions}</dt><dd>{person.sessions}</dd></div>
                <div><dt>{words.valid_keys}</dt><dd>{person.api_keys}</dd></div>
                <div><dt>{words.joined}</dt><dd><Moment at=line.created_at/></dd></div>
                <div><dt>{words.seen}</dt><dd>{seen}</dd></div>
                <div><dt>{words.person_may}</dt><dd>{may}</dd></div>
            </dl>
            {log}
            {keys}
            {used}
        </section>
    }
}

#[component]
fn Roles(person: PersonDetail, session: Session, known: Known, detail: Detail) -> impl IntoView {
    let words = use_words();
    let has: Vec<_> = person.person.roles.iter().map(|role| role.id).collect();
    let form = if person.can_grant && !known.roles.is_empty() {
        let submission = Submission::new(&[]);
        let save = sends::<SetPersonRoles>(submission, move |()| detail.refetch());
        let id = person.person.id.to_string();
        let form = NodeRef::<html::Form>::new();
        show_anew(form, id.clone());
        Either::Left(view! {
            <form class="form" method="post" action=SetPersonRoles::PATH node_ref=form on:submit=save>
                <input type="hidden" name="id" value=id/>
                {submission.view()}
                <RoleBoxes name="roles[]" known session has/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        })
    } else {
        let names = person
            .person
            .roles
            .iter()
            .map(|role| words.role_name(role.id, &role.name));
        let names: Vec<String> = names.collect();
        let names = if names.is_empty() {
            words.roles_none.to_owned()
        } else {
            names.join(" · ")
        };
        Either::Right(view! {
            <p>{names}</p>
            <p class="panel__note">{words.person_roles_out_of_reach}</p>
        })
    };
    view! {
        <section class="panel" aria-labelledby="roles-heading">
            <h2 id="roles-heading">{words.roles}</h2>
            {form}
        </section>
    }
}

#[component]
fn Groups(person: PersonDetail, session: Session, known: Known, detail: Detail) -> impl IntoView {
    let words = use_words();
    let may_write = session.permissions.contains(Permission::GroupsWrite) && person.can_write;
    let has: Vec<_> = person.groups.iter().map(|group| group.id).collect();
    let form = if may_write {
        let submission = Submission::new(&[]);
        let save = sends::<SetPersonGroups>(submission, move |()| detail.refetch());
        let id = person.person.id.to_string();
        let form = NodeRef::<html::Form>::new();
        show_anew(form, id.clone());
        Either::Left(view! {
            <form class="form" method="post" action=SetPersonGroups::PATH node_ref=form on:submit=save>
                <input type="hidden" name="id" value=id/>
                {submission.view()}
                <GroupBoxes name="groups[]" groups=known.groups has/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        })
    } else {
        let names: Vec<String> = person.groups.into_iter().map(|group| group.name).collect();
        Either::Right(view! {
            <p>{names.join(" · ")}</p>
            <p class="panel__note">{words.person_groups_out_of_reach}</p>
        })
    };
    view! {
        <section class="panel" aria-labelledby="groups-heading">
            <h2 id="groups-heading">{words.groups}</h2>
            {form}
        </section>
    }
}
