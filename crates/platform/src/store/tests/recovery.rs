use super::*;
use crate::store::{Source, testing::on_both};

/// The end of time: every lease has run out by then.
const ALL: Millis = Millis::new(i64::MAX);

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_had_stored() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let silent = desk.ask(lin, None).await;
        let talking = desk.ask(lin, None).await;
        desk.grow(talking, &["春", "眠", "不觉晓"]).await;
        let settled = desk.answered(lin, None, MessageStatus::Complete).await;
        assert_eq!(db.interrupt_abandoned(ALL, NOW).await.unwrap(), 2);
        assert_eq!(db.interrupt_abandoned(ALL, NOW).await.unwrap(), 0, "once");
        let read = desk.read(lin, talking).await;
        assert_eq!(read.status, MessageStatus::Interrupted);
        assert_eq!((read.text().as_str(), read.last_seq), ("春眠不觉晓", 4));
        assert_eq!(read.reasoning(), "r1 r2 r3 ");
        let read = desk.read(lin, silent).await;
        assert_eq!(read.status, MessageStatus::Interrupted);
        assert_eq!((read.text().as_str(), read.last_seq), ("", 1));
        let read = desk.read(lin, settled).await;
        assert_eq!(read.status, MessageStatus::Complete);
        let chunks = "SELECT COUNT(*) FROM generation_chunks";
        assert_eq!(desk.count(chunks).await, 0);
        desk.ask(lin, Some(talking.conversation)).await;
    })
    .await;
}

#[tokio::test]
async fn what_an_answer_cites_outlives_the_process_too() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.ask(lin, None).await;
        let sources = vec![Source {
            number: 1,
            title: "West Lake".to_owned(),
            url: "https://a.example".to_owned(),
            site: String::new(),
        }];
        let told = Chunk {
            sources: sources.clone(),
            ..chunk(turn, 1, "春[1]")
        };
        db.commit_progress(&[told], &[]).await.unwrap();
        let growing = desk.read(lin, turn).await;
        assert_eq!(
            (growing.sources(), growing.text()),
            (sources.clone(), String::new())
        );
        assert_eq!(db.interrupt_abandoned(ALL, NOW).await.unwrap(), 1);
        let read = desk.read(lin, turn).await;
        assert_eq!(
            (read.sources(), read.text().as_str()),
            (sources.clone(), "春[1]")
        );
        let model = model();
        let answer = desk.answer(turn.answer, &model);
        let conversation = turn.conversation;
        assert!(db.reopen_answer(lin, conversation, answer).await.unwrap());
        assert_eq!(db.interrupt_abandoned(ALL, NOW).await.unwrap(), 1);
        assert_eq!(desk.read(lin, turn).await.sources(), sources);
    })
    .await;
}

#[tokio::test]
async fn what_is_found_while_an_answer_goes_on_stands_beside_what_it_had() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.ask(lin, None).await;
        let begun = [chunk(turn, 1, "春")];
        db.commit_progress(&begun, &[]).await.unwrap();
        assert_eq!(db.interrupt_abandoned(ALL, NOW).await.unwrap(), 1);
        let model = model();
        let answer = desk.answer(turn.answer, &model);
        let conversation = turn.conversation;
        assert!(db.reopen_answer(lin, conversation, answer).await.unwrap());
        let sources = vec![Source {
            number: 1,
            title: "West Lake".to_owned(),
            url: "https://a.example".to_owned(),
            site: String::new(),
        }];
        let told = Chunk {
            sources: sources.clone(),
            ..chunk(turn, 3, "眠[1]")
        };
        // The answer to the first try may be lost.
        for _ in 0..2 {
            let told = std::slice::from_ref(&told);
            db.commit_progress(told, &[]).await.unwrap();
        }
        assert_eq!(db.interrupt_abandoned(ALL, NOW).await.unwrap(), 1);
        let read = desk.read(lin, turn).await;
        assert_eq!((read.sources(), read.text().as_str()), (sources, "春眠[1]"));
    })
    .await;
}

#[tokio::test]
async fn a_second_cut_adds_to_what_the_first_left() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.answered(lin, None, MessageStatus::Stopped).await;
        let model = model();
        let answer = desk.answer(turn.answer, &model);
        assert!(
            db.reopen_answer(lin, turn.conversation, answer)
                .await
                .unwrap()
        );
        db.commit_progress(&[chunk(turn, 11, "，处处"), chunk(turn, 12, "闻啼鸟")], &[])
            .await
            .unwrap();
        assert_eq!(db.interrupt_abandoned(ALL, NOW).await.unwrap(), 1);
        let read = desk.read(lin, turn).await;
        assert_eq!(read.text(), "春眠不觉晓，处处闻啼鸟");
        assert_eq!(
            (read.reasoning().as_str(), read.last_seq),
            ("想r11 r12 ", 13)
        );
        let answer = desk.answer(turn.answer, &model);
        assert!(
            db.reopen_answer(lin, turn.conversation, answer)
                .await
                .unwrap()
        );
        assert_eq!(db.interrupt_abandoned(ALL, NOW).await.unwrap(), 1);
        assert_eq!(
            desk.read(lin, turn).await.last_seq,
            14,
            "each end has its number"
        );
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_abandoned_only_when_its_lease_has_run_out() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let model = model();
        let mut turns = BTreeMap::new();
        for node in ["here", "there"] {
            let turn = desk.answered(lin, None, MessageStatus::Stopped).await;
            let answer = NewAnswer {
                node,
                ..desk.answer(turn.answer, &model)
            };
            assert!(
                db.reopen_answer(lin, turn.conversation, answer)
                    .await
                    .unwrap()
            );
            turns.insert(node, turn);
        }
        assert_eq!(db.interrupt_abandoned(NOW, NOW).await.unwrap(), 0);
        db.renew_leases("there", NOW.plus(8_000)).await.unwrap();
        let later = NOW.plus(4_001);
        assert_eq!(db.interrupt_abandoned(later, later).await.unwrap(), 1);
        let status = async |node| desk.read(lin, turns[node]).await.status;
        assert_eq!(status("here").await, MessageStatus::Interrupted);
        assert_eq!(status("there").await, MessageStatus::Generating);
    })
    .await;
}

#[tokio::test]
async fn two_processes_that_recover_at_once_count_each_answer_once() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        for _ in 0..10 {
            let turn = desk.ask(lin, None).await;
            desk.grow(turn, &["春眠"]).await;
        }
        let (one, other) = tokio::join!(
            db.interrupt_abandoned(ALL, NOW),
            db.interrupt_abandoned(ALL, NOW)
        );
        assert_eq!(one.unwrap() + other.unwrap(), 10);
        let whole = "SELECT COUNT(*) FROM messages WHERE status = 'interrupted'";
        assert_eq!(desk.count(whole).await, 10);
    })
    .await;
}

#[tokio::test]
async fn answers_that_were_written_at_once_are_each_kept_as_far_as_they_came() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let there = desk.answered(lin, None, MessageStatus::Complete).await;
        let lanes = desk.answered_at_once(lin, there, 2).await;
        desk.grow(lanes[0], &["春"]).await;
        desk.grow(lanes[1], &["夏", "夜"]).await;
        assert_eq!(db.interrupt_abandoned(ALL, NOW).await.unwrap(), 2);
        for (lane, text) in lanes.into_iter().zip(["春", "夏夜"]) {
            let read = desk.read(lin, lane).await;
            assert_eq!(read.status, MessageStatus::Interrupted);
            assert_eq!(read.text(), text);
        }
        desk.ask(lin, Some(there.conversation)).await;
    })
    .await;
}
