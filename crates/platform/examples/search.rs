//! How long finding takes: `cargo run --release -p platform --example search -- --messages 1000000 --people 100`.
//!
//! Fills a SQLite file of its own, or the empty database that `--url` names, with conversations of twenty messages in Chinese and
//! English, takes them into the search as the server does, and prints how long it takes to find rare and common words, from the
//! first page on. `--people 1` gives all of it to one.

use std::{
    error::Error,
    io::{self, Write},
    time::{Duration, Instant},
};

use model::{Narrowed, UserId};
use platform::{
    search::Sought,
    store::{Db, DbOptions},
};
use sqlx::{Connection, PgConnection, SqliteConnection};
use uuid::Uuid;

/// Pages that are read of each.
const PAGES: usize = 20;

/// Candidates of a page.
const PAGE: u32 = 50;

/// Messages of a conversation.
const LENGTH: u32 = 20;

/// What is sought, and how much of it there is.
const WORDS: &[(&str, &str)] = &[
    ("a character that all have", "的"),
    ("a word that many have", "模型"),
    ("a word that few have", "炼丹炉"),
    ("a word that nobody has", "饕餮"),
    ("several words", "模型 数据 系统"),
    ("an English word of many", "model"),
    ("how a word begins", "mo"),
    ("an English word of few", "athanor"),
];

const CHINESE: &[&str] = &[
    "模型", "数据", "系统", "的", "训练", "问题", "方法", "可以", "我们", "需要", "一个", "如果",
    "语言", "文本", "结果", "函数", "服务", "用户", "时间", "设计", "测试", "代码", "错误", "请求",
    "性能", "内存", "存储", "索引", "查询", "网络", "安全", "权限", "会议", "报告", "预算", "合同",
];

const ENGLISH: &[&str] = &[
    "model", "data", "system", "training", "question", "method", "index", "query", "server",
    "budget", "report", "memory", "latency", "stream", "tokens", "prompt", "answer", "design",
];

type Failed = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str, otherwise: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        let value = at.and_then(|at| arguments.get(at + 1));
        value.map_or_else(|| otherwise.to_owned(), Clone::clone)
    };
    let messages: u32 = value("--messages", "100000").parse()?;
    let people: u32 = value("--people", "100").parse()?;
    let folder = tempfile::tempdir()?;
    let file = format!("sqlite://{}", folder.path().join("search.db").display());
    let url = value("--url", &file);
    let options = DbOptions {
        url: url.clone(),
        connections: 4,
    };
    let db = Db::open(&options).await?;
    db.migrate().await?;
    let mut out = io::stdout().lock();

    let mut connection = Side::open(&url).await?;
    let began = Instant::now();
    let owner = fill(&mut connection, messages, people).await?;
    writeln!(out, "filling    {:?}", began.elapsed())?;
    let began = Instant::now();
    while db.backfill_search(1_000).await? {}
    let elapsed = began.elapsed();
    let each = elapsed / messages.max(1);
    writeln!(out, "taking in  {elapsed:?}, {each:?} a message")?;
    connection.execute("ANALYZE").await?;

    writeln!(out, "{:<28}{:>7}{:>12}{:>12}", "", "hits", "P50", "worst")?;
    for (name, words) in WORDS {
        let sought = Sought::parse(words).ok_or("nothing to look for")?;
        let mut times = Vec::with_capacity(PAGES);
        let (mut before, mut hits) = (i64::MAX, 0);
        for _ in 0..PAGES {
            let began = Instant::now();
            let everywhere = Narrowed::default();
            let found = db.texts_with(owner, &sought, everywhere, before, PAGE);
            let found = found.await?;
            let marked = found
                .iter()
                .filter(|text| sought.marks(&text.text).is_some());
            hits += marked.count();
            times.push(began.elapsed());
            before = found.last().map_or(i64::MAX, |last| last.title.number);
        }
        times.sort_unstable();
        let worst = times.last().copied().unwrap_or(Duration::ZERO);
        let half = times.get(PAGES / 2).copied().unwrap_or(Duration::ZERO);
        writeln!(out, "{name:<28}{hits:>7}{half:>12.2?}{worst:>12.2?}")?;
    }
    drop(out);
    db.close().await;
    Ok(())
}

/// A connection of its own, for what no service does.
enum Side {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Side {
    async fn open(url: &str) -> Result<Self, Failed> {
        Ok(if url.starts_with("sqlite") {
            Self::Sqlite(SqliteConnection::connect(url).await?)
        } else {
            Self::Postgres(PgConnection::connect(url).await?)
        })
    }

    async fn execute(&mut self, sql: &str) -> Result<(), Failed> {
        match self {
            Self::Sqlite(connection) => {
                sqlx::query(sql).execute(connection).await?;
            }
            Self::Postgres(connection) => {
                sqlx::query(sql).execute(connection).await?;
            }
        }
        Ok(())
    }
}

/// Conversations of all people in turn; gives the first one.
async fn fill(side: &mut Side, messages: u32, people: u32) -> Result<UserId, Failed> {
    let mut chance = Chance(0x5eed);
    let owners: Vec<String> = (0..people.max(1))
        .map(|number| chance.id(number).to_string())
        .collect();
    for owner in &owners {
        let sql = format!(
            "INSERT INTO users (id, email, email_key, name, password_hash, created_at, updated_at)
             VALUES ('{owner}', '{owner}@example.com', '{owner}@example.com', 'Lin', '-', 0, 0)"
        );
        side.execute(&sql).await?;
    }
    side.execute("BEGIN").await?;
    for (number, owner) in (0..messages.div_ceil(LENGTH)).zip(owners.iter().cycle()) {
        let moment = number * LENGTH;
        let conversation = chance.id(moment).to_string();
        let sql = format!(
            "INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at)
             VALUES ('{conversation}', '{owner}', '{}', 'model', 'qwen-plus', 0, {moment})",
            chance.text(4)
        );
        side.execute(&sql).await?;
        let mut rows = Vec::with_capacity(LENGTH as usize);
        for place in 0..LENGTH {
            let parts = format!("[{{\"type\":\"text\",\"text\":\"{}\"}}]", chance.text(60));
            let (id, role) = (
                chance.id(moment + place),
                ["user", "assistant"][place as usize % 2],
            );
            // There is nothing in it that would have to be escaped, and each dialect takes it for its kind of JSON.
            rows.push(format!(
                "('{id}', '{conversation}', '{role}', 'complete', '{parts}', {moment}, {moment})"
            ));
        }
        let rows = rows.join(", ");
        side.execute(&format!(
            "INSERT INTO messages (id, conversation_id, role, status, parts, created_at, updated_at) VALUES {rows}"
        ))
        .await?;
    }
    side.execute("COMMIT").await?;
    Ok(owners.first().ok_or("nobody")?.parse()?)
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % limit
    }

    /// An id of so many milliseconds after a moment.
    fn id(&mut self, moment: u32) -> Uuid {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.next().to_le_bytes());
        let millis = 1_790_000_000_000 + u64::from(moment);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// So many words, a third of them English. In one of ten thousand texts there is a rare one.
    fn text(&mut self, words: usize) -> String {
        let mut text = String::new();
        for _ in 0..words {
            if self.below(3) == 0 {
                text.push(' ');
                text.push_str(ENGLISH[self.below(ENGLISH.len())]);
                text.push(' ');
            } else {
                text.push_str(CHINESE[self.below(CHINESE.len())]);
            }
        }
        if self.below(10_000) == 0 {
            text.push_str("炼丹炉 athanor");
        }
        text
    }
}
