//! The mask: what of an image may change, painted over it.

use leptos::{ev, html, prelude::*, task::spawn_local};
use model::FailureCode;

use crate::{
    browser::{
        canvas::{self, Stroke, Touch},
        upload,
    },
    error::AppError,
    language::use_words,
    ui::{
        dialog,
        icon::{Glyph, Icon},
        notice::Notice,
    },
};

/// What is painted over the image; it is seen through by the style sheet.
const COLOUR: &str = "#f0560f";

/// The brush at first, in the screen's pixels.
const USUAL_BRUSH: u32 = 36;

/// The editor's state.
#[derive(Clone, Copy)]
struct Painting {
    strokes: RwSignal<Vec<Stroke>>,
    touch: RwSignal<Touch>,
    brush: RwSignal<u32>,
    is_down: StoredValue<bool>,
    canvas: NodeRef<html::Canvas>,
}

/// Says whether there is a mask, and opens what it is painted with. `mask` is its file's id.
#[component]
pub fn MaskField(image: RwSignal<String>, mask: RwSignal<String>) -> impl IntoView {
    let words = use_words();
    let is_open = RwSignal::new(false);
    let painting = Painting {
        strokes: RwSignal::new(Vec::new()),
        touch: RwSignal::new(Touch::Paint),
        brush: RwSignal::new(USUAL_BRUSH),
        is_down: StoredValue::new(false),
        canvas: NodeRef::new(),
    };
    // Another image has another mask.
    Effect::new(move |before: Option<String>| {
        let image = image.get();
        if before.is_some_and(|before| before != image) {
            painting.strokes.set(Vec::new());
            mask.set(String::new());
        }
        image
    });
    let has_mask = Memo::new(move |_| mask.with(|mask| !mask.is_empty()));
    view! {
        <div class="field mask-field">
            <span class="field__label">{words.mask}</span>
            <input type="hidden" name="wish[mask]" value=mask/>
            <div class="mask-field__row" data-needs="script">
                {move || has_mask.get().then(|| view! {
                    <img class="mask-field__picture" src=move || format!("/files/{}/thumbnail", mask.get()) alt=words.mask/>
                })}
                <button
                    class="button"
                    type="button"
                    disabled=move || image.with(String::is_empty)
                    on:click=move |_| is_open.set(true)
                >
                    <Glyph icon=Icon::Brush/>
                    {move || if has_mask.get() { words.mask_change } else { words.mask_paint }}
                </button>
            </div>
            <p class="field__hint">{words.mask_hint}</p>
            <MaskDialog image mask is_open painting/>
        </div>
    }
}

#[component]
fn MaskDialog(
    image: RwSignal<String>,
    mask: RwSignal<String>,
    is_open: RwSignal<bool>,
    painting: Painting,
) -> impl IntoView {
    let words = use_words();
    let node = NodeRef::<html::Dialog>::new();
    dialog::follow(node, is_open.into());
    let is_busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<AppError>);
    let save = move |_| {
        let Some(canvas) = painting.canvas.get_untracked() else {
            return;
        };
        let strokes = painting.strokes.get_untracked();
        is_busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let kept = match canvas::mask_of(&canvas, &strokes).await {
                Some(picture) => upload::upload(&picture, "mask.png").await,
                None => Err(AppError::new(FailureCode::InvalidPicture)),
            };
            is_busy.try_set(false);
            match kept {
                Ok(id) => {
                    mask.try_set(id.to_string());
                    is_open.try_set(false);
                }
                Err(error) => drop(problem.try_set(Some(error))),
            }
        });
    };
    let is_empty = move || painting.strokes.with(Vec::is_empty);
    view! {
        <dialog class="dialog mask" aria-label=words.mask node_ref=node on:close=move |_| is_open.set(false)>
            <header class="dialog__header">
                <h2>{words.mask_title}</h2>
                <button
                    class="icon-button"
                    type="button"
                    title=words.cancel
                    aria-label=words.cancel
                    on:click=move |_| is_open.set(false)
                >
                    <Glyph icon=Icon::Close/>
                </button>
            </header>
            <Show when=move || is_open.get()>
                <Tools painting/>
                <Stage image painting/>
                <Notice error=problem/>
                <div class="mask__foot">
                    <p class="field__hint">{words.mask_hint}</p>
                    <button
                        class="button"
                        data-tone="primary"
                        type="button"
                        disabled=is_empty
                        aria-busy=move || is_busy.get().then_some("true")
                        on:click=save
                    >
                        {words.mask_save}
                    </button>
                </div>
            </Show>
        </dialog>
    }
}

