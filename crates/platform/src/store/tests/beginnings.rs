use super::*;
use crate::store::testing::on_both;

const CUT: [MessageStatus; 4] = [
    MessageStatus::Stopped,
    MessageStatus::Interrupted,
    MessageStatus::Failed,
    MessageStatus::Truncated,
];

#[tokio::test]
async fn a_question_opens_a_conversation_or_goes_to_the_end_of_the_branch() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let first = desk.answered(lin, None, MessageStatus::Complete).await;
        let id = first.conversation;
        let second = desk.ask(lin, Some(id)).await;
        let branch = db.branch(lin, id, second.answer, 9).await.unwrap();
        let branch: Vec<_> = branch
            .iter()
            .map(|it| (it.parent, it.id, it.status))
            .collect();
        assert_eq!(
            branch,
            [
                (None, first.question, MessageStatus::Complete),
                (Some(first.question), first.answer, MessageStatus::Complete),
                (Some(first.answer), second.question, MessageStatus::Complete),
                (
                    Some(second.question),
                    second.answer,
                    MessageStatus::Generating
                ),
            ]
        );
        let leaf = db.conversation(lin, id).await.unwrap().unwrap().leaf;
        assert_eq!(leaf, Some(second.answer));
    })
    .await;
}

#[tokio::test]
async fn one_press_of_send_is_one_question_however_often_it_arrives() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let there = desk.answered(lin, None, MessageStatus::Complete).await;
        for place in [None, Some(there.conversation)] {
            let submission = desk.submission();
            let mut sent = tokio::task::JoinSet::new();
            for _ in 0..20 {
                let desk = desk.clone();
                sent.spawn(async move { desk.submit(lin, place, submission).await });
            }
            let mut written = Vec::new();
            let mut before = Vec::new();
            for (turn, submitted) in sent.join_all().await {
                match submitted.unwrap() {
                    Submitted::New(id) => written.push((id, turn.question)),
                    Submitted::Before(id, question) => before.push((id, question)),
                    Submitted::NoConversation | Submitted::NoFile | Submitted::NotDue => {
                        panic!("all of it is there")
                    }
                }
            }
            assert_eq!(written.len(), 1, "written once");
            assert!(before.iter().all(|found| *found == written[0]));
        }
        let questions = "SELECT COUNT(*) FROM messages WHERE role = 'user'";
        assert_eq!(desk.count(questions).await, 3);
        assert_eq!(desk.count("SELECT COUNT(*) FROM conversations").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_submission_leads_only_its_owner_to_the_question() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let submission = desk.submission();
        desk.submit(lin, None, submission).await.1.unwrap();
        let (_, submitted) = desk.submit(wang, None, submission).await;
        assert!(submitted.is_err_and(|error| error.is_conflict()));
        assert_eq!(desk.count("SELECT COUNT(*) FROM conversations").await, 1);
    })
    .await;
}

#[tokio::test]
async fn while_an_answer_is_written_no_other_begins_in_that_conversation() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let cut = desk.answered(lin, None, MessageStatus::Stopped).await;
        let id = cut.conversation;
        let running = desk.ask(lin, Some(id)).await;
        let model = model();
        let (_, asked) = desk.submit(lin, Some(id), desk.submission()).await;
        let begun = desk.answer(desk.message(), &model);
        let again = db.answer_again(lin, id, running.question, begun).await;
        let reopened = db
            .reopen_answer(lin, id, desk.answer(cut.answer, &model))
            .await;
        assert!(asked.is_err_and(|error| error.is_conflict()));
        assert!(again.is_err_and(|error| error.is_conflict()));
        assert!(reopened.is_err_and(|error| error.is_conflict()));
        assert_eq!(desk.count("SELECT COUNT(*) FROM messages").await, 4);
        assert_eq!(desk.read(lin, cut).await.status, MessageStatus::Stopped);
        desk.end(running, MessageStatus::Complete).await;
        desk.ask(lin, Some(id)).await;
    })
    .await;
}

