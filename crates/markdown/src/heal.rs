//! Closes, in the source, what the end of a growing text has left open, so that a reader sees it as it will be.
//!
//! Only the last line's block is looked at. Nothing visible is invented: marks are added or taken away.

use crate::line;

/// The text as it will probably go on.
pub(crate) fn heal(text: &str) -> String {
    let text = without_lone_marks(text);
    let (before, last) = text.split_at(leaf(text));
    if last.ends_with("\n\n") || in_fence(before) {
        return text.to_owned();
    }
    let mut healed = before.to_owned();
    if last.trim_start().starts_with('|') && last.matches('\n').count() > 1 {
        // Of a table only the last cell is open.
        let (cells, cell) = last.split_at(last.rfind('|').map_or(0, |at| at + 1));
        healed.push_str(cells);
        healed.push_str(&inline(cell));
        return healed;
    }
    let last = table(before, last);
    healed.push_str(&inline(&last));
    healed
}

/// Without a last line that is nothing but the beginning of a mark.
fn without_lone_marks(text: &str) -> &str {
    let start = text.rfind('\n').map_or(0, |at| at + 1);
    let last = text[start..].trim();
    let is_marks = |c: char| {
        matches!(
            c,
            '-' | '=' | '*' | '+' | '#' | '>' | '`' | '~' | '_' | '|' | ':' | ' '
        )
    };
    let number = last.strip_suffix(['.', ')']).unwrap_or(last);
    let is_number = number.len() < 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    // `> - ` and `- [ ]` are marks, too.
    let task = last.trim_start_matches(is_marks);
    if last.chars().all(is_marks)
        || is_number
        || matches!(task, "[" | "[ " | "[ ]" | "[x" | "[x]" | "[X" | "[X]")
            && task.len() < last.len()
    {
        &text[..start]
    } else {
        text
    }
}

/// Where the paragraph, heading, item or row begins that the text ends in.
fn leaf(text: &str) -> usize {
    let mut start = text.len();
    while let Some(line_start) = text[..start]
        .trim_end_matches('\n')
        .rfind('\n')
        .map(|at| at + 1)
        .or((start > 0).then_some(0))
    {
        let line = &text[line_start..start];
        if line::is_blank(line) {
            break;
        }
        start = line_start;
        let content = line.trim_start();
        let is_first = line::list_marker(content).is_some()
            || line::is_heading(line)
            || content.starts_with('>');
        if is_first || start == 0 || text[..start].ends_with("\n\n") {
            break;
        }
    }
    start
}

/// Whether `before` ends inside a fenced block (of a list or a quotation).
fn in_fence(before: &str) -> bool {
    let mut fence = None;
    for line in before.lines() {
        let content = line.trim_start_matches([' ', '\t', '>']);
        let content =
            line::list_marker(content).map_or(content, |length| content[length..].trim_start());
        fence = match fence {
            Some(open) if line::closes_fence(content, open) => None,
            Some(open) => Some(open),
            None => line::opening_fence(content).map(|(open, _)| open),
        };
    }
    fence.is_some()
}

/// A first row that begins with `|` is a table's before the line of dashes says so.
fn table(before: &str, last: &str) -> String {
    let mut lines = last.splitn(3, '\n');
    let (head, dashes, rest) = (
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
        lines.next(),
    );
    let is_head = head.trim_start().starts_with('|')
        && (before.is_empty() || before.ends_with("\n\n") || !before.ends_with('\n'));
    let is_partial = dashes.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    if !is_head
        || rest.is_some_and(|rest| !rest.is_empty())
        || !is_partial
        || last.ends_with('\n') && dashes.len() > 1
    {
        return last.to_owned();
    }
    let head = head.trim_end();
    let head = inline(head.trim_end_matches('|'));
    let columns = head.replace("\\|", "").matches('|').count().max(1);
    format!("{head}|\n|{}", "---|".repeat(columns))
}

/// More open marks than these are left as they are.
const MAX_OPEN: usize = 64;
const MAX_ADDRESS: usize = 2048;

/// What is open in running text.
enum Open {
    Emphasis { mark: u8, length: usize },
    Bracket { at: usize, is_image: bool },
}

