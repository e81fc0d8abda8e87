//! A work seen large, with all that is known of it; the others are one key or one swipe away.

use leptos::{ev, html, prelude::*, task::spawn_local};
use model::{JobKind, Making, Millis, Shareable, Wish, WorkId, WorkView};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{
    large::Large,
    result::{Download, address},
    share::ShareBox,
    words::bytes,
};
use crate::{
    api::works::{delete_works, load_making},
    error::AppError,
    language::use_words,
    ui::{
        dialog,
        figures::yuan,
        icon::{Glyph, Icon},
        moment::Moment,
        notice::Notice,
    },
};

/// A finger that goes so far sideways has swiped, in pixels.
const SWIPE: i32 = 48;

/// Links that lead to another page of works, not to a file, and not the one that closes a toast.
const LINKS: &str =
    "a[href^='/images']:not(.toast__action), a[href^='/videos'], a[href^='/speech']";

/// Where one is among the works.
#[derive(Clone, Copy)]
struct Slides {
    works: Signal<Vec<WorkView>>,
    shown: RwSignal<Option<WorkId>>,
    place: Memo<Option<usize>>,
    count: Memo<usize>,
}

impl Slides {
    fn new(works: Signal<Vec<WorkView>>, shown: RwSignal<Option<WorkId>>) -> Self {
        Self {
            works,
            shown,
            place: Memo::new(move |_| {
                let id = shown.get()?;
                works.with(|works| works.iter().position(|work| work.id == id))
            }),
            count: Memo::new(move |_| works.with(Vec::len)),
        }
    }

    fn step(self, forward: bool) {
        let Some(at) = self.place.get_untracked() else {
            return;
        };
        let next = if forward {
            Some(at + 1)
        } else {
            at.checked_sub(1)
        };
        let next = self
            .works
            .with_untracked(|works| works.get(next?).map(|work| work.id));
        if next.is_some() {
            self.shown.set(next);
        }
    }

    fn press(self, event: &ev::KeyboardEvent) {
        // The arrows move within a player or a field that has the focus.
        if crate::browser::closest(event, "video, audio, input, select").is_some() {
            return;
        }
        match event.key().as_str() {
            "ArrowLeft" => self.step(false),
            "ArrowRight" => self.step(true),
            _ => {}
        }
    }

    /// The one that is shown was deleted: the next one is shown, or the one before, or none.
    fn leave(self) {
        let at = self.place.get_untracked().unwrap_or(0);
        let other = self.works.with_untracked(|works| {
            let before = at.checked_sub(1).and_then(|before| works.get(before));
            works.get(at + 1).or(before).map(|work| work.id)
        });
        self.shown.set(other);
    }
}

/// A work that was deleted, and when.
pub type Deleted = (WorkId, Option<Millis>);

/// Shows the one of `works` that is `shown`. `deleted` is called when one was deleted here, and `toast` takes that back: the page beneath is
/// out of reach meanwhile.
#[component]
pub fn Lightbox(
    shown: RwSignal<Option<WorkId>>,
    #[prop(into)] works: Signal<Vec<WorkView>>,
    #[prop(into)] deleted: Callback<Deleted>,
    #[prop(into)] toast: ViewFn,
) -> impl IntoView {
    let words = use_words();
    let node = NodeRef::<html::Dialog>::new();
    dialog::follow(node, Signal::derive(move || shown.get().is_some()));
    // A link from here may lead to the page beneath, which stays as it is.
    let followed = move |event: ev::MouseEvent| {
        let pressed = event.target().and_then(|pressed| pressed.dyn_into().ok());
        let link = pressed.and_then(|pressed: Element| pressed.closest(LINKS).ok().flatten());
        if link.is_some() {
            shown.set(None);
        }
    };
    let slides = Slides::new(works, shown);
    let current = Memo::new(move |_| works.with(|works| works.get(slides.place.get()?).cloned()));
    // Wherever the focus is: a button that leads no further loses it.
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| slides.press(&event));
        on_cleanup(move || listener.remove());
    });
    // The lightbox's own and not that of what is shown, which may be another by then, or nothing.
    let gone = Callback::new(move |(id, at): Deleted| {
        if shown.get_untracked() == Some(id) {
            slides.leave();
        }
        deleted.run((id, at));
    });
    let told = move || {
        let at = slides.place.get().map_or(0, |place| place + 1);
        words.image_of(&at.to_string(), &slides.count.get().to_string())
    };
    view! {
        <dialog
            class="lightbox"
            aria-label=words.lightbox
            node_ref=node
            on:close=move |_| shown.set(None)
            on:click=followed
        >
            <header class="lightbox__head">
                <p class="lightbox__place" aria-live="polite">{told}</p>
                <button
                    class="icon-button"
                    type="button"
                    title=words.close
                    aria-label=words.close
                    on:click=move |_| shown.set(None)
                >
                    <Glyph icon=Icon::Close/>
                </button>
            </header>
            <Show when=move || shown.with(Option::is_some)>
                <div class="lightbox__body">
                    <Stage current slides/>
                    {move || current.get().map(|work| view! { <Details work gone/> })}
                </div>
                {toast.run()}
            </Show>
        </dialog>
    }
}