#[tokio::test]
async fn of_many_questions_at_once_one_is_answered() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let there = desk.answered(lin, None, MessageStatus::Complete).await;
        let place = Some(there.conversation);
        let mut sent = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let desk = desk.clone();
            sent.spawn(async move { desk.submit(lin, place, desk.submission()).await.1 });
        }
        let sent = sent.join_all().await;
        assert_eq!(sent.iter().filter(|submitted| submitted.is_ok()).count(), 1);
        assert!(
            sent.into_iter()
                .filter_map(Result::err)
                .all(|error| error.is_conflict())
        );
        assert_eq!(desk.count("SELECT COUNT(*) FROM messages").await, 4);
    })
    .await;
}

#[tokio::test]
async fn only_a_cut_answer_is_taken_up_again() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let model = model();
        for status in CUT {
            let turn = desk.answered(lin, None, status).await;
            let answer = desk.answer(turn.answer, &model);
            let reopened = db.reopen_answer(lin, turn.conversation, answer).await;
            assert!(reopened.unwrap(), "{status:?}");
            let message = desk.read(lin, turn).await;
            assert_eq!(message.status, MessageStatus::Generating);
            assert_eq!(message.text(), "春眠不觉晓", "what was there stays");
            assert_eq!((message.rendered, message.failure), (None, None));
        }
        let whole = desk.answered(lin, None, MessageStatus::Complete).await;
        for message in [whole.answer, whole.question] {
            let answer = desk.answer(message, &model);
            let reopened = db.reopen_answer(lin, whole.conversation, answer).await;
            assert!(!reopened.unwrap());
        }
    })
    .await;
}

#[tokio::test]
async fn answers_that_begin_at_once_are_all_written_before_anything_else_begins() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let there = desk.answered(lin, None, MessageStatus::Stopped).await;
        let id = there.conversation;
        let lanes = desk.answered_at_once(lin, there, 3).await;
        let shown = db.conversation(lin, id).await.unwrap().unwrap().leaf;
        assert_eq!(shown, Some(lanes[0].answer), "the first is shown");
        let model = model();
        // In whichever order they end.
        for lane in [lanes[0], lanes[2], lanes[1]] {
            let begun = desk.answer(desk.message(), &model);
            let refused = [
                desk.submit(lin, Some(id), desk.submission()).await.1.err(),
                db.answer_again(lin, id, there.question, begun).await.err(),
                db.reopen_answer(lin, id, desk.answer(there.answer, &model))
                    .await
                    .err(),
            ];
            for refused in refused {
                assert!(refused.is_some_and(|error| error.is_conflict()));
            }
            desk.end(lane, MessageStatus::Complete).await;
        }
        assert_eq!(desk.count("SELECT COUNT(*) FROM messages").await, 5);
        desk.ask(lin, Some(id)).await;
    })
    .await;
}

#[tokio::test]
async fn where_one_of_several_answers_cannot_begin_none_does() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let there = desk.answered(lin, None, MessageStatus::Complete).await;
        let (id, question) = (there.conversation, there.question);
        let model = model();
        // The second has the id of a message that is there.
        let answers = [
            desk.answer(desk.message(), &model),
            desk.answer(there.answer, &model),
        ];
        let begun = db.answer_with(lin, id, question, &answers).await;
        assert!(begun.is_err_and(|error| error.is_conflict()));
        let sound = [desk.answer(desk.message(), &model)];
        assert!(!db.answer_with(wang, id, question, &sound).await.unwrap());
        let no_question = db.answer_with(lin, id, there.answer, &sound).await;
        assert!(!no_question.unwrap());
        assert!(!db.answer_with(lin, id, question, &[]).await.unwrap());
        assert_eq!(desk.count("SELECT COUNT(*) FROM messages").await, 2);
        assert_eq!(desk.count("SELECT COUNT(*) FROM generations").await, 1);
        let shown = db.conversation(lin, id).await.unwrap().unwrap().leaf;
        assert_eq!(shown, Some(there.answer));
        // Of many who press at once, one begins.
        let mut pressed = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let desk = desk.clone();
            pressed.spawn(async move {
                let model = super::model();
                let new = (0..2).map(|_| desk.answer(desk.message(), &model));
                let answers: Vec<_> = new.collect();
                desk.db.answer_with(lin, id, question, &answers).await
            });
        }
        let pressed = pressed.join_all().await;
        assert_eq!(pressed.iter().filter(|begun| begun.is_ok()).count(), 1);
        assert_eq!(desk.count("SELECT COUNT(*) FROM messages").await, 4);
    })
    .await;
}
