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
    mark();
}

/// Says which theme is chosen to who doesn't see it, on each of its buttons.
fn mark() {
    let chosen = browser::root().and_then(|html| html.get_attribute("data-theme"));
    for button in browser::all("button[name=theme]") {
        let is_chosen = chosen.is_some() && button.get_attribute("value") == chosen;
        // A constant attribute can be set.
        let _told = button.set_attribute("aria-pressed", &is_chosen.to_string());
    }
}

/// Light, dark, or the system's.
#[component]
pub fn ThemeForm() -> impl IntoView {
    let words = use_words();
    Effect::new(|_| browser::after_layout(mark));
    let choose = |theme: Theme| {
        move |event: ev::MouseEvent| {
            event.prevent_default();
            apply_theme(theme);
        }
    };
    view! {
        <form method="post" action=SetTheme::PATH>
            <div class="choice" role="group" aria-label=words.theme>
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
            </div>
        </form>
    }
}

/// 中文 or English.
#[component]
pub fn LanguageForm() -> impl IntoView {
    let words = use_words();
    let present = use_language();
    view! {
        <form method="post" action=SetLanguage::PATH>
            <div class="choice" role="group" aria-label=words.language>
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
            </div>
        </form>
    }
}
