//! The provider's own protocol: `model`, `input` and `parameters` go out, `output` and `usage` come back
//! ("Native DashScope protocol").
//!
//! Most services speak it; those of text are here, the others in the modules named after what they make.

mod wire;

pub use wire::{NativeAnswer, NativeRequest};
