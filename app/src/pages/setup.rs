//! `/setup`: the first account, through the link that the server printed.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;

use crate::{
    api::identity::{SetUp, check_setup_link, set_up},
    error::Field,
    language::use_words,
    pages::welcome::{Posting, Welcome},
    ui::text_field::{Kind, TextField},
};

/// Making the owner's account.
#[component]
pub fn SetupPage() -> impl IntoView {
    let words = use_words();
    let token = use_query_map()
        .with_untracked(|query| query.get_str("token").unwrap_or_default().to_owned());
    let valid = {
        let token = token.clone();
        Resource::new_blocking(|| (), move |()| check_setup_link(token.clone()))
    };
    view! {
        <Welcome title=words.setup_title>
            <Suspense>
                {move || {
                    let token = token.clone();
                    Suspend::new(async move {
                        if valid.await == Ok(true) {
                            Either::Left(view! { <SetupForm token/> })
                        } else {
                            Either::Right(view! { <p class="welcome__lead">{words.setup_used}</p> })
                        }
                    })
                }}
            </Suspense>
        </Welcome>
    }
}

#[component]
fn SetupForm(token: String) -> impl IntoView {
    let words = use_words();
    let posting = Posting::new();
    let name = RwSignal::new(String::new());
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let submit = {
        let token = token.clone();
        move |event: leptos::ev::SubmitEvent| {
            let request = set_up(
                token.clone(),
                name.get_untracked(),
                email.get_untracked(),
                password.get_untracked(),
            );
            posting.submit(&event, "/", request);
        }
    };
    view! {
        <p class="welcome__lead">{words.setup_lead}</p>
        <form class="form" method="post" action=SetUp::PATH on:submit=submit>
            <input type="hidden" name="token" value=token/>
            <AccountFields posting name email password/>
            <button class="button" data-tone="primary" aria-busy=move || posting.is_busy().get().then_some("true")>
                {words.register}
            </button>
        </form>
    }
}

/// What makes an account.
#[component]
pub fn AccountFields(
    posting: Posting,
    name: RwSignal<String>,
    email: RwSignal<String>,
    password: RwSignal<String>,
) -> impl IntoView {
    let words = use_words();
    view! {
        {posting.view()}
        <TextField name="name" label=words.name kind=Kind::Line("name") value=name problem=posting.problem_of(Field::Name)/>
        <TextField name="email" label=words.email kind=Kind::Email value=email problem=posting.problem_of(Field::Email)/>
        <TextField
            name="password"
            label=words.password
            kind=Kind::Password("new-password")
            value=password
            hint=words.password_hint
            problem=posting.problem_of(Field::Password)
        />
    }
}
