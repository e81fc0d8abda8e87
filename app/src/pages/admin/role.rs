//! `/admin/roles/{id}` and `/admin/roles/new`: what a role allows, and how high it stands. Built-in ones are only looked at,
//! but for the second factor.

use leptos::{either::EitherOf3, html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};
use model::{Permission, PermissionSet, Rank, Role, RoleDraft, RoleId, Session};
use server_fn::ServerFn;

use crate::{
    admin::{
        choices::Tick,
        form::sends,
        subject::{Subject, if_permitted},
    },
    api::roles::{CreateRole, DeleteRole, UpdateRole, load_role},
    error::{AppError, Field},
    language::{Words, use_words},
    session::use_session,
    ui::{
        area::PageHead,
        confirm::Confirm,
        lines::LinesField,
        shown_anew::show_anew,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

type Detail = Resource<Result<Role, AppError>>;

const FIELDS: &[Field] = &[Field::Name, Field::Description];

/// One role.
#[component]
pub fn RolePage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get_str("id").unwrap_or_default().to_owned())
    });
    let detail: Detail = Resource::new_blocking(
        move || id.get(),
        move |id| if_permitted(session, Permission::RolesRead, || load_role(id)),
    );
    view! {
        <Subject
            what=detail
            view=move |role: Role, session: Session| {
                let title = words.role_name(role.id, &role.name);
                let deletable = role.can_write && !role.built_in;
                let id = role.id;
                let form = if !role.can_write {
                    EitherOf3::A(view! { <Shown role note=words.role_out_of_reach/> })
                } else if role.built_in {
                    EitherOf3::B(view! { <BuiltInRole role detail/> })
                } else {
                    EitherOf3::C(view! { <Edit role session detail/> })
                };
                view! {
                    <PageHead title/>
                    {form}
                    {deletable.then(|| view! { <Delete id/> })}
                }
            }
        />
    }
}

/// What it is, for who can't change it.
#[component]
fn Shown(role: Role, note: &'static str) -> impl IntoView {
    let words = use_words();
    let factor = role
        .requires_second_factor
        .then(|| view! { <p>{words.role_requires_factor}</p> });
    let purpose = words.role_purpose(&role);
    view! {
        <section class="panel">
            <p>{purpose}</p>
            <p>{words.rank} ": " {role.rank.get()}</p>
            {factor}
            <dl class="facts">
                {role
                    .permissions
                    .iter()
                    .map(|permission| view! {
                        <div>
                            <dt>{words.permission(permission)}</dt>
                            <dd>{words.permission_meaning(permission)}</dd>
                        </div>
                    })
                    .collect_view()}
            </dl>
            <p class="panel__note">{note}</p>
        </section>
    }
}

#[component]
fn BuiltInRole(role: Role, detail: Detail) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let save = sends::<UpdateRole>(submission, move |()| detail.refetch());
    let (id, requires) = (role.id.to_string(), role.requires_second_factor);
    let form = NodeRef::<html::Form>::new();
    show_anew(form, id.clone());
    view! {
        <Shown role note=words.role_built_in_note/>
        <section class="panel">
            <form class="form" method="post" action=UpdateRole::PATH node_ref=form on:submit=save>
                <input type="hidden" name="id" value=id/>
                {submission.view()}
                <Factor requires/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </section>
    }
}

#[component]
fn Factor(requires: bool) -> impl IntoView {
    let words = use_words();
    view! {
        <Tick
            name="role[requires_second_factor]"
            value="true"
            label=words.role_requires_factor
            checked=requires
            hint=words.role_requires_factor_hint
        />
    }
}

#[component]
fn Edit(role: Role, session: Session, detail: Detail) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(FIELDS);
    let save = sends::<UpdateRole>(submission, move |()| detail.refetch());
    let id = role.id.to_string();
    // Only text and numbers: it can be written.
    let seen = serde_json::to_string(&RoleDraft::from(&role)).unwrap_or_default();
    let own = session.permissions;
    let form = NodeRef::<html::Form>::new();
    show_anew(form, id.clone());
    view! {
        <section class="panel">
            <form class="form" method="post" action=UpdateRole::PATH node_ref=form on:submit=save>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="seen" value=seen/>
                {submission.view()}
                <Fields role=Some(role) own submission/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </section>
    }
}

#[component]
fn Delete(id: RoleId) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let navigate = use_navigate();
    let delete = sends::<DeleteRole>(submission, move |()| {
        navigate("/admin/roles?done=1", NavigateOptions::default());
    });
    view! {
        <section class="panel">
            <Confirm label=words.role_delete question=words.role_delete_question>
                <form method="post" action=DeleteRole::PATH on:submit=delete>
                    <input type="hidden" name="id" value=id.to_string()/>
                    {submission.view()}
                    <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.role_delete}</button>
                </form>
            </Confirm>
        </section>
    }
}

