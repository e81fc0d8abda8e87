//! Places at which a process that a test is going to kill stands still. Only debug builds have them: whoever sets
//! `LIANTAI_TEST_HALT_AT` for a released binary changes nothing.

use model::JobId;

/// Where a job can stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// That the request leaves is kept, and it has not left.
    Asking,
    /// The upstream has answered, and nothing of the answer is kept.
    Answered,
    /// What came of it is kept, and the call is not booked.
    Settling,
}

/// Stands still for good, while the process vouches for the job, if that is asked for.
#[cfg(debug_assertions)]
pub(crate) async fn halt(at: Halt, job: JobId) {
    let name = match at {
        Halt::Asking => "asking",
        Halt::Answered => "answered",
        Halt::Settling => "settling",
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "no setting: a released binary must not know it"
    )]
    let wanted = std::env::var("LIANTAI_TEST_HALT_AT");
    if wanted.is_ok_and(|wanted| wanted == name) {
        tracing::info!(job.id = %job, halt.at = name, "a job stands still");
        std::future::pending::<()>().await;
    }
}

/// Goes on.
#[cfg(not(debug_assertions))]
pub(crate) fn halt(_at: Halt, _job: JobId) -> std::future::Ready<()> {
    std::future::ready(())
}
