//! The conversations by day, paged by key.

use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, ConversationSummary, DayGroup, Page};

use super::{sidebar::Sidebar, sidebar_item::SidebarItem};
use crate::{
    api::conversations::list_conversations,
    language::{Words, use_words},
    pages::conversations,
    ui::list::list_of,
};

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
    Effect::new(move |_| {
        if changes.get() > 0 {
            spawn_local(async move {
                if let Ok(page) = list_conversations(None).await {
                    next.try_set(page.next);
                    items.try_set(page.items);
                }
            });
        }
    });
    let more = move |_| {
        spawn_local(async move {
            if let Ok(page) = list_conversations(next.get_untracked()).await {
                next.try_set(page.next);
                items.try_update(|items| {
                    for item in page.items {
                        // A conversation that moved up meanwhile is in the list already.
                        if !items.iter().any(|known| known.id == item.id) {
                            items.push(item);
                        }
                    }
                });
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

    #[test]
    fn each_day_is_headed_once() -> Result<(), model::conversation::InvalidTitle> {
        let item =
            |n: u128, day| -> Result<ConversationSummary, model::conversation::InvalidTitle> {
                Ok(ConversationSummary {
                    id: ConversationId::from_uuid(uuid::Uuid::from_u128(n)),
                    title: Title::parse("春晓")?,
                    updated_at: Millis::new(0),
                    day,
                    generating: false,
                })
            };
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
