//! What is done with the chosen conversations.

use leptos::{either::Either, ev, prelude::*};
use model::{ConversationAct, ConversationId, Shelf};

use super::lines::{Choice, Loading};
use crate::{
    api::conversations::order_conversations,
    browser,
    chat::sidebar::Sidebar,
    language::{Words, use_words},
    ui::{confirm::Confirm, submission::Submission},
};

/// How many are chosen, all or none of them, and a button for each act. Without scripts it is always there.
#[component]
pub(super) fn Acts(shelf: Shelf, choice: Choice, page: Loading) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let submission = Submission::new(&[]);
    let is_live = RwSignal::new(false);
    Effect::new(move |_| {
        is_live.set(true);
        // Some may have been ticked before the page was alive.
        choice.recount();
    });
    let act = move |act: ConversationAct| {
        let ids = choice.ids();
        if ids.is_empty() {
            return;
        }
        let asked = ids.clone();
        submission.send(
            move || order_conversations(act.as_str().to_owned(), asked.clone()),
            move |_| {
                browser::close_questions();
                if act == ConversationAct::Delete {
                    let deleted = ids.iter().filter_map(|id| id.parse().ok());
                    let deleted: Vec<ConversationId> = deleted.collect();
                    sidebar.deleted.try_set(deleted);
                }
                sidebar.reload();
            },
        );
    };
    // Whatever was done here, or taken back in the toast.
    let changes = sidebar.changes();
    Effect::new(move |before: Option<u32>| {
        let now = changes.get();
        if before.is_some_and(|before| before != now) {
            page.refetch();
        }
        now
    });
    let buttons = shelf.acts().iter().map(|&name| {
        let pressed = move |event: ev::MouseEvent| {
            event.prevent_default();
            act(name);
        };
        let button = move |tone: Option<&'static str>| {
            view! {
                <button
                    class="button"
                    data-tone=tone
                    name="act"
                    value=name.as_str()
                    aria-busy=submission.busy()
                    on:click=pressed
                >
                    {act_name(words, name)}
                </button>
            }
        };
        if name == ConversationAct::Erase {
            Either::Left(view! {
                <Confirm label=words.delete_for_good question=words.erase_question>{button(Some("danger"))}</Confirm>
            })
        } else {
            Either::Right(button(None))
        }
    });
    let buttons = buttons.collect_view();
    let is_idle = move || is_live.get() && choice.count.get() == 0;
    view! {
        <div class="chosen" data-idle=move || is_idle().then_some("true")>
            <p class="chosen__count" role="status" data-needs="script">
                {move || words.works_chosen(&choice.count.get().to_string())}
            </p>
            <button class="icon-button" data-labelled="true" type="button" data-needs="script" on:click=move |_| choice.choose(true)>
                {words.choose_all_works}
            </button>
            <button class="icon-button" data-labelled="true" type="button" data-needs="script" on:click=move |_| choice.choose(false)>
                {words.choose_none}
            </button>
            {submission.view_as("")}
            {buttons}
        </div>
    }
}

fn act_name(words: &Words, act: ConversationAct) -> &'static str {
    match act {
        ConversationAct::Pin => words.pin,
        ConversationAct::Unpin => words.unpin,
        ConversationAct::Archive => words.archive,
        ConversationAct::Unarchive => words.unarchive,
        ConversationAct::Delete => words.delete,
        ConversationAct::Restore => words.restore,
        ConversationAct::Erase => words.delete_for_good,
    }
}
