//! No query gets slower because somebody else, or the past, has many rows.

use sqlx::{Row, SqlitePool};

use super::*;
use crate::store::{
    answers, assistants, attachments, blobs, bounded, branches, budgets, calls, conversations,
    db::Pool,
    default_models, drafts, expiry, export, files, folders, generations, groups, idempotency,
    imports, instructions, invitations, job_lines, jobs, key_lines, ledger, left_files, library,
    messages, order, parameters, people, queue, ratings, remembered, runs, saved_prompts, search,
    shares, tags, temporary,
    testing::{execute, on_both},
    tool_calls, tools, trail, transcripts, trash, uploads, upstream_copies, upstream_objects,
    usage, usage_report, vectors, works, written,
};

/// Every query whose table grows with use.
const QUERIES: &[&[(&str, &str)]] = &[
    bounded::QUERIES,
    conversations::QUERIES,
    order::QUERIES,
    written::QUERIES,
    tool_calls::QUERIES,
    tools::QUERIES,
    folders::QUERIES,
    tags::QUERIES,
    tags::undo::QUERIES,
    temporary::QUERIES,
    remembered::QUERIES,
    default_models::QUERIES,
    messages::QUERIES,
    answers::QUERIES,
    attachments::QUERIES,
    left_files::QUERIES,
    branches::QUERIES,
    runs::QUERIES,
    generations::QUERIES,
    generations::begin::QUERIES,
    generations::recover::QUERIES,
    drafts::QUERIES,
    queue::QUERIES,
    queue::changes::QUERIES,
    parameters::QUERIES,
    instructions::QUERIES,
    saved_prompts::QUERIES,
    assistants::QUERIES,
    assistants::begun::QUERIES,
    assistants::once::QUERIES,
    assistants::pictures::QUERIES,
    ratings::QUERIES,
    export::QUERIES,
    export::MADE_QUERIES,
    export::MAKING_QUERIES,
    export::TRANSLATION_QUERIES,
    idempotency::QUERIES,
    invitations::QUERIES,
    groups::QUERIES,
    people::QUERIES,
    trail::QUERIES,
    usage::QUERIES,
    budgets::QUERIES,
    ledger::QUERIES,
    upstream_copies::QUERIES,
    upstream_objects::QUERIES,
    usage_report::QUERIES,
    calls::QUERIES,
    calls::days::QUERIES,
    jobs::QUERIES,
    job_lines::QUERIES,
    key_lines::QUERIES,
    works::QUERIES,
    library::QUERIES,
    trash::QUERIES,
    trash::erasing::QUERIES,
    trash::listing::QUERIES,
    expiry::QUERIES,
    shares::QUERIES,
    shares::SNAPSHOT_QUERIES,
    imports::QUERIES,
    vectors::QUERIES,
    transcripts::QUERIES,
    blobs::QUERIES,
    files::QUERIES,
    uploads::QUERIES,
];

/// What recursive queries have read themselves: as long as what is asked for.
const OWN_ROWS: [&str; 4] = ["SCAN b", "SCAN below", "SCAN branch", "SCAN met"];

/// How SQLite says that FTS5 gives the rows that match, below a row and without sorting them.
const BY_TERMS: &str = "SCAN search_terms VIRTUAL TABLE INDEX 192:M";

