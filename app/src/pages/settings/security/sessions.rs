//! Where one is signed in.

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use model::{SessionRef, SessionSummary};
use server_fn::ServerFn;

use super::Security;
use crate::{
    api::account::{EndOtherSessions, EndSession, end_other_sessions, end_session},
    browser,
    language::use_words,
    session::use_session,
    ui::{
        confirm::Confirm,
        moment::Moment,
        part_failed::{PartFailed, is_not_theirs},
        submission::Submission,
        table::{Cell, Table},
    },
};

/// The part of the page; nothing for those who must do something else first.
#[component]
pub fn SessionsPanel() -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let session = use_session();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                // Times are written by the session's clock.
                let _known = session.await;
                match security.sessions.await {
                    Ok(sessions) => EitherOf3::A(view! { <Sessions sessions/> }),
                    Err(error) if is_not_theirs(error.code) => EitherOf3::B(()),
                    Err(error) => {
                        let again = Callback::new(move |()| security.sessions.refetch());
                        EitherOf3::C(view! {
                            <section class="panel" aria-labelledby="sessions-heading">
                                <h2 id="sessions-heading">{words.sessions_title}</h2>
                                <PartFailed error again/>
                            </section>
                        })
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Sessions(sessions: Vec<SessionSummary>) -> impl IntoView {
    let words = use_words();
    let has_others = sessions.len() > 1;
    let columns = vec![
        words.session_device,
        words.session_address,
        words.session_began,
        words.session_seen,
        words.acts,
    ];
    let rows = sessions
        .into_iter()
        .map(|session| view! { <Row session/> })
        .collect_view();
    view! {
        <section class="panel" aria-labelledby="sessions-heading">
            <h2 id="sessions-heading">{words.sessions_title}</h2>
            <p class="panel__note">{words.sessions_lead}</p>
            <Table label=words.sessions_title columns>{rows}</Table>
            {has_others.then(|| view! { <EndOthers/> })}
        </section>
    }
}

#[component]
fn Row(session: SessionSummary) -> impl IntoView {
    let words = use_words();
    let act = if session.current {
        Either::Left(view! { <span class="badge">{words.session_current}</span> })
    } else {
        Either::Right(view! { <End session=session.id device=session.device.clone()/> })
    };
    view! {
        <tr>
            <Cell heading=words.session_device>{session.device}</Cell>
            <Cell heading=words.session_address>{session.address}</Cell>
            <Cell heading=words.session_began><Moment at=session.created_at/></Cell>
            <Cell heading=words.session_seen><Moment at=session.seen_at/></Cell>
            <Cell heading=words.acts>{act}</Cell>
        </tr>
    }
}

#[component]
fn End(session: SessionRef, device: String) -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let submission = Submission::new(&[]);
    let (kind, id) = match session {
        SessionRef::Browser(id) => ("browser", id.to_string()),
        SessionRef::Device(id) => ("device", id.to_string()),
    };
    let end = {
        let id = id.clone();
        submission.on_submit(
            move || end_session(kind.to_owned(), id.clone()),
            move |()| {
                // The next one comes to stand here, and nobody was asked about that one.
                browser::close_questions();
                security.sessions.refetch();
            },
        )
    };
    view! {
        <Confirm label=words.session_end of=device question=words.session_end_question>
            <form method="post" action=EndSession::PATH on:submit=end>
                <input type="hidden" name="kind" value=kind/>
                <input type="hidden" name="id" value=id/>
                {submission.view()}
                <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.session_end}</button>
            </form>
        </Confirm>
    }
}

#[component]
fn EndOthers() -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let submission = Submission::new(&[]);
    let end = submission.on_submit(end_other_sessions, move |_: u64| {
        browser::close_questions();
        security.sessions.refetch();
    });
    view! {
        <Confirm label=words.sessions_end_others question=words.sessions_end_others_question>
            <form method="post" action=EndOtherSessions::PATH on:submit=end>
                {submission.view()}
                <button class="button" data-tone="danger" aria-busy=submission.busy()>
                    {words.sessions_end_others}
                </button>
            </form>
        </Confirm>
    }
}
