use futures_util::StreamExt;
use model::{MessageView, Title};

use super::*;

/// Words that Markdown leaves as they are, slow enough to be shown in several steps.
fn poem() -> Answer {
    Answer::words("春眠不觉晓处处闻啼鸟夜来风雨声花落知多少".chars()).reasoning(["想", "一想"])
}

fn slow() -> Options {
    Options {
        speed: 60,
        ..Options::immediate()
    }
}

#[tokio::test]
async fn what_a_person_sees_was_stored_before() {
    on_both(async |db| {
        let house = House::with(&db, slow()).await;
        house.simulator.next_answer(poem());
        let asked = house.ask(None, "背一首诗").await;
        let mut page = Page::open(&house, asked.conversation).await;
        let mut steps = 0;
        while page.answer.status == MessageStatus::Generating {
            page.next().await;
            let shown = page.text();
            let chunks = db.chunks(asked.answer.id).await.unwrap();
            let stored = house.stored(&asked).await.text();
            let in_chunks = chunks.is_some_and(|chunks| chunks.text.starts_with(&shown));
            assert!(in_chunks || stored.starts_with(&shown), "{shown}");
            steps += 1;
        }
        assert!(steps > 2, "shown in steps");
        assert_eq!(page.text(), "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少");
        assert!(page.answer.reasoning_ms.is_some());
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_late_sees_what_those_see_who_watched_all_along() {
    on_both(async |db| {
        let house = House::with(&db, slow()).await;
        house.simulator.next_answer(poem().held_after(8));
        let asked = house.ask(None, "背一首诗").await;
        let mut early = Page::open(&house, asked.conversation).await;
        early.until(|page| page.text().contains("处")).await;
        let mut late = Page::open(&house, asked.conversation).await;
        assert_eq!(late.text(), early.text());
        house.simulator.release();
        early.until_ended().await;
        late.until_ended().await;
        let same = |view: &MessageView| (view.blocks.clone(), view.reasoning.clone(), view.seq);
        assert_eq!(same(&early.answer), same(&late.answer));
        house.settled().await;
        let afterwards = page::newest(&house, asked.conversation).await;
        assert_eq!(same(&early.answer), same(&afterwards));
        let rendered = house.stored(&asked).await.rendered.unwrap().1;
        assert_eq!(rendered.blocks, afterwards.blocks);
    })
    .await;
}

#[tokio::test]
async fn a_page_that_was_away_catches_up_with_what_it_missed() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let held = Answer::words(["春", "眠", "不觉晓"]).held_after(1);
        house.simulator.next_answer(held);
        let asked = house.ask(None, "背一首诗").await;
        let id = asked.conversation;
        let mut page = Page::open(&house, id).await;
        page.until(|page| page.text() == "春").await;
        let halfway = page.answer.clone();
        drop(page);
        house.simulator.release();
        house.settled().await;
        for seen in [halfway, asked.answer] {
            let mut page = Page::watching(&house, id, seen).await;
            page.until_ended().await;
            assert_eq!(page.text(), "春眠不觉晓");
        }
    })
    .await;
}

#[tokio::test]
async fn the_next_answer_of_another_tab_comes_on_the_same_watch() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.simulator.next_answer(Answer::words(["一"]));
        let asked = house.ask(None, "背一首诗").await;
        let mut page = Page::open(&house, asked.conversation).await;
        page.until_ended().await;
        assert_eq!(page.text(), "一");
        house.settled().await;
        house.simulator.next_answer(Answer::words(["二"]));
        house.ask(Some(asked.conversation), "再一首").await;
        page.until(|page| page.text() == "二").await;
        page.until_ended().await;
    })
    .await;
}

#[tokio::test]
async fn a_title_that_was_written_before_the_page_watched_is_told_first() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.simulator.next_answer(Answer::words(["一"]));
        let asked = house.answered(None, "背一首诗").await;
        let renamed = house.services.conversations.rename(
            &house.lin,
            asked.conversation,
            Title::parse("春晓").unwrap(),
        );
        renamed.await.unwrap();
        let mut page = Page::open(&house, asked.conversation).await;
        page.next().await;
        assert_eq!(page.title.as_ref().map(Title::as_str), Some("春晓"));
    })
    .await;
}

#[tokio::test]
async fn a_page_that_falls_behind_is_told_to_load_anew() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.simulator.next_answer(Answer::words(["一"]));
        let asked = house.answered(None, "背一首诗").await;
        let (id, ended) = (
            asked.conversation,
            page::newest(&house, asked.conversation).await,
        );
        let seen = vec![(ended.id, ended.seq)];
        let watch = house.generations().watch(&house.lin, id, seen).await;
        let mut events = std::pin::pin!(watch.unwrap());
        for number in 0..40 {
            let title = Title::parse(number.to_string()).unwrap();
            let renamed = house.services.conversations.rename(&house.lin, id, title);
            renamed.await.unwrap();
        }
        let opening = events.next().await.unwrap();
        assert!(opening.data.contains("title"), "{}", opening.data);
        let first = events.next().await.unwrap();
        assert_eq!(&*first.data, r#"{"type":"changed"}"#);
        let next = events.next().await.unwrap();
        assert!(next.data.contains("title"), "and goes on: {}", next.data);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_kept_in_memory_when_all_have_left() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let hub = house.generations().0.hub.clone();
        let held = || Answer::words(["春", "眠"]).held_after(1);
        for page_leaves_first in [true, false] {
            house.simulator.next_answer(held());
            let asked = house.ask(None, "背一首诗").await;
            let mut page = Page::open(&house, asked.conversation).await;
            page.until(|page| page.text() == "春").await;
            assert!(!hub.is_empty());
            if page_leaves_first {
                drop(page);
                house.simulator.release();
                house.settled().await;
            } else {
                house.simulator.release();
                page.until_ended().await;
                house.settled().await;
                assert!(!hub.is_empty(), "somebody watches");
                drop(page);
            }
            assert!(hub.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn a_stranger_can_do_nothing_with_an_answer() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let held = Answer::words(["春", "眠"]).held_after(1);
        house.simulator.next_answer(held);
        let asked = house.ask(None, "背一首诗").await;
        let (id, answer) = (asked.conversation, asked.answer.id);
        let wang = sign_up(&house.services).await;
        let generations = house.generations();
        let refused = [
            code(house.try_ask(&wang, Some(id), "x").await),
            code(generations.stop(&wang, id).await),
            code(generations.continue_answer(&wang, id, answer).await),
            code(generations.regenerate(&wang, id, answer, None).await),
            code(generations.watch(&wang, id, vec![]).await),
            code(generations.watch(&wang, id, vec![(answer, 0)]).await),
        ];
        assert_eq!(refused, [Some(FailureCode::NotFound); 6]);
        house.arrived().await;
        house.simulator.release();
        house.settled().await;
        assert_eq!(house.stored(&asked).await.text(), "春眠");
        assert!(generations.0.hub.is_empty(), "nor does it cost memory");
    })
    .await;
}