async fn plan(pool: &SqlitePool, query: &str) -> Vec<String> {
    let explained = format!("EXPLAIN QUERY PLAN {query}");
    let rows = sqlx::query(&explained).fetch_all(pool).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

/// The steps that read a whole table, or a whole index of what is not only running answers.
async fn scans(pool: &SqlitePool, query: &str) -> Vec<String> {
    let mut steps = plan(pool, query).await;
    steps.retain(|step| {
        let bounded = OWN_ROWS.contains(&step.as_str())
            || step.contains("INDEX generations_leases")
            || step == "SCAN CONSTANT ROW"
            || step.starts_with(BY_TERMS);
        step.starts_with("SCAN") && !bounded
    });
    steps
}

#[tokio::test]
async fn each_query_finds_its_rows_by_an_index() {
    on_both(async |db| {
        let Pool::Sqlite(pool) = db.reader() else {
            return;
        };
        for (name, query) in QUERIES.iter().chain(search::QUERIES).copied().flatten() {
            let scans = scans(pool, query).await;
            assert_eq!(scans, [""; 0], "{name}: {:#?}", plan(pool, query).await);
        }
    })
    .await;
}

/// What was counted while tables were small would have queries read them whole when they are large.
#[tokio::test]
async fn queries_are_planned_without_counts_of_rows() {
    on_both(async |db| {
        if !matches!(db.reader(), Pool::Sqlite(_)) {
            return;
        }
        let counts = "SELECT COUNT(*) FROM sqlite_master WHERE name LIKE 'sqlite_stat%'";
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        desk.answered(lin, None, MessageStatus::Complete).await;
        // As an earlier version left it.
        execute(&db, "ANALYZE").await;
        assert!(testing::count(&db, counts).await > 0);
        execute(&db, "DELETE FROM _sqlx_migrations WHERE version = 41").await;
        db.migrate().await.unwrap();
        assert_eq!(testing::count(&db, counts).await, 0);
    })
    .await;
}

/// Of what has the words and is not where it is looked for, nothing but its number is read.
#[tokio::test]
async fn a_narrowed_search_passes_by_what_is_elsewhere() {
    on_both(async |db| {
        let Pool::Sqlite(pool) = db.reader() else {
            return;
        };
        let mut queries = search::QUERIES.iter().copied().flatten();
        let texts = queries.find(|(name, _)| *name == "TEXTS_SQLITE");
        let (_, query) = texts.unwrap();
        let steps = plan(pool, query).await;
        let place = |of: &str| steps.iter().position(|step| step.contains(of)).unwrap();
        assert!(steps[0].starts_with(BY_TERMS), "{steps:#?}");
        assert!(
            place("INDEX conversations_folder") < place("SEARCH e "),
            "{steps:#?}"
        );
        assert!(
            place("INDEX conversation_tags_tag") < place("SEARCH e "),
            "{steps:#?}"
        );
    })
    .await;
}

/// A page of the library is read from its index in its order, and ends with the page.
#[tokio::test]
async fn pages_of_the_library_need_no_sorting() {
    on_both(async |db| {
        let Pool::Sqlite(pool) = db.reader() else {
            return;
        };
        let pages = library::QUERIES.iter().chain(expiry::QUERIES);
        let pages: Vec<_> = pages
            .filter(|(_, query)| query.contains("ORDER BY"))
            .collect();
        assert_eq!(pages.len(), 6);
        for (name, query) in pages {
            let steps = plan(pool, query).await;
            // Neither sorted, nor looked for among all that the owner has for each row.
            let costs =
                |step: &String| step.contains("TEMP B-TREE") || step.contains("transcripts_owner");
            assert!(!steps.iter().any(costs), "{name}: {steps:#?}");
        }
    })
    .await;
}

/// What a person takes along may be much: each page is read from its index in its order.
#[tokio::test]
async fn pages_of_makings_and_translations_need_no_sorting() {
    on_both(async |db| {
        let Pool::Sqlite(pool) = db.reader() else {
            return;
        };
        for (name, query) in [export::MAKING_QUERIES, export::TRANSLATION_QUERIES].concat() {
            let steps = plan(pool, query).await;
            let sorts = |step: &String| step.contains("TEMP B-TREE");
            assert!(!steps.iter().any(sorts), "{name}: {steps:#?}");
        }
    })
    .await;
}

/// A page of everybody's keys is read in its order, whichever that is, and ends with the page.
#[tokio::test]
async fn pages_of_keys_need_no_sorting() {
    on_both(async |db| {
        let Pool::Sqlite(pool) = db.reader() else {
            return;
        };
        let pages = key_lines::QUERIES.iter();
        let pages: Vec<_> = pages
            .filter(|(name, _)| ["NEWEST", "NEWEST_OF_OWNER", "LAST_USED"].contains(name))
            .collect();
        assert_eq!(pages.len(), 3);
        for (name, query) in pages {
            let steps = plan(pool, query).await;
            let sorts = |step: &String| step.contains("TEMP B-TREE FOR ORDER BY");
            assert!(!steps.iter().any(sorts), "{name}: {steps:#?}");
        }
    })
    .await;
}

/// Where a row is deleted, SQLite looks for the rows that refer to it.
#[tokio::test]
async fn what_refers_to_a_deleted_row_is_found_by_an_index() {
    on_both(async |db| {
        let Pool::Sqlite(pool) = db.reader() else {
            return;
        };
        let references = "SELECT t.name AS child, f.\"from\" AS child_column
             FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f
             WHERE t.type = 'table'";
        let references = sqlx::query(references).fetch_all(pool).await.unwrap();
        assert!(!references.is_empty());
        for reference in references {
            let (table, column): (String, String) = (reference.get(0), reference.get(1));
            let query = format!("DELETE FROM {table} WHERE {column} = $1");
            assert_eq!(scans(pool, &query).await, [""; 0], "{query}");
        }
    })
    .await;
}
