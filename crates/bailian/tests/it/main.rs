//! The client against a server that says exactly what a test tells it to, byte by byte.
#![expect(clippy::unwrap_used, reason = "tests")]

mod answers;
mod completions;
mod documented;
mod downloads;
mod faults;
mod faults_http2;
mod faults_network;
mod faults_refused;
mod faults_streams;
mod faults_tls;
mod films;
mod frames;
mod limits;
mod live;
mod media;
mod meetings;
mod native;
mod pacing;
mod parameters;
mod pictures;
mod pool;
mod refusals;
mod services;
mod shares;
mod sockets;
mod streams;
mod studio;
mod support;
mod tasks;
mod tingwu;
mod uploads;
mod voices;
