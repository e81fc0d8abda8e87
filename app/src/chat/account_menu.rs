//! Who is signed in, and their choices.

use leptos::prelude::*;
use model::{Account, Permission, Session};
use server_fn::ServerFn;

use super::preferences::{LanguageForm, ThemeForm};
use crate::{
    api::identity::SignOut,
    language::use_words,
    over::Over,
    ui::{
        icon::{Glyph, Icon},
        picture::Picture,
    },
};

/// Where administration begins for whoever may see which part of it.
const ADMINISTRATION: &[(Permission, &str)] = &[
    (Permission::UsersRead, "/admin/users"),
    (Permission::GroupsRead, "/admin/groups"),
    (Permission::RolesRead, "/admin/roles"),
    (Permission::AuditRead, "/admin/audit"),
    (Permission::UsageRead, "/admin/usage"),
];

/// The foot of the sidebar: opens upwards.
#[component]
pub fn AccountMenu(account: Account, session: Session) -> impl IntoView {
    let words = use_words();
    let over = expect_context::<Over>();
    let Account { id, name, email } = account;
    let administers = ADMINISTRATION
        .iter()
        .find(|(permission, _)| session.permissions.contains(*permission))
        .map(|(_, path)| view! { <a class="account__link" href=*path><Glyph icon=Icon::People/>{words.administration}</a> });
    let asks = session.permissions.contains(Permission::ChatUse);
    let name = String::from(name);
    view! {
        <details class="account">
            <summary class="account__summary">
                <Picture user=Some(id) name=name.clone() changed=session.picture/>
                <span class="visually-hidden">{words.account} ": "</span>
                <span class="account__name">{name}</span>
            </summary>
            <div class="account__menu">
                <p class="account__email">{String::from(email)}</p>
                <a class="account__link" href="/settings"><Glyph icon=Icon::Settings/>{words.settings}</a>
                {asks
                    .then(|| view! {
                        <a class="account__link" href="/assistants"><Glyph icon=Icon::Spark/>{words.assistants}</a>
                        <a class="account__link" href="/prompts"><Glyph icon=Icon::Quote/>{words.prompts}</a>
                    })}
                <a class="account__link" href="/usage"><Glyph icon=Icon::Columns/>{words.usage}</a>
                {administers}
                <button class="account__link" type="button" data-needs="script" on:click=move |_| over.sheet.set(true)>
                    <Glyph icon=Icon::Keyboard/>
                    {words.shortcuts}
                </button>
                <ThemeForm/>
                <LanguageForm/>
                <form method="post" action=SignOut::PATH>
                    <button class="account__leave"><Glyph icon=Icon::Leave/>{words.sign_out}</button>
                </form>
            </div>
        </details>
    }
}
