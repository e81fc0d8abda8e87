use std::collections::{BTreeMap, BTreeSet};

use model::Branch;

use super::{search::texts, *};
use crate::store::{BranchOutcome, Version, testing::on_both};

impl Desk {
    /// Puts another version of the turn's question; its answer ends at once.
    async fn edited(&self, owner: UserId, turn: Turn) -> Turn {
        let place = Place::Beside(turn.conversation, turn.question);
        let (edited, submitted) = self.submit_at(owner, place, self.submission()).await;
        assert_eq!(submitted.unwrap(), Submitted::New(turn.conversation));
        self.end(edited, MessageStatus::Complete).await;
        edited
    }

    /// Puts the owner's own version beside the turn's answer.
    async fn version(&self, owner: UserId, turn: Turn, submission: SubmissionId) -> BranchOutcome {
        let version = Version {
            owner,
            conversation: turn.conversation,
            of: turn.answer,
            id: self.message(),
            text: "床前明月光",
            submission,
            now: NOW,
        };
        self.db.add_version(version).await.unwrap()
    }

    async fn delete(&self, owner: UserId, turn: Turn, top: MessageId) -> BranchOutcome {
        let deleted = self.db.delete_branch(owner, turn.conversation, top, NOW);
        deleted.await.unwrap()
    }

    async fn restore(&self, owner: UserId, turn: Turn, top: MessageId) -> bool {
        let restored = self.db.restore_branch(owner, turn.conversation, top);
        restored.await.unwrap()
    }

    /// The branch that is shown.
    async fn shown(&self, owner: UserId, turn: Turn) -> Vec<MessageId> {
        let id = turn.conversation;
        let conversation = self.db.conversation(owner, id).await.unwrap().unwrap();
        let Some(leaf) = conversation.leaf else {
            return Vec::new();
        };
        let branch = self.db.branch(owner, id, leaf, 1_000).await.unwrap();
        branch.iter().map(|message| message.id).collect()
    }
}

#[tokio::test]
async fn an_edited_question_is_a_version_of_the_one_it_came_from_also_of_the_first() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let first = desk.answered(lin, None, MessageStatus::Complete).await;
        let id = first.conversation;
        let below = desk.answered(lin, Some(id), MessageStatus::Complete).await;
        db.save_draft(lin, Some(id), ("半句", &[]), NOW)
            .await
            .unwrap();
        let edited = desk.edited(lin, first).await;
        assert_eq!(
            desk.shown(lin, first).await,
            [edited.question, edited.answer]
        );
        let branch = async |message| {
            let message = db.message(lin, id, message).await.unwrap().unwrap();
            message.branch
        };
        assert_eq!(
            branch(edited.question).await,
            Branch {
                index: 2,
                count: 2,
                previous: Some(first.question),
                next: None,
            }
        );
        assert_eq!(branch(first.question).await.next, Some(edited.question));
        let lower = desk.edited(lin, below).await;
        let path = [first.question, first.answer, lower.question, lower.answer];
        assert_eq!(desk.shown(lin, first).await, path);
        assert_eq!(branch(lower.question).await.previous, Some(below.question));
        let draft = db.draft(lin, Some(id)).await.unwrap();
        assert_eq!(draft.0, "半句", "what was edited was not the draft");
    })
    .await;
}

