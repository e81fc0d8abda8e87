//! What is called by what is typed, with the caret behind it: a prompt by `/letters` at the beginning of a line, an assistant or a model
//! by `@letters` at the beginning of a word.

/// What a call begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `/`: a prompt.
    Slash,
    /// `@`: an assistant or a model.
    At,
}

impl Mark {
    /// The signs of all: a text without them calls nothing.
    pub const SIGNS: [char; 2] = [Self::Slash.sign(), Self::At.sign()];

    const fn sign(self) -> char {
        match self {
            Self::Slash => '/',
            Self::At => '@',
        }
    }
}

/// A call that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What it begins with.
    pub mark: Mark,
    /// What follows that.
    pub letters: String,
    /// Where the mark is, in bytes.
    pub from: usize,
    /// Where the letters end, in bytes.
    pub to: usize,
}

impl Call {
    /// The call before the caret, which stands behind so many UTF-16 units, as browsers count.
    pub fn at(text: &str, caret: usize) -> Option<Self> {
        let to = byte_of(text, caret);
        let (before, after) = text.split_at_checked(to)?;
        let ends = after.chars().next().is_none_or(char::is_whitespace);
        let (mark, from) = Self::slash(before).or_else(|| Self::at_sign(before))?;
        let letters = before.get(from + 1..)?;
        // Names of models have points.
        let is_point = |c: char| mark == Mark::At && c == '.';
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_') || is_point(c);
        (ends && letters.chars().all(is_word)).then(|| Self {
            mark,
            letters: letters.to_owned(),
            from,
            to,
        })
    }

    fn slash(before: &str) -> Option<(Mark, usize)> {
        let from = before.rfind('\n').map_or(0, |end| end + 1);
        before
            .get(from..)?
            .starts_with('/')
            .then_some((Mark::Slash, from))
    }

    /// Not within an address: no letter, digit or point of those stands before it. Chinese is written without spaces.
    fn at_sign(before: &str) -> Option<(Mark, usize)> {
        let from = before.rfind('@')?;
        let previous = before.get(..from)?.chars().next_back();
        let begins = previous.is_none_or(|c| c.is_whitespace() || !c.is_ascii());
        begins.then_some((Mark::At, from))
    }

    /// Whether it stands in the text where it was typed.
    pub fn stands_in(&self, text: &str) -> bool {
        let typed = text.get(self.from..self.to);
        typed.and_then(|typed| typed.strip_prefix(self.mark.sign())) == Some(self.letters.as_str())
    }

    /// The text with `filled` in the place of the call; where that is no longer there, nothing is taken away: `filled` comes
    /// between what stands there now, or to the end.
    pub fn replaced(&self, text: &str, filled: &str) -> String {
        let end = text.len();
        let (from, to) = if self.stands_in(text) {
            (self.from, self.to)
        } else if text.is_char_boundary(self.from) {
            (self.from, self.from)
        } else {
            (end, end)
        };
        let before = text.get(..from).unwrap_or_default();
        let after = text.get(to..).unwrap_or_default();
        [before, filled, after].concat()
    }
}

/// Where that UTF-16 unit begins.
fn byte_of(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (at, character) in text.char_indices() {
        if seen >= units {
            return at;
        }
        seen += character.len_utf16();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str, caret: usize) -> Option<String> {
        Call::at(text, caret).map(|call| call.letters)
    }

    #[test]
    fn a_slash_calls_at_the_beginning_of_a_line_only() {
        for (text, caret, expected) in [
            ("/", 1, Some("")),
            ("/tra", 4, Some("tra")),
            ("/翻译", 3, Some("翻译")),
            ("one\n/two", 8, Some("two")),
            ("one\n/two\nthree", 8, Some("two")),
            ("/tra", 2, None),
            ("/tra now", 4, Some("tra")),
            ("/tra now", 8, None),
            ("and/or", 6, None),
            (" /tra", 5, None),
            ("/usr/bin", 8, None),
            ("", 0, None),
            ("/tra", 0, None),
        ] {
            assert_eq!(
                letters(text, caret).as_deref(),
                expected,
                "{text:?} at {caret}"
            );
        }
    }

    #[test]
    fn an_at_sign_calls_at_the_beginning_of_a_word_only() {
        for (text, caret, expected) in [
            ("@", 1, Some("")),
            ("ask @qwen3.5-p", 14, Some("qwen3.5-p")),
            ("请@翻译", 4, Some("翻译")),
            ("one\n@two three", 8, Some("two")),
            ("@two three", 10, None),
            ("lin@example.com", 15, None),
            ("a.@b", 4, None),
            ("@tw", 1, None),
            ("/tra", 4, Some("tra")),
        ] {
            assert_eq!(
                letters(text, caret).as_deref(),
                expected,
                "{text:?} at {caret}"
            );
        }
        let call = Call::at("ask @qwen", 9);
        assert_eq!(call.as_ref().map(|call| call.mark), Some(Mark::At));
        let rest = call.map(|call| call.replaced("ask @qwen", ""));
        assert_eq!(rest.as_deref(), Some("ask "));
    }

    #[test]
    fn the_call_is_replaced_and_the_rest_stays() {
        // A character beyond the basic plane is two units for the browser.
        let text = "😀\n/tra\nafter";
        let call = Call::at(text, 7);
        let replaced = call.map(|call| call.replaced(text, "Translate."));
        assert_eq!(replaced.as_deref(), Some("😀\nTranslate.\nafter"));
    }

    #[test]
    fn what_took_the_place_of_a_call_is_not_lost() {
        let call = Call {
            mark: Mark::Slash,
            letters: "tra".to_owned(),
            from: 4,
            to: 8,
        };
        for (text, stands, expected) in [
            ("one\n/tra", true, "one\nX"),
            ("one\n/tra more", true, "one\nX more"),
            ("one\n/two", false, "one\nX/two"),
            ("one\n", false, "one\nX"),
            ("", false, "X"),
            // The fourth byte is within a character, or the eighth.
            ("一二三四", false, "一二三四X"),
            ("one\n/tr二", false, "one\nX/tr二"),
        ] {
            assert_eq!(call.stands_in(text), stands, "{text:?}");
            assert_eq!(call.replaced(text, "X"), expected, "{text:?}");
        }
    }
}
