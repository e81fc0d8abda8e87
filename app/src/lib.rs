//! Liantai's page: routes, components and the server functions behind them. It is drawn on the server, works as
//! plain forms, and becomes live where WebAssembly runs.

#![cfg_attr(
    feature = "ssr",
    expect(
        clippy::large_types_passed_by_value,
        reason = "a form's signals are one value, and larger on the server than in the browser"
    )
)]
#![recursion_limit = "256"]
#![expect(
    clippy::needless_pass_by_value,
    reason = "components own what they are given"
)]

mod address;
mod admin;
pub mod api;
mod browser;
mod chat;
pub mod error;
#[cfg(feature = "ssr")]
pub mod glue;
mod habits;
pub mod language;
mod over;
mod pages;
mod routes;
mod session;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod theme;
mod ui;
mod works;

pub use routes::App;