fn inline(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut open: Vec<(usize, Open)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'`' => {
                let length = line::run(&text[at..], b'`');
                match closing_ticks(text, at + length, length) {
                    Some(end) => at = end,
                    None => return close(&code(text, at, length), &open),
                }
            }
            mark @ (b'*' | b'_' | b'~') => {
                let length = line::run(&text[at..], mark);
                emphasis(text, at, mark, length, &mut open);
                at += length;
            }
            b'[' => {
                if open.len() < MAX_OPEN {
                    open.push((
                        at,
                        Open::Bracket {
                            at,
                            is_image: at > 0 && bytes[at - 1] == b'!',
                        },
                    ));
                }
                at += 1;
            }
            b']' => {
                let bracket = open
                    .iter()
                    .rposition(|(_, open)| matches!(open, Open::Bracket { .. }));
                at += 1;
                let Some(bracket) = bracket else { continue };
                let label = &text[open[bracket].0 + 1..at - 1];
                if at == text.len()
                    && label.contains(|c: char| c.is_alphabetic())
                    && !label.starts_with('^')
                    && label.len() > 1
                {
                    let label = without_bracket(&text[..at - 1], &open[bracket].1);
                    open.truncate(bracket);
                    return close(&label, &open);
                }
                if text[at..].starts_with('(') && closing_parenthesis(text, at + 1).is_none() {
                    let label = without_bracket(&text[..at - 1], &open[bracket].1);
                    open.truncate(bracket);
                    return close(&label, &open);
                }
                if text[at..].starts_with('(') {
                    at = closing_parenthesis(text, at + 1).unwrap_or(at);
                }
                open.truncate(bracket);
            }
            _ => at += 1,
        }
    }
    let first_bracket = open
        .iter()
        .position(|(_, open)| matches!(open, Open::Bracket { .. }));
    match first_bracket.and_then(|index| text[open[index].0..].len().le(&300).then_some(index)) {
        Some(index) => {
            let label = without_bracket(text, &open[index].1);
            open.remove(index);
            close(&label, &open)
        }
        None => close(text, &open),
    }
}

fn without_bracket(text: &str, open: &Open) -> String {
    let Open::Bracket { at, is_image } = open else {
        return text.to_owned();
    };
    if text[at + 1..].starts_with('^') {
        return text[..*at].to_owned();
    }
    [&text[..at - usize::from(*is_image)], &text[at + 1..]].concat()
}

fn closing_ticks(text: &str, from: usize, length: usize) -> Option<usize> {
    let mut at = from;
    while let Some(next) = text[at..].find('`') {
        let run = line::run(&text[at + next..], b'`');
        at += next + run;
        if run == length {
            return Some(at);
        }
    }
    None
}

/// Where an address ends; within the line and with balanced parentheses.
fn closing_parenthesis(text: &str, from: usize) -> Option<usize> {
    let mut depth = 0;
    for (index, byte) in text[from..].bytes().enumerate().take(MAX_ADDRESS) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(from + index + 1),
            b')' => depth -= 1,
            b'\n' => return Some(from),
            _ => {}
        }
    }
    (text.len() - from > MAX_ADDRESS).then_some(from)
}

/// Closes a span of code that begins at `at`, or drops ticks that nothing follows yet.
fn code(text: &str, at: usize, length: usize) -> String {
    let content = text[at + length..].trim_end();
    let closing = content.len() - content.trim_end_matches('`').len();
    let content = &content[..content.len() - closing];
    if content.trim().is_empty() {
        return text[..at].to_owned();
    }
    [&text[..at + length], content, &"`".repeat(length)].concat()
}

fn emphasis(text: &str, at: usize, mark: u8, length: usize, open: &mut Vec<(usize, Open)>) {
    let before = text[..at].chars().next_back();
    let after = text[at + length..].chars().next();
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if mark == b'_' && is_word(before) && is_word(after) || length > 3 || mark == b'~' && length > 2
    {
        return;
    }
    let mut left = length;
    while left > 0 && !is_space(before) {
        let Some(index) = open.iter().rposition(
            |(_, open)| matches!(open, Open::Emphasis { mark: other, .. } if *other == mark),
        ) else {
            break;
        };
        let Open::Emphasis { length: opened, .. } = &mut open[index].1 else {
            break;
        };
        let closed = left.min(*opened);
        *opened -= closed;
        left -= closed;
        if *opened == 0 {
            open.truncate(index);
        }
    }
    // At the very end it may be either, and then it is no text in both cases.
    if left > 0 && open.len() < MAX_OPEN && (after.is_none() || !is_space(after)) {
        open.push((at + length - left, Open::Emphasis { mark, length: left }));
    }
}

/// Adds the missing ends, or takes away beginnings that nothing follows.
fn close(text: &str, open: &[(usize, Open)]) -> String {
    let mut healed = text.trim_end().to_owned();
    let backslashes = healed.len() - healed.trim_end_matches('\\').len();
    if backslashes % 2 == 1 {
        healed.pop();
    }
    let mut open: Vec<_> = open
        .iter()
        .filter_map(|(at, open)| match open {
            Open::Emphasis { mark, length } => Some((*at, char::from(*mark), *length)),
            Open::Bracket { .. } => None,
        })
        .collect();
    // What stands at the very end opens nothing yet.
    while let Some(&(at, mark, length)) = open.last() {
        let ending = healed.len() - healed.trim_end_matches(mark).len();
        if ending < length || at + length < healed.len() {
            break;
        }
        healed.truncate(healed.len() - length);
        healed.truncate(healed.trim_end().len());
        open.pop();
    }
    for (_, mark, length) in open.into_iter().rev() {
        healed.extend(std::iter::repeat_n(mark, length));
    }
    healed
}
