//! What could stand between two pieces of code.

use crate::dice::Dice;

const PREFIX: &str = "<|fim_prefix|>";
const SUFFIX: &str = "<|fim_suffix|>";
const MIDDLE: &str = "<|fim_middle|>";

/// The place to write at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gap<'a> {
    prefix: &'a str,
    suffix: &'a str,
}

impl<'a> Gap<'a> {
    /// Reads the marks of a prompt; without any, all of it comes before the gap.
    pub(super) fn of(prompt: &'a str) -> Self {
        let rest = prompt.split_once(PREFIX).map_or(prompt, |(_, rest)| rest);
        let (prefix, rest) = rest.split_once(SUFFIX).unwrap_or((rest, ""));
        let suffix = rest.split_once(MIDDLE).map_or(rest, |(suffix, _)| suffix);
        Self { prefix, suffix }
    }

    /// Lines that fit the indentation and, where a function has just been opened, its parameters.
    pub(super) fn fill(&self, seed: u64) -> String {
        let last = self
            .prefix
            .trim_end_matches('\n')
            .lines()
            .last()
            .unwrap_or_default();
        let outer: String = last.chars().take_while(|c| c.is_whitespace()).collect();
        let opens = [":", "{"].iter().any(|end| last.trim_end().ends_with(end));
        let indent = if opens { format!("{outer}    ") } else { outer };
        let has_semicolons = self.prefix.contains(';') || self.prefix.contains('{');
        let end = if has_semicolons { ";" } else { "" };
        let line = parameters(last).map_or_else(
            || {
                let mut dice = Dice::new(seed).and(self.prefix).and(self.suffix);
                let lines = ["result = compute(data)", "print(result)", "return result"];
                lines[dice.below(lines.len())].to_owned()
            },
            |parameters| format!("return {}", parameters.join(" + ")),
        );
        let gap = if self.prefix.is_empty() || self.prefix.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        let closing = if opens && last.trim_end().ends_with('{') && !self.suffix.contains('}') {
            "}\n"
        } else {
            ""
        };
        format!("{gap}{indent}{line}{end}\n{closing}")
    }
}

/// The names between the parentheses of a line that opens a function.
fn parameters(line: &str) -> Option<Vec<&str>> {
    let opens = ["def ", "fn ", "function ", "func "];
    if !opens.iter().any(|word| line.contains(word)) {
        return None;
    }
    let (_, rest) = line.split_once('(')?;
    let (inside, _) = rest.split_once(')')?;
    let names: Vec<&str> = inside
        .split(',')
        .filter_map(|parameter| {
            parameter
                .split([':', '=', ' '])
                .find(|name| !name.is_empty())
        })
        .filter(|name| *name != "self")
        .collect();
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::Gap;

    #[test]
    fn marks_part_the_prompt() {
        for (prompt, prefix, suffix) in [
            ("<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>", "a", "b"),
            ("<|fim_prefix|>a<|fim_suffix|>", "a", ""),
            ("plain", "plain", ""),
        ] {
            assert_eq!(Gap::of(prompt), Gap { prefix, suffix }, "{prompt}");
        }
    }

    #[test]
    fn a_function_is_filled_with_what_it_is_given() {
        let fill = |prefix, suffix| Gap { prefix, suffix }.fill(1);
        assert_eq!(
            fill("def add(a, b):\n", "\nprint(add(1, 2))"),
            "    return a + b\n"
        );
        assert_eq!(fill("fn twice(x: i32) -> i32 {\n", "}"), "    return x;\n");
        assert!(fill("x = 1", "").starts_with('\n'));
    }
}
