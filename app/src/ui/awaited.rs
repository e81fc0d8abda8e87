//! What is drawn when it is loaded. One place waits for all of it: each `Suspense` or `Transition` of its own is some 20 kB for the browser to
//! load, whatever is in it.

use std::{pin::Pin, sync::Arc};

use leptos::prelude::*;

use crate::{
    language::use_words,
    ui::skeleton::{Shape, Skeleton},
};

/// A view that is on its way.
type Coming = Pin<Box<dyn Future<Output = AnyView> + Send>>;

/// What makes it, each time anew.
type Draw = Arc<dyn Fn() -> Coming + Send + Sync>;

/// Draws what `draw` comes to, and again when something changes that it read. Until then there is nothing in its place.
pub fn awaited<F, V>(draw: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = V> + Send + 'static,
    V: IntoView + 'static,
{
    wait(ViewFnOnce::default(), erased(draw))
}

/// The same, and until then its outline is there.
pub fn awaited_as<F, V>(shape: Shape, draw: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = V> + Send + 'static,
    V: IntoView + 'static,
{
    wait(outline(shape), erased(draw))
}

/// The same, and until then it is said that it is loaded.
pub fn awaited_aloud<F, V>(draw: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = V> + Send + 'static,
    V: IntoView + 'static,
{
    wait(loading(), erased(draw))
}

/// The same as [`awaited_as`], but what is there stays until the next has come.
pub fn awaited_anew<F, V>(shape: Shape, draw: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = V> + Send + 'static,
    V: IntoView + 'static,
{
    wait_anew(outline(shape), erased(draw))
}

fn erased<F, V>(draw: impl Fn() -> F + Send + Sync + 'static) -> Draw
where
    F: Future<Output = V> + Send + 'static,
    V: IntoView + 'static,
{
    Arc::new(move || -> Coming {
        let coming = draw();
        Box::pin(async move { coming.await.into_any() })
    })
}

fn outline(shape: Shape) -> ViewFnOnce {
    ViewFnOnce::from(move || view! { <Skeleton shape/> })
}

fn loading() -> ViewFnOnce {
    let words = use_words();
    ViewFnOnce::from(move || view! { <p role="status">{words.loading}</p> })
}

fn wait(fallback: ViewFnOnce, draw: Draw) -> AnyView {
    view! { <Suspense fallback=fallback>{move || Suspend::new(draw())}</Suspense> }.into_any()
}

fn wait_anew(fallback: ViewFnOnce, draw: Draw) -> AnyView {
    view! { <Transition fallback=fallback>{move || Suspend::new(draw())}</Transition> }.into_any()
}
