//! Keyboard shortcuts. Letters by themselves work where nothing is typed and can be switched off (WCAG 2.1.4); the three that
//! work everywhere are with Ctrl or ⌘. Of these only the one with Shift is a browser's own too: Firefox and Chrome list bookmarks by it
//! where a page leaves it to them, and other chats begin a conversation by it.

use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::Over;
use crate::{browser, habits, language::Words, ui::keys::is_of_input_method};

/// Where questions are typed.
pub const WRITING: &str = ".composer textarea";
/// What stops an answer.
pub const STOP: &str = ".composer__send[data-tone=\"stop\"]";
/// What copies an answer.
pub const COPY: &str = ".message [data-act=\"copy\"]";
/// What leads to where words are found in the open conversation.
pub const FIND: &str = ".take__find";
/// What quotes what is selected.
const QUOTE: &str = "button.quote";
/// What opens and closes the sidebar.
pub const SIDEBAR: &str = "#sidebar-switch";
/// The sidebar's conversations.
const CONVERSATIONS: &str = ".conversation__link";

/// Where nothing is a shortcut without Ctrl or ⌘.
const FIELDS: &str = "input:not([type=\"checkbox\"]), textarea, select, [contenteditable], dialog";

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Opens the command palette.
    Palette,
    /// Begins a conversation.
    NewChat,
    /// Goes to where one writes.
    Write,
    /// Stops the answer.
    Stop,
    /// Copies the newest answer.
    Copy,
    /// Finds words in the open conversation.
    Find,
    /// Quotes what is selected in an answer.
    Quote,
    /// Opens the next conversation of the list.
    Next,
    /// Opens the one before.
    Previous,
    /// Shows or hides the sidebar.
    Sidebar,
    /// Opens the sheet of shortcuts.
    Sheet,
}

impl Shortcut {
    /// All of them, as the sheet lists them.
    pub const ALL: [Self; 11] = [
        Self::Palette,
        Self::NewChat,
        Self::Write,
        Self::Stop,
        Self::Copy,
        Self::Find,
        Self::Quote,
        Self::Next,
        Self::Previous,
        Self::Sidebar,
        Self::Sheet,
    ];

    /// The key that does it together with Ctrl or ⌘.
    pub const fn with_command(self) -> Option<&'static str> {
        match self {
            Self::Palette => Some("k"),
            Self::Sheet => Some("/"),
            Self::NewChat
            | Self::Write
            | Self::Stop
            | Self::Copy
            | Self::Find
            | Self::Quote
            | Self::Next
            | Self::Previous
            | Self::Sidebar => None,
        }
    }

    /// The key that does it together with Ctrl or ⌘, and Shift.
    pub const fn with_command_and_shift(self) -> Option<&'static str> {
        match self {
            Self::NewChat => Some("o"),
            Self::Palette
            | Self::Write
            | Self::Stop
            | Self::Copy
            | Self::Find
            | Self::Quote
            | Self::Next
            | Self::Previous
            | Self::Sidebar
            | Self::Sheet => None,
        }
    }

    /// The key that does it alone.
    pub const fn alone(self) -> Option<&'static str> {
        match self {
            Self::Palette => None,
            Self::NewChat => Some("n"),
            Self::Write => Some("i"),
            Self::Stop => Some("s"),
            Self::Copy => Some("c"),
            Self::Find => Some("f"),
            Self::Quote => Some("q"),
            Self::Next => Some("j"),
            Self::Previous => Some("k"),
            Self::Sidebar => Some("b"),
            Self::Sheet => Some("?"),
        }
    }

    /// What it is called.
    pub fn label(self, words: &Words) -> &'static str {
        match self {
            Self::Palette => words.palette,
            Self::NewChat => words.new_chat,
            Self::Write => words.shortcut_write,
            Self::Stop => words.shortcut_stop,
            Self::Copy => words.shortcut_copy,
            Self::Find => words.find_here,
            Self::Quote => words.shortcut_quote,
            Self::Next => words.shortcut_next,
            Self::Previous => words.shortcut_previous,
            Self::Sidebar => words.shortcut_sidebar,
            Self::Sheet => words.shortcuts,
        }
    }
}

/// A key that was pressed, and with what.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key by itself")]
struct Chord<'a> {
    key: &'a str,
    command: bool,
    /// A key is held that makes it the browser's or the system's.
    other: bool,
    shift: bool,
    /// Something is typed into, or a dialog is open.
    typing: bool,
}

