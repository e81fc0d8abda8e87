//! What the palette offers whatever is typed: things to do where one is, and pages to go to.

use model::{ConversationId, Permission, Session};

use super::entries::{Deed, Entry, Kind, plain};
use crate::{
    browser,
    chat::sidebar::works_pages,
    language::{Language, Words},
    over::shortcuts::{COPY, FIND, SIDEBAR, STOP, WRITING},
    pages::{admin, assistants, conversations, settings},
    theme::Theme,
    ui::icon::Icon,
};

/// The buttons that keep the open conversation in order; each says by itself what it does next.
const ORDER: &str = ".topbar__order button";

/// The way from the composer to several models.
const SEVERAL: &str = ".composer__several";

/// Something that can be chosen whatever is typed, with the names under which it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// It.
    pub entry: Entry,
    /// In the reader's language.
    pub name: String,
    /// In the other one.
    pub other_name: String,
}

/// What somebody can do now and where they may go. Those who write one language and read another find it by both.
pub fn standing(
    language: Language,
    session: &Session,
    open: Option<ConversationId>,
) -> Vec<Standing> {
    let other = match language {
        Language::En => Language::Zh,
        Language::Zh => Language::En,
    };
    let here = named(language.words(), session, open);
    let there = named(other.words(), session, open);
    here.into_iter()
        .zip(there)
        .map(|((name, entry), (other_name, _))| Standing {
            entry,
            name,
            other_name,
        })
        .collect()
}

/// The same in one language. What is there does not depend on it.
fn named(
    words: &'static Words,
    session: &Session,
    open: Option<ConversationId>,
) -> Vec<(String, Entry)> {
    let mut all = acts(words, open);
    all.extend(places(words, session));
    all
}

/// Something that stands, and the name under which it is found.
fn stands(kind: Kind, icon: Icon, name: &str, detail: &str, deed: Deed) -> (String, Entry) {
    let entry = Entry {
        key: format!("{deed:?}"),
        kind,
        icon,
        title: plain(name),
        detail: plain(detail),
        deed,
    };
    (format!("{name} {detail}"), entry)
}

/// What can be done here.
fn acts(words: &Words, open: Option<ConversationId>) -> Vec<(String, Entry)> {
    let mut all = Vec::new();
    let mut act = |icon, name: &str, deed| all.push(stands(Kind::Act, icon, name, "", deed));
    act(Icon::Compose, words.new_chat, Deed::Go("/".to_owned()));
    act(
        Icon::Hourglass,
        words.temporary_on,
        Deed::Go("/?temporary=1".to_owned()),
    );
    if browser::has(WRITING) {
        act(Icon::Pen, words.shortcut_write, Deed::Write);
    }
    if browser::has(STOP) {
        act(
            Icon::Stop,
            words.shortcut_stop,
            Deed::Press(STOP.to_owned()),
        );
    }
    if browser::has(COPY) {
        act(
            Icon::Copy,
            words.shortcut_copy,
            Deed::Press(COPY.to_owned()),
        );
    }
    if browser::has(FIND) {
        act(Icon::Search, words.find_here, Deed::Press(FIND.to_owned()));
    }
    if browser::has(SEVERAL) {
        act(
            Icon::Columns,
            words.compare_last,
            Deed::Press(SEVERAL.to_owned()),
        );
    }
    if let Some(id) = open {
        for button in browser::all(ORDER) {
            let value = button.get_attribute("value").unwrap_or_default();
            let (icon, name) = match value.as_str() {
                "pin" => (Icon::Pin, words.palette_pin),
                "unpin" => (Icon::Pin, words.palette_unpin),
                "archive" => (Icon::Archive, words.palette_archive),
                "unarchive" => (Icon::Archive, words.palette_unarchive),
                _ => continue,
            };
            let selector = format!("{ORDER}[value=\"{value}\"]");
            act(icon, name, Deed::Press(selector));
        }
        act(Icon::Bin, words.palette_delete, Deed::Delete(id));
    }
    act(
        Icon::Menu,
        words.shortcut_sidebar,
        Deed::Press(SIDEBAR.to_owned()),
    );
    act(Icon::Keyboard, words.shortcuts, Deed::Sheet);
    for (theme, label) in [
        (Theme::Light, words.theme_light),
        (Theme::Dark, words.theme_dark),
        (Theme::System, words.theme_system),
    ] {
        let name = format!("{}: {label}", words.theme);
        act(Icon::Spark, &name, Deed::Theme(theme));
    }
    for (language, label) in [(Language::Zh, "中文"), (Language::En, "English")] {
        let name = format!("{}: {label}", words.language);
        act(Icon::Quote, &name, Deed::Language(language));
    }
    act(
        Icon::Leave,
        words.sign_out,
        Deed::Press(".account__leave".to_owned()),
    );
    all
}

/// Where they may go.
fn places(words: &'static Words, session: &Session) -> Vec<(String, Entry)> {
    let mut all = Vec::new();
    let mut page = |icon, name: &str, detail: &str, path: &str| {
        let deed = Deed::Go(path.to_owned());
        all.push(stands(Kind::Page, icon, name, detail, deed));
    };
    if session.permissions.contains(Permission::MediaUse) {
        for (path, label, icon) in works_pages(words) {
            page(icon, label, "", path);
        }
    }
    if session.permissions.contains(Permission::ChatUse) {
        page(Icon::Spark, words.assistants, "", assistants::PATH);
    }
    page(Icon::Archive, words.tidy, "", conversations::PATH);
    for area in settings::pages(words, session) {
        page(Icon::Settings, area.label, words.settings, area.path);
    }
    for area in admin::pages(words, session) {
        page(Icon::People, area.label, words.administration, area.path);
    }
    all
}
