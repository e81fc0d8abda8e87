//! What each model can do and what it costs, as far as the provider's pages say ("Models and prices").
//!
//! The catalogue moves monthly; the built-in one is a start, to which an operator adds rows of their own.
//! What it does not know, it does not refuse and does not price: an unknown price is `None`, never zero.
//!
//! ```
//! use bailian::capability::Catalogue;
//! use bailian::{ChatRequest, Message, Region, Usage};
//!
//! let catalogue = Catalogue::built_in();
//! let request = ChatRequest::new("qwen-coder-plus", [Message::user("你好")]).enable_thinking(true);
//! assert!(catalogue.check(&request).is_err());
//!
//! let usage = Usage { prompt_tokens: Some(24), completion_tokens: Some(4), ..Usage::default() };
//! let price = catalogue.price("qwen-plus", &usage, &Region::Beijing).unwrap();
//! assert_eq!(price.get(), 28); // 27.2 micro-yuan, rounded up
//! ```

mod card;
mod catalogue;
mod check;
mod limits;
mod media;
mod money;
mod price;

pub use card::{CallForm, Feature, Modality, ModelCard, ModelKind, Streaming, Thinking};
pub use catalogue::Catalogue;
pub use limits::{MediaLimits, SizeLimits, Span};
pub use media::MediaUse;
pub use money::MicroYuan;
pub use price::{Band, Measure, Rates, Tier, TokenPrices, Unit, UnitPrices};
