//! A corrected sentence: its words keep their times where they stayed, and share the time between them where they changed.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "milliseconds of a recording are small, and none is negative"
)]

use model::transcript::WordTime;

/// When the words of the corrected text are said.
pub(super) fn realigned(
    (old, words): (&str, &[WordTime]),
    new: &str,
    (begin_ms, end_ms): (i64, i64),
) -> Vec<WordTime> {
    if words.is_empty() {
        return Vec::new();
    }
    let old: Vec<char> = old.chars().collect();
    let new: Vec<char> = new.chars().collect();
    let times = times_of(words, old.len(), (begin_ms, end_ms));
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(most)
        .take_while(|(a, b)| a == b)
        .count();
    // Begin and end of what changed, and how it is shared.
    let (from, to) = (times[head], times[old.len() - tail]);
    let changed = new.len() - head - tail;
    let at = |place: usize| {
        if place <= head {
            times[place]
        } else if place >= new.len() - tail {
            times[old.len() - (new.len() - place)]
        } else {
            from + (to - from) * (place - head) as f64 / changed.max(1) as f64
        }
    };
    let mut words = Vec::new();
    let mut begin = 0;
    for end in ends(&new) {
        words.push(WordTime(
            at(begin) as u32,
            at(end) as u32,
            u32::try_from(end - begin).unwrap_or(u32::MAX),
        ));
        begin = end;
    }
    words
}

/// When each character begins, and when the last one ends.
fn times_of(words: &[WordTime], length: usize, (begin_ms, end_ms): (i64, i64)) -> Vec<f64> {
    let mut times = Vec::with_capacity(length + 1);
    let mut last = begin_ms as f64;
    for WordTime(begin, end, characters) in words {
        for place in 0..*characters {
            let share = f64::from(place) / f64::from((*characters).max(1));
            times.push(f64::from(*begin) + f64::from(end - begin) * share);
        }
        last = f64::from(*end);
    }
    times.resize(length, last);
    times.push(last.max(end_ms as f64).max(begin_ms as f64));
    times
}

/// Where words end: a Chinese character is one, other letters are one up to the next space; marks and spaces belong to the word
/// before them.
fn ends(text: &[char]) -> Vec<usize> {
    let mut ends = Vec::new();
    for place in 1..text.len() {
        let (before, here) = (text[place - 1], text[place]);
        let begins = here.is_alphanumeric()
            && (is_wide(here) || is_wide(before) || !before.is_alphanumeric());
        let joined = matches!(before, '\'' | '’' | '-') && !is_wide(here);
        if begins && !joined {
            ends.push(place);
        }
    }
    if !text.is_empty() {
        ends.push(text.len());
    }
    ends
}

/// Whether it is written without spaces between words.
pub(super) fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x2E80..=0x9FFF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFF00..=0xFF60 | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let mut begin = 0;
        ends(&chars)
            .into_iter()
            .map(|end| {
                let word = chars[begin..end].iter().collect();
                begin = end;
                word
            })
            .collect()
    }

    #[test]
    fn words_of_both_kinds_are_found() {
        assert_eq!(
            split("我们用 Rust, don't ask."),
            ["我", "们", "用 ", "Rust, ", "don't ", "ask."]
        );
        assert_eq!(split(""), [""; 0]);
    }

    #[test]
    fn what_stayed_keeps_its_time() {
        let words = [
            WordTime(0, 100, 2),
            WordTime(200, 400, 2),
            WordTime(500, 900, 3),
        ];
        let new = realigned(("今天天汽很好。", &words), "今天天气很好。", (0, 900));
        let total: u32 = new.iter().map(|word| word.2).sum();
        assert_eq!(total, 7);
        assert_eq!(new[0].0, 0);
        assert_eq!((new[3].0, new[4].0), (300, 500));
        assert_eq!(new.last().map(|word| word.1), Some(900));
    }

    #[test]
    fn what_is_new_shares_the_time_between() {
        let words = [WordTime(0, 1000, 5), WordTime(1000, 2000, 5)];
        let new = realigned(("good news", &words), "good and better news", (0, 2000));
        assert!(new.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 1));
        assert_eq!(new.iter().map(|word| word.2).sum::<u32>(), 20);
        assert_eq!(realigned(("a", &[]), "b", (0, 1)), []);
        let emptied = realigned(("ab", &[WordTime(0, 9, 2)]), "", (0, 9));
        assert_eq!(emptied, []);
    }
}
