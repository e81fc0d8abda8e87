//! Answers that end where nobody looks. As long as one is written in a conversation that is listed and not looked at, it is asked again and
//! again whether it still is: nothing else would tell of its end.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, ConversationSummary, FailureCode};

use super::sidebar::Sidebar;
use crate::{
    api::conversations::still_written,
    browser::{self, notices},
    habits,
    language::{Words, use_words},
};

/// How long it takes until an end is looked for first.
const SOON: Duration = Duration::from_secs(4);

/// And how long at most, where it is long in coming.
const LATE: Duration = Duration::from_secs(15);

/// When an answer has ended in one of these where nobody looks, they are loaded anew, and its end is told.
pub fn follow_ends(items: Signal<Vec<ConversationSummary>>, load: Callback<()>) {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let looks = StoredValue::new(0_u32);
    Effect::new(move |before: Option<Vec<ConversationId>>| {
        let shown = sidebar.shown.get();
        let before = before.unwrap_or_default();
        let (now, ended) = items.with(|items| (written(items), ended(items, &before, shown)));
        tell(sidebar, words, shown, ended);
        looks.update_value(|looks| *looks += 1);
        let look = looks.get_value();
        let asked = asked_of(&now, shown);
        if !asked.is_empty() {
            let is_wanted = move || looks.try_get_value() == Some(look);
            spawn_local(look_for_ends(asked, is_wanted, load));
        }
        now
    });
}

/// Asks from time to time where answers are still written, and has the list loaded when that is no longer everywhere: until this is done,
/// with whatever comes of it, or nobody wants it any more.
async fn look_for_ends(asked: Vec<String>, is_wanted: impl Fn() -> bool, load: Callback<()>) {
    let mut pause = SOON;
    loop {
        gloo_timers::future::sleep(pause).await;
        if !is_wanted() {
            return;
        }
        pause = longer(pause);
        if !browser::is_online() {
            continue;
        }
        let still = match still_written(asked.clone()).await {
            Ok(still) => still.len(),
            // It may be answered next time.
            Err(error) if error.code == FailureCode::Overloaded => continue,
            Err(_) => return,
        };
        // The list may be gone by now, or another one.
        if still < asked.len() && is_wanted() {
            let _loaded = load.try_run(());
        }
    }
}

/// The pause after that one.
fn longer(pause: Duration) -> Duration {
    (pause * 3 / 2).min(LATE)
}

/// Where an answer is being written.
fn written(items: &[ConversationSummary]) -> Vec<ConversationId> {
    let written = items.iter().filter(|item| item.generating);
    written.map(|item| item.id).collect()
}

/// Of which of these it is asked: that which is looked at tells itself. What is too much at once has its turn when others have ended.
fn asked_of(written: &[ConversationId], shown: Option<ConversationId>) -> Vec<String> {
    let elsewhere = written.iter().filter(|id| Some(**id) != shown);
    let asked = elsewhere.take(ConversationSummary::MOST_FOLLOWED);
    asked.map(ToString::to_string).collect()
}

/// Where one was written `before` and none is now, with the titles, but for the conversation that is looked at.
fn ended(
    items: &[ConversationSummary],
    before: &[ConversationId],
    shown: Option<ConversationId>,
) -> Vec<(ConversationId, String)> {
    let ended = items
        .iter()
        .filter(|item| !item.generating && before.contains(&item.id) && shown != Some(item.id));
    ended
        .map(|item| (item.id, item.title.as_str().to_owned()))
        .collect()
}

/// Marks where answers have ended unseen, says so over the page, and tells by a notice where that was asked for. What is looked at now is
/// seen.
fn tell(
    sidebar: Sidebar,
    words: &Words,
    shown: Option<ConversationId>,
    ended: Vec<(ConversationId, String)>,
) {
    let is_seen = |id: &ConversationId| shown == Some(*id);
    let was_unseen = sidebar
        .unseen
        .with_untracked(|unseen| unseen.iter().any(is_seen));
    if ended.is_empty() && !was_unseen {
        return;
    }
    if habits::notifies() {
        for (id, title) in &ended {
            notices::show(title, words.unseen_answer, &format!("/c/{id}"));
        }
    }
    let last = ended.last().cloned();
    sidebar.ended.update(|told| {
        let is_told_of_seen = told.as_ref().is_some_and(|(id, _)| is_seen(id));
        if last.is_some() || is_told_of_seen {
            *told = last;
        }
    });
    sidebar.unseen.update(|unseen| {
        unseen.retain(|id| !is_seen(id));
        unseen.extend(ended.into_iter().map(|(id, _)| id));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{DayGroup, Millis, Title};

    fn item(n: u128) -> Result<ConversationSummary, model::conversation::InvalidTitle> {
        Ok(ConversationSummary {
            id: ConversationId::from_uuid(uuid::Uuid::from_u128(n)),
            title: Title::parse("春晓")?,
            updated_at: Millis::new(0),
            day: DayGroup::Today,
            generating: false,
        })
    }

    #[test]
    fn an_answer_that_ends_where_nobody_looks_is_told_of_once()
    -> Result<(), model::conversation::InvalidTitle> {
        let mut items = vec![item(1)?, item(2)?];
        let (one, two) = (items[0].id, items[1].id);
        items[0].generating = true;
        items[1].generating = true;
        let before = written(&items);
        assert_eq!(before, [one, two]);
        assert_eq!(ended(&items, &before, None), []);
        items[0].generating = false;
        let title = "春晓".to_owned();
        assert_eq!(ended(&items, &before, Some(two)), [(one, title)]);
        assert_eq!(ended(&items, &before, Some(one)), [], "it is looked at");
        assert_eq!(ended(&items, &written(&items), None), [], "it was told of");
        // One that was deleted meanwhile has no end to tell of.
        assert_eq!(ended(&items[1..], &before, None), []);
        Ok(())
    }

    #[test]
    fn what_is_looked_at_is_not_asked_of_and_never_more_than_is_answered() {
        let id = |n| ConversationId::from_uuid(uuid::Uuid::from_u128(n));
        let few = [id(1), id(2)];
        assert_eq!(asked_of(&few, Some(id(1))), [id(2).to_string()]);
        assert_eq!(asked_of(&few[..1], Some(id(1))), [""; 0]);
        let many: Vec<_> = (1..=60).map(id).collect();
        assert_eq!(asked_of(&many, None).len(), 50);
    }

    #[test]
    fn what_is_long_in_coming_is_asked_for_less_often() {
        let mut pauses = vec![SOON];
        for _ in 0..4 {
            pauses.push(longer(pauses[pauses.len() - 1]));
        }
        let pauses: Vec<_> = pauses.iter().map(Duration::as_millis).collect();
        assert_eq!(pauses, [4_000, 6_000, 9_000, 13_500, 15_000]);
    }
}
