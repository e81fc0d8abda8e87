//! A conversation that has grown for years.

use anyhow::Context;
use model::ConversationId;

use crate::support::{Database, TestApp, TestResult};

const MESSAGES: usize = 2_000;

/// What a page holds.
const PAGE: usize = 50;

/// Questions and answers in turn, each the child of the one before.
async fn fill(database: &Database, owner: &str, id: ConversationId) -> TestResult {
    // In the words that both databases know.
    let message = |number: &str| {
        format!(
            "'00000000-0000-7000-8000-' || SUBSTR('000000000000', 1, 12 - LENGTH(CAST({number} AS TEXT))) || ({number})"
        )
    };
    let json = if database.is_postgres() {
        "JSONB"
    } else {
        "TEXT"
    };
    let (this, before) = (message("n"), message("n - 1"));
    let leaf = message(&MESSAGES.to_string());
    let sql = format!(
        "INSERT INTO conversations (id, owner_id, title, title_source, model, leaf_id, created_at, updated_at)
         VALUES ('{id}', '{owner}', 'Years', 'person', 'qwen-plus', {leaf}, 1, 1);
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MESSAGES})
         INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, model, created_at, updated_at)
         SELECT {this}, '{id}', CASE WHEN n > 1 THEN {before} END, CASE n % 2 WHEN 1 THEN 'user' ELSE 'assistant' END,
                'complete', CAST('[{{\"type\":\"text\",\"text\":\"Message ' || n || '\"}}]' AS {json}), 'qwen-plus', n, n
         FROM numbers;"
    );
    database.execute(&sql).await
}

#[tokio::test]
async fn two_thousand_messages_open_with_fifty_and_lead_up_to_the_first() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let owner = lin.session().await?.account.context("not signed in")?.id;
    let id = ConversationId::from_uuid(uuid::Uuid::new_v4());
    fill(&app.database, &owner.to_string(), id).await?;

    let mut page = lin.open(id).await?.messages;
    let mut read = Vec::new();
    loop {
        assert_eq!(page.items.len(), PAGE);
        let texts = page.items.iter().rev().map(|message| {
            if message.text.is_empty() {
                message.blocks.concat()
            } else {
                message.text.clone()
            }
        });
        read.extend(texts);
        match page.older_than {
            Some(first) => page = lin.older(id, first).await?,
            None => break,
        }
    }
    let expected: Vec<String> = (1..=MESSAGES)
        .rev()
        .map(|number| match number % 2 {
            1 => format!("Message {number}"),
            _ => format!("<p>Message {number}</p>"),
        })
        .collect();
    let read: Vec<&str> = read.iter().map(|text| text.trim()).collect();
    assert_eq!(read, expected);
    Ok(())
}
