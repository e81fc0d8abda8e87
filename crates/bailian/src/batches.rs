//! Many requests in a file, for half the price, within a day or two weeks ("Batches").
//!
//! Write the requests with [`BatchWriter`], upload them with
//! [`upload_file`](crate::Client::upload_file), create the batch, read it until it
//! [`is_over`](BatchStatus::is_over), then read the results with [`results`](crate::Client::batch_results).

mod batch;
mod calls;
mod results;
mod writer;

pub use batch::{Batch, BatchFault, BatchFaults, BatchList, BatchStatus, RequestCounts};
pub use calls::{BatchQuery, BatchRequest};
pub use results::{BatchAnswer, BatchFailure, BatchResult, BatchResults};
pub use writer::BatchWriter;
