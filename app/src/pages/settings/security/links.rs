//! Accounts elsewhere that sign in here.

use leptos::{either::Either, prelude::*};
use model::{LinkedAccount, ProviderChoice};
use server_fn::ServerFn;

use super::Security;
use crate::{
    api::sso::{LinkAccount, UnlinkAccount, link_account, unlink_account},
    browser,
    language::use_words,
    ui::{
        confirm::Confirm,
        moment::Moment,
        submission::Submission,
        table::{Cell, Table},
    },
};

/// The part of the page; nothing where there is nowhere else to sign in.
#[component]
pub fn LinksPanel(linked: Vec<LinkedAccount>, providers: Vec<ProviderChoice>) -> impl IntoView {
    let words = use_words();
    if linked.is_empty() && providers.is_empty() {
        return Either::Left(());
    }
    let list = if linked.is_empty() {
        Either::Left(view! { <p class="panel__note">{words.linked_none}</p> })
    } else {
        let rows = linked
            .into_iter()
            .map(|link| view! { <Row link/> })
            .collect_view();
        let columns = vec![words.account, words.created, words.used, words.acts];
        Either::Right(view! { <Table label=words.linked_title columns>{rows}</Table> })
    };
    let buttons = providers
        .into_iter()
        .map(|provider| view! { <LinkForm provider/> })
        .collect_view();
    Either::Right(view! {
        <section class="panel" aria-labelledby="linked-heading">
            <h2 id="linked-heading">{words.linked_title}</h2>
            {list}
            <div class="panel__row">{buttons}</div>
        </section>
    })
}

/// A script goes to the provider by itself, a form by a page between.
#[component]
fn LinkForm(provider: ProviderChoice) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let ProviderChoice { id, label } = provider;
    let link = {
        let id = id.clone();
        submission.on_submit(
            move || link_account(id.clone()),
            |way: String| browser::go_to(&way),
        )
    };
    view! {
        <form method="post" action=LinkAccount::PATH on:submit=link>
            <input type="hidden" name="provider" value=id/>
            {submission.view_as("")}
            <button class="button" aria-busy=submission.busy()>{words.link_with(&label)}</button>
        </form>
    }
}

#[component]
fn Row(link: LinkedAccount) -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let id = link.id.to_string();
    let submission = Submission::new(&[]);
    let unlink = {
        let id = id.clone();
        submission.on_submit(
            move || unlink_account(id.clone()),
            move |()| {
                // The next one comes to stand here, and nobody was asked about that one.
                browser::close_questions();
                security.overview.refetch();
            },
        )
    };
    let used = match link.used_at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(words.never),
    };
    let account = match link.email {
        Some(email) => format!("{} · {email}", link.provider),
        None => link.provider,
    };
    let of = account.clone();
    view! {
        <tr>
            <Cell heading=words.account>{account}</Cell>
            <Cell heading=words.created><Moment at=link.created_at/></Cell>
            <Cell heading=words.used>{used}</Cell>
            <Cell heading=words.acts>
                <Confirm label=words.unlink of question=words.unlink_question>
                    <form method="post" action=UnlinkAccount::PATH on:submit=unlink>
                        <input type="hidden" name="id" value=id/>
                        {submission.view()}
                        <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.unlink}</button>
                    </form>
                </Confirm>
            </Cell>
        </tr>
    }
}
