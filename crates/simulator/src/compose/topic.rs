//! Which prepared text fits a question.

use super::language::Language;
use crate::dice::Dice;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Who,
    Long,
    Code,
    Table,
    Formula,
    Poem,
    Plan,
    Prose,
}

/// The first topic with a word in the question wins; a Latin word must stand alone or begin one.
const KEYWORDS: [(Topic, &[&str]); 7] = [
    (
        Topic::Who,
        &[
            "who are you",
            "what are you",
            "你是谁",
            "你是什么",
            "您是谁",
            "模拟器",
            "simulator",
            "介绍一下自己",
            "自我介绍",
        ],
    ),
    (
        Topic::Long,
        &["long", "detailed", "essay", "长", "详细", "文章"],
    ),
    (
        Topic::Code,
        &[
            "code",
            "program",
            "function",
            "script",
            "rust",
            "python",
            "javascript",
            "js",
            "sql",
            "bash",
            "shell",
            "代码",
            "程序",
            "函数",
            "脚本",
        ],
    ),
    (
        Topic::Table,
        &[
            "table",
            "compare",
            "comparison",
            "表格",
            "对比",
            "比较",
            "一览",
        ],
    ),
    (
        Topic::Formula,
        &[
            "formula", "equation", "math", "integral", "latex", "公式", "方程", "数学", "积分",
        ],
    ),
    (Topic::Poem, &["poem", "poetry", "verse", "诗"]),
    (
        Topic::Plan,
        &[
            "plan", "todo", "to-do", "list", "schedule", "计划", "安排", "清单", "列表", "步骤",
        ],
    ),
];

/// Languages by the words that ask for them, with an example each.
const CODE: [(&[&str], &str); 5] = [
    (&["rust"], include_str!("../../answers/code/rust.md")),
    (&["python"], include_str!("../../answers/code/python.md")),
    (
        &["javascript", "js", "typescript"],
        include_str!("../../answers/code/javascript.md"),
    ),
    (
        &["sql", "database", "数据库"],
        include_str!("../../answers/code/sql.md"),
    ),
    (
        &["bash", "shell", "命令行"],
        include_str!("../../answers/code/bash.md"),
    ),
];

/// The texts of one language.
struct Texts {
    who: &'static str,
    long: &'static str,
    code: &'static str,
    table: &'static str,
    formula: &'static str,
    poem: &'static str,
    plan: &'static str,
    prose: [&'static str; 3],
}

macro_rules! texts {
    ($folder:literal) => {
        Texts {
            who: include_str!(concat!("../../answers/", $folder, "/who.md")),
            long: include_str!(concat!("../../answers/", $folder, "/long.md")),
            code: include_str!(concat!("../../answers/", $folder, "/code.md")),
            table: include_str!(concat!("../../answers/", $folder, "/table.md")),
            formula: include_str!(concat!("../../answers/", $folder, "/formula.md")),
            poem: include_str!(concat!("../../answers/", $folder, "/poem.md")),
            plan: include_str!(concat!("../../answers/", $folder, "/plan.md")),
            prose: [
                include_str!(concat!("../../answers/", $folder, "/prose-1.md")),
                include_str!(concat!("../../answers/", $folder, "/prose-2.md")),
                include_str!(concat!("../../answers/", $folder, "/prose-3.md")),
            ],
        }
    };
}

static CHINESE: Texts = texts!("zh");
static ENGLISH: Texts = texts!("en");

impl Topic {
    pub(crate) fn of(question: &str) -> Self {
        let question = question.to_lowercase();
        let named = KEYWORDS
            .iter()
            .find(|(_, words)| words.iter().any(|word| mentions(&question, word)));
        named.map_or(Self::Prose, |(topic, _)| *topic)
    }

    /// The text without what surrounds it.
    pub(crate) fn text(self, language: Language, question: &str, dice: &mut Dice) -> String {
        let texts = match language {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        };
        match self {
            Self::Who => texts.who.trim_end().to_owned(),
            Self::Long => {
                let code = texts
                    .code
                    .replace("{code}", CODE[dice.below(CODE.len())].1.trim_end());
                [
                    texts.long,
                    texts.plan,
                    texts.table,
                    texts.formula,
                    &code,
                    texts.poem,
                ]
                .join("\n")
            }
            Self::Code => texts
                .code
                .replace("{code}", example(question, dice).trim_end()),
            Self::Table => texts.table.to_owned(),
            Self::Formula => texts.formula.to_owned(),
            Self::Poem => texts.poem.to_owned(),
            Self::Plan => texts.plan.to_owned(),
            Self::Prose => texts.prose[dice.below(texts.prose.len())].to_owned(),
        }
    }
}

fn example(question: &str, dice: &mut Dice) -> &'static str {
    let question = question.to_lowercase();
    let named = CODE
        .iter()
        .find(|(words, _)| words.iter().any(|word| mentions(&question, word)));
    named.map_or_else(|| CODE[dice.below(CODE.len())].1, |(_, text)| text)
}

/// "along" does not ask for something long, "tables" does ask for a table.
fn mentions(question: &str, word: &str) -> bool {
    let begins_word =
        |at: usize| !question[..at].ends_with(|before: char| before.is_ascii_alphabetic());
    question
        .match_indices(word)
        .any(|(at, _)| !word.is_ascii() || begins_word(at))
}
