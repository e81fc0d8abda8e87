use model::{BuiltIn, Habits};

use super::*;
use crate::store::{
    DbOptions, Error, Reading,
    testing::{execute, on_both, on_both_empty},
};

#[tokio::test]
async fn migrating_again_changes_nothing() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        db.migrate().await.unwrap();
        assert_eq!(desk.read(lin, turn).await.text(), "春眠不觉晓");
    })
    .await;
}

#[tokio::test]
async fn a_schema_newer_than_the_program_is_refused_and_left_alone() {
    on_both(async |db| {
        let newer =
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
        execute(&db, newer).await;
        execute(&db, "DROP TABLE drafts").await;
        assert!(matches!(db.migrate().await, Err(Error::Migration(_))));
        let applied = "SELECT COUNT(*) FROM _sqlx_migrations WHERE version = 9999";
        assert_eq!(testing::count(&db, applied).await, 1);
        let rebuilt = testing::try_count(&db, "SELECT COUNT(*) FROM drafts").await;
        assert!(rebuilt.is_err());
    })
    .await;
}

#[tokio::test]
async fn processes_that_start_at_once_agree_on_one_schema() {
    on_both_empty(async |url| {
        let options = DbOptions {
            url,
            connections: 2,
        };
        let start = async || {
            let db = Db::open(&options).await?;
            db.migrate().await?;
            Ok::<_, Error>(db)
        };
        for db in futures_util::future::join_all((0..8).map(|_| start())).await {
            let db = db.unwrap();
            assert_eq!(testing::count(&db, "SELECT COUNT(*) FROM users").await, 0);
            db.close().await;
        }
    })
    .await;
}

/// Rows of a database that version 1 wrote; both dialects read them.
const VERSION_1: &[&str] = &[
    "INSERT INTO users (id, email, email_key, name, role, password_hash, created_at, updated_at)
     VALUES ('01990000-0000-7000-8000-000000000001', 'Lin@example.com', 'lin@example.com', 'Lin', 'owner', '-', 1, 1)",
    "INSERT INTO conversations (id, owner_id, title, title_source, model, leaf_id, created_at, updated_at)
     VALUES ('01990000-0000-7000-8000-000000000002', '01990000-0000-7000-8000-000000000001', '春晓', 'person', 'qwen-plus',
             '01990000-0000-7000-8000-000000000004', 2, 3)",
    r#"INSERT INTO messages (id, conversation_id, role, status, parts, created_at, updated_at)
     VALUES ('01990000-0000-7000-8000-000000000003', '01990000-0000-7000-8000-000000000002', 'user', 'complete',
             '[{"type":"text","text":"背一首诗"}]', 2, 2)"#,
    r"INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, last_seq, created_at, updated_at)
     VALUES ('01990000-0000-7000-8000-000000000004', '01990000-0000-7000-8000-000000000002',
             '01990000-0000-7000-8000-000000000003', 'assistant', 'generating', '[]', 0, 3, 3)",
    "INSERT INTO generations (id, conversation_id, message_id, owner_id, model, status, node, lease_until, started_at)
     VALUES ('01990000-0000-7000-8000-000000000005', '01990000-0000-7000-8000-000000000002',
             '01990000-0000-7000-8000-000000000004', '01990000-0000-7000-8000-000000000001', 'qwen-plus', 'running', 'here', 4, 3)",
    "INSERT INTO generation_chunks (message_id, seq, reasoning, text)
     VALUES ('01990000-0000-7000-8000-000000000004', 1, '', '春眠不觉晓')",
    "INSERT INTO drafts (user_id, slot, text, updated_at) VALUES ('01990000-0000-7000-8000-000000000001', '', '半句', 5)",
];

/// Another person, of the version before roles could be given: the first is the owner, this one was a member.
const MEMBER: &str =
    "INSERT INTO users (id, email, email_key, name, role, password_hash, disabled, created_at, updated_at)
     VALUES ('01990000-0000-7000-8000-000000000009', 'tao@example.com', 'tao@example.com', 'Tao', 'member', 'tao-hash', TRUE, 2, 2)";

