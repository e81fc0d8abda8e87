//! `/admin/groups`.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{Group, Page, Permission, Session};

use crate::{
    address::with_query,
    admin::subject::{Subject, if_permitted},
    api::groups::load_groups,
    language::use_words,
    session::use_session,
    ui::{
        area::PageHead,
        moment::Moment,
        table::{Cell, Table},
    },
};

type FoundGroups = Page<Group>;

/// The groups.
#[component]
pub fn GroupsPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let query = use_query_map();
    let after = Memo::new(move |_| {
        query.with(|query| query.get_str("after").unwrap_or_default().to_owned())
    });
    let found = Resource::new_blocking(
        move || after.get(),
        move |after| if_permitted(session, Permission::GroupsRead, || load_groups(after)),
    );
    view! {
        <Subject
            what=found
            view=move |page: FoundGroups, session: Session| {
                let makes = session.permissions.contains(Permission::GroupsWrite);
                let is_first = after.get_untracked().is_empty();
                view! {
                    <PageHead title=words.groups lead=words.groups_lead/>
                    {makes
                        .then(|| view! {
                            <div class="panel__row">
                                <a class="button" data-tone="primary" href="/admin/groups/new">{words.group_new}</a>
                            </div>
                        })}
                    <List page is_first/>
                }
            }
        />
    }
}

#[component]
fn List(page: Page<Group>, is_first: bool) -> impl IntoView {
    let words = use_words();
    if page.items.is_empty() {
        return Either::Left(view! { <p class="panel__note">{words.groups_empty}</p> });
    }
    let columns = vec![
        words.group,
        words.description,
        words.group_members,
        words.created,
    ];
    let rows = page.items.into_iter().map(|group| {
        view! {
            <tr>
                <Cell heading=words.group>
                    <a href=format!("/admin/groups/{}", group.id)>{group.name}</a>
                </Cell>
                <Cell heading=words.description>{group.description}</Cell>
                <Cell heading=words.group_members>{group.members}</Cell>
                <Cell heading=words.created><Moment at=group.created_at/></Cell>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let next = page.next.map(|next| {
        let link = with_query("/admin/groups", &[("after", &next)]);
        view! { <a class="button" href=link rel="next">{words.next_page}</a> }
    });
    let first = (!is_first)
        .then(|| view! { <a class="button" href="/admin/groups">{words.first_page}</a> });
    Either::Right(view! {
        <Table label=words.groups columns>{rows}</Table>
        <div class="panel__row">{first} {next}</div>
    })
}
