//! What is typed, and the files beside it, are kept on the server a moment later, and when the page goes.

mod keeping;

use std::{mem, time::Duration};

use leptos::{ev, prelude::*, task::spawn_local};
use model::{AssistantCard, ConversationId, Draft};
use server_fn::ServerFn;

pub use keeping::{Keeping, posted};

use keeping::{Kept, kept_of};

use super::{
    attachments::{Attaching, Item},
    beginning::{Beginning, Called, called_of},
    sidebar::Sidebar,
};
use crate::{
    api::conversations::{SaveDraft, load_draft, save_draft},
    browser,
};

const PAUSE: Duration = Duration::from_millis(600);

/// For so long, in ms, a composer may take to take what came back.
const TAKEN_MS: u32 = 50;

/// Of a longer draft, in bytes, the server may have only the beginning.
const WHOLE: usize = 100_000;

/// A question that could not be sent, and has no field to come back to.
#[derive(Clone, Debug)]
pub struct Returned {
    /// Where it was asked; none for a new one.
    pub conversation: Option<ConversationId>,
    /// What was typed.
    pub text: String,
    /// The files beside it.
    pub items: Vec<Item>,
    /// Who was asked it alone.
    pub once: Option<AssistantCard>,
}

/// Keeps `text` and the files beside it as the draft of `conversation`, unless that is temporary. What it begins with is kept at once where it isn't what is `kept`
/// already.
pub fn keep_draft(
    (conversation, beginning): (Option<ConversationId>, Beginning),
    text: RwSignal<String>,
    attaching: Attaching,
    kept: Draft,
    is_temporary: Signal<bool>,
) -> Keeping {
    // With whom a new conversation begins is said by its address, and is nothing of the draft.
    let called = move || beginning.called();
    take_back((conversation, beginning), text, attaching);
    let keeping = Keeping::of(conversation, kept);
    Effect::new(move |was_there: Option<bool>| {
        let typed = (text.get(), attaching.files(), called());
        // Also when nothing is to be kept: a sent question must not be saved by a timer that still runs.
        let edit = keeping.edited();
        if keeping.is_sending() || keeping.kept().as_ref() == Some(&typed) || is_temporary.get() {
            return true;
        }
        spawn_local(async move {
            if was_there.is_some() {
                gloo_timers::future::sleep(PAUSE).await;
            }
            if keeping.is_last(edit) {
                keeping.keep(edit, typed);
            }
        });
        true
    });
    // What is there and not kept yet.
    let unkept = move || {
        let files = untrack(|| attaching.try_files())?;
        let once = beginning.once.try_get_untracked()?;
        let text = attaching.with_pasted(text.try_get_untracked()?);
        let typed = (text, files, called_of(once.as_ref()));
        let is_kept = is_temporary.try_get_untracked() == Some(false);
        (is_kept && keeping.kept()? != typed).then_some(typed)
    };
    let is_sending = move || untrack(|| keeping.is_sending());
    let is_settled = move || {
        attaching.are_kept()
            && !is_sending()
            && is_temporary.try_get_untracked() == Some(false)
            && text.try_with_untracked(String::len) < Some(WHOLE)
            && unkept().is_none()
    };
    take_over(
        (conversation, beginning),
        text,
        attaching,
        keeping,
        is_settled,
    );
    Effect::new(move |_| {
        let leave = window_event_listener(ev::pagehide, move |_| {
            // What is being sent may not arrive any more: its draft stays where it does not.
            let is_on_its_way = |typed: &Kept| is_sending() && *typed == Kept::default();
            let typed = unkept().filter(|typed| !is_on_its_way(typed));
            if let Some((text, files, (key, names, values))) = typed {
                let id = conversation.map(|id| id.to_string());
                let files = files.iter().map(ToString::to_string).collect();
                let lists = [
                    ("attachments", files),
                    ("names", names),
                    ("variables", values),
                ];
                let lists: Vec<(String, String)> = lists.into_iter().flat_map(numbered).collect();
                let mut fields = vec![("text", text.as_str()), ("assistant", key.as_str())];
                if let Some(id) = &id {
                    fields.push(("conversation", id));
                }
                fields.extend(
                    lists
                        .iter()
                        .map(|(name, one)| (name.as_str(), one.as_str())),
                );
                browser::post_while_leaving(SaveDraft::PATH, &fields);
            }
        });
        on_cleanup(move || {
            leave.remove();
            // For another page of the site: the timer of the last edit finds nothing any more.
            if let Some(typed) = unkept() {
                keeping.keep_behind(typed);
            }
        });
    });
    keeping
}

