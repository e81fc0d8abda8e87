//! Who is signed in, and their choices.

use leptos::prelude::*;
use model::Account;
use server_fn::ServerFn;

use super::preferences::{LanguageForm, ThemeForm};
use crate::{
    api::identity::SignOut,
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// The foot of the sidebar: opens upwards.
#[component]
pub fn AccountMenu(account: Account) -> impl IntoView {
    let words = use_words();
    let Account { name, email, .. } = account;
    let label = format!("{}: {}", words.account, name.as_str());
    let name = String::from(name);
    let initial: String = name.chars().next().into_iter().collect();
    view! {
        <details class="account">
            <summary class="account__summary" aria-label=label>
                <span class="account__initial" aria-hidden="true">{initial}</span>
                <span class="account__name">{name}</span>
            </summary>
            <div class="account__menu">
                <p class="account__email">{String::from(email)}</p>
                <ThemeForm/>
                <LanguageForm/>
                <form method="post" action=SignOut::PATH>
                    <button class="account__leave"><Glyph icon=Icon::Leave/>{words.sign_out}</button>
                </form>
            </div>
        </details>
    }
}
