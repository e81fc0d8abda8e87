//! The bar that reads an answer aloud: what it costs, a press, and then the player. What is spoken is a work like any other, so it is
//! reserved and booked as one and lies in the library.

use leptos::{prelude::*, task::spawn_local};
use model::{FailureCode, JobId, Making, SpeechModel};

use super::{cost::CostLine, result::address};
use crate::{
    api::works::{WishForm, cancel_making, load_making, load_makings, make},
    browser,
    chat::aloud::{Aloud, LONGEST},
    error::AppError,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        notice::Notice,
    },
};

/// How often it is looked whether the sound is there, in milliseconds.
const LOOK_MS: u32 = 700;

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    /// It can be begun.
    Offered,
    /// It is being spoken, by that job once it is known.
    Making(Option<JobId>),
    /// It can be heard there.
    Ready(String),
}

/// The bar, for the text of the context.
#[component]
#[expect(
    clippy::too_many_lines,
    reason = "one state, and what of it stands on the page"
)]
pub fn ReadAloud() -> impl IntoView {
    let words = use_words();
    let Aloud(text) = expect_context();
    let model = RwSignal::new(None::<Option<SpeechModel>>);
    let stage = RwSignal::new(Stage::Offered);
    let problem = RwSignal::new(None::<AppError>);
    // Each text and each press has a number: what comes late for another one is dropped.
    let turn = StoredValue::new(0_u32);
    let stop = move || {
        // The bar may be going: its text is what opens it.
        turn.try_update_value(|turn| *turn += 1);
        if let Some(Stage::Making(Some(job))) = stage.try_get_untracked() {
            spawn_local(async move {
                // What can't be stopped any more costs what it costs, and lies in the library.
                let _asked = cancel_making(job.to_string()).await;
            });
        }
        stage.try_set(Stage::Offered);
        problem.try_set(None);
    };
    Effect::new(move |_| {
        text.track();
        untrack(stop);
    });
    Effect::new(move |_| {
        spawn_local(async move {
            match load_makings("speech".to_owned()).await {
                Ok(found) => {
                    model.try_set(Some(found.offers.speech.into_iter().next()));
                }
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    });
    let wish = Memo::new(move |_| {
        let text = text.get()?;
        model.with(|model| model.as_ref()?.as_ref().map(|model| wish_of(&text, model)))
    });
    let start = move |_| {
        let Some(wish) = wish.get_untracked() else {
            return;
        };
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        let is_mine = move || turn.try_get_value() == Some(mine);
        stage.set(Stage::Making(None));
        problem.set(None);
        spawn_local(async move {
            let mut asked = make(wish, browser::fresh_uuid()).await;
            loop {
                let next = match asked {
                    Ok(making) => heard(making),
                    Err(error) => Err(error),
                };
                if !is_mine() {
                    // It was closed before its job was known.
                    if let Ok(Stage::Making(Some(job))) = next {
                        let _asked = cancel_making(job.to_string()).await;
                    }
                    return;
                }
                match next {
                    Ok(next) => {
                        let job = match &next {
                            Stage::Making(job) => *job,
                            Stage::Offered | Stage::Ready(_) => None,
                        };
                        stage.try_set(next);
                        let Some(job) = job else { return };
                        gloo_timers::future::TimeoutFuture::new(LOOK_MS).await;
                        if !is_mine() {
                            return;
                        }
                        asked = load_making(job.to_string()).await;
                    }
                    Err(error) => {
                        problem.try_set(Some(error));
                        stage.try_set(Stage::Offered);
                        return;
                    }
                }
            }
        });
    };
    let is_cut = Memo::new(move |_| {
        text.with(|text| {
            text.as_ref()
                .is_some_and(|text| text.chars().count() > LONGEST)
        })
    });
    let offered = Signal::derive(move || {
        let is_offered = stage.try_get() == Some(Stage::Offered);
        wish.try_get().flatten().filter(|_| is_offered)
    });
    view! {
        <section class="aloud__bar" aria-label=words.read_aloud>
            <Notice error=problem/>
            {move || match stage.get() {
                Stage::Offered => {
                    let has_no_model = model.with(|model| matches!(model, Some(None)));
                    if has_no_model {
                        view! { <p>{words.no_models}</p> }.into_any()
                    } else {
                        view! {
                            <button
                                class="button"
                                type="button"
                                data-tone="primary"
                                disabled=move || wish.with(Option::is_none)
                                on:click=start
                            >
                                <Glyph icon=Icon::Voice/>
                                {words.read_aloud}
                            </button>
                        }
                        .into_any()
                    }
                }
                Stage::Making(_) => view! { <p role="status">{words.read_aloud_making}</p> }.into_any(),
                Stage::Ready(address) => {
                    view! { <audio class="aloud__player" controls autoplay src=address aria-label=words.read_aloud></audio> }
                        .into_any()
                }
            }}
            <CostLine wish=offered/>
            {move || is_cut.get().then(|| view! { <p class="field__hint">{words.read_aloud_cut}</p> })}
            <button
                class="icon-button"
                type="button"
                title=words.close
                aria-label=words.close
                on:click=move |_| {
                    stop();
                    text.set(None);
                }
            >
                <Glyph icon=Icon::Close/>
            </button>
        </section>
    }
}

/// What is wished for: the beginning of a text that is too long.
fn wish_of(text: &str, model: &SpeechModel) -> WishForm {
    WishForm {
        kind: "speech".to_owned(),
        model: model.name.clone(),
        prompt: text.chars().take(LONGEST).collect(),
        voice: model
            .voices
            .first()
            .map(|voice| voice.name.clone())
            .unwrap_or_default(),
        format: model
            .formats
            .first()
            .map(|format| format.as_str().to_owned())
            .unwrap_or_default(),
        ..WishForm::default()
    }
}

/// What has become of it.
fn heard(making: Making) -> Result<Stage, AppError> {
    if let Some(work) = making.works.first() {
        return Ok(Stage::Ready(address(work)));
    }
    if making.ended_at.is_none() {
        return Ok(Stage::Making(Some(making.id)));
    }
    let failure = making.failure.or_else(|| making.failed.into_iter().next());
    let code = failure.map_or(FailureCode::Internal, |failure| failure.code);
    Err(AppError::new(code))
}