#[tokio::test]
async fn people_of_earlier_versions_keep_their_role_and_their_password() {
    on_both_empty(async |url| {
        for version in [1, 2] {
            let url = match url.strip_suffix("test.db") {
                Some(folder) => format!("{folder}{version}.db"),
                // One schema is enough for one step: what is there is migrated from the later version only.
                None if version == 1 => continue,
                None => url.clone(),
            };
            let options = DbOptions {
                url,
                connections: 2,
            };
            let db = Db::open(&options).await.unwrap();
            db.migrate_to(version).await.unwrap();
            execute(&db, VERSION_1[0]).await;
            execute(&db, MEMBER).await;
            db.migrate().await.unwrap();
            for (id, role, hash, disabled) in [
                (
                    "01990000-0000-7000-8000-000000000001",
                    BuiltIn::Owner,
                    "-",
                    false,
                ),
                (
                    "01990000-0000-7000-8000-000000000009",
                    BuiltIn::Member,
                    "tao-hash",
                    true,
                ),
            ] {
                let id: UserId = id.parse().unwrap();
                let user = db.user(id).await.unwrap().unwrap();
                assert_eq!(user.password_hash.as_deref(), Some(hash));
                assert_eq!((user.disabled, user.email_verified_at), (disabled, None));
                assert_eq!(user.habits, Habits::default());
                let access = db.access(id).await.unwrap();
                assert_eq!(access.rank, role.rank(), "{role:?}");
                assert_eq!(access.permissions, role.permissions());
                let roles = format!(
                    "SELECT COUNT(*) FROM user_roles WHERE user_id = '{id}' AND role_id = '{}'",
                    role.id()
                );
                assert_eq!(testing::count(&db, &roles).await, 1);
            }
            assert!(
                testing::try_count(&db, "SELECT COUNT(role) FROM users")
                    .await
                    .is_err()
            );
            db.close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_an_earlier_version_wrote_is_there_after_each_step() {
    on_both_empty(async |url| {
        let options = DbOptions {
            url,
            connections: 2,
        };
        let db = Db::open(&options).await.unwrap();
        db.migrate_to(1).await.unwrap();
        for row in VERSION_1 {
            execute(&db, row).await;
        }
        db.migrate().await.unwrap();
        let first_lane = "SELECT COUNT(*) FROM generations WHERE status = 'running' AND lane = 0";
        assert_eq!(testing::count(&db, first_lane).await, 1);
        assert_eq!(db.interrupt_abandoned(NOW, NOW).await.unwrap(), 1);
        let lin = "01990000-0000-7000-8000-000000000001".parse().unwrap();
        let conversation = "01990000-0000-7000-8000-000000000002".parse().unwrap();
        let kept = db.conversation(lin, conversation).await.unwrap().unwrap();
        assert_eq!(kept.title.as_str(), "春晓");
        let branch = db
            .branch(lin, conversation, kept.leaf.unwrap(), 10)
            .await
            .unwrap();
        let set = db.parameters(lin, Some(conversation)).await.unwrap();
        assert!(set.unwrap().is_empty());
        let sent = db.runs(lin, conversation, branch[1].id).await.unwrap();
        assert_eq!(sent[0].sent, model::Sent::default());
        let texts: Vec<_> = branch.iter().map(Message::text).collect();
        assert_eq!(texts, ["背一首诗", "春眠不觉晓"]);
        let draft = db.draft(lin, None).await.unwrap();
        assert_eq!((draft.0.as_str(), draft.1), ("半句", Vec::new()));
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_of_an_earlier_version_finds_its_call() {
    on_both_empty(async |url| {
        let options = DbOptions {
            url,
            connections: 2,
        };
        let db = Db::open(&options).await.unwrap();
        db.migrate_to(1).await.unwrap();
        for row in VERSION_1 {
            execute(&db, row).await;
        }
        db.migrate_to(8).await.unwrap();
        // Calls were told apart by the run's id, among others that have nothing to do with a run.
        for (id, request, cost) in [("a", "01990000-0000-7000-8000-000000000005", 120), ("b", "another", 7)] {
            let call = format!(
                "INSERT INTO calls VALUES ('01990000-0000-7000-8000-00000000000{id}', 3, '01990000-0000-7000-8000-000000000001',
                 '', 'page', 'chat', 'qwen-plus', 'qwen-plus', 'bailian', TRUE, 'interrupted', NULL, NULL, 9, 5, 0, 0, 0, 0, 0,
                 'estimated', {cost}, TRUE, NULL, 900, '{request}', NULL)"
            );
            execute(&db, &call).await;
        }
        db.migrate().await.unwrap();
        let lin = "01990000-0000-7000-8000-000000000001".parse().unwrap();
        let conversation = "01990000-0000-7000-8000-000000000002".parse().unwrap();
        let answer = "01990000-0000-7000-8000-000000000004".parse().unwrap();
        let runs = db.runs(lin, conversation, answer).await.unwrap();
        let costs: Vec<_> = runs.iter().map(|run| run.call.map(|call| call.cost)).collect();
        assert_eq!(costs, [Some(120)]);
        let first = db.branch(lin, conversation, answer, 9).await.unwrap().remove(0);
        assert_eq!((first.branch.index, first.branch.count, first.edited), (1, 1, false));
        db.close().await;
    })
    .await;
}

/// What somebody had made with version 8: a work, a transcript in which something is said, and one that was never heard.
const VERSION_8: &[&str] = &[
    "INSERT INTO users (id, email, email_key, name, password_hash, created_at, updated_at)
     VALUES ('01990000-0000-7000-8000-000000000001', 'Lin@example.com', 'lin@example.com', 'Lin', '-', 1, 1)",
    "INSERT INTO blobs (id, owner_id, state, sha256, bytes, changed_at)
     VALUES ('01990000-0000-7000-8000-000000000002', '01990000-0000-7000-8000-000000000001', 'kept', 'ab', 1, 1)",
    "INSERT INTO files (id, owner_id, blob_id, kind, name, mime, bytes, created_at)
     VALUES ('01990000-0000-7000-8000-000000000003', '01990000-0000-7000-8000-000000000001',
             '01990000-0000-7000-8000-000000000002', 'work', 'a.png', 'image/png', 1, 1)",
    "INSERT INTO works (id, owner_id, position, kind, file_id, prompt, model, created_at)
     VALUES ('01990000-0000-7000-8000-000000000004', '01990000-0000-7000-8000-000000000001', 0, 'image',
             '01990000-0000-7000-8000-000000000003', '灯塔', 'wan2.2-t2i-flash', 1)",
    "INSERT INTO transcripts (id, owner_id, title, wish, state, language, duration_ms, sentences, speakers, version, notes_state, notes,
             translating, created_at)
     VALUES ('01990000-0000-7000-8000-000000000005', '01990000-0000-7000-8000-000000000001', '周会', '{}', 'ready', 'zh', 9, 3, '[]', 0,
             'none', '{}', 'none', 1),
            ('01990000-0000-7000-8000-000000000006', '01990000-0000-7000-8000-000000000001', '空', '{}', 'failed', 'zh', 9, 0, '[]', 0,
             'none', '{}', 'none', 1)",
];

#[tokio::test]
async fn what_was_made_before_is_yet_to_be_read_for_the_search() {
    on_both_empty(async |url| {
        let options = DbOptions {
            url,
            connections: 2,
        };
        let db = Db::open(&options).await.unwrap();
        db.migrate_to(8).await.unwrap();
        for row in VERSION_8 {
            execute(&db, row).await;
        }
        db.migrate().await.unwrap();
        let lin = "01990000-0000-7000-8000-000000000001".parse().unwrap();
        for kind in [Reading::Works, Reading::Transcripts] {
            assert_eq!(db.count_unread(lin, kind).await.unwrap(), 1, "{kind:?}");
        }
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_shared_before_is_shared_still() {
    on_both_empty(async |url| {
        let options = DbOptions {
            url,
            connections: 2,
        };
        let db = Db::open(&options).await.unwrap();
        db.migrate_to(8).await.unwrap();
        for row in VERSION_8 {
            execute(&db, row).await;
        }
        db.migrate_to(11).await.unwrap();
        for (share, kind, thing) in [("7", "work", "4"), ("8", "transcript", "5")] {
            let id = "01990000-0000-7000-8000-00000000000";
            let share = format!(
                "INSERT INTO shares (id, owner_id, token_hash, kind, thing_id, created_at)
                 VALUES ('{id}{share}', '{id}1', 'hash-{share}', '{kind}', '{id}{thing}', 1)"
            );
            execute(&db, &share).await;
        }
        db.migrate().await.unwrap();
        let lin = "01990000-0000-7000-8000-000000000001".parse().unwrap();
        let listed = db.shares(lin, None, 10, NOW).await.unwrap();
        let titles: Vec<_> = listed.iter().map(|share| share.title.as_str()).collect();
        assert_eq!(titles, ["周会", "灯塔"]);
        assert!(listed.iter().all(|share| share.taken_at.is_none()));
        db.close().await;
    })
    .await;
}

/// It is booked at the prices of its end, as it was then.
#[tokio::test]
async fn a_call_that_waited_before_prices_were_kept_waits_on() {
    on_both_empty(async |url| {
        let options = DbOptions {
            url,
            connections: 2,
        };
        let db = Db::open(&options).await.unwrap();
        for (from, call, task) in [(4, "1", "t-1"), (29, "2", "batch:b-1")] {
            db.migrate_to(from).await.unwrap();
            let accounts = r#"{"date":0,"day":0,"month":0,"groups":[],"held":[]}"#;
            let hold = format!(
                "INSERT INTO call_holds VALUES ('01990000-0000-7000-8000-00000000000{call}', 'n', 3, '01990000-0000-7000-8000-000000000009',
                 '', 'openai', 'image', 'm', 'm', 'bailian', FALSE, 'r', '{task}', '{accounts}', 100, 0, 0, TRUE)"
            );
            execute(&db, &hold).await;
        }
        db.migrate().await.unwrap();
        for task in ["t-1", "batch:b-1"] {
            let hold = db.hold_of_task(task).await.unwrap().unwrap();
            assert_eq!((hold.amount, &*hold.served_model), (100, "m"));
            assert_eq!(hold.tariff, "");
        }
        assert_eq!(db.waiting_holds(None, 10).await.unwrap().len(), 2);
        db.close().await;
    })
    .await;
}
