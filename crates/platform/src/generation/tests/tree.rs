//! The tree of a conversation: versions of questions and answers, what is known of each, and several tabs at once.

use futures_util::StreamExt;
use model::{MessageDetails, MessageId, UsageSource};

use super::{ending::halfway, *};
use crate::store::testing::{count, rows};

impl House {
    /// Puts another version of a question, answered by that model.
    async fn edit(&self, asked: &Asked, text: &str, model: &str) -> Result<Asked, Error> {
        let prompt = Prompt::parse(text).unwrap();
        let place = (asked.conversation, asked.question.id);
        let (model, submission) = (name(model), self.submission());
        self.generations()
            .edit_question(&self.lin, place, prompt, model, submission)
            .await
    }

    /// What that model was sent last: the turns' texts.
    fn sent_to(&self, model: &str) -> Vec<String> {
        let received = self.simulator.received();
        let last = received.iter().rev().find(|request| request.model == model);
        let turns = last.unwrap().body["messages"].as_array().unwrap().clone();
        let text = |turn: &serde_json::Value| turn["content"].as_str().unwrap_or("").to_owned();
        turns.iter().map(text).collect()
    }

    /// The branch that is shown.
    async fn shown(&self, asked: &Asked) -> Vec<MessageId> {
        let newest = self
            .services
            .conversations
            .newest(&self.lin, asked.conversation);
        newest
            .await
            .unwrap()
            .items
            .iter()
            .map(|message| message.id)
            .collect()
    }

    async fn details(&self, asked: &Asked) -> MessageDetails {
        let (id, message) = (asked.conversation, asked.answer.id);
        let details = self.services.conversations.details(&self.lin, id, message);
        details.await.unwrap()
    }
}

#[tokio::test]
async fn an_edited_question_is_answered_in_its_own_branch_and_the_old_one_stays() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let first = house.answered(None, "背一首诗").await;
        let id = first.conversation;
        let below = house.answered(Some(id), "译成英文").await;
        let edited = house.edit(&first, "背一首词", "qwen3-max").await.unwrap();
        house.settled().await;
        assert_eq!(house.sent_to("qwen3-max"), ["背一首词"]);
        assert_eq!(
            house.shown(&first).await,
            [edited.question.id, edited.answer.id]
        );
        assert_eq!(edited.question.branch.previous, Some(first.question.id));
        let view = house
            .services
            .conversations
            .open(&house.lin, id)
            .await
            .unwrap();
        assert_eq!(
            view.model,
            name("qwen3-max"),
            "who answered last answers next"
        );
        let lower = house.edit(&below, "译成法文", "qwen3-max").await.unwrap();
        house.settled().await;
        let old = house.stored(&first).await.text();
        assert_eq!(house.sent_to("qwen3-max"), ["背一首诗", &old, "译成法文"]);
        assert_eq!(lower.question.branch.previous, Some(below.question.id));
        let walked = house
            .services
            .conversations
            .show_branch(&house.lin, id, below.question.id);
        walked.await.unwrap();
        assert_eq!(
            house.shown(&first).await,
            [
                first.question.id,
                first.answer.id,
                below.question.id,
                below.answer.id
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn the_model_goes_on_from_the_version_that_a_person_wrote() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let id = asked.conversation;
        let text = Prompt::parse("**床前**明月光\n").unwrap();
        let conversations = &house.services.conversations;
        let mut page = Page::open(&house, id).await;
        let edited =
            conversations.edit_answer(&house.lin, id, asked.answer.id, text, house.submission());
        let version = edited.await.unwrap();
        page.until(|page| page.answer.id == version).await;
        assert!(
            page.answer.edited
                && page
                    .answer
                    .blocks
                    .concat()
                    .contains("<strong>床前</strong>")
        );
        let source = conversations.source(&house.lin, id, version).await;
        assert_eq!(source.unwrap(), "**床前**明月光");
        house.answered(Some(id), "谁写的？").await;
        assert_eq!(
            house.sent_to("qwen-plus"),
            ["背一首诗", "**床前**明月光", "谁写的？"]
        );
    })
    .await;
}

