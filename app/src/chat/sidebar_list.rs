//! The conversations by day, paged by key. As long as an answer is written in one that is not looked at, the list is looked up again and
//! again: nothing else would tell of its end.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, ConversationSummary, DayGroup, FailureCode, Page};

use super::{sidebar::Sidebar, sidebar_item::SidebarItem};
use crate::{
    api::conversations::list_conversations,
    browser::notices,
    error::AppError,
    habits,
    language::{Words, use_words},
    pages::conversations,
    ui::list::list_of,
};

/// As many as are loaded anew at most: each page of them is a request.
const MOST_KEPT: usize = 200;

/// How long it takes until an answer's end is looked for once more.
const LOOK: Duration = Duration::from_secs(4);

/// One heading and its conversations are lines of one list; a line's key holds all that it shows.
enum Line {
    Heading(DayGroup),
    Conversation(ConversationId, String, bool),
}

/// The list, beginning with its first page.
#[component]
pub fn SidebarList(page: Page<ConversationSummary>) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let items = RwSignal::new(page.items);
    let next = RwSignal::new(page.next);
    let changes = sidebar.changes();
    let load = move || {
        spawn_local(async move {
            // Who asked for more keeps it.
            let Some(wanted) = items.try_with_untracked(Vec::len) else {
                return;
            };
            match first(wanted.min(MOST_KEPT)).await {
                Ok(page) => {
                    next.try_set(page.next);
                    items.try_set(page.items);
                }
                // The network may be back when it is looked up again.
                Err(error) if error.code == FailureCode::Overloaded => {
                    items.try_update(|_| {});
                }
                Err(_) => {}
            }
        });
    };
    Effect::new(move |_| {
        if changes.get() > 0 {
            load();
        }
    });
    follow_ends(items.into(), Callback::new(move |()| load()));
    let more = move |_| {
        spawn_local(async move {
            match list_conversations(next.get_untracked()).await {
                Ok(page) => {
                    next.try_set(page.next);
                    items.try_update(|items| add(items, page.items));
                }
                Err(error) => {
                    sidebar.problem.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <Show when=move || items.with(Vec::is_empty)>
            <p class="sidebar__empty">{words.no_conversations}</p>
        </Show>
        <ul class="sidebar__items">
            {list_of(
                move || items.with(|items| lines(items)),
                move |line| key(words, line),
                move |line| match line {
                    Line::Heading(day) => view! { <li class="sidebar__day">{heading(words, day)}</li> }.into_any(),
                    Line::Conversation(id, title, generating) => {
                        view! { <SidebarItem id title generating/> }.into_any()
                    }
                },
            )}
        </ul>
        <Show when=move || next.with(Option::is_some)>
            <button class="sidebar__more" type="button" data-needs="script" on:click=more>{words.load_more}</button>
        </Show>
        <a class="sidebar__tidy" href=conversations::PATH>{words.tidy}</a>
    }
}

/// As long as an answer is written in one of these where nobody looks, they are loaded again and again; its end is told.
pub fn follow_ends(items: Signal<Vec<ConversationSummary>>, load: Callback<()>) {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let looks = StoredValue::new(0_u32);
    Effect::new(move |before: Option<Vec<ConversationId>>| {
        let shown = sidebar.shown.get();
        let before = before.unwrap_or_default();
        let (now, ended) = items.with(|items| (written(items), ended(items, &before, shown)));
        tell(sidebar, words, shown, ended);
        let look = looks.try_update_value(|looks| {
            *looks += 1;
            *looks
        });
        if now.iter().any(|id| Some(*id) != shown) {
            spawn_local(async move {
                gloo_timers::future::sleep(LOOK).await;
                if look.is_some() && looks.try_get_value() == look {
                    // The list may be gone by now.
                    let _loaded = load.try_run(());
                }
            });
        }
        now
    });
}

/// The first of the list: so many, as far as there are, and what fills the last page.
async fn first(wanted: usize) -> Result<Page<ConversationSummary>, AppError> {
    let mut page = list_conversations(None).await?;
    while page.items.len() < wanted {
        let Some(after) = page.next.take() else {
            break;
        };
        let following = list_conversations(Some(after)).await?;
        page.next = following.next;
        add(&mut page.items, following.items);
    }
    Ok(page)
}

/// Adds what follows. A conversation that moved up meanwhile is in the list already.
fn add(items: &mut Vec<ConversationSummary>, following: Vec<ConversationSummary>) {
    for item in following {
        if !items.iter().any(|known| known.id == item.id) {
            items.push(item);
        }
    }
}

/// Where an answer is being written.
fn written(items: &[ConversationSummary]) -> Vec<ConversationId> {
    let written = items.iter().filter(|item| item.generating);
    written.map(|item| item.id).collect()
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

/// Marks where answers have ended unseen, and tells by a notice where that was asked for. What is looked at now is seen.
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
    sidebar.unseen.update(|unseen| {
        unseen.retain(|id| !is_seen(id));
        unseen.extend(ended.into_iter().map(|(id, _)| id));
    });
}

fn lines(items: &[ConversationSummary]) -> Vec<Line> {
    let mut lines = Vec::with_capacity(items.len() + 6);
    let mut day = None;
    for item in items {
        if day != Some(item.day) {
            day = Some(item.day);
            lines.push(Line::Heading(item.day));
        }
        lines.push(Line::Conversation(
            item.id,
            item.title.as_str().to_owned(),
            item.generating,
        ));
    }
    lines
}

fn key(words: &Words, line: &Line) -> String {
    match line {
        Line::Heading(day) => heading(words, *day),
        Line::Conversation(id, title, generating) => shown(*id, title, *generating),
    }
}

/// All that a conversation's line shows.
pub fn shown(id: ConversationId, title: &str, generating: bool) -> String {
    format!("{id} {generating} {title}")
}

fn heading(words: &Words, day: DayGroup) -> String {
    match day {
        DayGroup::Pinned => words.pinned.to_owned(),
        DayGroup::Today => words.today.to_owned(),
        DayGroup::Yesterday => words.yesterday.to_owned(),
        DayGroup::Week => words.week.to_owned(),
        DayGroup::Month => words.month.to_owned(),
        DayGroup::Earlier { year, month } => words.earlier(&year.to_string(), &month.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Millis, Title};

    fn item(
        n: u128,
        day: DayGroup,
    ) -> Result<ConversationSummary, model::conversation::InvalidTitle> {
        Ok(ConversationSummary {
            id: ConversationId::from_uuid(uuid::Uuid::from_u128(n)),
            title: Title::parse("春晓")?,
            updated_at: Millis::new(0),
            day,
            generating: false,
        })
    }

    #[test]
    fn an_answer_that_ends_where_nobody_looks_is_told_of_once()
    -> Result<(), model::conversation::InvalidTitle> {
        let mut items = vec![item(1, DayGroup::Today)?, item(2, DayGroup::Today)?];
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

        add(
            &mut items,
            vec![item(2, DayGroup::Today)?, item(3, DayGroup::Week)?],
        );
        assert_eq!(items.len(), 3, "what moved up is there once");
        Ok(())
    }

    #[test]
    fn each_day_is_headed_once() -> Result<(), model::conversation::InvalidTitle> {
        let items = [
            item(1, DayGroup::Today)?,
            item(2, DayGroup::Today)?,
            item(3, DayGroup::Week)?,
        ];
        let headings: Vec<bool> = lines(&items)
            .iter()
            .map(|line| matches!(line, Line::Heading(_)))
            .collect();
        assert_eq!(headings, [true, false, false, true, false]);
        Ok(())
    }
}
