//! How much is kept, of how much, and for how long.

use leptos::{either::EitherOf3, prelude::*};
use model::StorageUsed;

use crate::{
    error::AppError,
    language::use_words,
    ui::{
        figures::{count, percent, tenths},
        part_failed::{PartFailed, is_not_theirs},
    },
    works::words::bytes,
};

/// What is kept, once it is known.
pub type StorageResource = Resource<Result<StorageUsed, AppError>>;

/// From here on it is said that little is left, in thousandths.
const NEARLY_ALL: i64 = 900;

/// One line, with a bar where there is a limit.
#[component]
pub fn Storage(storage: StorageResource) -> impl IntoView {
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match storage.await {
                    Ok(used) => EitherOf3::A(view! { <Used used/> }),
                    Err(error) if is_not_theirs(error.code) => EitherOf3::B(()),
                    Err(error) => {
                        let again = Callback::new(move |()| storage.refetch());
                        EitherOf3::C(view! { <PartFailed error again/> })
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Used(used: StorageUsed) -> impl IntoView {
    let words = use_words();
    let told = match used.bytes_at_most {
        Some(most) => words.storage_of(&bytes(used.bytes), &bytes(most)),
        None => words.storage_used(&bytes(used.bytes)),
    };
    let bar = used.bytes_at_most.map(|most| {
        let part = tenths(used.bytes, most);
        let tone = (part >= NEARLY_ALL).then_some("danger");
        view! {
            <span class="bar" data-tone=tone>
                <svg class="bar__drawing" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="bar__whole" width="1000" height="8"/>
                    <rect class="bar__part" width=part height="8"/>
                </svg>
                <span class="bar__percent">{percent(used.bytes, most)}</span>
            </span>
        }
    });
    let days = used
        .days_kept
        .map(|days| words.library_days_kept(&days.to_string()));
    let recording_days = used
        .recording_days_kept
        .map(|days| words.library_recording_days_kept(&days.to_string()));
    let deleted = (used.bytes_deleted > 0).then(|| {
        let told = words.library_bytes_deleted(&bytes(used.bytes_deleted));
        view! { <p class="storage__kept">{told}</p> }
    });
    view! {
        <div class="storage" title=words.files_kept(&count(used.files))>
            <p class="storage__told">{told}</p>
            {bar}
            {deleted}
            {[days, recording_days].into_iter().flatten().map(|told| view! { <p class="storage__kept">{told}</p> }).collect_view()}
        </div>
    }
}
