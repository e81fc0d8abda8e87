use super::*;
use crate::store::{Round, Tokens, testing::on_both};

/// The questions before the last one have larger ids than the run itself, but were begun before it.
#[tokio::test]
async fn a_run_that_asked_several_times_is_told_in_order_and_is_as_long_as_its_last_question() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.ask(lin, None).await;
        let tokens = |input| Tokens {
            input,
            output: 7,
            reasoning: 2,
            cached: 0,
        };
        let mut expected = Vec::new();
        for (at, input) in [(1, 10), (2, 20)] {
            let round = Round {
                run: turn.generation,
                id: GenerationId::from_uuid(desk.ids.next()),
                upstream_request_id: None,
                tokens: Some(tokens(input)),
                next_call: CallId::from_uuid(desk.ids.next()),
                now: NOW.plus(at * 1_000),
            };
            db.next_round(&round).await.unwrap();
            expected.push(round.id);
        }
        expected.push(turn.generation);
        let end = End {
            tokens: Some(tokens(300)),
            ..end(turn, MessageStatus::Complete)
        };
        db.commit_progress(&[], &[end]).await.unwrap();
        let runs = db.runs(lin, turn.conversation, turn.answer).await.unwrap();
        let ids: Vec<_> = runs.iter().map(|run| run.id).collect();
        assert_eq!(ids, expected);
        let long = db.tokens_up_to(lin, turn.conversation, turn.answer).await;
        assert_eq!(long.unwrap(), Some(305));
    })
    .await;
}
