//! Prompts that everybody has, in both languages.

use model::{PromptName, PromptText, SavedPrompt};

use crate::mail::Language;

const ENGLISH: &[(&str, &str)] = &[
    (
        "translate",
        "Translate the text below into {{language|Chinese}}. Keep its tone, its formatting and every name and number. Where a phrase has no good \
         equivalent, choose the most natural one and note it in a line at the end.\n\n{{text}}",
    ),
    (
        "summarize",
        "Summarize the text below in {{length|five bullet points}}. Begin with the most important thing. Use only what the text says, and say so if \
         something that one would expect is missing.\n\n{{text}}",
    ),
    (
        "polish",
        "Improve the text below: correct mistakes, shorten what is long-winded, and make it {{tone|clear and friendly}}. Keep its meaning. Give the \
         improved text first, then a short list of what you changed and why.\n\n{{text}}",
    ),
    (
        "explain",
        "Explain {{topic}} to {{reader|someone who hears of it for the first time}}. Begin with one sentence that says what it is, go on with an \
         everyday example, and end with the misunderstanding that is most common.",
    ),
    (
        "email",
        "Write an e-mail to {{recipient}} about {{subject}}. What I want from it: {{goal}}. The tone is {{tone|polite and to the point}}. Give a \
         subject line and no more than {{words|120}} words.",
    ),
    (
        "minutes",
        "Turn the notes below into minutes of a meeting: decisions first, then a table of tasks with owner and date, then open questions. Don't \
         invent anything; leave a gap where a name or a date is missing.\n\n{{notes}}",
    ),
    (
        "review",
        "Review the following {{language|code}} as an experienced colleague would. List real problems in the order of their weight, each with the \
         line, the reason and a fix. Leave matters of taste out. If it is fine, say so.\n\n```\n{{code}}\n```",
    ),
    (
        "decide",
        "Help me decide: {{question}}. What matters to me: {{criteria|cost, effort and risk}}. Compare the options in a table, name what would \
         change the answer, and then recommend one with a reason.",
    ),
];

const CHINESE: &[(&str, &str)] = &[
    (
        "翻译",
        "把下面的文字译成{{语言|英文}}。保留语气、格式以及所有人名和数字。遇到没有贴切对应的说法，选最自然的译法，并在末尾用一行注明。\n\n{{原文}}",
    ),
    (
        "总结",
        "把下面的文字总结为{{篇幅|五个要点}}。先说最重要的。只用原文里有的内容；如果缺少读者理应关心的信息，请指出来。\n\n{{原文}}",
    ),
    (
        "润色",
        "润色下面的文字：改正错误，删去啰嗦之处，让它读起来{{语气|清楚而亲切}}，意思不变。先给出改好的全文，再简短列出改了什么、为什么。\n\n{{原文}}",
    ),
    (
        "讲解",
        "向{{读者|第一次听说的人}}讲解{{主题}}。先用一句话说明它是什么，再举一个日常生活中的例子，最后指出最常见的误解。",
    ),
    (
        "邮件",
        "给{{收件人}}写一封邮件，主题是{{主题}}，目的是{{目的}}。语气{{语气|礼貌、直接}}。写出邮件标题，正文不超过{{字数|200}}字。",
    ),
    (
        "会议纪要",
        "把下面的记录整理成会议纪要：先写决定，再用表格列出任务、负责人和期限，最后列出待定问题。不要编造；缺少姓名或日期的地方留空。\n\n{{记录}}",
    ),
    (
        "审代码",
        "像一位有经验的同事那样审阅下面的{{语言|代码}}。按严重程度列出真正的问题，每条写明行、原因和改法。不谈个人偏好；如果没有问题就直说。\n\n```\n{{代码}}\n```",
    ),
    (
        "做决定",
        "帮我做个决定：{{问题}}。我看重的是{{标准|费用、精力和风险}}。用表格比较各个选项，说明哪些情况会改变结论，然后推荐一个并说明理由。",
    ),
];

/// All of them in that language.
pub fn built_in(language: Language) -> Vec<SavedPrompt> {
    let prompts = match language {
        Language::En => ENGLISH,
        Language::Zh => CHINESE,
    };
    let parsed = prompts.iter().filter_map(|(name, text)| {
        Some(SavedPrompt {
            id: None,
            name: PromptName::parse(name).ok()?,
            text: PromptText::parse(text).ok()?,
        })
    });
    parsed.collect()
}

#[cfg(test)]
mod tests {
    use model::template::variables;

    use super::*;

    #[test]
    fn both_languages_have_as_many_and_each_can_be_used() {
        for (language, prompts) in [(Language::En, ENGLISH), (Language::Zh, CHINESE)] {
            let parsed = built_in(language);
            assert_eq!(parsed.len(), 8);
            assert_eq!(parsed.len(), prompts.len(), "each is valid");
            for prompt in parsed {
                let name = prompt.name.as_str();
                assert!(!variables(prompt.text.as_str()).is_empty(), "{name}");
            }
        }
    }
}