/// A conversation has one draft, on whatever device: who comes back to this window finds what was typed or sent elsewhere meanwhile, unless
/// something here is not kept yet. New conversations may be begun beside each other, so what stands there stays.
fn take_over(
    (conversation, beginning): (Option<ConversationId>, Beginning),
    text: RwSignal<String>,
    attaching: Attaching,
    keeping: Keeping,
    is_settled: impl Fn() -> bool + Copy + 'static,
) {
    let look = move |known: Kept| async move {
        let Ok(draft) = load_draft(conversation).await else {
            // The next time somebody comes back it may be there.
            return;
        };
        // Something may have been typed meanwhile, and be kept by now, or the page been left.
        if !is_settled() || keeping.kept().as_ref() != Some(&known) {
            return;
        }
        let (attachments, assistant) = (draft.attachments.clone(), draft.assistant.clone());
        let kept_at = draft.kept_at;
        let found = kept_of(draft);
        if found == known {
            // The same, kept anew.
            keeping.has(found, kept_at);
            return;
        }
        let is_free = conversation.is_some() || known == Kept::default();
        if !is_free {
            return;
        }
        let (typed, files, _) = found.clone();
        // Before it is shown: nothing of it is to be kept once more.
        keeping.has(found, kept_at);
        if known.1 != files {
            attaching.take();
            attaching.beginning_with(&attachments);
        }
        beginning.once.set(assistant);
        text.set(typed);
    };
    Effect::new(move |_| {
        let back = window_event_listener(ev::focus, move |_| {
            if let Some(known) = keeping.kept().filter(|_| is_settled()) {
                spawn_local(look(known));
            }
        });
        on_cleanup(move || back.remove());
    });
}

/// Puts a question that came back before what is typed since.
fn take_back(
    (conversation, beginning): (Option<ConversationId>, Beginning),
    text: RwSignal<String>,
    attaching: Attaching,
) {
    let Some(Sidebar { returned, .. }) = use_context() else {
        return;
    };
    Effect::new(move |_| {
        let is_own = returned.with(|returned| {
            let returned = returned.as_ref();
            returned.is_some_and(|returned| returned.conversation == conversation)
        });
        let taken = is_own.then(|| returned.try_update(Option::take).flatten());
        if let Some(question) = taken.flatten() {
            text.update(|present| put_before(present, &question.text));
            attaching.put_back(question.items);
            beginning.call_again(question.once);
        }
    });
}

/// Puts a text that comes back before what is typed, which stays.
pub fn put_before(present: &mut String, text: &str) {
    if !present.is_empty() && !text.is_empty() {
        present.insert(0, '\n');
    }
    present.insert_str(0, text);
}

/// Gives a question back that could not be sent: to the composer that its conversation has by now, or into the draft, before what was
/// typed there since.
pub fn give_back(
    question: Returned,
    (mut files, mut called): (Vec<String>, Called),
    sidebar: Option<Sidebar>,
) {
    spawn_local(async move {
        let offer = |question: Returned| {
            sidebar.is_some_and(|sidebar| sidebar.returned.try_set(Some(question)).is_none())
        };
        if offer(question.clone()) {
            gloo_timers::future::TimeoutFuture::new(TAKEN_MS).await;
            let left = sidebar.map(|sidebar| sidebar.returned.try_update(Option::take));
            if matches!(left, Some(Some(None))) {
                return;
            }
        }
        let conversation = question.conversation;
        let mut text = question.text.clone();
        if let Ok(present) = load_draft(conversation).await {
            let typed = mem::replace(&mut text, present.text);
            put_before(&mut text, &typed);
            let there = present.attachments.iter().filter(|file| !file.is_gone);
            for file in there.map(|file| file.file.to_string()) {
                if !files.contains(&file) {
                    files.push(file);
                }
            }
            if called.0.is_empty() {
                called = called_of(present.assistant.as_ref());
            }
        }
        let (key, names, values) = called;
        let kept = save_draft(conversation, text, files, key, names, values);
        if kept.await.is_err() {
            // The network is away: it waits here for the next composer of its conversation.
            offer(question);
        }
    });
}

/// Keeps the draft of a composer that is gone, so that nobody can be told whether it was.
pub fn keep_behind(
    conversation: Option<ConversationId>,
    text: String,
    files: Vec<String>,
    called: Called,
) {
    spawn_local(async move {
        let (key, names, values) = called;
        let _kept = save_draft(conversation, text, files, key, names, values).await;
    });
}

/// A list as the fields of a form.
pub fn numbered((name, list): (&str, Vec<String>)) -> Vec<(String, String)> {
    let list = list.into_iter().enumerate();
    list.map(|(place, one)| (format!("{name}[{place}]"), one))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::put_before;

    #[test]
    fn what_is_typed_stays_behind_what_comes_back() {
        let mut text = String::new();
        put_before(&mut text, "春眠");
        put_before(&mut text, "");
        put_before(&mut text, "一");
        assert_eq!(text, "一\n春眠");
    }
}
