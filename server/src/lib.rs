//! The server: command line, configuration, the composition root, routes and middleware. What Liantai *does* is in
//! `platform`; what it looks like is in `app`.

#![recursion_limit = "256"]

mod account;
pub mod application;
mod assets;
mod assistant_pictures;
mod audit_export;
pub mod cli;
pub mod config;
mod connections;
mod credential;
mod dictation;
mod events;
mod files;
mod gateway;
mod health;
mod metrics;
mod middleware;
mod moving;
mod pages;
mod pictures;
mod policy_reports;
mod rest;
mod router;
mod sandbox;
mod shared;
mod sso;
mod telemetry;
mod transcript_export;
mod usage_export;

pub use gateway::addresses as gateway_addresses;