/// What the chord asks for.
fn meant(chord: Chord<'_>, has_letters: bool) -> Option<Shortcut> {
    if chord.other {
        return None;
    }
    let key = match chord.key {
        // As Chinese punctuation has it.
        "？" => "?",
        key => key,
    };
    // What is written with Shift on one keyboard is written without it on another.
    let is_letter = key.chars().all(char::is_alphabetic);
    let is_key =
        |wanted: Option<&str>| wanted.is_some_and(|wanted| wanted.eq_ignore_ascii_case(key));
    let mut all = Shortcut::ALL.into_iter();
    if is_letter && chord.shift {
        let is_meant = |it: &Shortcut| chord.command && is_key(it.with_command_and_shift());
        return all.find(is_meant);
    }
    if chord.command {
        all.find(|shortcut| is_key(shortcut.with_command()))
    } else if chord.typing || !has_letters {
        None
    } else {
        all.find(|shortcut| is_key(shortcut.alone()))
    }
}

/// Listens as long as the part of the page around is there.
pub fn listen(over: Over) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let listener = window_event_listener(ev::keydown, move |event| {
            if let Some(shortcut) = asked(&event) {
                // A key that is held does it once, and the browser nothing of its own.
                event.prevent_default();
                if !event.repeat() {
                    perform(shortcut, over, &navigate);
                }
            }
        });
        on_cleanup(move || listener.remove());
    });
}

fn asked(event: &ev::KeyboardEvent) -> Option<Shortcut> {
    if event.default_prevented() || is_of_input_method(event) {
        return None;
    }
    let (command, foreign) = modifiers(
        event.ctrl_key(),
        event.meta_key(),
        browser::has_command_key(),
    );
    let chord = Chord {
        key: &event.key(),
        command,
        other: foreign || event.alt_key(),
        shift: event.shift_key(),
        typing: browser::closest(event, FIELDS).is_some() || browser::has("dialog[open]"),
    };
    meant(chord, habits::has_letter_keys())
}

/// Whether the key opens the browser's own search of the page, which nothing here takes from it.
pub fn searches_page(event: &ev::KeyboardEvent) -> bool {
    let (command, foreign) = modifiers(
        event.ctrl_key(),
        event.meta_key(),
        browser::has_command_key(),
    );
    let has_other = foreign || event.alt_key() || event.shift_key();
    command && !has_other && event.key().eq_ignore_ascii_case("f")
}

/// Whether Ctrl or ⌘, whichever commands here, is held, and whether the one that doesn't is: with Ctrl an Apple keyboard edits text.
const fn modifiers(ctrl: bool, meta: bool, is_apple: bool) -> (bool, bool) {
    if is_apple { (meta, ctrl) } else { (ctrl, meta) }
}

fn perform(shortcut: Shortcut, over: Over, navigate: &impl Fn(&str, NavigateOptions)) {
    match shortcut {
        Shortcut::Palette => over.toggle_palette(),
        Shortcut::Sheet => over.toggle_sheet(),
        // What is open over the page asks for something first.
        Shortcut::NewChat if browser::has("dialog[open]") => {}
        Shortcut::NewChat => {
            navigate("/", NavigateOptions::default());
            over.begins.set(true);
        }
        Shortcut::Write => {
            if browser::has(WRITING) {
                browser::focus_at_end(WRITING.to_owned());
            } else {
                navigate("/", NavigateOptions::default());
            }
        }
        Shortcut::Stop => browser::press_last(STOP),
        Shortcut::Copy => browser::press_last(COPY),
        Shortcut::Find => browser::press_last(FIND),
        Shortcut::Quote => browser::press_last(QUOTE),
        Shortcut::Next => step(true),
        Shortcut::Previous => step(false),
        Shortcut::Sidebar => browser::press_last(SIDEBAR),
    }
}

/// Opens the conversation after or before the open one in the sidebar.
fn step(down: bool) {
    let conversations = browser::all(CONVERSATIONS);
    let open = conversations
        .iter()
        .position(|link| link.has_attribute("aria-current"));
    if let Some(at) = neighbour(open, conversations.len(), down) {
        conversations[at].click();
    }
}

