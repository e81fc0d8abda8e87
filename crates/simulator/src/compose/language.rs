//! The language of an answer and the phrases around its text.

use crate::tokens::is_cjk;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Chinese,
    English,
}

impl Language {
    /// The language that the text is written in: Chinese unless it has at least twice as many Latin words.
    pub(crate) fn of(text: &str) -> Self {
        let chinese = text.chars().filter(|&c| is_cjk(c)).count();
        let latin = text
            .split(|c: char| !c.is_ascii_alphabetic())
            .filter(|word| !word.is_empty())
            .count();
        if chinese > 0 && latin < 2 * chinese {
            Self::Chinese
        } else {
            Self::English
        }
    }

    pub(crate) fn phrases(self) -> &'static Phrases {
        match self {
            Self::Chinese => &CHINESE,
            Self::English => &ENGLISH,
        }
    }
}

/// What surrounds the text of an answer. Words in braces are filled in.
#[derive(Debug)]
pub(crate) struct Phrases {
    /// Opens the first answer and says plainly who speaks.
    pub(crate) first: &'static [&'static str],
    /// Opens later answers.
    pub(crate) again: &'static [&'static str],
    pub(crate) quote: &'static str,
    pub(crate) last: &'static [&'static str],
    /// The first and the last are always there.
    pub(crate) reasoning: &'static [&'static str; 7],
    pub(crate) continuation: &'static str,
    pub(crate) tool_result: &'static str,
    pub(crate) empty_title: &'static str,
}

static CHINESE: Phrases = Phrases {
    first: &[
        "您好！先说明一下：我是本机的**模拟器**，不是真正的大模型，下面的内容是预先写好的示例。",
        "您好，我是内置的**模拟器**，没有连接真正的模型，所以回答只作演示。",
        "先打个招呼：这里是**模拟器**在回答，文字是事先备好的，供您试用界面。",
    ],
    again: &["好的，我们接着说。", "明白了，继续。", "收到。"],
    quote: "关于“{question}”：",
    last: &[
        "还想了解哪一部分，请接着问。",
        "如果需要，我可以换一种讲法。",
        "（以上由内置模拟器生成，仅供演示。）",
    ],
    reasoning: &[
        "用户问的是“{question}”。先判断这是哪一类问题。",
        "需要给出清楚、有条理的回答，最好带一个例子。",
        "先想结构：开头一句话点题，中间分几点，结尾给出下一步。",
        "检查一下：有没有把事实和看法混在一起？有没有遗漏重要的前提？",
        "篇幅不宜太长，重点用粗体标出。",
        "我是模拟器，应当如实说明，不能假装知道实时信息。",
        "好，可以开始写了。",
    ],
    continuation: "接着上文：前面说到的几点可以这样收尾。先做最小的一步，看到结果以后再决定下一步；如果哪里不清楚，把它单独拿出来再问一次就好。",
    tool_result: "工具返回了结果：\n\n> {result}\n\n根据这个结果，可以认为事情已经办妥。（由模拟器回答）",
    empty_title: "新的对话",
};

static ENGLISH: Phrases = Phrases {
    first: &[
        "Hello! To be plain: I am the built-in **simulator**, not a real model, and what follows was written beforehand.",
        "Hi, this is the local **simulator** speaking. No real model is connected, so take this as a demonstration.",
        "A word first: you are talking to a **simulator**. The texts are prepared so that you can try the page.",
    ],
    again: &["All right, let us go on.", "Understood.", "Sure."],
    quote: "About “{question}”:",
    last: &[
        "Ask on if you want more of any part.",
        "I can put it differently if that helps.",
        "(Written by the built-in simulator, for demonstration only.)",
    ],
    reasoning: &[
        "The user asks: “{question}”. What kind of question is it?",
        "The answer should be clear and well ordered, best with an example.",
        "A structure: one sentence to begin with, a few points, then a next step.",
        "A check: are facts and opinions kept apart? Is a premise missing?",
        "It should not be too long, and the important words can be bold.",
        "I am a simulator and should say so instead of pretending to know the news.",
        "Good, time to write.",
    ],
    continuation: "To go on from there: the points above end in one simple habit. Take the smallest step, look at the result, and only then choose the next one. If something remains unclear, take it out and ask about it on its own.",
    tool_result: "The tool answered:\n\n> {result}\n\nGoing by that, the matter is settled. (Answered by the simulator.)",
    empty_title: "New conversation",
};
