//! Applications that were put together in the console: agents and workflows ("Applications").

mod answer;
mod calls;
mod request;

pub use answer::{
    AppAnswer, AppOutput, AppUsage, DocReference, ModelUsage, Thought, WorkflowMessage,
};
pub use calls::AppStream;
pub use request::{AppInput, AppMessage, AppParameters, AppRequest, RagOptions};
