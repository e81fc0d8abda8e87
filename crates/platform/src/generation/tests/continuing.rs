use super::*;

const QUESTION: &str = "讲一讲 Rust 的所有权";

#[tokio::test]
async fn a_continued_answer_is_the_one_that_was_cut() {
    on_both(async |db| {
        let unhurried = Options {
            speed: 400,
            ..Options::immediate()
        };
        let house = House::with(&db, unhurried).await;
        let whole = house.answered(None, QUESTION).await;
        let cut = house.ask(None, QUESTION).await;
        let id = cut.conversation;
        let mut page = Page::open(&house, id).await;
        page.until(|page| page.text().chars().count() > 5).await;
        house.generations().stop(&house.lin, id).await.unwrap();
        page.until_ended().await;
        let (whole, half) = (house.stored(&whole).await.text(), house.stored(&cut).await);
        assert_eq!(half.status, MessageStatus::Stopped);
        assert!(half.text().len() < whole.len() && whole.starts_with(&half.text()));
        let continued = house
            .generations()
            .continue_answer(&house.lin, id, cut.answer.id);
        continued.await.unwrap();
        page.until(|page| page.answer.status == MessageStatus::Complete)
            .await;
        let stored = house.stored(&cut).await;
        assert_eq!(stored.text(), whole);
        house.settled().await;
        let shown = page::newest(&house, id).await;
        assert_eq!(
            (page.answer.blocks, page.answer.seq),
            (shown.blocks, shown.seq)
        );
    })
    .await;
}

#[tokio::test]
async fn only_a_cut_answer_can_be_continued() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.simulator.next_answer(Answer::words(["春眠不觉晓"]));
        let asked = house.answered(None, "背一首诗").await;
        for message in [asked.answer.id, asked.question.id] {
            let refused =
                house
                    .generations()
                    .continue_answer(&house.lin, asked.conversation, message);
            assert_eq!(code(refused.await), Some(FailureCode::CannotContinue));
        }
    })
    .await;
}

#[tokio::test]
async fn another_answer_stands_beside_the_first_and_either_can_be_shown() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.simulator.next_answer(Answer::words(["一"]));
        let asked = house.answered(None, "背一首诗").await;
        let id = asked.conversation;
        house.simulator.next_answer(Answer::words(["二"]));
        let again = house
            .generations()
            .regenerate(&house.lin, id, asked.answer.id, None);
        again.await.unwrap();
        house.settled().await;
        let second = page::newest(&house, id).await;
        assert_eq!((second.branch.index, second.branch.count), (2, 2));
        assert_eq!(second.branch.previous, Some(asked.answer.id));
        assert_eq!(house.stored(&asked).await.text(), "一");
        let shown = house
            .services
            .conversations
            .show_branch(&house.lin, id, asked.answer.id);
        shown.await.unwrap();
        let first = page::newest(&house, id).await;
        assert_eq!(
            (first.id, first.branch.next),
            (asked.answer.id, Some(second.id))
        );
        let question = house
            .generations()
            .regenerate(&house.lin, id, asked.question.id, None);
        question.await.unwrap();
        house.settled().await;
        let third = page::newest(&house, id).await;
        assert_eq!((third.branch.index, third.parent), (3, second.parent));
    })
    .await;
}

#[tokio::test]
async fn one_press_of_send_is_one_answer() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house
            .simulator
            .next_answer(Answer::words(["春", "眠"]).held_after(1));
        let submission = house.submission();
        let send = || {
            let prompt = Prompt::parse("背一首诗").unwrap();
            let generations = house.generations();
            generations.ask(&house.lin, None, prompt, name("qwen-plus"), submission)
        };
        let (one, two, three) = tokio::join!(send(), send(), send());
        let (one, two, three) = (one.unwrap(), two.unwrap(), three.unwrap());
        let ids = |asked: &Asked| (asked.conversation, asked.question.id, asked.answer.id);
        assert_eq!([ids(&two), ids(&three)], [ids(&one); 2]);
        let other = house.try_ask(&house.lin, Some(one.conversation), "x").await;
        assert_eq!(code(other), Some(FailureCode::AlreadyGenerating));
        house.arrived().await;
        house.simulator.release();
        house.settled().await;
        assert_eq!(code(Ok(send().await.unwrap())), None);
    })
    .await;
}

#[tokio::test]
async fn the_model_names_a_conversation_that_nobody_named() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let title = async |id| {
            let view = house.services.conversations.open(&house.lin, id).await;
            view.unwrap().title.as_str().to_owned()
        };
        house.simulator.next_answer(Answer::words(["春", "眠"]));
        house.simulator.next_answer(Answer::words(["《春晓》"]));
        let asked = house.answered(None, "背一首诗").await;
        assert_eq!(title(asked.conversation).await, "春晓");
        house
            .simulator
            .next_answer(Answer::words(["春", "眠"]).held_after(1));
        let asked = house.ask(None, "背一首诗").await;
        let chosen = model::Title::parse("我的诗").unwrap();
        let named = house
            .services
            .conversations
            .rename(&house.lin, asked.conversation, chosen);
        named.await.unwrap();
        house.arrived().await;
        house.simulator.release();
        house.settled().await;
        assert_eq!(title(asked.conversation).await, "我的诗");
    })
    .await;
}
