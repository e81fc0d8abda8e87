//! One thing after another in the same place. What is there stays alive, with all that is typed into it and pressed, until the next one stands:
//! both are done in one go, so that no key falls between them. A `Suspend` that runs again would end what it has drawn first, and then
//! wait, while that is still seen and its handlers find nothing any more.

use std::mem;

use leptos::prelude::*;

use super::list::list_of;

/// Draws what `next` gives. What has the `key` of the one that is there already is not drawn anew, also when it was loaded again.
pub fn one_by_one<T, V>(
    next: impl Fn() -> Option<T> + Send + Sync + 'static,
    key: impl Fn(&T) -> String + Send + Sync + 'static,
    draw: impl Fn(T) -> V + Send + Sync + 'static,
) -> AnyView
where
    T: Send + 'static,
    V: IntoView + 'static,
{
    let present = StoredValue::new(None::<Owner>);
    // The server draws more than once what it sends, and each drawing ends with the page.
    let is_alive = StoredValue::new(false);
    Effect::new(move |_| is_alive.set_value(true));
    let draw = move |one: T| {
        // A list draws when what goes has left the page, so nothing of that is pressed any more. It is ended here and not left to the last
        // who holds it, since what it waits for may.
        let owner = Owner::current();
        let before = present.try_update_value(|present| mem::replace(present, owner));
        let before = before
            .flatten()
            .filter(|_| is_alive.try_get_value() == Some(true));
        untrack(|| {
            if let Some(before) = before {
                before.cleanup();
            }
            draw(one).into_any()
        })
    };
    list_of(move || next().into_iter().collect(), key, draw)
}
