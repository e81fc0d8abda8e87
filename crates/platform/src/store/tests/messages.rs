use model::Branch;

use super::*;
use crate::store::{Chunks, testing::on_both};

#[tokio::test]
async fn a_long_branch_is_walked_from_its_end_to_its_first_message() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        testing::long_branch(&db, lin, 2_000).await;
        let id = ConversationId::from_uuid(testing::nth(1));
        let mut end = db.conversation(lin, id).await.unwrap().unwrap().leaf;
        let mut seen = Vec::new();
        while let Some(message) = end {
            let page = db.branch(lin, id, message, 50).await.unwrap();
            assert_eq!(page.len(), 50);
            end = page[0].parent;
            seen.splice(0..0, page.iter().map(|message| message.id.as_uuid()));
        }
        let expected: Vec<_> = (1..=2_000).map(testing::nth).collect();
        assert_eq!(seen, expected);
    })
    .await;
}

#[tokio::test]
async fn siblings_know_their_place_and_their_neighbours() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let first = desk.answered(lin, None, MessageStatus::Complete).await;
        let second = desk.answered_again(lin, first).await;
        let third = desk.answered_again(lin, first).await;
        let place = |index, previous: Option<Turn>, next: Option<Turn>| Branch {
            index,
            count: 3,
            previous: previous.map(|turn| turn.answer),
            next: next.map(|turn| turn.answer),
        };
        for (turn, expected) in [
            (first, place(1, None, Some(second))),
            (second, place(2, Some(first), Some(third))),
            (third, place(3, Some(second), None)),
        ] {
            assert_eq!(desk.read(lin, turn).await.branch, expected);
        }
        let question = db.message(lin, first.conversation, first.question).await;
        let alone = Branch {
            index: 1,
            count: 1,
            previous: None,
            next: None,
        };
        assert_eq!(question.unwrap().unwrap().branch, alone);
    })
    .await;
}

#[tokio::test]
async fn a_branch_is_shown_down_to_its_newest_end() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let first = desk.answered(lin, None, MessageStatus::Complete).await;
        let id = first.conversation;
        let below = desk.answered(lin, Some(id), MessageStatus::Complete).await;
        let newest = desk.answered_again(lin, below).await;
        let beside = desk.answered_again(lin, first).await;
        let leaf = async || db.conversation(lin, id).await.unwrap().unwrap().leaf;
        assert_eq!(
            leaf().await,
            Some(beside.answer),
            "the newest answer is shown"
        );
        for (from, end) in [
            (first.answer, newest.answer),
            (below.question, newest.answer),
            (below.answer, below.answer),
            (beside.answer, beside.answer),
            (first.question, beside.answer),
        ] {
            assert!(db.show_branch(lin, id, from).await.unwrap());
            assert_eq!(leaf().await, Some(end));
        }
        let branch = db.branch(lin, id, newest.answer, 9).await.unwrap();
        let branch: Vec<_> = branch.iter().map(|message| message.id).collect();
        assert_eq!(
            branch,
            [first.question, first.answer, below.question, newest.answer]
        );
    })
    .await;
}

#[tokio::test]
async fn a_message_comes_back_as_it_was_written() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        let question = db.message(lin, turn.conversation, turn.question).await;
        let question = question.unwrap().unwrap();
        assert_eq!(
            (question.parent, question.text().as_str()),
            (None, "背一首诗")
        );
        let answer = desk.read(lin, turn).await;
        assert_eq!(answer.parent, Some(turn.question));
        assert_eq!(answer.status, MessageStatus::Complete);
        assert_eq!(
            (answer.reasoning().as_str(), answer.reasoning_ms),
            ("想", Some(1_200))
        );
        assert_eq!((answer.model, answer.last_seq), (Some(model()), 9));
        assert_eq!(answer.rendered, Some((7, rendered())));
        assert_eq!(answer.created_at, NOW);
    })
    .await;
}

#[tokio::test]
async fn a_settled_answer_keeps_a_newer_rendering_and_a_growing_one_does_not() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let settled = desk.answered(lin, None, MessageStatus::Complete).await;
        let growing = desk.ask(lin, None).await;
        for turn in [settled, growing] {
            let newer = Rendered::default();
            db.save_rendered(turn.answer, 8, &newer).await.unwrap();
        }
        let settled = desk.read(lin, settled).await.rendered;
        assert_eq!(settled, Some((8, Rendered::default())));
        assert_eq!(desk.read(lin, growing).await.rendered, None);
    })
    .await;
}

#[tokio::test]
async fn chunks_are_read_in_the_order_of_their_numbers() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.ask(lin, None).await;
        assert_eq!(db.chunks(turn.answer).await.unwrap(), None);
        let chunks: Vec<_> = [10, 9, 2]
            .map(|seq| chunk(turn, seq, &seq.to_string()))
            .into();
        db.commit_progress(&chunks, &[]).await.unwrap();
        let expected = Chunks {
            reasoning: "r2 r9 r10 ".to_owned(),
            text: "2910".to_owned(),
            last_seq: 10,
        };
        assert_eq!(db.chunks(turn.answer).await.unwrap(), Some(expected));
    })
    .await;
}
