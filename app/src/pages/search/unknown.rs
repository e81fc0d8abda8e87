//! Names of folders and tags that there are not, and what there is instead.

use leptos::{either::Either, prelude::*};
use model::Cabinet;

use super::{asked::Settled, typed::Kind};
use crate::{
    browser::number::lower,
    language::{Words, use_words},
};

/// Says so of each name, and offers others in its place.
#[component]
pub(super) fn UnknownNames(settled: Settled, cabinet: Cabinet) -> impl IntoView {
    let words = use_words();
    let Settled { asked, unknown } = settled;
    let lines = unknown.into_iter().map(move |(kind, name)| {
        let offers = offered(kind.all(&cabinet), &name);
        if offers.is_empty() {
            return Either::Left(view! {
                <div class="finder__unknown" role="status">
                    <p>{told(words, kind, &name)}</p>
                    <p class="finder__hint">{none(words, kind)}</p>
                </div>
            });
        }
        let offers = offers.into_iter().map(|(id, called)| {
            let href = asked.narrowed_to(kind, &id).link();
            view! { <li><a href=href><bdi>{called}</bdi></a></li> }
        });
        Either::Right(view! {
            <div class="finder__unknown">
                <p role="status">{told(words, kind, &name)}</p>
                <ul class="finder__offers" aria-label=label(words, kind)>{offers.collect_view()}</ul>
            </div>
        })
    });
    lines.collect_view()
}

/// Those in which it stands, as far as it is typed; all of them where there is none.
fn offered(all: Vec<(String, String)>, name: &str) -> Vec<(String, String)> {
    let name = lower(name);
    let (near, far): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|(_, called)| lower(called).contains(&name));
    if near.is_empty() { far } else { near }
}

fn told(words: &Words, kind: Kind, name: &str) -> String {
    match kind {
        Kind::Folder if name.is_empty() => words.search_which_folder.to_owned(),
        Kind::Tag if name.is_empty() => words.search_which_tag.to_owned(),
        Kind::Folder => words.search_no_folder(name),
        Kind::Tag => words.search_no_tag(name),
    }
}

fn none(words: &Words, kind: Kind) -> &'static str {
    match kind {
        Kind::Folder => words.search_folders_none,
        Kind::Tag => words.tags_none,
    }
}

fn label(words: &Words, kind: Kind) -> &'static str {
    match kind {
        Kind::Folder => words.folders,
        Kind::Tag => words.tags,
    }
}

#[cfg(test)]
mod tests {
    use super::offered;

    #[test]
    fn what_is_near_is_offered_and_all_where_nothing_is() {
        let all = || {
            let names = ["My work", "Homework", "诗"].iter();
            let lines = names.map(|name| (String::new(), (*name).to_owned()));
            lines.collect::<Vec<_>>()
        };
        for (name, count) in [("WORK", 2), ("诗", 1), ("play", 3), ("", 3)] {
            assert_eq!(offered(all(), name).len(), count, "{name}");
        }
    }
}
