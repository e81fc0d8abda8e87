//! Lists that change. One place draws all of them: each `For` of its own is some 20 kB for the browser to load, whatever its lines are.

use std::sync::Arc;

use leptos::prelude::*;

/// A line, which is drawn if it is new.
struct Line {
    key: String,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

type Lines = Arc<dyn Fn() -> Vec<Line> + Send + Sync>;

/// Draws what `each` gives, a line each. What has the `key` of a line that is there already is not drawn anew.
pub fn list_of<T, V>(
    each: impl Fn() -> Vec<T> + Send + Sync + 'static,
    key: impl Fn(&T) -> String + Send + Sync + 'static,
    draw: impl Fn(T) -> V + Send + Sync + 'static,
) -> AnyView
where
    T: Send + 'static,
    V: IntoView + 'static,
{
    let draw = Arc::new(draw);
    list(Arc::new(move || -> Vec<Line> {
        let line = |one: T| {
            let draw = Arc::clone(&draw);
            Line {
                key: key(&one),
                draw: Box::new(move || draw(one).into_any()),
            }
        };
        each().into_iter().map(line).collect()
    }))
}

fn list(lines: Lines) -> AnyView {
    let key = |line: &Line| line.key.clone();
    let draw = |line: Line| (line.draw)();
    view! { <For each=move || lines() key=key children=draw/> }.into_any()
}
