//! Variables in a prompt: `{{name}}`, or `{{name|what it says when nothing is given}}`.

/// The longest name of a variable, in characters.
const LONGEST_NAME: usize = 40;

/// A variable of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable<'a> {
    /// Its name.
    pub name: &'a str,
    /// What stands for it when nothing is given.
    pub default: Option<&'a str>,
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Variable(Variable<'a>),
}

/// The variables of a text, each once, in the order in which they are met first.
pub fn variables(text: &str) -> Vec<Variable<'_>> {
    let mut found: Vec<Variable<'_>> = Vec::new();
    for piece in pieces(text) {
        let Piece::Variable(variable) = piece else {
            continue;
        };
        match found.iter_mut().find(|known| known.name == variable.name) {
            Some(known) => known.default = known.default.or(variable.default),
            None => found.push(variable),
        }
    }
    found
}

/// The text with every variable replaced: by what is given for its name, else by its default, else by nothing. What is given is
/// not read for variables again.
pub fn fill<'v>(text: &str, given: impl Fn(&str) -> Option<&'v str>) -> String {
    let defaults = variables(text);
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Variable(Variable { name, .. }) => {
                let default = || {
                    let known = defaults.iter().find(|known| known.name == name);
                    known.and_then(|known| known.default).unwrap_or_default()
                };
                let value = given(name).filter(|value| !value.is_empty());
                filled.push_str(value.unwrap_or_else(default));
            }
        }
    }
    filled
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut plain) = (text, text);
    while let Some(open) = rest.find("{{") {
        let inside = &rest[open + 2..];
        let close = inside.find("}}");
        let Some((found, close)) =
            close.and_then(|close| variable(&inside[..close]).map(|found| (found, close)))
        else {
            // Not a variable: the second brace may begin one.
            rest = &rest[open + 1..];
            continue;
        };
        let before = plain.len() - rest.len() + open;
        if before > 0 {
            pieces.push(Piece::Text(&plain[..before]));
        }
        pieces.push(Piece::Variable(found));
        rest = &inside[close + 2..];
        plain = rest;
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

fn variable(inside: &str) -> Option<Variable<'_>> {
    let (name, default) = match inside.split_once('|') {
        Some((name, default)) => (name, Some(default.trim())),
        None => (inside, None),
    };
    let name = name.trim();
    let is_name = is_name(name);
    let is_default = !default.is_some_and(|default| default.contains('{'));
    (is_name && is_default).then_some(Variable { name, default })
}

/// Whether a variable can have that name.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= LONGEST_NAME
        && !name.contains(|c: char| c.is_control() || matches!(c, '{' | '}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(&str, Option<&str>)> {
        let variables = variables(text).into_iter();
        variables.map(|found| (found.name, found.default)).collect()
    }

    #[test]
    fn variables_are_found_once_with_their_default() {
        for (text, expected) in [
            ("plain", vec![]),
            (
                "{{a}} {{ 语言 | 英文 }} {{a}}",
                vec![("a", None), ("语言", Some("英文"))],
            ),
            ("{{a}} then {{a|x}} then {{a|y}}", vec![("a", Some("x"))]),
            ("{{a|}}", vec![("a", Some(""))]),
            ("{{}} {{ }} {{\n}} {a} {{a}", vec![]),
            ("{{{a}}}", vec![("a", None)]),
            ("{{ {{b}}", vec![("b", None)]),
            ("}} {{", vec![]),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_is_filled_by_what_is_given_and_by_defaults() {
        let given = |name: &str| match name {
            "a" => Some("{{b}}"),
            "empty" => Some(""),
            _ => None,
        };
        for (text, expected) in [
            ("say {{a}} to {{b|them}}", "say {{b}} to them"),
            ("{{empty|默认}}/{{none}}/", "默认//"),
            ("{{a}}{{a|x}}", "{{b}}{{b}}"),
            ("no {variables} {{ here", "no {variables} {{ here"),
            ("{{{a}}}", "{{{b}}}"),
            ("字{{b|x}}字", "字x字"),
        ] {
            assert_eq!(fill(text, given), expected, "{text}");
        }
    }
}
