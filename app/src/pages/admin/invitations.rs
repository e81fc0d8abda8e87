//! `/admin/invitations`: those that were not used yet, and making one: sent by mail, or a link that is shown once.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{Invitation, NewInvitation, Page, Permission, Session};
use server_fn::ServerFn;

use crate::{
    address::with_query,
    admin::{
        choices::{GroupBoxes, RoleBoxes},
        form::sends,
        known::{Known, WithKnown, use_known},
        subject::{Subject, if_permitted},
    },
    api::{
        account::{ShownOnce, take_shown_once},
        invitations::{CreateInvitation, RevokeInvitation, load_invitations},
    },
    error::{AppError, Field},
    language::use_words,
    session::use_session,
    ui::{
        area::PageHead,
        confirm::Confirm,
        moment::Moment,
        once::Secret,
        submission::Submission,
        table::{Cell, Table},
        text_field::{Kind, TextField},
    },
};

type FoundInvitations = Page<Invitation>;

type Found = Resource<Result<Page<Invitation>, AppError>>;

/// The invitations, and the form for a new one.
#[component]
pub fn InvitationsPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let query = use_query_map();
    let after = Memo::new(move |_| {
        query.with(|query| query.get_str("after").unwrap_or_default().to_owned())
    });
    let found: Found = Resource::new_blocking(
        move || after.get(),
        move |after| if_permitted(session, Permission::UsersInvite, || load_invitations(after)),
    );
    let known = use_known(session);
    let once = Resource::new_blocking(|| (), |()| take_shown_once());
    let made = RwSignal::new(None::<String>);
    // The form is drawn anew with the list, so that it can't say this itself.
    let is_sent = RwSignal::new(false);
    view! {
        <Subject
            what=found
            view=move |page: FoundInvitations, session: Session| {
                let is_first = after.get_untracked().is_empty();
                view! {
                    <PageHead title=words.invitations lead=words.invitations_lead/>
                    <Suspense>
                        {move || Suspend::new(async move {
                            match once.await {
                                Ok(Some(ShownOnce::Link(link))) => Some(view! { <Link link/> }),
                                Ok(_) | Err(_) => None,
                            }
                        })}
                    </Suspense>
                    {move || made.get().map(|link| view! { <Link link/> })}
                    {move || is_sent.get().then(|| view! { <p class="notice" role="status">{words.invitation_sent}</p> })}
                    <WithKnown
                        known
                        view=move |known: Known| view! { <New known session=session.clone() found made is_sent/> }
                    />
                    <Open page is_first found/>
                }
            }
        />
    }
}

/// A link that was just made.
#[component]
fn Link(link: String) -> impl IntoView {
    let words = use_words();
    view! { <Secret label=words.invitation_link secret=link hint=words.invitation_link_hint/> }
}

#[component]
fn New(
    known: Known,
    session: Session,
    found: Found,
    made: RwSignal<Option<String>>,
    is_sent: RwSignal<bool>,
) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Email]);
    let create = sends::<CreateInvitation>(submission, move |new: NewInvitation| {
        // Who gets a letter needs no link shown.
        let is_handed_over = new.invitation.email.is_none();
        is_sent.set(!is_handed_over);
        made.set(is_handed_over.then_some(new.link));
        found.refetch();
    });
    let groups = known.groups.clone();
    view! {
        <section class="panel" aria-labelledby="new-invitation">
            <h2 id="new-invitation">{words.invitation_new}</h2>
            <form class="form" method="post" action=CreateInvitation::PATH on:submit=create>
                {submission.view_as("")}
                <TextField
                    name="invitation[email]"
                    label=words.invitation_email
                    kind=Kind::Optional("off")
                    value=RwSignal::new(String::new())
                    hint=words.invitation_email_hint
                    problem=submission.problem_of(Field::Email)
                />
                <RoleBoxes name="invitation[roles][]" known session/>
                <p class="field__hint">{words.roles_default}</p>
                <GroupBoxes name="invitation[groups][]" groups/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.invitation_make}</button>
            </form>
        </section>
    }
}

#[component]
fn Open(page: Page<Invitation>, is_first: bool, found: Found) -> impl IntoView {
    let words = use_words();
    let first = (!is_first)
        .then(|| view! { <a class="button" href="/admin/invitations">{words.first_page}</a> });
    if page.items.is_empty() {
        return Either::Left(view! {
            <p class="panel__note">{words.invitations_none}</p>
            <div class="panel__row">{first}</div>
        });
    }
    let columns = vec![
        words.invitation_for,
        words.roles,
        words.invitation_by,
        words.invitation_until,
        words.acts,
    ];
    let rows = page
        .items
        .into_iter()
        .map(|invitation| view! { <Row invitation found/> })
        .collect_view();
    let next = page.next.map(|next| {
        let link = with_query("/admin/invitations", &[("after", &next)]);
        view! { <a class="button" href=link rel="next">{words.next_page}</a> }
    });
    Either::Right(view! {
        <Table label=words.invitations columns>{rows}</Table>
        <div class="panel__row">{first} {next}</div>
    })
}

#[component]
fn Row(invitation: Invitation, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let revoke = sends::<RevokeInvitation>(submission, move |()| found.refetch());
    let whom = invitation
        .email
        .map_or_else(|| words.invitation_anyone.to_owned(), String::from);
    let roles = invitation.roles.iter().map(|role| {
        view! { <span class="badge" data-tone="calm">{words.role_name(role.id, &role.name)}</span> }
    });
    let roles = roles.collect_view();
    let of = whom.clone();
    let by = invitation
        .invited_by
        .unwrap_or_else(|| words.audit_gone.to_owned());
    let (id, until) = (invitation.id.to_string(), invitation.expires_at);
    view! {
        <tr>
            <Cell heading=words.invitation_for>{whom}</Cell>
            <Cell heading=words.roles>{roles}</Cell>
            <Cell heading=words.invitation_by>{by}</Cell>
            <Cell heading=words.invitation_until><Moment at=until/></Cell>
            <Cell heading=words.acts>
                <Confirm label=words.invitation_revoke of question=words.invitation_revoke_question>
                    <form method="post" action=RevokeInvitation::PATH on:submit=revoke>
                        <input type="hidden" name="id" value=id/>
                        {submission.view()}
                        <button class="button" data-tone="danger" aria-busy=submission.busy()>
                            {words.invitation_revoke}
                        </button>
                    </form>
                </Confirm>
            </Cell>
        </tr>
    }
}
