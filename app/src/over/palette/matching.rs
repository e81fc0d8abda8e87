//! What of the things that can be done is meant by what was typed.

/// Whether every word that was typed is in one of the names, in whatever case. Chinese is found by any part of a name.
pub fn is_meant(names: &[&str], typed: &str) -> bool {
    let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    typed
        .to_lowercase()
        .split_whitespace()
        .all(|word| names.iter().any(|name| name.contains(word)))
}

/// Whether the name begins with what was typed: such ones come first.
pub fn begins(name: &str, typed: &str) -> bool {
    name.to_lowercase()
        .starts_with(typed.trim().to_lowercase().as_str())
}

/// Where a key leads from one of so many, around both ends.
pub fn step(key: &str, at: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowDown" if at >= last => Some(0),
        "ArrowDown" => Some(at + 1),
        "ArrowUp" => Some(at.checked_sub(1).unwrap_or(last)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_be_in_a_name() {
        let names = ["Theme: Dark", "外观: 深色"];
        for typed in ["", "dark", "DARK theme", "深色", "外观 dark", "em"] {
            assert!(is_meant(&names, typed), "{typed}");
        }
        for typed in ["light", "dark blue", "浅"] {
            assert!(!is_meant(&names, typed), "{typed}");
        }
    }

    #[test]
    fn what_begins_so_comes_first() {
        assert!(begins("New chat", " new"));
        assert!(begins("新对话", "新"));
        assert!(!begins("Images", "new"));
    }

    #[test]
    fn the_arrows_walk_around() {
        for (key, at, count, expected) in [
            ("ArrowDown", 0, 3, Some(1)),
            ("ArrowDown", 2, 3, Some(0)),
            ("ArrowUp", 0, 3, Some(2)),
            ("ArrowUp", 2, 3, Some(1)),
            ("Home", 2, 3, Some(0)),
            ("End", 0, 3, Some(2)),
            ("ArrowDown", 0, 0, None),
            ("a", 0, 3, None),
        ] {
            assert_eq!(step(key, at, count), expected, "{key} from {at} of {count}");
        }
    }
}
