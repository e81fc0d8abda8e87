//! The conversations by day, paged by key.

use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, ConversationSummary, DayGroup, Page};

use super::{
    keyboard::{go_on_line, on_line},
    sidebar::Sidebar,
    sidebar_ends::follow_ends,
    sidebar_item::SidebarItem,
};
use crate::{
    api::conversations::list_conversations,
    error::AppError,
    language::{Words, use_words},
    pages::conversations,
    ui::list::list_of,
};

/// As many as are loaded anew at most: each page of them is a request.
const MOST_KEPT: usize = 200;

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
    let looks = sidebar.looks();
    let load = move || {
        spawn_local(async move {
            // Who asked for more keeps it.
            let Some(wanted) = items.try_with_untracked(Vec::len) else {
                return;
            };
            // Where the end of an answer is looked for, the list is loaded once more when this fails.
            if let Ok(page) = first(wanted.min(MOST_KEPT)).await {
                next.try_set(page.next);
                let line = on_line();
                items.try_set(page.items);
                line.into_iter().for_each(go_on_line);
            }
        });
    };
    Effect::new(move |_| {
        if looks.get() > 0 {
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
    fn what_moved_up_meanwhile_is_listed_once() -> Result<(), model::conversation::InvalidTitle> {
        let mut items = vec![item(1, DayGroup::Today)?, item(2, DayGroup::Today)?];
        let following = vec![item(2, DayGroup::Today)?, item(3, DayGroup::Week)?];
        add(&mut items, following);
        assert_eq!(items.len(), 3);
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
