//! `/login`.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;

use crate::{
    api::identity::{SignIn, sign_in},
    error::Field,
    language::use_words,
    pages::{register::offers_registration, welcome::{Posting, Welcome}},
    session::use_session,
    ui::text_field::{Kind, TextField},
};

/// Signing in.
#[component]
pub fn LoginPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let next = use_query_map().with_untracked(|query| {
        query
            .get_str("next")
            .filter(|path| path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'))
            .unwrap_or("/")
            .to_owned()
    });
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let posting = Posting::new();
    let submit = {
        let next = next.clone();
        move |event: leptos::ev::SubmitEvent| {
            let request = sign_in(email.get_untracked(), password.get_untracked(), None);
            let after = format!("/login/factor?next={next}");
            let next = next.clone();
            posting.submit_to(&event, request, move |awaited| if awaited.is_empty() { next } else { after });
        }
    };
    view! {
        <Welcome title=words.sign_in_title>
            <form class="form" method="post" action=SignIn::PATH on:submit=submit>
                <input type="hidden" name="next" value=next/>
                {posting.view()}
                <TextField name="email" label=words.email kind=Kind::Email value=email problem=posting.problem_of(Field::Email)/>
                <TextField
                    name="password"
                    label=words.password
                    kind=Kind::Password("current-password")
                    value=password
                    problem=posting.problem_of(Field::Password)
                />
                <button class="button" data-tone="primary" aria-busy=move || posting.is_busy().get().then_some("true")>
                    {words.sign_in}
                </button>
            </form>
            <Suspense>
                {move || Suspend::new(async move {
                    let open = session.await.is_ok_and(|session| offers_registration(session.registration));
                    open.then(|| {
                        view! {
                            <p class="welcome__aside">
                                {words.no_account} " " <a href="/register">{words.register}</a>
                            </p>
                        }
                    })
                })}
            </Suspense>
        </Welcome>
    }
}
