//! How an answer begins: to a new question, once more to an old one, or again where it was cut.

/// The lane of whatever begins alone, and of the first of several answers.
const FIRST_LANE: i64 = 0;

/// How long a temporary conversation lasts after its last question, where nobody leaves it before.
const TEMPORARY_MS: i64 = 60 * 60 * 1000;

/// Also takes the row's lock, so that two answers can't both begin. What goes on is not put away any more,
/// and a temporary conversation lasts as long as if it had begun now. Who answers a single question is not who answers next.
const TOUCH: &str = "
    UPDATE conversations SET updated_at = $3, model = CASE WHEN $6 THEN model ELSE $4 END, archived_at = NULL,
           expires_at = CASE WHEN expires_at IS NULL THEN NULL ELSE $5 END
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL RETURNING leaf_id";

const NEW_ANSWER: &str = "
    INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, model, created_at, updated_at)
    VALUES ($1, $2, $3, 'assistant', 'generating', $4, $5, $6, $6)";

const NEW_GENERATION: &str = "
    INSERT INTO generations (id, conversation_id, message_id, owner_id, model, status, node, lease_until, started_at, call_id, lane)
    VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, $8, $9, $10)";

/// A question that was not deleted, and what it hangs on.
const FIND_QUESTION: &str = "
    SELECT parent_id FROM messages WHERE id = $1 AND conversation_id = $2 AND role = 'user' AND deleted_at IS NULL";

const SET_LEAF: &str = "UPDATE conversations SET leaf_id = $2 WHERE id = $1";

/// Of several answers of one person that begin at once, each counts those before it. `SQLite` has one writer anyway.
const DAY_TURN: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7310582443901205762))";

/// Gives up where another answer is more than the owner's groups allow for the day. What it takes of tokens is known when it has ended.
macro_rules! within_day {
    ($db:expr, $tx:expr, $owner:expr, $now:expr) => {{
        let groups: Vec<access::GroupRow> = sqlx::query_as(access::GROUPS)
            .bind($owner.to_string())
            .fetch_all(&mut *$tx)
            .await?;
        let quota = access::sum_of(groups).quota;
        if quota.answers_per_day.is_some() || quota.tokens_per_day.is_some() {
            if $db.is_shared() {
                sqlx::query(DAY_TURN)
                    .bind($owner.to_string())
                    .execute(&mut *$tx)
                    .await?;
            }
            let day = usage::day_of($now);
            let (answers, tokens): (i64, i64) = sqlx::query_as(usage::SINCE)
                .bind($owner.to_string())
                .bind(day.get())
                .fetch_one(&mut *$tx)
                .await?;
            if quota.is_used_up(answers, tokens) {
                return Err(Error::UsedUp {
                    left_ms: day.plus(Millis::DAY).since($now),
                });
            }
        }
    }};
}

/// Writes one answer's beginning inside an open transaction of either dialect. The answer in the first lane is the one that is shown.
macro_rules! insert_answer {
    ($tx:expr, $conversation:expr, $parent:expr, $owner:expr, $answer:expr, $lane:expr) => {{
        let (conversation, answer, lane): (_, _, i64) = ($conversation, $answer, $lane);
        sqlx::query(NEW_ANSWER)
            .bind(answer.message.to_string())
            .bind(conversation.to_string())
            .bind($parent.to_string())
            .bind(Json(Vec::<Part>::new()))
            .bind(answer.model.as_str())
            .bind(answer.now.get())
            .execute(&mut *$tx)
            .await?;
        insert_generation!($tx, conversation, $owner, answer, lane);
        if lane == FIRST_LANE {
            sqlx::query(SET_LEAF)
                .bind(conversation.to_string())
                .bind(answer.message.to_string())
                .execute(&mut *$tx)
                .await?;
        }
    }};
}

/// Begins a run. Whoever takes the first lane has the conversation's row, so that nobody else begins meanwhile, and finds that nothing
/// runs in any lane, or gives up with a conflict; the other lanes are taken behind it in the same transaction.
macro_rules! insert_generation {
    ($tx:expr, $conversation:expr, $owner:expr, $answer:expr, $lane:expr) => {{
        let lane: i64 = $lane;
        if lane == FIRST_LANE {
            let running: i64 = sqlx::query_scalar(branches::RUNNING)
                .bind($conversation.to_string())
                .fetch_one(&mut *$tx)
                .await?;
            if running > 0 {
                return Err(Error::Busy);
            }
        }
        sqlx::query(NEW_GENERATION)
            .bind($answer.generation.to_string())
            .bind($conversation.to_string())
            .bind($answer.message.to_string())
            .bind($owner.to_string())
            .bind($answer.model.as_str())
            .bind($answer.node)
            .bind($answer.lease_until.get())
            .bind($answer.now.get())
            .bind($answer.call.to_string())
            .bind(lane)
            .execute(&mut *$tx)
            .await?;
    }};
}

/// What a question of the conversation hangs on, if there is such a question.
macro_rules! find_question {
    ($tx:expr, $conversation:expr, $question:expr) => {{
        let found: Option<(Option<String>,)> = sqlx::query_as(FIND_QUESTION)
            .bind($question.to_string())
            .bind($conversation.to_string())
            .fetch_optional(&mut *$tx)
            .await?;
        found
    }};
}

/// Notes that something happens in the owner's conversation, also `once`, for a single question: the end of its branch, if there is one.
macro_rules! touch {
    ($tx:expr, $owner:expr, $conversation:expr, $answer:expr, $once:expr) => {{
        let once: bool = $once;
        let touched: Option<(Option<String>,)> = sqlx::query_as(TOUCH)
            .bind($conversation.to_string())
            .bind($owner.to_string())
            .bind($answer.now.get())
            .bind($answer.model.as_str())
            .bind($answer.now.plus(TEMPORARY_MS).get())
            .bind(once)
            .fetch_optional(&mut *$tx)
            .await?;
        touched
    }};
}

// Below what they have in common.
mod again;
mod asking;

pub(crate) use again::Decided;

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("FIND_SUBMISSION", asking::FIND_SUBMISSION),
    ("NEW_CONVERSATION", asking::NEW_CONVERSATION),
    ("TOUCH", TOUCH),
    ("NEW_QUESTION", asking::NEW_QUESTION),
    ("NEW_ANSWER", NEW_ANSWER),
    ("NEW_GENERATION", NEW_GENERATION),
    ("FIND_QUESTION", FIND_QUESTION),
    ("SET_LEAF", SET_LEAF),
    ("REOPEN", again::REOPEN),
    ("GO_ON", again::GO_ON),
];
