//! ‹ 2 / 3 ›: the versions of a message.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use model::{MessageId, Speaker};
use server_fn::ServerFn;

use super::{answer::OpenMessage, open::OpenConversation};
use crate::{
    api::conversations::{ShowBranch, show_branch},
    browser,
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// Walks from version to version, where there are several.
#[component]
pub fn BranchSwitcher(message: OpenMessage, conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let (id, branch) = (message.id, message.branch);
    // A temporary conversation is gone with its page, which comparing leaves.
    let is_compared = message.speaker == Speaker::Assistant && !conversation.is_temporary;
    let question = message.parent.filter(|_| is_compared);
    let step = move |target: Option<MessageId>, label: &'static str, icon: Icon| {
        let walk = move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(target) = target {
                show(conversation, target);
            }
        };
        view! {
            <form method="post" action=ShowBranch::PATH on:submit=walk>
                <input type="hidden" name="id" value=conversation.id.to_string()/>
                <input type="hidden" name="message" value=target.map(|id| id.to_string())/>
                <button class="icon-button" title=label aria-label=label disabled=target.is_none()>
                    <Glyph icon/>
                </button>
            </form>
        }
    };
    move || {
        let branch = branch.get();
        (branch.count > 1).then(|| {
            let place = words.branch(&branch.index.to_string(), &branch.count.to_string());
            view! {
                <div class="actions__branch" id=switcher_id(id) role="group" tabindex="-1" aria-label=place.clone()>
                    {step(branch.previous, words.previous_answer, Icon::Left)}
                    <span>{place.clone()}</span>
                    {step(branch.next, words.next_answer, Icon::Right)}
                    {question.map(|question| view! {
                        <a
                            class="icon-button"
                            href=format!("/c/{}/compare/{question}", conversation.id)
                            title=words.compare
                            aria-label=words.compare
                        >
                            <Glyph icon=Icon::Columns/>
                        </a>
                    })}
                </div>
            }
        })
    }
}

/// Shows the branch of that version, and gives the focus to where it can be walked on from.
fn show(conversation: OpenConversation, version: MessageId) {
    conversation.problem.set(None);
    spawn_local(async move {
        match show_branch(conversation.id, version).await {
            Ok(()) => {
                conversation.reload().await;
                browser::focus_drawn(switcher_id(version));
            }
            Err(error) => {
                conversation.problem.try_set(Some(error));
            }
        }
    });
}

fn switcher_id(message: MessageId) -> String {
    format!("versions-{message}")
}
