//! Changing the password.

use leptos::{either::Either, prelude::*};
use model::Account;
use server_fn::ServerFn;

use super::Security;
use crate::{
    api::recovery::{ChangePassword, change_password},
    error::Field,
    language::use_words,
    ui::{
        check::Check,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// The form, or that there is no password.
#[component]
pub fn PasswordPanel(has_password: bool, account: Option<Account>) -> impl IntoView {
    let words = use_words();
    view! {
        <section class="panel" aria-labelledby="password-heading">
            <h2 id="password-heading">{words.password_title}</h2>
            {if has_password {
                Either::Left(view! { <PasswordForm account/> })
            } else {
                Either::Right(view! {
                    <p class="panel__note">{words.password_none} " " <a href="/forgot">{words.forgot_title}</a></p>
                })
            }}
        </section>
    }
}

#[component]
fn PasswordForm(account: Option<Account>) -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let submission = Submission::new(&[Field::CurrentPassword, Field::Password]);
    let current = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let ends_others = RwSignal::new(true);
    let change = submission.on_submit(
        move || {
            let end_others = ends_others.get_untracked().then(|| "true".to_owned());
            change_password(current.get_untracked(), new.get_untracked(), end_others)
        },
        move |()| {
            current.try_set(String::new());
            new.try_set(String::new());
            security.sessions.refetch();
        },
    );
    let email = account.map(|account| String::from(account.email));
    view! {
        <form class="form" method="post" action=ChangePassword::PATH on:submit=change>
            // So that a password manager knows whose it is.
            <input type="email" autocomplete="username" value=email hidden readonly/>
            {submission.view()}
            <TextField
                name="current_password"
                label=words.current_password
                kind=Kind::Password("current-password")
                value=current
                problem=submission.problem_of(Field::CurrentPassword)
            />
            <TextField
                name="new_password"
                label=words.new_password
                kind=Kind::Password("new-password")
                value=new
                hint=words.password_hint
                problem=submission.problem_of(Field::Password)
            />
            <Check name="end_others" value="true" label=words.end_others checked=ends_others/>
            <button class="button" aria-busy=submission.busy()>{words.password_change}</button>
        </form>
    }
}
