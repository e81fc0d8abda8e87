//! Showing that an address is one's own.