/// A new role.
#[component]
pub fn NewRolePage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let allowed = Resource::new_blocking(
        || (),
        move |()| if_permitted(session, Permission::RolesWrite, || async { Ok(()) }),
    );
    view! {
        <Subject
            what=allowed
            view=move |(): (), session: Session| {
                view! {
                    <PageHead title=words.role_new lead=words.roles_lead/>
                    <New own=session.permissions/>
                    <p><a href="/admin/roles">{words.roles}</a></p>
                }
            }
        />
    }
}

#[component]
fn New(own: PermissionSet) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(FIELDS);
    let navigate = use_navigate();
    let create = sends::<CreateRole>(submission, move |id: RoleId| {
        navigate(
            &format!("/admin/roles/{id}?done=1"),
            NavigateOptions::default(),
        );
    });
    view! {
        <section class="panel">
            <form class="form" method="post" action=CreateRole::PATH on:submit=create>
                {submission.view()}
                <Fields role=None own submission/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.role_create}</button>
            </form>
        </section>
    }
}

#[component]
fn Fields(role: Option<Role>, own: PermissionSet, submission: Submission) -> impl IntoView {
    let words = use_words();
    let value = RwSignal::new;
    let (name, description) = role
        .as_ref()
        .map(|role| (role.name.clone(), role.description.clone()))
        .unwrap_or_default();
    let rank = value(role.as_ref().map_or(20, |role| role.rank.get()).to_string());
    let ranks = (i64::from(Rank::NONE.get()), i64::from(Rank::OWNER.get()));
    let requires = role
        .as_ref()
        .is_some_and(|role| role.requires_second_factor);
    let has = role.map(|role| role.permissions).unwrap_or_default();
    view! {
        <TextField
            name="role[name]"
            label=words.role_called
            kind=Kind::Line("off")
            value=value(name)
            problem=submission.problem_of(Field::Name)
        />
        <LinesField
            name="role[description]"
            label=words.description
            value=value(description)
            problem=submission.problem_of(Field::Description)
        />
        <TextField
            name="role[rank]"
            label=words.rank
            kind=Kind::Number
            value=rank
            hint=words.rank_hint
            problem=submission.problem_of_number(rank, ranks)
        />
        {areas(words)
            .into_iter()
            .map(|(area, permissions)| view! { <PermissionArea area permissions own has/> })
            .collect_view()}
        <Factor requires/>
    }
}

/// Permissions of one subject. Those that the reader lacks are not theirs to give and not shown, unless the role has them.
#[component]
fn PermissionArea(
    area: &'static str,
    permissions: &'static [Permission],
    own: PermissionSet,
    has: PermissionSet,
) -> impl IntoView {
    let words = use_words();
    let offered: Vec<Permission> = permissions
        .iter()
        .copied()
        .filter(|permission| own.contains(*permission) || has.contains(*permission))
        .collect();
    (!offered.is_empty()).then(|| {
        view! {
            <fieldset class="fieldset">
                <legend class="field__label">{words.role_permissions} " · " {area}</legend>
                {offered
                    .into_iter()
                    .map(|permission| view! {
                        <Tick
                            name="role[permissions][]"
                            value=permission.as_str()
                            label=words.permission(permission)
                            checked=has.contains(permission)
                            hint=words.permission_meaning(permission)
                        />
                    })
                    .collect_view()}
            </fieldset>
        }
    })
}

type AreaOf = (&'static str, &'static [Permission]);

/// The permissions by subject.
fn areas(words: &'static Words) -> [AreaOf; 8] {
    use Permission::{
        ApiKeysUse, AssistantsPublish, AuditRead, ChatUse, FilesUse, GatewayUse, GatewayWrite,
        GroupsRead, GroupsWrite, JobsRead, JobsWrite, MediaShare, MediaUse, RolesRead, RolesWrite,
        ToolsUse, ToolsWrite, UsageRead, UsersGrant, UsersInvite, UsersRead, UsersWrite,
    };
    [
        (
            words.area_use,
            &[
                ChatUse,
                MediaUse,
                MediaShare,
                ApiKeysUse,
                GatewayUse,
                ToolsUse,
                FilesUse,
                AssistantsPublish,
            ],
        ),
        (
            words.area_people,
            &[UsersRead, UsersInvite, UsersWrite, UsersGrant],
        ),
        (words.area_groups, &[GroupsRead, GroupsWrite]),
        (words.area_roles, &[RolesRead, RolesWrite]),
        (words.area_records, &[AuditRead, UsageRead]),
        (words.area_jobs, &[JobsRead, JobsWrite]),
        (words.area_gateway, &[GatewayWrite]),
        (words.area_tools, &[ToolsWrite]),
    ]
}

#[cfg(test)]
mod tests {
    use crate::language::Language;

    use super::*;

    #[test]
    fn every_permission_stands_in_exactly_one_area() {
        let mut listed: Vec<Permission> = areas(Language::En.words())
            .iter()
            .flat_map(|(_, permissions)| permissions.iter().copied())
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, Permission::ALL);
    }
}