/// Brush and eraser, how thick, and back.
#[component]
fn Tools(painting: Painting) -> impl IntoView {
    let words = use_words();
    let Painting {
        strokes,
        touch,
        brush,
        ..
    } = painting;
    let is_empty = move || strokes.with(Vec::is_empty);
    let tool = move |own: Touch, label: &'static str| {
        view! {
            <button
                class="choice__option"
                type="button"
                aria-pressed=move || if touch.get() == own { "true" } else { "false" }
                on:click=move |_| touch.set(own)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="mask__tools">
            <div class="choice" role="group" aria-label=words.mask_tool>
                {tool(Touch::Paint, words.mask_brush)}
                {tool(Touch::Erase, words.mask_eraser)}
            </div>
            <label class="mask__size">
                <span>{words.mask_size}</span>
                <input
                    type="range"
                    min="4"
                    max="120"
                    value=USUAL_BRUSH
                    on:input:target=move |event| brush.set(event.target().value().parse().unwrap_or(USUAL_BRUSH))
                />
            </label>
            <div class="mask__acts">
                <button
                    class="icon-button"
                    data-labelled="true"
                    type="button"
                    disabled=is_empty
                    on:click=move |_| {
                        strokes.update(|strokes| drop(strokes.pop()));
                        painting.redraw();
                    }
                >
                    <Glyph icon=Icon::Undo/>
                    {words.undo}
                </button>
                <button
                    class="icon-button"
                    data-labelled="true"
                    type="button"
                    on:click=move |_| {
                        strokes.update(|strokes| strokes.push(Stroke { touch: Touch::All, width: 0.0, points: Vec::new() }));
                        painting.redraw();
                    }
                >
                    {words.mask_all}
                </button>
                <button
                    class="icon-button"
                    data-labelled="true"
                    type="button"
                    disabled=is_empty
                    on:click=move |_| {
                        strokes.set(Vec::new());
                        painting.redraw();
                    }
                >
                    {words.mask_clear}
                </button>
            </div>
        </div>
    }
}

/// The image under a canvas of its own size.
#[component]
fn Stage(image: RwSignal<String>, painting: Painting) -> impl IntoView {
    let words = use_words();
    let measured = move |event: ev::Event| {
        let picture = event_target::<web_sys::HtmlImageElement>(&event);
        if let Some(canvas) = painting.canvas.get_untracked() {
            canvas.set_width(picture.natural_width());
            canvas.set_height(picture.natural_height());
            painting.redraw();
        }
    };
    let up = move |_: ev::PointerEvent| painting.is_down.set_value(false);
    view! {
        <div class="mask__room">
            <div class="mask__stage">
                <img class="mask__picture" src=format!("/files/{}", image.get_untracked()) alt=words.chosen_image on:load=measured/>
                <canvas
                    class="mask__canvas"
                    width="0"
                    height="0"
                    role="img"
                    aria-label=words.mask_canvas
                    node_ref=painting.canvas
                    on:pointerdown=move |event| painting.begin(&event)
                    on:pointermove=move |event| painting.go_on(&event)
                    on:pointerup=up
                    on:pointercancel=up
                ></canvas>
            </div>
        </div>
    }
}

impl Painting {
    fn redraw(self) {
        if let Some(canvas) = self.canvas.get_untracked() {
            self.strokes
                .with_untracked(|strokes| canvas::redraw(&canvas, strokes, COLOUR));
        }
    }

    /// Where the event is in the canvas's own pixels, and how many of them are one of the screen's.
    fn place(self, event: &ev::PointerEvent) -> Option<(f64, f64, f64)> {
        let canvas = self.canvas.get_untracked()?;
        let shown = canvas.get_bounding_client_rect();
        let scale = f64::from(canvas.width()) / shown.width().max(1.0);
        let x = (f64::from(event.client_x()) - shown.left()) * scale;
        let y = (f64::from(event.client_y()) - shown.top()) * scale;
        Some((x, y, scale))
    }

    fn begin(self, event: &ev::PointerEvent) {
        let Some((x, y, scale)) = self.place(event) else {
            return;
        };
        event.prevent_default();
        if let Some(canvas) = self.canvas.get_untracked() {
            // A pointer that is gone already paints a dot.
            let _held = canvas.set_pointer_capture(event.pointer_id());
        }
        self.is_down.set_value(true);
        let stroke = Stroke {
            touch: self.touch.get_untracked(),
            width: f64::from(self.brush.get_untracked()) * scale,
            points: vec![(x, y)],
        };
        self.strokes.update(|strokes| strokes.push(stroke));
        self.draw_end();
    }

    fn go_on(self, event: &ev::PointerEvent) {
        if !self.is_down.get_value() {
            return;
        }
        let Some((x, y, _)) = self.place(event) else {
            return;
        };
        self.strokes.update(|strokes| {
            if let Some(stroke) = strokes.last_mut() {
                stroke.points.push((x, y));
            }
        });
        self.draw_end();
    }

    /// Only what is new: all strokes at every move would be slow on a large image.
    fn draw_end(self) {
        if let Some(canvas) = self.canvas.get_untracked() {
            self.strokes.with_untracked(|strokes| {
                if let Some(stroke) = strokes.last() {
                    canvas::draw_end(&canvas, stroke, COLOUR);
                }
            });
        }
    }
}
