use simulator::Fault;

use super::*;

fn held() -> Answer {
    Answer::words(["春", "眠", "不觉晓"]).held_after(2)
}

/// Asks for an answer that is held, and waits until a page shows what comes before.
pub(super) async fn halfway(house: &House) -> (Asked, Page<'_>) {
    house.simulator.next_answer(held());
    let asked = house.ask(None, "背一首诗").await;
    let mut page = Page::open(house, asked.conversation).await;
    page.until(|page| page.text() == "春眠").await;
    (asked, page)
}

fn client_left(account: &Account) -> bool {
    account
        .received()
        .any(|request| matches!(request.outcome, Outcome::ClientLeft { .. }))
}

#[tokio::test]
async fn stopping_ends_the_upstreams_work_and_keeps_what_came() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, mut page) = halfway(&house).await;
        let stopped = house.generations().stop(&house.lin, asked.conversation);
        stopped.await.unwrap();
        page.until_ended().await;
        house.upstream(client_left).await;
        assert_eq!(page.answer.status, MessageStatus::Stopped);
        let stored = house.stored(&asked).await;
        assert_eq!(
            (stored.text().as_str(), stored.status),
            ("春眠", MessageStatus::Stopped)
        );
        house.settled().await;
        assert_eq!(
            house.simulator.received().len(),
            1,
            "no title for half an answer"
        );
        let stopped = house.generations().stop(&house.lin, asked.conversation);
        stopped.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_deleted_conversations_answer_is_stopped() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, page) = halfway(&house).await;
        drop(page);
        let deleted = house
            .services
            .conversations
            .delete(&house.lin, asked.conversation);
        deleted.await.unwrap();
        house.upstream(client_left).await;
        house.settled().await;
        let restored = house
            .services
            .conversations
            .restore(&house.lin, asked.conversation);
        restored.await.unwrap();
        assert_eq!(house.stored(&asked).await.status, MessageStatus::Stopped);
    })
    .await;
}

#[tokio::test]
async fn a_closed_page_does_not_stop_the_answer() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, page) = halfway(&house).await;
        drop(page);
        house.simulator.release();
        house.settled().await;
        let stored = house.stored(&asked).await;
        assert_eq!(
            (stored.text().as_str(), stored.status),
            ("春眠不觉晓", MessageStatus::Complete)
        );
    })
    .await;
}

#[tokio::test]
async fn a_server_that_leaves_cuts_what_did_not_end_in_time() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, _page) = halfway(&house).await;
        house.generations().drain(Duration::ZERO).await;
        let stored = house.stored(&asked).await;
        assert_eq!(
            (stored.text().as_str(), stored.status),
            ("春眠", MessageStatus::Interrupted)
        );
        let refused = house.try_ask(&house.lin, None, "x").await;
        assert_eq!(code(refused), Some(FailureCode::Overloaded));
        assert!(db.chunks(asked.answer.id).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_server_that_leaves_waits_for_what_ends_in_time() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, _page) = halfway(&house).await;
        house.simulator.release();
        house.generations().drain(BUDGET).await;
        assert_eq!(house.stored(&asked).await.status, MessageStatus::Complete);
    })
    .await;
}

#[tokio::test]
async fn a_broken_stream_keeps_what_came_and_says_why() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let broken = Answer::words(["春", "眠"]).fails_after(1, Fault::Cut(0));
        house.simulator.next_answer(broken);
        let asked = house.answered(None, "背一首诗").await;
        let stored = house.stored(&asked).await;
        assert_eq!(
            (stored.text().as_str(), stored.status),
            ("春", MessageStatus::Failed)
        );
        let failure = stored.failure.unwrap();
        assert_eq!(failure.code, FailureCode::UpstreamInterrupted);
        assert!(!failure.reference.is_empty());
    })
    .await;
}
