//! `/admin/roles`.

use leptos::prelude::*;
use model::{Permission, Role, Session};

use crate::{
    admin::subject::{Subject, if_permitted},
    api::roles::load_roles,
    language::use_words,
    session::use_session,
    ui::{
        area::PageHead,
        table::{Cell, Table},
    },
};

type FoundRoles = Vec<Role>;

/// The roles, the highest first.
#[component]
pub fn RolesPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let found = Resource::new_blocking(
        || (),
        move |()| if_permitted(session, Permission::RolesRead, load_roles),
    );
    view! {
        <Subject
            what=found
            view=move |roles: FoundRoles, session: Session| {
                let makes = session.permissions.contains(Permission::RolesWrite);
                let columns = vec![words.role, words.description, words.rank, words.role_people, words.second_factor];
                let rows = roles.into_iter().map(|role| view! { <Row role/> }).collect_view();
                view! {
                    <PageHead title=words.roles lead=words.roles_lead/>
                    {makes
                        .then(|| view! {
                            <div class="panel__row">
                                <a class="button" data-tone="primary" href="/admin/roles/new">{words.role_new}</a>
                            </div>
                        })}
                    <Table label=words.roles columns>{rows}</Table>
                }
            }
        />
    }
}

#[component]
fn Row(role: Role) -> impl IntoView {
    let words = use_words();
    let name = words.role_name(role.id, &role.name);
    let purpose = words.role_purpose(&role);
    let factor = if role.requires_second_factor {
        words.role_requires_factor
    } else {
        "—"
    };
    view! {
        <tr>
            <Cell heading=words.role>
                <a href=format!("/admin/roles/{}", role.id)>{name}</a>
                {role.built_in.then(|| view! { <span class="badge" data-tone="calm">{words.role_built_in}</span> })}
            </Cell>
            <Cell heading=words.description>{purpose}</Cell>
            <Cell heading=words.rank>{role.rank.get()}</Cell>
            <Cell heading=words.role_people>{role.people}</Cell>
            <Cell heading=words.second_factor>{factor}</Cell>
        </tr>
    }
}
