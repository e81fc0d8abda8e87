//! What kind of line this is, by its first characters.

/// An opening code fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    pub(crate) mark: u8,
    pub(crate) length: usize,
    pub(crate) indent: usize,
}

/// Columns of white space in front; a tab goes to the next multiple of four.
pub(crate) fn indent(line: &str) -> usize {
    let mut columns = 0;
    for byte in line.bytes() {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns += 4 - columns % 4,
            _ => break,
        }
    }
    columns
}

/// Whether the line holds nothing but white space.
pub(crate) fn is_blank(line: &str) -> bool {
    line.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n'))
}

/// The length of the run of `mark` at the beginning.
pub(crate) fn run(text: &str, mark: u8) -> usize {
    text.bytes().take_while(|&byte| byte == mark).count()
}

/// The fence that this line opens, and its info string.
pub(crate) fn opening_fence(line: &str) -> Option<(Fence, &str)> {
    let indent = indent(line);
    let text = line.trim();
    let mark = *text.as_bytes().first()?;
    let length = run(text, mark);
    if indent > 3 || length < 3 || !matches!(mark, b'`' | b'~') {
        return None;
    }
    let info = text[length..].trim();
    (mark == b'~' || !info.contains('`')).then_some((
        Fence {
            mark,
            length,
            indent,
        },
        info,
    ))
}

/// Whether this line closes `fence`.
pub(crate) fn closes_fence(line: &str, fence: Fence) -> bool {
    let text = line.trim();
    indent(line) <= 3
        && run(text, fence.mark) >= fence.length
        && run(text, fence.mark) == text.len()
}

/// `# Heading`, also empty.
pub(crate) fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches(' ');
    let level = run(text, b'#');
    (1..=6).contains(&level)
        && matches!(
            text.as_bytes().get(level),
            None | Some(b' ' | b'\t' | b'\n')
        )
}

/// A rule of at least three `*`, `-` or `_`.
pub(crate) fn is_rule(line: &str) -> bool {
    let mut marks = line.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let Some(first) = marks.next() else {
        return false;
    };
    matches!(first, b'*' | b'-' | b'_') && indent(line) <= 3 && {
        let (all, count) = marks.fold((true, 1), |(all, count), byte| {
            (all && byte == first, count + 1)
        });
        all && count >= 3
    }
}

/// The length of a list marker (`-`, `*`, `+`, `1.`, `1)`) at the beginning of `text`, if white space or the end follows.
pub(crate) fn list_marker(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let length = match bytes.first()? {
        b'-' | b'*' | b'+' => 1,
        b'0'..=b'9' => {
            let digits = bytes
                .iter()
                .take(10)
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if digits > 9 || !matches!(bytes.get(digits), Some(b'.' | b')')) {
                return None;
            }
            digits + 1
        }
        _ => return None,
    };
    matches!(bytes.get(length), None | Some(b' ' | b'\t' | b'\n')).then_some(length)
}

/// Whether the line begins the definition of a footnote: `[^label]:`.
pub(crate) fn is_footnote_definition(line: &str) -> bool {
    let Some(rest) = line.trim_start_matches(' ').strip_prefix("[^") else {
        return false;
    };
    let end = rest
        .bytes()
        .take(100)
        .position(|byte| matches!(byte, b']' | b'[' | b' ' | b'\n'));
    end.is_some_and(|end| end > 0 && rest[end..].starts_with("]:")) && indent(line) <= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_need_white_space_behind_them() {
        assert_eq!(list_marker("- a"), Some(1));
        assert_eq!(list_marker("12. a"), Some(3));
        assert_eq!(list_marker("-a"), None);
        assert_eq!(list_marker("3.14"), None);
        assert!(is_heading("## a\n") && !is_heading("#a") && !is_heading("####### a"));
        assert!(is_rule("* * *\n") && !is_rule("**") && !is_rule("- a -"));
    }

    #[test]
    fn a_backtick_fence_has_no_backtick_in_its_info() {
        assert!(opening_fence("```rust\n").is_some_and(|(_, info)| info == "rust"));
        assert!(opening_fence("```a``` b\n").is_none());
        assert!(closes_fence(
            "````\n",
            Fence {
                mark: b'`',
                length: 3,
                indent: 0
            }
        ));
    }
}
