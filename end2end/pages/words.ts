import en_base from "../../app/locales/en/base.json" with { type: "json" };
import en_account from "../../app/locales/en/account.json" with { type: "json" };
import en_assistants from "../../app/locales/en/assistants.json" with { type: "json" };
import en_answers from "../../app/locales/en/answers.json" with { type: "json" };
import en_attachments from "../../app/locales/en/attachments.json" with { type: "json" };
import en_admin from "../../app/locales/en/admin.json" with { type: "json" };
import en_composing from "../../app/locales/en/composing.json" with { type: "json" };
import en_diagrams from "../../app/locales/en/diagrams.json" with { type: "json" };
import en_finding from "../../app/locales/en/finding.json" with { type: "json" };
import en_habits from "../../app/locales/en/habits.json" with { type: "json" };
import en_jobs from "../../app/locales/en/jobs.json" with { type: "json" };
import en_moving from "../../app/locales/en/moving.json" with { type: "json" };
import en_order from "../../app/locales/en/order.json" with { type: "json" };
import en_prompts from "../../app/locales/en/prompts.json" with { type: "json" };
import en_search from "../../app/locales/en/search.json" with { type: "json" };
import en_sharing from "../../app/locales/en/sharing.json" with { type: "json" };
import en_site_keys from "../../app/locales/en/site_keys.json" with { type: "json" };
import en_tools from "../../app/locales/en/tools.json" with { type: "json" };
import en_transcripts from "../../app/locales/en/transcripts.json" with { type: "json" };
import en_tree from "../../app/locales/en/tree.json" with { type: "json" };
import en_usage from "../../app/locales/en/usage.json" with { type: "json" };
import en_works from "../../app/locales/en/works.json" with { type: "json" };
import zh_base from "../../app/locales/zh/base.json" with { type: "json" };
import zh_account from "../../app/locales/zh/account.json" with { type: "json" };
import zh_assistants from "../../app/locales/zh/assistants.json" with { type: "json" };
import zh_answers from "../../app/locales/zh/answers.json" with { type: "json" };
import zh_attachments from "../../app/locales/zh/attachments.json" with { type: "json" };
import zh_admin from "../../app/locales/zh/admin.json" with { type: "json" };
import zh_composing from "../../app/locales/zh/composing.json" with { type: "json" };
import zh_diagrams from "../../app/locales/zh/diagrams.json" with { type: "json" };
import zh_finding from "../../app/locales/zh/finding.json" with { type: "json" };
import zh_habits from "../../app/locales/zh/habits.json" with { type: "json" };
import zh_jobs from "../../app/locales/zh/jobs.json" with { type: "json" };
import zh_moving from "../../app/locales/zh/moving.json" with { type: "json" };
import zh_order from "../../app/locales/zh/order.json" with { type: "json" };
import zh_prompts from "../../app/locales/zh/prompts.json" with { type: "json" };
import zh_search from "../../app/locales/zh/search.json" with { type: "json" };
import zh_sharing from "../../app/locales/zh/sharing.json" with { type: "json" };
import zh_site_keys from "../../app/locales/zh/site_keys.json" with { type: "json" };
import zh_tools from "../../app/locales/zh/tools.json" with { type: "json" };
import zh_transcripts from "../../app/locales/zh/transcripts.json" with { type: "json" };
import zh_tree from "../../app/locales/zh/tree.json" with { type: "json" };
import zh_usage from "../../app/locales/zh/usage.json" with { type: "json" };
import zh_works from "../../app/locales/zh/works.json" with { type: "json" };

const en = { ...en_base, ...en_account, ...en_admin, ...en_assistants, ...en_answers, ...en_attachments, ...en_composing, ...en_diagrams, ...en_finding, ...en_habits, ...en_jobs, ...en_moving, ...en_order, ...en_prompts, ...en_search, ...en_sharing, ...en_site_keys, ...en_tools, ...en_transcripts, ...en_tree, ...en_usage, ...en_works };
const zh = { ...zh_base, ...zh_account, ...zh_admin, ...zh_assistants, ...zh_answers, ...zh_attachments, ...zh_composing, ...zh_diagrams, ...zh_finding, ...zh_habits, ...zh_jobs, ...zh_moving, ...zh_order, ...zh_prompts, ...zh_search, ...zh_sharing, ...zh_site_keys, ...zh_tools, ...zh_transcripts, ...zh_tree, ...zh_usage, ...zh_works };




/** The product's own translations: a test finds things by what its reader sees, in the reader's language. */
export type Words = typeof en;

/** The texts of a browser's `locale`. */
export function wordsOf(locale: string | undefined): Words {
  return locale?.startsWith("zh") ? zh : en;
}

/** A text with its blanks filled: `fill(words.branch, { index: 2, count: 3 })`. */
export function fill(text: string, blanks: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (blank, name: string) => String(blanks[name] ?? blank));
}

/** What to ask the simulator, which answers in the language of the question and by its subject. */
export interface Questions {
  /** A few paragraphs and lists. */
  prose: string;
  /** Two stanzas. */
  poem: string;
  /** A block of Rust. */
  code: string;
  /** A wide table. */
  table: string;
  /** Some pages of everything. */
  long: string;
}

const english: Questions = {
  prose: "What should I think of before I move to the coast?",
  poem: "Write a short poem about rain.",
  code: "Write a Rust function that counts words.",
  table: "Compare tea and coffee in a table.",
  long: "Write a long essay about paper.",
};

const chinese: Questions = {
  prose: "搬到海边之前应当想好什么？",
  poem: "写一首关于雨的短诗。",
  code: "用 Rust 写一个统计词数的函数。",
  table: "用表格对比绿茶和红茶。",
  long: "写一篇关于纸的长文章。",
};

/** Questions in the language of a browser's `locale`. */
export function questionsOf(locale: string | undefined): Questions {
  return locale?.startsWith("zh") ? chinese : english;
}