/// The work between the ways to the others.
#[component]
fn Stage(current: Memo<Option<WorkView>>, slides: Slides) -> impl IntoView {
    let words = use_words();
    let began = StoredValue::new(None::<(i32, i32)>);
    let touched = move |event: ev::TouchEvent| {
        let touches = event.touches();
        let only = touches.item(0).filter(|_| touches.length() == 1);
        began.set_value(only.map(|touch| (touch.client_x(), touch.client_y())));
    };
    let let_go = move |event: ev::TouchEvent| {
        let ended = event.changed_touches().item(0);
        if let (Some((x, y)), Some(touch)) = (began.get_value(), ended) {
            let (aside, along) = (touch.client_x() - x, touch.client_y() - y);
            if aside.abs() > SWIPE && aside.abs() > 2 * along.abs() {
                slides.step(aside < 0);
            }
        }
    };
    let is_first = move || slides.place.get() == Some(0);
    let is_last = move || {
        let count = slides.count.get();
        slides.place.get().is_none_or(|place| place + 1 == count)
    };
    view! {
        <div class="lightbox__stage" on:touchstart=touched on:touchend=let_go>
            <button
                class="icon-button lightbox__step"
                type="button"
                title=words.previous_work
                aria-label=words.previous_work
                disabled=is_first
                on:click=move |_| slides.step(false)
            >
                <Glyph icon=Icon::Left/>
            </button>
            {move || current.get().map(|work| view! {
                <Large medium=work.kind source=address(&work) prompt=work.prompt pixels=work.pixels/>
            })}
            <button
                class="icon-button lightbox__step"
                type="button"
                title=words.next_work
                aria-label=words.next_work
                disabled=is_last
                on:click=move |_| slides.step(true)
            >
                <Glyph icon=Icon::Right/>
            </button>
        </div>
    }
}

/// What is known of it, and what can be done with it.
#[component]
fn Details(work: WorkView, gone: Callback<Deleted>) -> impl IntoView {
    let words = use_words();
    let making = RwSignal::new(None::<Making>);
    if let Some(job) = work.job {
        Effect::new(move |_| {
            spawn_local(async move {
                // A making that was forgotten leaves its seed and its cost unknown.
                if let Ok(found) = load_making(job.to_string()).await {
                    making.try_set(Some(found));
                }
            });
        });
    }
    let size = work.pixels.map_or_else(
        || bytes(work.bytes),
        |size| format!("{} × {} · {}", size.width, size.height, bytes(work.bytes)),
    );
    let written_out = work
        .actual_prompt
        .clone()
        .filter(|text| *text != work.prompt);
    let fact = |label: &'static str, text: String| {
        view! { <div class="known__fact"><dt>{label}</dt><dd>{text}</dd></div> }
    };
    view! {
        <aside class="lightbox__details">
            <dl class="known">
                {fact(words.prompt, work.prompt.clone())}
                {written_out.map(|text| fact(words.prompt_written_out, text))}
                {fact(words.model, work.model.clone())}
                {fact(words.size, size)}
                <div class="known__fact">
                    <dt>{words.made_at}</dt>
                    <dd><Moment at=work.created_at/></dd>
                </div>
                {move || making.get().map(|making| view! {
                    {seed_of(&making.wish).map(|seed| fact(words.seed, seed.to_string()))}
                    {making.cost.map(|cost| fact(words.cost, yuan(cost)))}
                })}
            </dl>
            <div class="lightbox__acts">
                <Download work=work.clone()/>
                <Onward work=work.clone()/>
            </div>
            <ShareBox thing=Shareable::Work(work.id)/>
            <Deletion work=work.id gone/>
        </aside>
    }
}

fn seed_of(wish: &Wish) -> Option<u32> {
    match wish {
        Wish::Image(wish) => wish.seed,
        Wish::Video(wish) => wish.seed,
        Wish::Speech(_) => None,
    }
}

/// Where it can go from here.
#[component]
fn Onward(work: WorkView) -> impl IntoView {
    let words = use_words();
    let page = match work.kind {
        JobKind::Image => "/images",
        JobKind::Video => "/videos",
        JobKind::Speech | JobKind::Transcript => "/speech",
    };
    let link = |href: String, icon: Icon, label: &'static str| {
        view! { <a class="icon-button" data-labelled="true" href=href><Glyph icon/>{label}</a> }
    };
    let is_image = work.kind == JobKind::Image;
    let file = work.file;
    view! {
        {is_image.then(|| link(format!("/images?image={file}"), Icon::Brush, words.edit_image))}
        {is_image.then(|| link(format!("/videos?image={file}"), Icon::Film, words.make_video_of_it))}
        {work.job.map(|job| link(format!("{page}?again={job}"), Icon::Pen, words.use_again))}
    }
}

#[component]
fn Deletion(work: WorkId, gone: Callback<Deleted>) -> impl IntoView {
    let words = use_words();
    let problem = RwSignal::new(None::<AppError>);
    let busy = RwSignal::new(false);
    let delete = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let deleted = delete_works(vec![work.to_string()]).await;
            busy.try_set(false);
            match deleted {
                // The page may be gone by now.
                Ok(done) => {
                    gone.try_run((work, done.deleted_at));
                }
                Err(error) => drop(problem.try_set(Some(error))),
            }
        });
    };
    view! {
        <Notice error=problem/>
        <button
            class="button"
            data-tone="danger"
            type="button"
            aria-busy=move || busy.get().then_some("true")
            on:click=delete
        >
            {words.delete}
        </button>
    }
}
