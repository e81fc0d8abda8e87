//! Words for sound that nobody can understand.

use crate::{
    dice::Dice,
    sound::{self, Word},
};

/// The language that is taken for granted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tongue {
    #[default]
    Chinese,
    English,
}

impl Tongue {
    /// By the code of a language; what is not English is answered in Chinese.
    pub(crate) fn of(code: &str) -> Self {
        if code.starts_with("en") {
            Self::English
        } else {
            Self::Chinese
        }
    }

    /// The language that a text is written in.
    pub(crate) fn written(text: &str) -> Self {
        let is_chinese = text.chars().any(crate::tokens::is_cjk);
        if is_chinese || !text.chars().any(|c| c.is_ascii_alphabetic()) {
            Self::Chinese
        } else {
            Self::English
        }
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }
}

/// Each sentence in both languages.
pub(super) const SENTENCES: [[&str; 2]; 12] = [
    [
        "大家好，我们现在开始开会。",
        "Hello everyone, let us begin the meeting.",
    ],
    [
        "今天主要讨论三件事情。",
        "There are three things to discuss today.",
    ],
    [
        "第一件是下个季度的预算安排。",
        "The first is the budget for the next quarter.",
    ],
    [
        "请财务部门在周五之前给出初稿。",
        "Finance, please send a first draft by Friday.",
    ],
    [
        "第二件是新产品的发布时间。",
        "The second is when the new product will be released.",
    ],
    [
        "测试还需要两周，所以建议放在月底。",
        "Testing needs two more weeks, so the end of the month seems right.",
    ],
    [
        "大家对这个安排有什么意见吗？",
        "Does anyone have an opinion about that?",
    ],
    [
        "我觉得可以，不过要提前通知客户。",
        "It is fine with me, but customers should know in advance.",
    ],
    [
        "好的，这件事由小李来负责。",
        "Good, then that will be taken care of by Li.",
    ],
    [
        "第三件是办公室搬家的计划。",
        "The third is the plan for moving the office.",
    ],
    [
        "详细的时间表会后发给大家。",
        "The schedule will be sent to everyone after the meeting.",
    ],
    [
        "今天就到这里，谢谢大家。",
        "That is all for today, thank you everyone.",
    ],
];

/// Words without end, one sentence after the other, each from 0 to the time that it takes.
#[derive(Debug)]
pub(super) struct Fill {
    tongue: Tongue,
    next: usize,
    mentions: Vec<String>,
    /// The rest of the sentence, the next word last.
    words: Vec<Word>,
}

impl Fill {
    pub(super) fn new(tongue: Tongue, mut dice: Dice) -> Self {
        Self {
            tongue,
            next: dice.below(SENTENCES.len()),
            mentions: Vec::new(),
            words: Vec::new(),
        }
    }

    /// These words come up in the first sentences.
    pub(super) fn mention(&mut self, words: &[String]) {
        self.mentions = words.iter().rev().cloned().collect();
    }

    /// The next word, which stays the next.
    pub(super) fn peek(&mut self) -> Word {
        if self.words.is_empty() {
            let text = self.sentence();
            self.words = sound::words(&text);
            self.words.reverse();
        }
        self.words.last().cloned().unwrap_or_default()
    }

    fn sentence(&mut self) -> String {
        if let Some(word) = self.mentions.pop() {
            return match self.tongue {
                Tongue::Chinese => format!("请大家注意{word}。"),
                Tongue::English => format!("Please note {word}."),
            };
        }
        let [chinese, english] = SENTENCES[self.next % SENTENCES.len()];
        self.next += 1;
        match self.tongue {
            Tongue::Chinese => chinese.to_owned(),
            Tongue::English => english.to_owned(),
        }
    }

    pub(super) fn take(&mut self) -> Word {
        let word = self.peek();
        self.words.pop();
        word
    }

    /// What is left of the sentence will not be said.
    pub(super) fn break_off(&mut self) {
        self.words.clear();
    }

    pub(super) fn full_stop(&self) -> &'static str {
        match self.tongue {
            Tongue::Chinese => "。",
            Tongue::English => ".",
        }
    }
}
