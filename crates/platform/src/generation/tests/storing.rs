use super::*;
use crate::{
    generation::live::{Live, lock},
    store::testing::execute,
};

/// Takes the store away from the commit, and from nothing else.
const BREAK: &str = "ALTER TABLE generation_chunks RENAME TO gone";
const MEND: &str = "ALTER TABLE gone RENAME TO generation_chunks";

fn live(house: &House, asked: &Asked) -> Arc<Live> {
    house
        .generations()
        .0
        .hub
        .lives(asked.conversation)
        .remove(0)
}

#[tokio::test]
async fn while_the_store_refuses_nothing_is_shown_and_afterwards_all_is_there() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let held = Answer::words(["春", "眠", "不觉晓"]).held_after(1);
        house.simulator.next_answer(held);
        let asked = house.ask(None, "背一首诗").await;
        let mut page = Page::open(&house, asked.conversation).await;
        page.until(|page| page.text() == "春").await;
        execute(&db, BREAK).await;
        house.simulator.release();
        let live = live(&house, &asked);
        eventually(|| lock(&live.written).text != "春").await;
        let shown = page::newest(&house, asked.conversation).await;
        assert_eq!(shown.blocks, page.answer.blocks, "only what is stored");
        execute(&db, MEND).await;
        page.until_ended().await;
        assert_eq!(page.text(), "春眠不觉晓");
        let stored = house.stored(&asked).await;
        assert_eq!(
            (stored.text().as_str(), stored.status),
            ("春眠不觉晓", MessageStatus::Complete)
        );
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_comes_faster_than_it_is_stored_loses_nothing() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let lines: Vec<_> = (0..4_000)
            .map(|line| format!("{line} 床前明月光，疑是地上霜。\n\n"))
            .collect();
        house.simulator.next_answer(Answer::words(lines.iter()));
        execute(&db, BREAK).await;
        let asked = house.ask(None, "背一首诗").await;
        let live = live(&house, &asked);
        eventually(|| !lock(&live.written).text.is_empty()).await;
        execute(&db, MEND).await;
        house.settled().await;
        assert_eq!(house.stored(&asked).await.text(), lines.concat());
    })
    .await;
}

#[tokio::test]
async fn a_character_that_no_database_takes_does_not_stop_the_commit() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let answer = Answer::words(["春\0", "眠"]).reasoning(["想\0"]);
        house.simulator.next_answer(answer);
        let asked = house.answered(None, "背一首诗").await;
        let stored = house.stored(&asked).await;
        assert_eq!(
            (stored.text().as_str(), stored.reasoning().as_str()),
            ("春眠", "想")
        );
    })
    .await;
}

#[tokio::test]
async fn as_many_answers_are_written_at_once_as_there_is_room_for() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let mut asked = Vec::new();
        for _ in 0..AT_ONCE {
            let held = Answer::words(["春", "眠", "不觉晓"]).held_after(2);
            house.simulator.next_answer(held);
            asked.push(house.ask(None, "背一首诗").await);
        }
        let refused = house.try_ask(&house.lin, None, "背一首诗").await;
        assert_eq!(code(refused), Some(FailureCode::Overloaded));
        house
            .upstream(|account| account.open_streams() == AT_ONCE)
            .await;
        let list = house.services.conversations.list(&house.lin, None, 0).await;
        assert!(list.unwrap().items.iter().all(|line| line.generating));
        house.simulator.release();
        house.settled().await;
        for asked in asked {
            let stored = house.stored(&asked).await;
            assert_eq!(stored.text(), "春眠不觉晓");
            assert_eq!(stored.status, MessageStatus::Complete);
        }
        house.answered(None, "背一首诗").await;
    })
    .await;
}
