//! Several processes on one database.

use model::{CallId, GenerationId, MessageId, Title};

use super::*;
use crate::store::{Chunk, NewAnswer, Place, Question};

/// An answer that another process began to write, with a lease of a minute.
async fn begun_elsewhere(house: &House) -> Asked {
    let (model, now) = (name("qwen-plus"), Millis::new(1_790_000_000_000));
    let answer = NewAnswer {
        message: MessageId::from_uuid(house.ids.next()),
        generation: GenerationId::from_uuid(house.ids.next()),
        call: CallId::from_uuid(house.ids.next()),
        model: &model,
        node: "elsewhere",
        lease_until: now.plus(60_000),
        now,
    };
    let conversation = ConversationId::from_uuid(house.ids.next());
    let question = Question {
        owner: house.lin.user(),
        place: Place::New {
            conversation,
            title: Title::of_question("背一首诗"),
            temporary: false,
        },
        question: MessageId::from_uuid(house.ids.next()),
        text: "背一首诗",
        attachments: &[],
        draft: None,
        submission: house.submission(),
        assistant: None,
        answer,
    };
    house.db.ask(&question).await.unwrap();
    let chunk = Chunk {
        sources: Vec::new(),
        message: answer.message,
        seq: 1,
        reasoning: String::new(),
        text: "春眠".to_owned(),
        calls: Vec::new(),
        now: answer.now,
    };
    house.db.commit_progress(&[chunk], &[]).await.unwrap();
    let asked = house
        .generations()
        .asked(&house.lin, conversation, question.question);
    asked.await.unwrap()
}

#[tokio::test]
async fn another_processes_answer_is_shown_as_far_as_it_is_stored() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = begun_elsewhere(&house).await;
        assert_eq!(asked.answer.status, MessageStatus::Generating);
        assert_eq!((asked.answer.blocks.len(), asked.answer.seq), (1, 1));
        let source =
            house
                .services
                .conversations
                .source(&house.lin, asked.conversation, asked.answer.id);
        assert_eq!(source.await.unwrap(), "春眠");
    })
    .await;
}

#[tokio::test]
async fn a_dead_neighbours_answer_is_taken_and_a_living_ones_is_not() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = begun_elsewhere(&house).await;
        let generations = house.generations();
        assert_eq!(generations.recover(false).await.unwrap(), 0);
        let status = async || house.stored(&asked).await.status;
        assert_eq!(status().await, MessageStatus::Generating);
        house.clock.advance(60_001);
        if db.is_shared() {
            // Nobody has to ask: whoever shares a database looks from time to time.
            let taken = async {
                while status().await == MessageStatus::Generating {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            tokio::time::timeout(BUDGET, taken).await.unwrap();
        } else {
            assert_eq!(generations.recover(false).await.unwrap(), 1);
        }
        let stored = house.stored(&asked).await;
        assert_eq!(
            (stored.text().as_str(), stored.status),
            ("春眠", MessageStatus::Interrupted)
        );
    })
    .await;
}

#[tokio::test]
async fn a_process_that_is_alone_takes_all_that_is_not_its_own() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = begun_elsewhere(&house).await;
        assert_eq!(house.generations().recover(true).await.unwrap(), 1);
        assert_eq!(
            house.stored(&asked).await.status,
            MessageStatus::Interrupted
        );
    })
    .await;
}
