//! Passkeys: adding, renaming, removing.

use leptos::{either::Either, html, prelude::*};
use model::{Passkey, RecoveryCodes};
use server_fn::ServerFn;

use super::Security;
use crate::{
    api::security::{
        RemovePasskey, RenamePasskey, add_passkey, passkey_options, remove_passkey, rename_passkey,
    },
    browser::{self, passkeys},
    error::{AppError, Field},
    language::use_words,
    ui::{
        confirm::Confirm,
        moment::Moment,
        shown_anew::show_anew,
        submission::Submission,
        table::{Cell, Table},
        text_field::{Kind, TextField},
    },
};

/// The part of the page.
#[component]
pub fn PasskeysPanel(passkeys: Vec<Passkey>) -> impl IntoView {
    let words = use_words();
    view! {
        <section class="panel" aria-labelledby="passkeys-heading">
            <h2 id="passkeys-heading">{words.passkeys_title}</h2>
            <p class="panel__note">{words.passkeys_lead}</p>
            {if passkeys.is_empty() {
                Either::Left(view! { <p class="panel__note">{words.passkeys_none}</p> })
            } else {
                let rows = passkeys.into_iter().map(|passkey| view! { <Row passkey/> }).collect_view();
                Either::Right(view! {
                    <Table
                        label=words.passkeys_title
                        columns=vec![words.passkey_name, words.created, words.used, words.acts]
                    >
                        {rows}
                    </Table>
                })
            }}
            <AddPasskey/>
        </section>
    }
}

#[component]
fn Row(passkey: Passkey) -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let id = passkey.id.to_string();
    let removal = Submission::new(&[]);
    let remove = {
        let id = id.clone();
        removal.on_submit(
            move || remove_passkey(id.clone()),
            move |()| {
                // The next one comes to stand here, and nobody was asked about that one.
                browser::close_questions();
                security.overview.refetch();
            },
        )
    };
    let used = match passkey.used_at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(words.never),
    };
    let Passkey { name, .. } = passkey;
    let (of, present) = (name.clone(), name.clone());
    view! {
        <tr>
            <Cell heading=words.passkey_name>{name}</Cell>
            <Cell heading=words.created><Moment at=passkey.created_at/></Cell>
            <Cell heading=words.used>{used}</Cell>
            <Cell heading=words.acts>
                <Rename id=id.clone() name=present/>
                <Confirm label=words.remove of question=words.passkey_remove_question>
                    <form method="post" action=RemovePasskey::PATH on:submit=remove>
                        <input type="hidden" name="id" value=id/>
                        {removal.view()}
                        <button class="button" data-tone="danger" aria-busy=removal.busy()>{words.remove}</button>
                    </form>
                </Confirm>
            </Cell>
        </tr>
    }
}

#[component]
fn Rename(id: String, name: String) -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let submission = Submission::new(&[]);
    let value = RwSignal::new(name.clone());
    let form = NodeRef::<html::Form>::new();
    show_anew(form, format!("{id} {name}"));
    let rename = {
        let id = id.clone();
        submission.on_submit(
            move || rename_passkey(id.clone(), value.get_untracked()),
            move |()| {
                browser::close_questions();
                security.overview.refetch();
            },
        )
    };
    view! {
        <details class="confirm">
            <summary class="button" aria-label=format!("{}: {name}", words.rename)>{words.rename}</summary>
            <form
                class="form confirm__question"
                data-tone="calm"
                method="post"
                action=RenamePasskey::PATH
                node_ref=form
                on:submit=rename
            >
                <input type="hidden" name="id" value=id/>
                {submission.view()}
                <input
                    class="field__line"
                    name="name"
                    required
                    maxlength="60"
                    aria-label=words.passkey_name
                    value=name
                    on:input:target=move |event| value.set(event.target().value())
                />
                <button class="button" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </details>
    }
}

/// The browser makes it, so without scripts there is none.
#[component]
fn AddPasskey() -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let submission = Submission::new(&[Field::Name]);
    let name = RwSignal::new(String::new());
    let is_supported = RwSignal::new(None::<bool>);
    Effect::new(move |_| is_supported.set(Some(passkeys::are_supported())));
    let add = submission.on_submit(
        move || make_passkey(name.get_untracked()),
        move |codes: Option<RecoveryCodes>| {
            if let Some(RecoveryCodes(codes)) = codes {
                security.codes.try_set(Some(codes));
            }
            name.try_set(String::new());
            security.overview.refetch();
        },
    );
    view! {
        <p class="panel__note" data-needs="no-script">{words.passkey_needs_script}</p>
        {move || match is_supported.get() {
            None => None,
            Some(false) => {
                Some(Either::Left(view! { <p class="panel__note">{words.passkey_unsupported}</p> }))
            }
            Some(true) => {
                Some(
                    Either::Right(view! {
                        <form class="form" on:submit=add.clone()>
                            {submission.view()}
                            <TextField
                                name="passkey_name"
                                label=words.passkey_name
                                kind=Kind::Line("off")
                                value=name
                                hint=words.passkey_name_hint
                                problem=submission.problem_of(Field::Name)
                            />
                            <button class="button" aria-busy=submission.busy()>{words.passkey_add}</button>
                        </form>
                    }),
                )
            }
        }}
    }
}

async fn make_passkey(name: String) -> Result<Option<RecoveryCodes>, AppError> {
    let question = passkey_options().await?;
    let response = passkeys::create(&question.options).await?;
    add_passkey(question.ceremony, name, response).await
}
