use model::{AnswerFailure, FailureCode};

use super::*;
use crate::store::{
    Tokens,
    testing::{self, on_both},
};

const CHUNKS: &str = "SELECT COUNT(*) FROM generation_chunks";

#[tokio::test]
async fn one_commit_stores_thousands_of_chunks_and_several_ends() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let growing = desk.ask(lin, None).await;
        let mut ending = Vec::new();
        for _ in 0..3 {
            let turn = desk.ask(lin, None).await;
            desk.grow(turn, &["春"]).await;
            ending.push(turn);
        }
        let chunks: Vec<_> = (1..=3_000).map(|seq| chunk(growing, seq, "字")).collect();
        let ends: Vec<_> = ending
            .iter()
            .map(|&turn| end(turn, MessageStatus::Complete))
            .collect();
        db.commit_progress(&chunks, &ends).await.unwrap();
        let stored = db.chunks(growing.answer).await.unwrap().unwrap();
        assert_eq!(stored.text, "字".repeat(3_000));
        assert_eq!(stored.last_seq, 3_000);
        for turn in ending {
            assert_eq!(desk.read(lin, turn).await.text(), "春眠不觉晓");
            assert_eq!(db.chunks(turn.answer).await.unwrap(), None, "folded");
        }
    })
    .await;
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_on_the_way_can_be_repeated() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let (growing, ended) = (desk.ask(lin, None).await, desk.ask(lin, None).await);
        let chunks = [chunk(growing, 1, "春"), chunk(growing, 2, "眠")];
        let ends = [end(ended, MessageStatus::Complete)];
        for _ in 0..2 {
            db.commit_progress(&chunks, &ends).await.unwrap();
        }
        let stored = db.chunks(growing.answer).await.unwrap().unwrap();
        assert_eq!(stored.text, "春眠");
        assert_eq!(desk.read(lin, ended).await.text(), "春眠不觉晓");
    })
    .await;
}

#[tokio::test]
async fn a_commit_that_fails_stores_nothing() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let (growing, ended) = (desk.ask(lin, None).await, desk.ask(lin, None).await);
        let chunks = [chunk(growing, 1, "春")];
        let ends = [end(ended, MessageStatus::Complete)];
        testing::execute(&db, "ALTER TABLE generations RENAME TO elsewhere").await;
        assert!(db.commit_progress(&chunks, &ends).await.is_err());
        assert_eq!(desk.count(CHUNKS).await, 0);
        let status = desk.read(lin, ended).await.status;
        assert_eq!(status, MessageStatus::Generating);
    })
    .await;
}

/// what was deleted with its account does not come back, and holds up nobody else's.
#[tokio::test]
async fn an_answer_that_is_gone_is_not_stored_and_the_others_are() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let (growing, ended) = (desk.ask(lin, None).await, desk.ask(lin, None).await);
        let gone = Turn {
            answer: desk.message(),
            ..growing
        };
        let chunks = [chunk(gone, 1, "眠"), chunk(growing, 1, "春")];
        let ends = [
            end(gone, MessageStatus::Stopped),
            end(ended, MessageStatus::Complete),
        ];
        db.commit_progress(&chunks, &ends).await.unwrap();
        assert_eq!(desk.count(CHUNKS).await, 1);
        assert_eq!(desk.read(lin, ended).await.text(), "春眠不觉晓");
    })
    .await;
}

#[tokio::test]
async fn an_end_keeps_why_and_what_it_used() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.ask(lin, None).await;
        let failure = AnswerFailure {
            code: FailureCode::UpstreamThrottled,
            reference: "req-1".to_owned(),
            retry_after_s: Some(3),
        };
        let failed = End {
            failure: Some(failure.clone()),
            tokens: Some(Tokens {
                input: 11,
                output: 22,
                reasoning: 5,
                cached: 3,
            }),
            ..end(turn, MessageStatus::Failed)
        };
        db.commit_progress(&[], &[failed]).await.unwrap();
        let message = desk.read(lin, turn).await;
        assert_eq!(message.status, MessageStatus::Failed);
        assert_eq!(message.failure, Some(failure));
        let used = "SELECT COUNT(*) FROM generations WHERE status = 'failed' AND upstream_request_id = 'req-1'
             AND input_tokens = 11 AND output_tokens = 22 AND reasoning_tokens = 5 AND cached_tokens = 3
             AND ended_at IS NOT NULL";
        assert_eq!(desk.count(used).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_run_is_remembered_as_it_ended() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        for (status, run) in [
            (MessageStatus::Complete, "done"),
            (MessageStatus::Truncated, "done"),
            (MessageStatus::Stopped, "stopped"),
            (MessageStatus::Interrupted, "interrupted"),
            (MessageStatus::Failed, "failed"),
        ] {
            let turn = desk.answered(lin, None, status).await;
            let kept = format!(
                "SELECT COUNT(*) FROM generations WHERE id = '{}' AND status = '{run}'",
                turn.generation
            );
            assert_eq!(desk.count(&kept).await, 1, "{status:?}");
            assert_eq!(desk.read(lin, turn).await.status, status);
        }
    })
    .await;
}
