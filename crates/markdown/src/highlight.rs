//! Colours for code, line by line, as short CSS classes.

use std::sync::LazyLock;

use syntect::easy::ScopeRegionIterator;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

use crate::escape;

/// Longer lines stay plain: they are data, and expressions take long over them.
pub(crate) const MAX_LINE: usize = 1000;

/// Code beyond this stays plain; it bounds what one block can cost.
const MAX_CODE: usize = 16 * 1024;

/// Where the highlighting of one piece of code stands.
#[derive(Clone)]
pub(crate) struct Highlighter {
    state: Option<(ParseState, ScopeStack)>,
    seen: usize,
}

impl Highlighter {
    /// For a language as it is named behind a fence; an unknown one stays plain.
    pub(crate) fn new(language: &str) -> Self {
        let token = alias(language);
        let state = if token.is_empty() || token == "text" || token == "plain" {
            None
        } else {
            SYNTAXES
                .find_syntax_by_token(token)
                .map(|syntax| (ParseState::new(syntax), ScopeStack::new()))
        };
        Self { state, seen: 0 }
    }

    /// Counts a part of the code that was written elsewhere.
    pub(crate) fn skip(&mut self, length: usize) {
        self.seen += length;
    }

    /// Appends `line` (with its `\n`, if it has one) as HTML whose elements all end in this line.
    pub(crate) fn push_line(&mut self, out: &mut String, line: &str) {
        self.seen += line.len();
        if self.seen > MAX_CODE {
            self.state = None;
        }
        if line.len() > MAX_LINE {
            // What has been shown of it while it grew had no marks either.
            return escape::push_plain(out, line);
        }
        let Some((parser, stack)) = &mut self.state else {
            return escape::push_text(out, line);
        };
        let Ok(operations) = parser.parse_line(line, &SYNTAXES) else {
            self.state = None;
            return escape::push_text(out, line);
        };
        let mut open = None;
        for (text, operation) in ScopeRegionIterator::new(&operations, line) {
            if stack.apply(operation).is_err() {
                self.state = None;
                if open.is_some() {
                    out.push_str("</span>");
                }
                return;
            }
            if text.is_empty() {
                continue;
            }
            let class = if text.trim().is_empty() {
                open
            } else {
                class(stack)
            };
            if class != open {
                if open.is_some() {
                    out.push_str("</span>");
                }
                if let Some(class) = class {
                    out.push_str("<span class=\"");
                    out.push_str(class);
                    out.push_str("\">");
                }
                open = class;
            }
            escape::push_text(out, text);
        }
        if open.is_some() {
            out.push_str("</span>");
        }
    }
}

// Loading takes tens of milliseconds and megabytes that a server nobody asks for code need not spend.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

static CLASSES: LazyLock<Vec<(Scope, &'static str)>> = LazyLock::new(|| {
    SCOPES
        .iter()
        .filter_map(|&(scope, class)| Some((Scope::new(scope).ok()?, class)))
        .collect()
});

/// The innermost scope that has a colour decides; of one scope the first entry.
const SCOPES: &[(&str, &str)] = &[
    ("comment", "s-c"),
    ("constant.character.escape", "s-l"),
    ("string", "s-s"),
    ("constant.numeric", "s-n"),
    ("constant", "s-l"),
    ("keyword.operator", "s-o"),
    ("keyword", "s-k"),
    ("storage", "s-k"),
    ("entity.name.function", "s-f"),
    ("support.function", "s-f"),
    ("variable.function", "s-f"),
    ("entity.name.tag", "s-g"),
    ("entity.other.attribute-name", "s-a"),
    ("entity.other.inherited-class", "s-t"),
    ("entity.name", "s-t"),
    ("support.type.property-name", "s-a"),
    ("support", "s-t"),
    ("variable.language", "s-k"),
    ("variable.other.readwrite", "s-v"),
    ("markup.inserted", "s-i"),
    ("markup.deleted", "s-d"),
    ("markup.heading", "s-k"),
];

fn class(stack: &ScopeStack) -> Option<&'static str> {
    let innermost = stack.as_slice().iter().rev().take(32);
    innermost
        .filter_map(|&scope| {
            CLASSES
                .iter()
                .find(|(prefix, _)| prefix.is_prefix_of(scope))
        })
        .map(|&(_, class)| class)
        .next()
}

/// Names that people use and the syntaxes do not know.
fn alias(language: &str) -> &str {
    match language {
        "shell" | "console" | "shellsession" | "sh" | "zsh" => "bash",
        "golang" => "go",
        "jsonc" | "json5" | "jsonl" => "json",
        "node" | "mjs" | "cjs" | "jsx" => "js",
        "mts" | "cts" => "ts",
        "mysql" | "postgresql" | "postgres" | "sqlite" | "plsql" => "sql",
        "c#" | "csharp" => "cs",
        "c++" => "cpp",
        "plaintext" | "txt" | "none" => "text",
        "py3" | "python3" => "python",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_languages_people_ask_for_are_known() {
        for language in [
            "rust",
            "python",
            "javascript",
            "js",
            "jsx",
            "typescript",
            "ts",
            "tsx",
            "sql",
            "bash",
            "sh",
            "shell",
            "json",
            "html",
            "css",
            "go",
            "java",
            "c",
            "cpp",
            "c++",
            "c#",
            "yaml",
            "toml",
            "dockerfile",
            "kotlin",
            "swift",
            "php",
            "ruby",
            "lua",
            "diff",
            "markdown",
            "xml",
            "vue",
        ] {
            assert!(Highlighter::new(language).state.is_some(), "{language}");
        }
        assert!(Highlighter::new("text").state.is_none());
    }

    #[test]
    fn elements_end_with_their_line_and_the_state_goes_on() {
        let mut highlighter = Highlighter::new("rust");
        let mut out = String::new();
        highlighter.push_line(&mut out, "/* a\n");
        highlighter.push_line(&mut out, "b */ fn\n");
        assert_eq!(
            out,
            "<span class=\"s-c\">/* a\n</span><span class=\"s-c\">b */ </span><span class=\"s-k\">fn\n</span>"
        );
    }
}
