//! The promises of the store, on both databases.

mod attachments;
mod beginnings;
mod branches;
mod claims;
mod conversations;
mod drafts;
mod endings;
mod erasing;
mod messages;
mod migrations;
mod once;
mod plans;
mod recovery;
mod rounds;
mod schema;
mod search;
mod works;

use std::{collections::BTreeMap, sync::Arc};

use model::{
    CallId, ConversationId, GenerationId, MessageId, MessageStatus, Millis, ModelName,
    SubmissionId, Title, UserId,
};

use super::{
    Chunk, Db, End, Message, NewAnswer, Place, Question, Rendered, Result, Submitted, parts_of,
    testing,
};
use crate::clock::{Ids, ManualClock};

const NOW: Millis = Millis::new(1_790_000_000_000);
const MINUTE: i64 = 60_000;

/// What a desk asks.
const ASKED: &str = "背一首诗";

/// A database with people who ask and answers that end.
#[derive(Clone)]
struct Desk {
    db: Db,
    ids: Ids,
}

/// A question that was put, and the answer that began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn {
    conversation: ConversationId,
    question: MessageId,
    answer: MessageId,
    generation: GenerationId,
}

impl Desk {
    fn on(db: &Db) -> Self {
        let ids = Ids::new(Arc::new(ManualClock::at(NOW)));
        Self {
            db: db.clone(),
            ids,
        }
    }

    async fn person(&self) -> UserId {
        let user = UserId::from_uuid(self.ids.next());
        testing::person(&self.db, user).await;
        user
    }

    fn submission(&self) -> SubmissionId {
        SubmissionId::from_uuid(self.ids.next())
    }

    fn message(&self) -> MessageId {
        MessageId::from_uuid(self.ids.next())
    }

    fn answer<'a>(&self, message: MessageId, model: &'a ModelName) -> NewAnswer<'a> {
        NewAnswer {
            message,
            generation: GenerationId::from_uuid(self.ids.next()),
            call: CallId::from_uuid(self.ids.next()),
            model,
            node: "here",
            lease_until: NOW.plus(4_000),
            now: NOW,
        }
    }

    async fn submit(
        &self,
        owner: UserId,
        conversation: Option<ConversationId>,
        submission: SubmissionId,
    ) -> (Turn, Result<Submitted>) {
        let place = conversation.map_or_else(
            || Place::New {
                conversation: ConversationId::from_uuid(self.ids.next()),
                title: title("Spring"),
                temporary: false,
            },
            Place::Existing,
        );
        self.submit_at(owner, place, submission).await
    }

    async fn submit_at(
        &self,
        owner: UserId,
        place: Place,
        submission: SubmissionId,
    ) -> (Turn, Result<Submitted>) {
        let (model, question) = (model(), self.message());
        let answer = self.answer(self.message(), &model);
        let (Place::New { conversation, .. }
        | Place::Existing(conversation)
        | Place::Beside(conversation, _)
        | Place::Saved(conversation, _)
        | Place::Queued(conversation, _)) = place;
        let turn = Turn {
            conversation,
            question,
            answer: answer.message,
            generation: answer.generation,
        };
        let question = Question {
            owner,
            place,
            question: turn.question,
            text: ASKED,
            attachments: &[],
            draft: None,
            submission,
            assistant: None,
            answer,
        };
        (turn, self.db.ask(&question).await)
    }

    /// Puts a question; its answer is being written from now on.
    async fn ask(&self, owner: UserId, conversation: Option<ConversationId>) -> Turn {
        let (turn, submitted) = self.submit(owner, conversation, self.submission()).await;
        assert_eq!(submitted.unwrap(), Submitted::New(turn.conversation));
        turn
    }

    /// Puts a question and lets the answer end so.
    async fn answered(
        &self,
        owner: UserId,
        conversation: Option<ConversationId>,
        status: MessageStatus,
    ) -> Turn {
        let turn = self.ask(owner, conversation).await;
        self.end(turn, status).await;
        turn
    }

    /// Begins another answer to the turn's question and lets it end.
    async fn answered_again(&self, owner: UserId, turn: Turn) -> Turn {
        let model = model();
        let answer = self.answer(self.message(), &model);
        let begun = self
            .db
            .answer_again(owner, turn.conversation, turn.question, answer)
            .await;
        assert!(begun.unwrap());
        let again = Turn {
            answer: answer.message,
            generation: answer.generation,
            ..turn
        };
        self.end(again, MessageStatus::Complete).await;
        again
    }

    /// Begins as many more answers to the turn's question at once.
    async fn answered_at_once(&self, owner: UserId, turn: Turn, count: usize) -> Vec<Turn> {
        let model = model();
        let new = (0..count).map(|_| self.answer(self.message(), &model));
        let answers: Vec<_> = new.collect();
        let (conversation, question) = (turn.conversation, turn.question);
        let begun = self
            .db
            .answer_with(owner, conversation, question, &answers)
            .await;
        assert!(begun.unwrap());
        let turns = answers.iter().map(|answer| Turn {
            answer: answer.message,
            generation: answer.generation,
            ..turn
        });
        turns.collect()
    }

    async fn end(&self, turn: Turn, status: MessageStatus) {
        self.db
            .commit_progress(&[], &[end(turn, status)])
            .await
            .unwrap();
    }

    /// Stores pieces of the turn's answer, one commit each, numbered from 1.
    async fn grow(&self, turn: Turn, pieces: &[&str]) {
        for (seq, text) in (1..).zip(pieces) {
            let chunk = chunk(turn, seq, text);
            self.db.commit_progress(&[chunk], &[]).await.unwrap();
        }
    }

    async fn read(&self, owner: UserId, turn: Turn) -> Message {
        let message = self.db.message(owner, turn.conversation, turn.answer).await;
        message.unwrap().unwrap()
    }

    async fn count(&self, sql: &str) -> i64 {
        testing::count(&self.db, sql).await
    }
}

fn model() -> ModelName {
    ModelName::parse("qwen-plus").unwrap()
}

fn title(text: &str) -> Title {
    Title::parse(text).unwrap()
}

fn chunk(turn: Turn, seq: u64, text: &str) -> Chunk {
    Chunk {
        sources: Vec::new(),
        message: turn.answer,
        seq,
        reasoning: format!("r{seq} "),
        text: text.to_owned(),
        calls: Vec::new(),
        now: NOW,
    }
}

fn end(turn: Turn, status: MessageStatus) -> End {
    End {
        generation: turn.generation,
        message: turn.answer,
        status,
        calls: Vec::new(),
        parts: parts_of("想".to_owned(), "春眠不觉晓".to_owned()),
        rendered: (7, rendered()),
        reasoning_ms: Some(1_200),
        failure: None,
        last_seq: 9,
        upstream_request_id: Some("req-1".to_owned()),
        tokens: None,
        now: NOW.plus(MINUTE),
    }
}

fn rendered() -> Rendered {
    Rendered {
        blocks: vec!["<p>春眠不觉晓</p>".to_owned()],
        reasoning: vec!["<p>想</p>".to_owned()],
    }
}