#[tokio::test]
async fn another_model_answers_once_more_when_it_is_offered() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let (id, answer) = (asked.conversation, asked.answer.id);
        let again = async |model: &str| {
            let model = Some(name(model));
            house
                .generations()
                .regenerate(&house.lin, id, answer, model)
                .await
        };
        again("qwen3-max").await.unwrap();
        house.settled().await;
        let second = page::newest(&house, id).await;
        assert_eq!(
            (second.model, second.branch.index),
            (Some(name("qwen3-max")), 2)
        );
        assert_eq!(
            code(again("no-such-model").await),
            Some(FailureCode::UnknownModel)
        );
    })
    .await;
}

/// A wish goes along with one answer alone, also where that goes on after a cut, and its details tell it.
#[tokio::test]
async fn what_is_asked_of_one_answer_is_sent_with_it_alone_and_noted() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let (id, answer) = (asked.conversation, asked.answer.id);
        let wish = || model::AnswerWish::parse("更短，押韵").unwrap();
        house
            .simulator
            .next_answer(Answer::words(["春", "眠"]).held_after(1));
        let place = (id, answer);
        let again = house
            .generations()
            .regenerate_wishing(&house.lin, place, None, wish());
        again.await.unwrap();
        let mut page = Page::open(&house, id).await;
        page.until(|page| page.text() == "春").await;
        let told = house.sent_to("qwen-plus");
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].ends_with("更短，押韵"), "{told:?}");
        assert_eq!(told[1], "背一首诗");
        house.generations().stop(&house.lin, id).await.unwrap();
        house.settled().await;
        let second = page::newest(&house, id).await;
        let on = house
            .generations()
            .continue_answer(&house.lin, id, second.id);
        on.await.unwrap();
        house.settled().await;
        assert!(house.sent_to("qwen-plus")[0].ends_with("更短，押韵"));
        let conversations = &house.services.conversations;
        let details = conversations.details(&house.lin, id, second.id);
        let runs = details.await.unwrap().runs;
        let noted: Vec<&str> = runs.iter().map(|run| &*run.sent.wish).collect();
        assert_eq!(noted, ["更短，押韵", "更短，押韵"]);

        house.answered(Some(id), "谁写的？").await;
        let next = house.sent_to("qwen-plus");
        assert!(!next.concat().contains("押韵"), "{next:?}");
        let wang = sign_up(&house.services).await;
        let refused = house
            .generations()
            .regenerate_wishing(&wang, place, None, wish());
        assert_eq!(code(refused.await), Some(FailureCode::NotFound));
    })
    .await;
}

/// What a message cost is what the log says of its call, to the last micro-yuan.
#[tokio::test]
async fn the_details_of_an_answer_are_those_of_its_call() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let details = house.details(&asked).await;
        assert_eq!(
            (details.status, details.edited),
            (MessageStatus::Complete, false)
        );
        assert!(!details.version.is_empty());
        let [run] = &*details.runs else {
            panic!("{details:?}");
        };
        assert_eq!(run.model, name("qwen-plus"));
        let call = run.call.unwrap();
        let of_call = |column: &str| format!("SELECT {column} FROM calls WHERE id = '{}'", call.id);
        assert_eq!(count(&db, &of_call("cost")).await, call.cost);
        assert!(call.priced && call.cost > 0 && call.usage.input_tokens > 0);
        assert_eq!(
            count(&db, &of_call("output_tokens")).await,
            call.usage.output_tokens
        );
        assert_eq!(call.usage_source, UsageSource::Reported);
        assert!(call.first_token_ms.unwrap() <= call.duration_ms);
        let request = rows(&db, &of_call("upstream_request_id")).await;
        assert_eq!(request, [run.upstream_request_id.clone().unwrap()]);
        let logged = format!("SELECT COUNT(*) FROM calls WHERE request_id = '{}'", run.id);
        assert_eq!(count(&db, &logged).await, 1, "paid for once");
        assert_eq!(details.sum().unwrap().cost, Some(call.cost));

        let (question, wang) = (asked.question.id, sign_up(&house.services).await);
        let conversations = &house.services.conversations;
        let of_question = conversations
            .details(&house.lin, asked.conversation, question)
            .await;
        assert_eq!(of_question.unwrap().runs, []);
        let refused = conversations
            .details(&wang, asked.conversation, question)
            .await;
        assert_eq!(code(refused), Some(FailureCode::NotFound));
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_was_taken_up_again_tells_of_both_runs() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (asked, _) = halfway(&house).await;
        let id = asked.conversation;
        house.generations().stop(&house.lin, id).await.unwrap();
        house.settled().await;
        let cut = house.details(&asked).await;
        assert_eq!(cut.status, MessageStatus::Stopped);
        assert!(
            cut.sum().unwrap().is_estimate,
            "its figures would have come last"
        );
        let continued = house
            .generations()
            .continue_answer(&house.lin, id, asked.answer.id);
        continued.await.unwrap();
        house.settled().await;
        let whole = house.details(&asked).await;
        assert_eq!(whole.runs.len(), 2);
        let costs = whole.runs.iter().map(|run| run.call.unwrap().cost);
        assert_eq!(whole.sum().unwrap().cost, Some(costs.sum()));
    })
    .await;
}

