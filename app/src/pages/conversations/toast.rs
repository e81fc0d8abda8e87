//! Taking the deletion of a folder or a tag back.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
    params::ParamsMap,
};
use model::{FolderId, TagId};

use super::PATH;
use crate::{
    address::with_query,
    api::folders::{RestoreFolder, RestoreTag},
    browser,
    chat::sidebar::Sidebar,
    language::use_words,
    ui::{
        submission::Submission,
        undo_toast::{Undo, undo_toast, use_settled},
    },
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

/// For what the address says was deleted. Taken back, it is opened.
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
    let undo = move || {
        let what = removed.get()?;
        let navigate = navigate.clone();
        let open = move |place: String| {
            sidebar.reload();
            if removed.try_get_untracked().flatten() != Some(what) {
                // The page was left meanwhile.
                return;
            }
            // Nobody comes back to where it was gone.
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&place, options);
            browser::focus("main");
        };
        Some(match what {
            Removed::Folder(id) => {
                let field = ("id", id.to_string());
                Undo::by::<RestoreFolder>(words.folder_deleted, field, submission, move |()| {
                    open(with_query(PATH, &[("folder", &id.to_string())]));
                })
            }
            Removed::Tag(id) => {
                let field = ("id", id.to_string());
                Undo::by::<RestoreTag>(
                    words.tag_deleted,
                    field,
                    submission,
                    move |stands: TagId| {
                        open(with_query(PATH, &[("tag", &stands.to_string())]));
                    },
                )
            }
        })
    };
    let settled = use_settled(PATH, &[FOLDER, TAG]);
    view! {
        {undo_toast(undo, submission, PATH, settled)}
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
