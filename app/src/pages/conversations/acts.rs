//! What is done with the chosen conversations.

use std::future::Future;

use leptos::{either::Either, ev, html, prelude::*};
use model::{Cabinet, ConversationAct, ConversationForm, ConversationId, Shelf, Tag};
use server_fn::ServerFn;

use super::{filing::KnownTags, lines::Choice};
use crate::{
    api::{
        conversations::order_conversations,
        folders::{
            PutInFolder, TagConversations, UntagConversations, put_in_folder, tag_conversations,
            untag_conversations,
        },
    },
    browser,
    chat::sidebar::Sidebar,
    error::AppError,
    language::{Words, use_language, use_words},
    ui::{confirm::Confirm, submission::Submission},
};

/// Where several are taken along at once.
const EXPORT: &str = "/conversations/export";

/// What is done with the chosen ones, and told of.
#[derive(Clone, Copy)]
struct Doing {
    choice: Choice,
    submission: Submission,
    told: RwSignal<Option<u64>>,
    sidebar: Sidebar,
}

impl Doing {
    /// Does it with those that are chosen, and then what `done` says.
    fn send<R, F>(self, request: R, done: impl Fn(Vec<String>) + Clone + Send + Sync + 'static)
    where
        R: Fn(Vec<String>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<u64, AppError>> + 'static,
    {
        let ids = self.choice.ids();
        if ids.is_empty() {
            return;
        }
        let asked = ids.clone();
        self.submission.send(
            move || request(asked.clone()),
            move |count| {
                browser::close_questions();
                self.told.try_set(Some(count));
                // It is done with them.
                self.choice.stays.ticks(Vec::new());
                done(ids.clone());
                self.sidebar.reload();
            },
        );
    }
}

/// How many are chosen, all or none of them, and a button for each act. Without scripts it is always there.
#[component]
pub(super) fn Acts(
    shelf: Shelf,
    choice: Choice,
    told: RwSignal<Option<u64>>,
    cabinet: Cabinet,
    /// The tag that is looked at.
    narrowed: Option<Tag>,
) -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let submission = Submission::new(&[]);
    let doing = Doing {
        choice,
        submission,
        told,
        sidebar,
    };
    let is_live = RwSignal::new(false);
    Effect::new(move |_| {
        is_live.set(true);
        // Some may have been ticked before the page was alive.
        choice.recount();
    });
    let act = move |act: ConversationAct| {
        doing.send(
            move |ids| order_conversations(act.as_str().to_owned(), ids),
            move |ids| {
                let ids = ids.iter().filter_map(|id| id.parse().ok());
                let ids: Vec<ConversationId> = ids.collect();
                match act {
                    ConversationAct::Delete => {
                        sidebar.deleted.try_set(ids);
                    }
                    ConversationAct::Restore | ConversationAct::Erase => sidebar.settle(&ids),
                    ConversationAct::Pin
                    | ConversationAct::Unpin
                    | ConversationAct::Archive
                    | ConversationAct::Unarchive => {}
                }
            },
        );
    };
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
    let filing = (shelf != Shelf::Trash).then(|| view! { <Filing doing cabinet narrowed/> });
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
            // The first button is what Enter in a field presses.
            {filing}
            {buttons}
        </div>
    }
}

/// Tagging, putting into a folder, taking along: buttons of the same form with addresses of their own.
#[component]
fn Filing(doing: Doing, cabinet: Cabinet, narrowed: Option<Tag>) -> impl IntoView {
    let words = use_words();
    let language = use_language().name();
    let (tag, folder) = (
        NodeRef::<html::Input>::new(),
        NodeRef::<html::Select>::new(),
    );
    let busy = doing.submission.busy();
    let put_tag = move |event: ev::MouseEvent| {
        event.prevent_default();
        let typed = tag.get_untracked().map(|tag| tag.value());
        let typed = typed.unwrap_or_default();
        doing.send(move |ids| tag_conversations(typed.clone(), ids), |_| ());
    };
    let put = move |event: ev::MouseEvent| {
        event.prevent_default();
        let chosen = folder.get_untracked().map(|folder| folder.value());
        let chosen = chosen.unwrap_or_default();
        doing.send(move |ids| put_in_folder(chosen.clone(), ids), |_| ());
    };
    let take_off = narrowed.map(|tag| {
        let (id, name) = (tag.id.to_string(), String::from(tag.name));
        let asked = id.clone();
        let pressed = move |event: ev::MouseEvent| {
            event.prevent_default();
            let id = asked.clone();
            doing.send(
                move |ids| untag_conversations(id.clone(), ids),
                |_| (),
            );
        };
        view! {
            <input type="hidden" name="tag_id" value=id/>
            <button class="button" formaction=UntagConversations::PATH aria-busy=busy on:click=pressed>
                {format!("{}: {name}", words.tag_take_off)}
            </button>
        }
    });
    let folders = cabinet.folders.into_iter();
    let folders = folders.map(|folder| {
        view! { <option value=folder.id.to_string()>{String::from(folder.name)}</option> }
    });
    view! {
        <div class="chosen__filing">
            <input
                class="field__line"
                name="tag"
                list="known-tags"
                autocomplete="off"
                aria-label=words.tag_new
                placeholder=words.tag_new
                node_ref=tag
            />
            <KnownTags known=cabinet.tags/>
            <button class="button" formaction=TagConversations::PATH aria-busy=busy on:click=put_tag>
                {words.tag_put}
            </button>
            <select class="field__line" name="folder" aria-label=words.folder node_ref=folder>
                <option value="">{words.folder_none}</option>
                {folders.collect_view()}
            </select>
            <button class="button" formaction=PutInFolder::PATH aria-busy=busy on:click=put>
                {words.folder_put}
            </button>
            {take_off}
            <input type="hidden" name="language" value=language/>
            <button class="button" formaction=EXPORT name="form" value=ConversationForm::Json.as_str()>
                {words.export_chosen}
            </button>
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
