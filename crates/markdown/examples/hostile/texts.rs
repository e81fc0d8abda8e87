//! What an attacker would send, about 100 kB each.

const SIZE: usize = 100_000;

/// Name and text.
pub fn all() -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = UNITS
        .iter()
        .map(|&unit| (format!("{unit:?}"), unit.repeat(SIZE / unit.len())))
        .collect();
    let rows = |columns: usize, rows: usize| {
        let head = format!("{}|\n{}|\n", "|a".repeat(columns), "|-".repeat(columns));
        format!("{head}{}", "|\n".repeat(rows))
    };
    texts.push(("table of 700 columns".to_owned(), rows(700, 700)));
    texts.push(("table of 12,000 columns".to_owned(), rows(12_000, 12_000)));
    texts.push(("table of 40,000 rows".to_owned(), rows(2, 40_000)));
    texts.push((
        "stairs of lists".to_owned(),
        joined(0..440, |depth| format!("{}- a\n", " ".repeat(depth))),
    ));
    texts.push((
        "stairs of quotes".to_owned(),
        joined(0..310, |depth| format!("{} a\n\n", "> ".repeat(depth))),
    ));
    texts.push((
        "one link defined, used often".to_owned(),
        format!(
            "[a]: https://a.example/{}\n\n{}",
            "x".repeat(2000),
            "[a] ".repeat(24_000)
        ),
    ));
    texts.push((
        "footnotes".to_owned(),
        joined(0..5000, |n| format!("[^{n}] a\n\n[^{n}]: b\n\n")),
    ));
    texts.push((
        "runs of backticks".to_owned(),
        joined(1..440, |n| format!("{} ", "`".repeat(n))),
    ));
    texts.push((
        "code in Rust".to_owned(),
        format!(
            "```rust\n{}",
            "fn main() { let x: Vec<u8> = vec![1, 2, 3]; }\n".repeat(2000)
        ),
    ));
    texts.push((
        "code in one line".to_owned(),
        format!("```js\n{}", "({[".repeat(33_000)),
    ));
    texts.push((
        "nested formula".to_owned(),
        format!("${}$", "{".repeat(390)),
    ));
    for command in [
        "\\sqrt",
        "\\frac",
        "x^",
        "\\left(",
        "\\begin{matrix}",
        "\\hat",
        "\\text{",
        "&",
        "\\\\",
        "\\mathbf",
    ] {
        let formula = format!("$${}$$\n\n", command.repeat(1900 / command.len()));
        texts.push((
            format!("formulas of {command}"),
            formula.repeat(SIZE / formula.len()),
        ));
    }
    texts
}

fn joined(numbers: std::ops::Range<usize>, part: impl Fn(usize) -> String) -> String {
    numbers.map(part).collect::<Vec<_>>().concat()
}

const UNITS: &[&str] = &[
    "a",
    " ",
    "\n",
    "\t",
    "*",
    "_",
    "`",
    "~",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "!",
    "#",
    "-",
    "+",
    "=",
    "|",
    "$",
    "\\",
    "&",
    "\"",
    "'",
    ":",
    "1",
    ".",
    "^",
    "{",
    "}",
    "\u{a0}",
    "词",
    "\u{fe0f}",
    "- ",
    "> ",
    "* ",
    "1. ",
    "# ",
    "#\n",
    "-\n",
    "> - ",
    "- > ",
    ">\n\n",
    "*a",
    "*a ",
    "**a",
    "_a ",
    "*a_ ",
    "a*",
    "**a *b ~~c ",
    "[a",
    "[a](",
    "[a](b",
    "[a](http://b)",
    "[]()",
    "![",
    "![a](",
    "![a](http://b) ",
    "[[",
    "]]",
    "[a][",
    "[^",
    "[^1]",
    "[^1]:",
    "[^1]: a\n",
    "[a]: b\n",
    "[a]: http://b\n",
    "<a",
    "<!--",
    "<![CDATA[",
    "<?",
    "<b>",
    "<br>",
    "</",
    "&amp;",
    "&#x202e;",
    "&lt;",
    "`a`",
    "`a",
    "``a` ",
    "```\n",
    "```\n\n",
    "```a\n```\n",
    "~~~\n",
    "$a$",
    "$a$ ",
    "$$a$$ ",
    "$$",
    "$1 ",
    "$a ",
    "\\(",
    "\\(a\\) ",
    "\\[",
    "\\]",
    "\\(\\[",
    "|\n",
    "|a",
    "|-",
    "|a\n|-\n",
    "a|b\n-|-\n\n",
    "---\n",
    "a\n---\n",
    "a\n\n",
    "a\n===\n",
    "- a\n\n",
    "- [ ] a\n",
    "1) \n",
    "    a\n\n",
    "http://a.b ",
    "<http://a.b>",
    "a\\\n",
    "a  \n",
    "\r\n",
    "$\\frac{a}{b}$ ",
    "$$\\begin{matrix}a&b\\\\c&d\\end{matrix}$$\n",
];
