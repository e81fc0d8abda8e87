//! What a key means in a text field. One rule for every field: a question that is sent half-typed because Enter
//! only chose a Chinese word is the fault that people remember.

use leptos::{ev::KeyboardEvent, prelude::*};

/// Whether the key is an input method's: it chooses, walks or puts away the words on offer.
pub fn is_of_input_method(event: &KeyboardEvent) -> bool {
    composes(event.is_composing(), event.key_code())
}

/// Whether a key is held that gives others another meaning.
pub fn has_modifier(event: &KeyboardEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key()
}

/// Safari says by the key's code alone that Enter has ended a composition, which is over by then.
const fn composes(is_composing: bool, key_code: u32) -> bool {
    const TAKEN: u32 = 229;
    is_composing || key_code == TAKEN
}

/// What an input method does in a field, as the field hears of it.
#[derive(Clone, Copy, Debug)]
pub struct Composition {
    is_on: StoredValue<bool>,
    ended_at: StoredValue<Option<f64>>,
}

impl Composition {
    /// Nothing is composed.
    pub fn new() -> Self {
        Self {
            is_on: StoredValue::new(false),
            ended_at: StoredValue::new(None),
        }
    }

    /// It shows letters that are not chosen yet.
    pub fn begins(self) {
        self.is_on.set_value(true);
    }

    /// It has chosen, at that time of the event.
    pub fn ends(self, time_stamp: f64) {
        self.is_on.set_value(false);
        self.ended_at.set_value(Some(time_stamp));
    }

    /// Whether the field shows letters that are not chosen yet.
    pub fn is_on(self) -> bool {
        self.is_on.get_value()
    }

    /// When it has chosen last.
    pub fn ended_at(self) -> Option<f64> {
        self.ended_at.get_value()
    }
}

/// A key press and what is known about it.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key or a state by itself"
)]
pub struct Press {
    /// Enter.
    pub enter: bool,
    /// Escape.
    pub escape: bool,
    /// Shift is held.
    pub shift: bool,
    /// Ctrl or ⌘ is held.
    pub command: bool,
    /// The browser says that an input method is composing, by `isComposing` or by key code 229.
    pub composing: bool,
    /// Milliseconds since a composition ended, if one ever did.
    pub since_composition_ms: Option<f64>,
    /// The main pointer is a finger.
    pub touch: bool,
}

/// What is typed into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// One line: Enter sends whatever the keyboard.
    One,
    /// Many lines.
    Many,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send the form.
    Send,
    /// Give up: stop, or close.
    Escape,
    /// Nothing, not even what the browser would do.
    Swallow,
    /// What the browser does by itself.
    Leave,
}

/// Safari ends the composition before it reports the Enter that ended it, in the same turn; no hand is this fast.
const SAFARI_GRACE_MS: f64 = 50.0;

/// Decides.
pub fn decide(press: Press, lines: Lines) -> Action {
    if press.composing {
        return Action::Leave;
    }
    if press.escape {
        return Action::Escape;
    }
    if !press.enter {
        return Action::Leave;
    }
    let is_many = lines == Lines::Many && !press.command;
    // Shift says what is meant, and input methods choose by Enter alone: a hand that is fast loses no line.
    if is_many && press.shift {
        return Action::Leave;
    }
    if press
        .since_composition_ms
        .is_some_and(|elapsed| elapsed < SAFARI_GRACE_MS)
    {
        return Action::Swallow;
    }
    if is_many && press.touch {
        Action::Leave
    } else {
        Action::Send
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTER: Press = Press {
        enter: true,
        escape: false,
        shift: false,
        command: false,
        composing: false,
        since_composition_ms: None,
        touch: false,
    };

    #[test]
    fn a_key_is_an_input_methods_by_either_of_two_signs() {
        assert!(composes(true, 13) && composes(false, 229) && composes(true, 229));
        assert!(!composes(false, 13), "Enter by itself");
    }

    #[test]
    fn a_field_knows_what_is_composed_and_when_that_has_ended() {
        let owner = Owner::new();
        owner.with(|| {
            let composition = Composition::new();
            assert_eq!((composition.is_on(), composition.ended_at()), (false, None));
            composition.begins();
            assert!(composition.is_on());
            composition.ends(7.5);
            assert_eq!(
                (composition.is_on(), composition.ended_at()),
                (false, Some(7.5))
            );
        });
    }

    #[test]
    fn enter_sends_and_shift_enter_breaks_the_line() {
        assert_eq!(decide(ENTER, Lines::Many), Action::Send);
        let shifted = Press {
            shift: true,
            ..ENTER
        };
        assert_eq!(decide(shifted, Lines::Many), Action::Leave);
    }

    #[test]
    fn enter_that_belongs_to_an_input_method_never_sends() {
        for lines in [Lines::One, Lines::Many] {
            let composing = Press {
                composing: true,
                ..ENTER
            };
            assert_eq!(decide(composing, lines), Action::Leave);
            let command = Press {
                command: true,
                ..composing
            };
            assert_eq!(decide(command, lines), Action::Leave);
            let safari = Press {
                since_composition_ms: Some(3.0),
                ..ENTER
            };
            assert_eq!(decide(safari, lines), Action::Swallow);
            let later = Press {
                since_composition_ms: Some(80.0),
                ..ENTER
            };
            assert_eq!(decide(later, lines), Action::Send);
        }
    }

    #[test]
    fn shift_enter_breaks_the_line_at_once_behind_a_composition() {
        let at_once = Press {
            shift: true,
            since_composition_ms: Some(3.0),
            ..ENTER
        };
        assert_eq!(decide(at_once, Lines::Many), Action::Leave);
        assert_eq!(decide(at_once, Lines::One), Action::Swallow);
        let command = Press {
            command: true,
            ..at_once
        };
        assert_eq!(decide(command, Lines::Many), Action::Swallow, "it sends");
        let touch = Press {
            shift: false,
            touch: true,
            ..at_once
        };
        assert_eq!(decide(touch, Lines::Many), Action::Swallow);
    }

    #[test]
    fn a_screen_keyboards_enter_breaks_the_line() {
        let touch = Press {
            touch: true,
            ..ENTER
        };
        assert_eq!(decide(touch, Lines::Many), Action::Leave);
        assert_eq!(decide(touch, Lines::One), Action::Send);
        let command = Press {
            command: true,
            ..touch
        };
        assert_eq!(decide(command, Lines::Many), Action::Send);
    }

    #[test]
    fn escape_gives_up_unless_it_closes_a_candidate_list() {
        let escape = Press {
            escape: true,
            ..Press::default()
        };
        assert_eq!(decide(escape, Lines::Many), Action::Escape);
        let composing = Press {
            composing: true,
            ..escape
        };
        assert_eq!(decide(composing, Lines::Many), Action::Leave);
    }
}
