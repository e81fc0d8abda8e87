//! How much may be kept of the conversation that is being read. A file of a few bytes an element could otherwise become many times as
//! much memory. A file is read by one thread from its beginning to its end, so each thread counts for itself.

use std::cell::Cell;

/// What the elements of the lists of a conversation may take, in bytes, beside their texts.
const ROOM: usize = 64 * 1024 * 1024;

thread_local! {
    static LEFT: Cell<usize> = const { Cell::new(ROOM) };
    static MISSED: Cell<u32> = const { Cell::new(0) };
}

fn size_of_one<T>() -> usize {
    size_of::<T>().max(1)
}

/// Another conversation begins.
pub(super) fn renew() {
    LEFT.set(ROOM);
    MISSED.set(0);
}

/// Whether there is room for one more of these; then it is taken.
pub(super) fn take<T>() -> bool {
    let left = LEFT.get().checked_sub(size_of_one::<T>());
    if let Some(left) = left {
        LEFT.set(left);
    }
    left.is_some()
}

/// It was not needed.
pub(super) fn give_back<T>() {
    LEFT.set(LEFT.get() + size_of_one::<T>());
}

/// An element was passed over for want of room.
pub(super) fn miss() {
    MISSED.set(MISSED.get().saturating_add(1));
}

/// Elements of this conversation that were passed over.
pub(super) fn missed() -> u32 {
    MISSED.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_only_so_much_room_until_the_next_conversation() {
        type Large = [u8; ROOM];
        renew();
        assert!(take::<Large>() && !take::<()>());
        miss();
        assert_eq!(missed(), 1);
        give_back::<Large>();
        assert!(take::<()>());
        renew();
        assert!(take::<Large>());
        assert_eq!(missed(), 0);
    }
}
