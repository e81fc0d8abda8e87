//! The sheet of keyboard shortcuts.

use leptos::prelude::*;

use super::{Over, shortcuts::Shortcut};
use crate::{language::use_words, ui::dialog::Dialog};

/// The sheet, as a dialog.
#[component]
pub fn Sheet() -> impl IntoView {
    let words = use_words();
    let Over { sheet, .. } = expect_context();
    view! {
        <Dialog open=sheet title=words.shortcuts>
            <dl class="keys">
                {Shortcut::ALL.map(|shortcut| line(shortcut, shortcut.label(words))).into_iter().collect_view()}
                <div class="keys__line">
                    <dt>{words.shortcut_edit}</dt>
                    <dd><kbd>"↑"</kbd></dd>
                </div>
                <div class="keys__line">
                    <dt>{words.shortcut_escape}</dt>
                    <dd><kbd>"Esc"</kbd></dd>
                </div>
            </dl>
            <p class="keys__note" data-send="enter">{words.send_hint}</p>
            <p class="keys__note" data-send="command">{words.send_hint_command}</p>
            <p class="keys__note">
                {words.shortcuts_lead}
                " "
                <a href="/settings/appearance" on:click=move |_| sheet.set(false)>{words.appearance}</a>
            </p>
        </Dialog>
    }
}

fn line(shortcut: Shortcut, label: &'static str) -> impl IntoView {
    let with_command = shortcut
        .with_command()
        .map(|key| view! { <kbd>{format!("Ctrl/⌘ {}", key.to_uppercase())}</kbd> });
    let with_shift = shortcut
        .with_command_and_shift()
        .map(|key| view! { <kbd>{format!("Ctrl/⌘ Shift {}", key.to_uppercase())}</kbd> });
    let alone = shortcut
        .alone()
        .map(|key| view! { <kbd>{key.to_uppercase()}</kbd> });
    view! {
        <div class="keys__line">
            <dt>{label}</dt>
            <dd>{with_command}{with_shift}{alone}</dd>
        </div>
    }
}
