//! What goes wrong upstream is said, costs nothing that has arrived, and ends there.

use model::{FailureCode, MessageStatus};
use simulator::{Answer as Script, Fault, Refusal};

use crate::support::{Answer, TestApp, TestResult};

/// An answer that is refused before its first word.
fn refused(refusal: Refusal) -> Script {
    Script::refusal(refusal)
}

/// An answer that fails after its first word.
fn broken(fault: Fault) -> Script {
    Script::words(["春", "眠", "不觉晓"]).fails_after(1, fault)
}

#[tokio::test]
async fn a_failure_is_named_keeps_what_has_arrived_and_does_not_last() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let throttled = Refusal::too_many_requests().retry_after(120);
    for (name, script, code, kept) in [
        (
            "throttled",
            refused(throttled),
            FailureCode::UpstreamThrottled,
            "",
        ),
        (
            "in arrears",
            refused(Refusal::arrears()),
            FailureCode::UpstreamRefused,
            "",
        ),
        (
            "a wrong key",
            refused(Refusal::invalid_key()),
            FailureCode::UpstreamRefused,
            "",
        ),
        (
            "no quota",
            refused(Refusal::free_quota_spent()),
            FailureCode::UpstreamQuota,
            "",
        ),
        (
            "inspected question",
            refused(Refusal::inspected_input()),
            FailureCode::ContentRefused,
            "",
        ),
        (
            "inspected answer",
            broken(Fault::ErrorEvent(Refusal::inspected_output())),
            FailureCode::ContentRefused,
            "春",
        ),
        (
            "cut",
            broken(Fault::Cut(5)),
            FailureCode::UpstreamInterrupted,
            "春",
        ),
        (
            "reset",
            broken(Fault::Reset(5)),
            FailureCode::UpstreamInterrupted,
            "春",
        ),
        (
            "cut inside a character",
            broken(Fault::CutInsideCharacter),
            FailureCode::UpstreamInterrupted,
            "春",
        ),
        (
            "no end",
            broken(Fault::EndsEarly),
            FailureCode::UpstreamInterrupted,
            "春",
        ),
        (
            "malformed",
            broken(Fault::Malformed),
            FailureCode::UpstreamUnreadable,
            "春",
        ),
        (
            "a page",
            Script::fault(Fault::Html),
            FailureCode::UpstreamUnreadable,
            "",
        ),
    ] {
        app.simulator.next_answer(script);
        let asked = lin.ask(name).await?;
        let answer = lin.ended_answer(asked.conversation).await?;
        let failure = answer.failure.as_ref();
        assert_eq!(failure.map(|failure| failure.code), Some(code), "{name}");
        assert_eq!(answer.status, MessageStatus::Failed, "{name}");
        assert_eq!(lin.source(&Answer::from(&asked)).await?, kept, "{name}");

        app.simulator.next_answer(Script::words(["好"]));
        lin.ask_in(asked.conversation, "再来").await?;
        let next = lin.ended_answer(asked.conversation).await?;
        assert_eq!(next.status, MessageStatus::Complete, "after {name}");
    }
    Ok(())
}

#[tokio::test]
async fn the_reader_learns_how_long_to_wait_and_what_to_quote() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator
        .refuse_with(Refusal::too_many_requests().retry_after(120));
    let asked = lin.ask("你好").await?;
    let failure = lin.ended_answer(asked.conversation).await?.failure;
    let failure = failure.expect("a failure");
    assert_eq!(failure.retry_after_s, Some(120));
    assert!(!failure.reference.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_answer_at_the_models_limit_says_so() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator
        .next_answer(Script::words(["春眠"]).finish("length"));
    let asked = lin.ask("背一首诗").await?;
    let answer = lin.ended_answer(asked.conversation).await?;
    assert_eq!(answer.status, MessageStatus::Truncated);
    Ok(())
}
