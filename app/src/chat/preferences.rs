//! Theme and language: forms that work by themselves. A script changes the theme in place; a language is another page.

use leptos::{ev, prelude::*};
use server_fn::ServerFn;

use crate::{
    api::preferences::{SetLanguage, SetTheme},
    browser,
    language::{Language, use_language, use_words},
    theme::Theme,
};

/// Shows the page in a theme and remembers it in this browser.
pub fn apply_theme(theme: Theme) {
    browser::set_cookie(Theme::COOKIE, theme.name());
    if let Some(html) = browser::root() {
        // A constant attribute can be set.
        let _set = html.set_attribute("data-theme", theme.name());
    }
}

/// Light, dark, or the system's.
#[component]
pub fn ThemeForm() -> impl IntoView {
    let words = use_words();
    let choose = |theme: Theme| {
        move |event: ev::MouseEvent| {
            event.prevent_default();
            apply_theme(theme);
        }
    };
    view! {
        <form class="choice" method="post" action=SetTheme::PATH role="group" aria-label=words.theme>
            {[
                (Theme::Light, words.theme_light),
                (Theme::Dark, words.theme_dark),
                (Theme::System, words.theme_system),
            ]
                .map(|(theme, label)| {
                    view! {
                        <button class="choice__option" name="theme" value=theme.name() on:click=choose(theme)>
                            {label}
                        </button>
                    }
                })
                .into_iter()
                .collect_view()}
        </form>
    }
}

/// 中文 or English.
#[component]
pub fn LanguageForm() -> impl IntoView {
    let words = use_words();
    let present = use_language();
    view! {
        <form class="choice" method="post" action=SetLanguage::PATH role="group" aria-label=words.language>
            {[(Language::Zh, "中文"), (Language::En, "English")]
                .map(|(language, label)| {
                    view! {
                        <button
                            class="choice__option"
                            name="language"
                            value=language.name()
                            lang=language.tag()
                            aria-pressed=(language == present).then_some("true")
                        >
                            {label}
                        </button>
                    }
                })
                .into_iter()
                .collect_view()}
        </form>
    }
}
