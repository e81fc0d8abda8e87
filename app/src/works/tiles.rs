//! The places of a making: what is there, what is awaited, what failed.

use leptos::prelude::*;
use model::{JobFailure, Making, Wish, WorkView};

use super::{desk::use_desk, refusal::Refusal, result::ResultView};

/// A place.
#[derive(Clone, Debug, PartialEq)]
enum Tile {
    Work(WorkView),
    Awaited(u32, (u32, u32)),
    Failed(usize, JobFailure),
}

impl Tile {
    fn key(&self) -> String {
        match self {
            Self::Work(work) => work.id.to_string(),
            Self::Awaited(place, _) => format!("awaited-{place}"),
            Self::Failed(place, _) => format!("failed-{place}"),
        }
    }
}

/// What is there first, then what is awaited, then what will not come.
fn tiles(making: &Making) -> Vec<Tile> {
    let (wanted, shape) = match &making.wish {
        Wish::Image(wish) => {
            let size = wish.size.map(|size| (size.width, size.height));
            (wish.count, size.unwrap_or((1, 1)))
        }
        Wish::Video(wish) => {
            let ratio = wish.ratio.as_deref().and_then(super::words::parts);
            (1, ratio.unwrap_or((16, 9)))
        }
        Wish::Speech(_) => (1, (0, 0)),
    };
    let there = u32::try_from(making.works.len() + making.failed.len()).unwrap_or(u32::MAX);
    let awaited = if making.state.is_final() {
        0
    } else {
        wanted.saturating_sub(there)
    };
    let works = making.works.iter().cloned().map(Tile::Work);
    let failed = making.failed.iter().cloned().enumerate();
    works
        .chain((0..awaited).map(|place| Tile::Awaited(place, shape)))
        .chain(failed.map(|(place, failure)| Tile::Failed(place, failure)))
        .collect()
}

/// The places beside each other.
#[component]
pub fn Tiles(making: ArcRwSignal<Making>) -> impl IntoView {
    let desk = use_desk();
    let all = Memo::new(move |_| making.with(tiles));
    let tile = move |tile: Tile| match tile {
        Tile::Work(work) => {
            view! { <ResultView work open=move |id| desk.shown.set(Some(id))/> }.into_any()
        }
        Tile::Awaited(_, shape) => view! { <Awaited shape/> }.into_any(),
        Tile::Failed(_, failure) => {
            view! { <div class="work-grid__failed"><Refusal failure/></div> }.into_any()
        }
    };
    view! {
        <ul class="work-grid" data-kind=desk.makings.kind.as_str()>
            <For each=move || all.get() key=Tile::key let:place>
                <li>{tile(place)}</li>
            </For>
        </ul>
    }
}

/// Room for what is awaited, of its own shape.
#[component]
fn Awaited(shape: (u32, u32)) -> impl IntoView {
    let (width, height) = shape;
    if width == 0 {
        return view! { <div class="awaited" data-flat="true" aria-hidden="true"></div> }
            .into_any();
    }
    view! {
        <div class="awaited" aria-hidden="true">
            <svg class="awaited__shape" viewBox=format!("0 0 {width} {height}")></svg>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use model::{FailureCode, ImageWish, JobId, JobState, MakingStep, Millis};

    use super::*;

    fn making(state: JobState, failed: usize) -> Making {
        Making {
            id: JobId::from_uuid(uuid::Uuid::nil()),
            wish: Wish::Image(ImageWish {
                model: "m".to_owned(),
                prompt: "a cat".to_owned(),
                negative_prompt: String::new(),
                size: None,
                count: 4,
                seed: None,
                prompt_extend: None,
                style: None,
                edit: None,
            }),
            state,
            step: MakingStep::Working,
            done: None,
            cancel_asked: false,
            works: Vec::new(),
            failed: vec![
                JobFailure {
                    code: FailureCode::ContentRefused,
                    upstream_code: None,
                    reference: None,
                };
                failed
            ],
            failure: None,
            at_most: None,
            cost: None,
            created_at: Millis::new(0),
            ended_at: None,
        }
    }

    #[test]
    fn every_wanted_image_has_a_place_until_it_is_known_what_came_of_it() {
        assert_eq!(tiles(&making(JobState::Running, 0)).len(), 4);
        let partly = tiles(&making(JobState::Running, 1));
        assert_eq!(partly.len(), 4);
        assert!(matches!(partly.last(), Some(Tile::Failed(0, _))));
        assert_eq!(tiles(&making(JobState::Succeeded, 1)).len(), 1);
        assert_eq!(tiles(&making(JobState::Failed, 0)).len(), 0);
    }
}
