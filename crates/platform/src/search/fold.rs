//! Texts as they are compared: letters and digits in one form each, and the gaps between them.

/// How words of a script are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// By what stands between them.
    Spaced,
    /// Not at all: Chinese, Japanese, Korean (whose spaces part more than words), Thai and its neighbours.
    Unspaced,
    /// No script: all that stands between two words.
    Gap,
}

/// A character as it is compared, and where it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) character: char,
    pub(super) script: Script,
    /// Its first byte, and the first one behind it.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The text as it is compared. Cases and widths are one, what can't be seen is not there, and a gap of any kind is one gap;
/// between scripts there is none, because `Rust编程` and `Rust 编程` are the same.
pub(super) fn fold(text: &str) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::with_capacity(text.len() / 2);
    for (from, written) in text.char_indices() {
        if is_unseen(written) {
            continue;
        }
        let character = one_form(written);
        let script = script_of(character);
        let to = from + written.len_utf8();
        if script == Script::Gap {
            if signs.last().is_some_and(|last| last.script != Script::Gap) {
                signs.push(Sign {
                    character: ' ',
                    script,
                    from,
                    to,
                });
            }
            continue;
        }
        if let [.., before, gap] = &signs[..]
            && gap.script == Script::Gap
            && before.script != script
        {
            signs.pop();
        }
        signs.push(Sign {
            character,
            script,
            from,
            to,
        });
    }
    if signs.last().is_some_and(|last| last.script == Script::Gap) {
        signs.pop();
    }
    signs
}

/// Characters that take no room, or only turn the reading direction.
pub(super) const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// In lower case, and of usual width.
fn one_form(c: char) -> char {
    let usual = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    usual.to_lowercase().next().unwrap_or(usual)
}

fn script_of(c: char) -> Script {
    if is_unspaced(c) {
        Script::Unspaced
    } else if c.is_alphanumeric() {
        Script::Spaced
    } else {
        Script::Gap
    }
}

const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e01}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17d3}'
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}'
        | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{318f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text).iter().map(|sign| sign.character).collect()
    }

    #[test]
    fn what_reads_the_same_is_the_same() {
        for (text, expected) in [
            ("Hello, World!", "hello world"),
            ("ＱＷＥＮ３　max", "qwen3 max"),
            ("使用 Rust 编程", "使用rust编程"),
            ("春眠。不觉晓", "春眠 不觉晓"),
            ("  — a —  ", "a"),
            ("he\u{200b}l\u{ad}lo\u{202e}", "hello"),
            ("ÄÖ İ", "äö i"),
            ("", ""),
            ("!?…", ""),
        ] {
            assert_eq!(folded(text), expected, "{text:?}");
        }
    }

    #[test]
    fn each_sign_knows_where_it_stands() {
        let text = "a 春B";
        let places: Vec<&str> = fold(text)
            .iter()
            .map(|sign| &text[sign.from..sign.to])
            .collect();
        assert_eq!(places, ["a", "春", "B"]);
    }
}