/// versions overwrite nothing, so of two tabs that edit one question both are kept. The one that comes while the
/// other's is answered is told so, and sees the newer version.
#[tokio::test]
async fn two_tabs_that_edit_one_question_lose_nothing() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let id = asked.conversation;
        let mut other = Box::pin(
            house
                .generations()
                .watch(&house.lin, id, vec![])
                .await
                .unwrap(),
        );
        // Whatever a tab is told that it doesn't know makes it look.
        let mut sees = async |answer: MessageId| {
            while page::newest(&house, id).await.id != answer {
                let told = tokio::time::timeout(BUDGET, other.next()).await;
                told.unwrap().unwrap();
            }
        };
        house
            .simulator
            .next_answer(Answer::words(["词", "牌"]).held_after(1));
        let edited = house.edit(&asked, "背一首词", "qwen-plus").await.unwrap();
        let refused = house.edit(&asked, "背一篇赋", "qwen-plus").await;
        assert_eq!(code(refused), Some(FailureCode::AlreadyGenerating));
        sees(edited.answer.id).await;
        assert_eq!(
            house.shown(&asked).await,
            [edited.question.id, edited.answer.id]
        );
        house.arrived().await;
        house.simulator.release();
        house.settled().await;
        let last = house.edit(&asked, "背一篇赋", "qwen-plus").await.unwrap();
        house.settled().await;
        let branch = last.question.branch;
        assert_eq!(
            (branch.index, branch.previous),
            (3, Some(edited.question.id))
        );
        sees(last.answer.id).await;
    })
    .await;
}

/// the last name that is given is the one that every tab shows.
#[tokio::test]
async fn a_new_title_reaches_the_other_tab() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let mut other = Page::open(&house, asked.conversation).await;
        for title in ["一", "二"] {
            let title = model::Title::parse(title).unwrap();
            let named = house
                .services
                .conversations
                .rename(&house.lin, asked.conversation, title);
            named.await.unwrap();
        }
        let is_last = |page: &Page| {
            page.title
                .as_ref()
                .is_some_and(|title| title.as_str() == "二")
        };
        let told = other.until(is_last);
        tokio::time::timeout(Duration::from_secs(2), told)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_branch_that_is_deleted_in_one_tab_goes_in_the_other_and_comes_back() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let asked = house.answered(None, "背一首诗").await;
        let (id, conversations) = (asked.conversation, &house.services.conversations);
        let again = house
            .generations()
            .regenerate(&house.lin, id, asked.answer.id, None);
        again.await.unwrap();
        house.settled().await;
        let second = page::newest(&house, id).await.id;
        let mut other = Page::open(&house, id).await;
        conversations
            .delete_branch(&house.lin, id, second)
            .await
            .unwrap();
        other.until(|page| page.answer.id == asked.answer.id).await;
        assert_eq!(other.answer.branch.count, 1);
        let gone = conversations.source(&house.lin, id, second).await;
        assert_eq!(code(gone), Some(FailureCode::NotFound));
        conversations
            .restore_branch(&house.lin, id, second)
            .await
            .unwrap();
        other.until(|page| page.answer.id == second).await;
        assert_eq!(other.answer.branch.count, 2);
    })
    .await;
}