#[tokio::test]
async fn a_persons_version_of_an_answer_is_marked_and_made_once_a_press() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let turn = desk.answered(lin, None, MessageStatus::Stopped).await;
        let press = desk.submission();
        let done = desk.version(lin, turn, press).await;
        let BranchOutcome::Done(version) = done else {
            panic!("{done:?}");
        };
        assert_eq!(desk.version(lin, turn, press).await, done);
        assert_eq!(texts(&db, lin, "月光").await, [version]);
        assert_eq!(
            desk.delete(lin, turn, version).await,
            BranchOutcome::Done(version)
        );
        assert_eq!(
            texts(&db, lin, "月光").await,
            [],
            "of a branch that is deleted"
        );
        assert!(desk.restore(lin, turn, version).await);
        assert_eq!(texts(&db, lin, "月光").await, [version]);
        assert_eq!(desk.shown(lin, turn).await, [turn.question, version]);
        let kept = db.message(lin, turn.conversation, version).await;
        let kept = kept.unwrap().unwrap();
        assert_eq!(
            (kept.text().as_str(), kept.reasoning().as_str()),
            ("床前明月光", "")
        );
        assert_eq!((kept.edited, kept.status), (true, MessageStatus::Complete));
        assert_eq!((kept.model, kept.branch.index), (Some(model()), 2));
        let old = desk.read(lin, turn).await;
        assert_eq!((old.edited, old.text().as_str()), (false, "春眠不觉晓"));
        let question = Turn {
            answer: turn.question,
            ..turn
        };
        for (owner, of) in [(wang, turn), (lin, question)] {
            let refused = desk.version(owner, of, desk.submission()).await;
            assert_eq!(refused, BranchOutcome::NotFound);
        }
        let running = desk.ask(lin, Some(turn.conversation)).await;
        let refused = desk.version(lin, turn, desk.submission()).await;
        assert_eq!(refused, BranchOutcome::Generating);
        desk.end(running, MessageStatus::Complete).await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_branch_makes_room_for_the_version_beside_it_and_comes_back_whole() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let first = desk.answered(lin, None, MessageStatus::Complete).await;
        let id = first.conversation;
        let below = desk.answered(lin, Some(id), MessageStatus::Complete).await;
        let second = desk.answered_again(lin, first).await;
        let third = desk.answered_again(lin, first).await;
        let all = desk.count("SELECT COUNT(*) FROM messages").await;

        let done = desk.delete(lin, first, second.answer).await;
        assert_eq!(done, BranchOutcome::Done(second.answer));
        let shown = [first.question, third.answer];
        assert_eq!(desk.shown(lin, first).await, shown, "another one was shown");
        let place = desk.read(lin, third).await.branch;
        assert_eq!((place.index, place.count, place.previous), (2, 2, Some(first.answer)));
        assert_eq!(db.message(lin, id, second.answer).await.unwrap(), None);
        assert!(!db.show_branch(lin, id, second.answer).await.unwrap());

        desk.delete(lin, first, third.answer).await;
        let path = [first.question, first.answer, below.question, below.answer];
        assert_eq!(desk.shown(lin, first).await, path, "the one before it, to its end");
        desk.delete(lin, first, first.answer).await;
        assert_eq!(desk.shown(lin, first).await, [first.question], "none is left");
        assert_eq!(db.message(lin, id, below.answer).await.unwrap(), None);
        assert!(!desk.restore(lin, first, below.question).await, "only its top brings it back");

        assert!(desk.restore(lin, first, first.answer).await);
        assert_eq!(desk.shown(lin, first).await, path);
        assert!(!desk.restore(lin, first, first.answer).await);
        for turn in [second, third] {
            assert!(desk.restore(lin, first, turn.answer).await);
        }
        let deleted = "SELECT COUNT(*) FROM messages WHERE deleted_at IS NOT NULL OR deleted_with IS NOT NULL";
        assert_eq!(desk.count(deleted).await, 0);
        assert_eq!(desk.count("SELECT COUNT(*) FROM messages").await, all);
    })
    .await;
}

#[tokio::test]
async fn what_was_deleted_before_its_parent_stays_away_when_that_comes_back() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let first = desk.answered(lin, None, MessageStatus::Complete).await;
        let below = desk
            .answered(lin, Some(first.conversation), MessageStatus::Complete)
            .await;
        desk.delete(lin, first, below.question).await;
        desk.delete(lin, first, first.question).await;
        assert_eq!(desk.shown(lin, first).await, []);
        assert!(
            !desk.restore(lin, first, below.question).await,
            "there is nothing to hang it on"
        );
        assert!(desk.restore(lin, first, first.question).await);
        assert_eq!(desk.shown(lin, first).await, [first.question, first.answer]);
        assert!(desk.restore(lin, first, below.question).await);
        assert_eq!(desk.shown(lin, first).await.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_branch_that_is_being_written_is_not_deleted_and_nothing_begins_in_a_deleted_one() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let first = desk.answered(lin, None, MessageStatus::Stopped).await;
        let id = first.conversation;
        let beside = desk.answered_again(lin, first).await;
        let running = desk.ask(lin, Some(id)).await;
        for top in [
            first.question,
            beside.answer,
            running.question,
            running.answer,
        ] {
            assert_eq!(
                desk.delete(lin, first, top).await,
                BranchOutcome::Generating
            );
        }
        let done = desk.delete(lin, first, first.answer).await;
        assert_eq!(
            done,
            BranchOutcome::Done(first.answer),
            "it is written elsewhere"
        );
        assert_eq!(
            desk.delete(wang, first, beside.answer).await,
            BranchOutcome::NotFound
        );
        assert!(!desk.restore(wang, first, first.answer).await);
        desk.end(running, MessageStatus::Stopped).await;

        let model = model();
        let reopened = db.reopen_answer(lin, id, desk.answer(first.answer, &model));
        assert!(!reopened.await.unwrap());
        desk.delete(lin, first, running.question).await;
        let begun = desk.answer(desk.message(), &model);
        assert!(
            !db.answer_again(lin, id, running.question, begun)
                .await
                .unwrap()
        );
        let place = Place::Beside(id, running.question);
        let (_, submitted) = desk.submit_at(lin, place, desk.submission()).await;
        assert_eq!(submitted.unwrap(), Submitted::NoConversation);
        let refused = desk.version(lin, first, desk.submission()).await;
        assert_eq!(refused, BranchOutcome::NotFound);
        let running = "SELECT COUNT(*) FROM generations WHERE status = 'running'";
        assert_eq!(desk.count(running).await, 0);
    })
    .await;
}

