//! Pinning and putting away the open conversation.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use model::{ConversationAct, ConversationId};
use server_fn::ServerFn;

use super::{open::OpenConversation, sidebar::Sidebar};
use crate::{
    api::conversations::{OrderConversations, order_conversations},
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// Two switches, each a form that a page without scripts sends.
#[component]
pub fn OrderButtons(
    conversation: OpenConversation,
    is_pinned: bool,
    is_archived: bool,
) -> impl IntoView {
    let words = use_words();
    let (is_pinned, is_archived) = (RwSignal::new(is_pinned), RwSignal::new(is_archived));
    let done = move |act| match act {
        ConversationAct::Pin => {
            is_pinned.try_set(true);
            is_archived.try_set(false);
        }
        ConversationAct::Archive => {
            is_archived.try_set(true);
            is_pinned.try_set(false);
        }
        ConversationAct::Unpin => drop(is_pinned.try_set(false)),
        ConversationAct::Unarchive => drop(is_archived.try_set(false)),
        ConversationAct::Delete | ConversationAct::Restore | ConversationAct::Erase => {}
    };
    // What is asked in an archived conversation takes it out again.
    let is_generating = conversation.is_generating();
    Effect::new(move |_| {
        if is_generating.get() {
            is_archived.set(false);
        }
    });
    view! {
        <Switch
            conversation
            icon=Icon::Pin
            is_on=is_pinned
            acts=(ConversationAct::Pin, ConversationAct::Unpin)
            names=(words.pin, words.unpin)
            done
        />
        <Switch
            conversation
            icon=Icon::Archive
            is_on=is_archived
            acts=(ConversationAct::Archive, ConversationAct::Unarchive)
            names=(words.archive, words.unarchive)
            done
        />
    }
}

/// A button that does the one or takes it back.
#[component]
fn Switch(
    conversation: OpenConversation,
    icon: Icon,
    is_on: RwSignal<bool>,
    /// To do it, and to take it back.
    acts: (ConversationAct, ConversationAct),
    names: (&'static str, &'static str),
    #[prop(into)] done: Callback<ConversationAct>,
) -> impl IntoView {
    let sidebar = expect_context::<Sidebar>();
    let id: ConversationId = conversation.id;
    let act = move || if is_on.get() { acts.1 } else { acts.0 };
    let name = move || if is_on.get() { names.1 } else { names.0 };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let act = if is_on.get_untracked() {
            acts.1
        } else {
            acts.0
        };
        spawn_local(async move {
            match order_conversations(act.as_str().to_owned(), vec![id.to_string()]).await {
                Ok(_) => {
                    done.try_run(act);
                    sidebar.reload();
                }
                Err(error) => {
                    conversation.problem.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <form class="topbar__order" method="post" action=OrderConversations::PATH on:submit=submit>
            <input type="hidden" name="ids[]" value=id.to_string()/>
            <button
                class="icon-button"
                name="act"
                value=move || act().as_str()
                title=name
                aria-label=name
                data-on=move || is_on.get().then_some("true")
            >
                <Glyph icon/>
            </button>
        </form>
    }
}
