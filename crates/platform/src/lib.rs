//! What Liantai does, without HTTP or Leptos: people, conversations, generations, and the store that keeps
//! them. A page, the REST interface and the gateway all end in the same calls here, so they can't differ.

pub mod catalogue;
pub mod clock;
pub mod conversations;
mod error;
pub mod generation;
pub mod identity;
mod render;
mod services;
pub mod store;

pub use clock::{Clock, Ids, ManualClock, SystemClock};
pub use error::Error;
pub use services::Services;