#[tokio::test]
async fn deleted_branches_are_purged_after_their_time_whatever_the_clock_said() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let first = desk.answered(lin, None, MessageStatus::Complete).await;
        let id = first.conversation;
        let below = desk.answered(lin, Some(id), MessageStatus::Complete).await;
        let beside = desk.answered_again(lin, first).await;
        let later = NOW.plus(MINUTE);
        for (top, at) in [(below.question, later), (first.answer, NOW)] {
            let deleted = db.delete_branch(lin, id, top, at).await;
            assert_eq!(deleted.unwrap(), BranchOutcome::Done(top));
        }
        assert_eq!(
            db.purge_branches(later).await.unwrap(),
            0,
            "not the parent alone"
        );
        assert_eq!(db.purge_branches(later.plus(1)).await.unwrap(), 3);
        assert_eq!(
            desk.shown(lin, first).await,
            [first.question, beside.answer]
        );
        assert_eq!(desk.count("SELECT COUNT(*) FROM generations").await, 1);
    })
    .await;
}

/// whatever two tabs do at once, each answer hangs on its question and every message leads up to a first one.
#[tokio::test]
async fn two_tabs_that_write_at_once_leave_a_tree() {
    const ROUNDS: usize = 100;
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let first = desk.answered(lin, None, MessageStatus::Complete).await;
        let id = first.conversation;
        let (mut asked, mut last) = (BTreeMap::from([(first.answer, first.question)]), first);
        for round in 0..ROUNDS {
            // One tab asks; the other asks too, or edits the last question.
            let place = match round % 2 {
                0 => Place::Existing(id),
                _ => Place::Beside(id, last.question),
            };
            let (one, other) = tokio::join!(
                desk.submit_at(lin, Place::Existing(id), desk.submission()),
                desk.submit_at(lin, place.clone(), desk.submission()),
            );
            let mut refused = Vec::new();
            for ((turn, submitted), place) in [(one, Place::Existing(id)), (other, place)] {
                match submitted {
                    Ok(submitted) => {
                        assert_eq!(submitted, Submitted::New(id));
                        desk.end(turn, MessageStatus::Complete).await;
                        asked.insert(turn.answer, turn.question);
                        last = turn;
                    }
                    Err(error) => {
                        assert!(error.is_conflict(), "{error:?}");
                        refused.push(place);
                    }
                }
            }
            assert_eq!(refused.len(), 1, "one after the other");
            // The tab keeps what was typed, and sends it when the answer has ended.
            for place in refused {
                let (turn, submitted) = desk.submit_at(lin, place, desk.submission()).await;
                assert_eq!(submitted.unwrap(), Submitted::New(id));
                desk.end(turn, MessageStatus::Complete).await;
                asked.insert(turn.answer, turn.question);
                last = turn;
            }
        }
        let rows =
            "SELECT id || ' ' || COALESCE(parent_id, '-') || ' ' || role FROM messages ORDER BY id";
        let rows = testing::rows(&db, rows).await;
        assert_eq!(rows.len(), 2 + 4 * ROUNDS);
        let mut seen = BTreeSet::from(["-".to_owned()]);
        for row in &rows {
            let [message, parent, role]: [&str; 3] =
                row.split(' ').collect::<Vec<_>>().try_into().unwrap();
            // Ids grow with time: a parent that came before can't be below its child.
            assert!(seen.contains(parent), "{row}");
            seen.insert(message.to_owned());
            if role == "assistant" {
                let question = asked.get(&message.parse().unwrap()).unwrap();
                assert_eq!(parent, question.to_string(), "under its question");
            }
        }
    })
    .await;
}
