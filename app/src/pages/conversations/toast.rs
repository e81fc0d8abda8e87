//! Taking the deletion of a folder or a tag back.

use leptos::{either::Either, ev::MouseEvent, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
    params::ParamsMap,
};
use model::{FolderId, TagId};
use server_fn::ServerFn;

use super::PATH;
use crate::{
    address::with_query,
    admin::form::sends_quietly,
    api::folders::{RestoreFolder, RestoreTag},
    browser,
    chat::sidebar::Sidebar,
    language::use_words,
    ui::submission::Submission,
};

/// In the address, before the id of a folder that was deleted.
const FOLDER: &str = "removed_folder";
/// In the address, before the id of a tag that was deleted.
const TAG: &str = "removed_tag";

/// What was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removed {
    /// A folder.
    Folder(FolderId),
    /// A tag.
    Tag(TagId),
}

impl Removed {
    fn of(query: &ParamsMap) -> Option<Self> {
        let folder = query.get_str(FOLDER).and_then(|id| id.parse().ok());
        let tag = query.get_str(TAG).and_then(|id| id.parse().ok());
        folder.map(Self::Folder).or(tag.map(Self::Tag))
    }

    /// Where it is told of.
    pub(super) fn link(self) -> String {
        match self {
            Self::Folder(id) => with_query(PATH, &[(FOLDER, &id.to_string())]),
            Self::Tag(id) => with_query(PATH, &[(TAG, &id.to_string())]),
        }
    }
}

/// For what the address says was deleted: until it is closed or the address changes, nobody has to be quick (WCAG 2.2.1). Taken back, it
/// is opened.
#[component]
pub(super) fn RemovedToast() -> impl IntoView {
    let words = use_words();
    let sidebar = expect_context::<Sidebar>();
    let query = use_query_map();
    let removed = Memo::new(move |_| query.with(Removed::of));
    let navigate = use_navigate();
    let submission = Submission::new(&[]);
    // What was said of another is not of this one.
    Effect::new(move |_| {
        removed.track();
        submission.forget();
    });
    let close = {
        let navigate = navigate.clone();
        move |event: MouseEvent| {
            event.prevent_default();
            navigate(PATH, NavigateOptions::default());
            browser::focus("main");
        }
    };
    let toast = move || {
        let what = removed.get()?;
        let navigate = navigate.clone();
        let open = move |place: String| {
            sidebar.reload();
            if removed.try_get_untracked().flatten() != Some(what) {
                // The page was left meanwhile.
                return;
            }
            navigate(&place, NavigateOptions::default());
            browser::focus("main");
        };
        let (told, form) = match what {
            Removed::Folder(id) => {
                let restore = sends_quietly::<RestoreFolder>(submission, move |()| {
                    open(with_query(PATH, &[("folder", &id.to_string())]));
                });
                let form = view! {
                    <form method="post" action=RestoreFolder::PATH on:submit=restore>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <button class="toast__action" aria-busy=submission.busy()>{words.undo}</button>
                    </form>
                };
                (words.folder_deleted, Either::Left(form))
            }
            Removed::Tag(id) => {
                let restore = sends_quietly::<RestoreTag>(submission, move |stands: TagId| {
                    open(with_query(PATH, &[("tag", &stands.to_string())]));
                });
                let form = view! {
                    <form method="post" action=RestoreTag::PATH on:submit=restore>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <button class="toast__action" aria-busy=submission.busy()>{words.undo}</button>
                    </form>
                };
                (words.tag_deleted, Either::Right(form))
            }
        };
        Some(view! {
            <div class="toast">
                <span>{told}</span>
                {form}
                <a class="toast__action" href=PATH on:click=close.clone()>{words.close}</a>
            </div>
        })
    };
    view! {
        <div role="status">{toast}</div>
        <div class="finder__column">{submission.view_as("")}</div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deleted_is_told_by_the_address_and_nothing_else_is() {
        let id = "01990000-0000-7000-8000-000000000007";
        for (name, other) in [(FOLDER, TAG), (TAG, FOLDER)] {
            let query: ParamsMap = [(name, id), (other, "<b>")].into_iter().collect();
            let link = Removed::of(&query).map(Removed::link);
            assert_eq!(link, Some(format!("/conversations?{name}={id}")));
        }
        let query: ParamsMap = [("removed", id)].into_iter().collect();
        assert_eq!(Removed::of(&query), None);
    }
}
