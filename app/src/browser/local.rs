//! What belongs to the browser's one thread, in a place that the server can hold too.

use std::fmt;

use leptos::prelude::{SetValue as _, StoredValue, UpdateValue as _};
use send_wrapper::SendWrapper;

/// A place for something of the browser's. On the server it stays empty: a page is drawn there by one thread and dropped by another, and
/// what is bound to a thread ends both with a panic, even when it is nothing.
pub struct Local<T: 'static>(StoredValue<Option<SendWrapper<T>>>);

impl<T> Local<T> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(StoredValue::new(None))
    }

    /// Puts something there, or nothing; what was there is dropped.
    pub fn set(self, value: Option<T>) {
        self.0.try_set_value(value.map(SendWrapper::new));
    }

    /// What is there; it is not any more.
    pub fn take(self) -> Option<T> {
        let taken = self.0.try_update_value(Option::take).flatten();
        taken.map(SendWrapper::take)
    }

    /// Does something with what is there, if there is something.
    pub fn with<R>(self, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        let done = self
            .0
            .try_update_value(|value| value.as_mut().map(|value| act(value)));
        done.flatten()
    }

    /// Whether something is there.
    pub fn is_some(self) -> bool {
        self.with(|_| ()).is_some()
    }
}

impl<T> Clone for Local<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Local<T> {}

impl<T> fmt::Debug for Local<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{rc::Rc, thread};

    use leptos::prelude::Owner;

    use super::Local;

    /// As the server does it.
    #[test]
    fn an_empty_place_may_be_looked_at_and_dropped_by_another_thread() {
        let owner = Owner::new();
        let place = owner.with(Local::<Rc<String>>::new);
        let elsewhere = thread::spawn(move || {
            let found = owner.with(|| (place.is_some(), place.take().is_some()));
            owner.cleanup();
            drop(owner);
            found
        });
        assert_eq!(elsewhere.join().ok(), Some((false, false)));
    }

    #[test]
    fn what_is_put_there_is_there_until_it_is_taken() {
        let owner = Owner::new();
        owner.with(|| {
            let place = Local::new();
            place.set(Some(Rc::new(1)));
            assert_eq!(place.with(|value| **value + 1), Some(2));
            assert_eq!(place.take(), Some(Rc::new(1)));
            assert!(!place.is_some());
        });
    }
}