/// Beside which of so many to go on: the first one where none is open, and nowhere beyond the ends.
fn neighbour(open: Option<usize>, count: usize, down: bool) -> Option<usize> {
    let at = match (open, down) {
        (None, _) => 0,
        (Some(at), true) => at + 1,
        (Some(at), false) => at.checked_sub(1)?,
    };
    (at < count).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Chord<'_> = Chord {
        key: "n",
        command: false,
        other: false,
        shift: false,
        typing: false,
    };

    fn command(key: &str) -> Chord<'_> {
        Chord {
            key,
            command: true,
            ..PLAIN
        }
    }

    #[test]
    fn letters_do_something_only_where_nothing_is_typed() {
        assert_eq!(meant(PLAIN, true), Some(Shortcut::NewChat));
        let typing = Chord {
            typing: true,
            ..PLAIN
        };
        assert_eq!(meant(typing, true), None);
        let shifted = Chord {
            shift: true,
            key: "N",
            ..PLAIN
        };
        assert_eq!(meant(shifted, true), None);
        let other = Chord {
            other: true,
            ..PLAIN
        };
        assert_eq!(meant(other, true), None);
        let locked = Chord { key: "N", ..PLAIN };
        assert_eq!(meant(locked, true), Some(Shortcut::NewChat));
    }

    // WCAG 2.1.4.
    #[test]
    fn what_is_a_single_character_can_be_switched_off() {
        for shortcut in Shortcut::ALL {
            let Some(key) = shortcut.alone() else {
                continue;
            };
            let chord = Chord {
                key,
                shift: key == "?",
                ..PLAIN
            };
            assert_eq!(meant(chord, true), Some(shortcut), "{key}");
            assert_eq!(meant(chord, false), None, "{key}");
        }
        let chinese = Chord {
            key: "？",
            shift: true,
            ..PLAIN
        };
        assert_eq!(meant(chinese, true), Some(Shortcut::Sheet));
    }

    #[test]
    fn what_is_with_ctrl_works_while_one_types_too() {
        for (key, expected) in [
            ("k", Some(Shortcut::Palette)),
            ("K", Some(Shortcut::Palette)),
            ("/", Some(Shortcut::Sheet)),
            ("n", None),
            ("c", None),
            // The browser's.
            ("f", None),
        ] {
            let chord = Chord {
                typing: true,
                ..command(key)
            };
            assert_eq!(meant(chord, false), expected, "{key}");
        }
        // Firefox' console.
        let shifted = Chord {
            shift: true,
            ..command("K")
        };
        assert_eq!(meant(shifted, true), None);
        for (key, shift, expected) in [
            ("O", true, Some(Shortcut::NewChat)),
            ("o", true, Some(Shortcut::NewChat)),
            ("o", false, None),
        ] {
            let chord = Chord {
                typing: true,
                shift,
                ..command(key)
            };
            assert_eq!(meant(chord, false), expected, "{key}");
        }
        let without = Chord {
            command: false,
            shift: true,
            ..command("O")
        };
        assert_eq!(meant(without, true), None);
    }

    #[test]
    fn only_the_key_that_commands_on_the_platform_commands() {
        for (ctrl, meta, is_apple, expected) in [
            (true, false, false, Some(Shortcut::Palette)),
            (false, true, false, None),
            (false, true, true, Some(Shortcut::Palette)),
            (true, false, true, None),
            (true, true, true, None),
            (true, true, false, None),
        ] {
            let (command, other) = modifiers(ctrl, meta, is_apple);
            let chord = Chord {
                key: "k",
                command,
                other,
                ..PLAIN
            };
            assert_eq!(meant(chord, true), expected, "{ctrl} {meta} {is_apple}");
        }
    }

    #[test]
    fn no_key_means_two_things() {
        for (index, one) in Shortcut::ALL.iter().enumerate() {
            for other in &Shortcut::ALL[index + 1..] {
                assert!(one.alone() != other.alone() || one.alone().is_none());
                assert!(one.with_command() != other.with_command() || one.with_command().is_none());
            }
            assert!(one.alone().or(one.with_command()).is_some());
        }
    }

    #[test]
    fn conversations_are_walked_within_the_list() {
        for (open, count, down, expected) in [
            (None, 0, true, None),
            (None, 3, false, Some(0)),
            (Some(0), 3, true, Some(1)),
            (Some(2), 3, true, None),
            (Some(0), 3, false, None),
            (Some(2), 3, false, Some(1)),
        ] {
            assert_eq!(
                neighbour(open, count, down),
                expected,
                "{open:?} of {count}"
            );
        }
    }
}
