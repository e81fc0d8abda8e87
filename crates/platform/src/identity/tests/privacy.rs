use std::{collections::BTreeMap, io::Read as _};

use model::BuiltIn;

use super::{
    sessions::{caller, in_each_store, member, sign_in},
    *,
};
use crate::{
    identity::{Caller, Credential},
    store::testing::on_both,
};

const HOUR: i64 = 60 * 60 * 1000;

/// Somebody with one row in every table that knows people, and conversations, one of them in the trash.
async fn settled(house: &House) -> Caller {
    let lin = house.identity.signed_up("lin", BuiltIn::Member).await;
    let user = lin.user();
    testing::long_branch(&house.db, user, 450).await;
    let trash = uuid::Uuid::from_u128(77);
    for sql in [
        format!(
            "INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at, deleted_at)
             VALUES ('{trash}', '{user}', 'Thrown away', 'question', 'qwen-plus', 0, 0, 5)"
        ),
        format!(
            "INSERT INTO messages (id, conversation_id, role, status, parts, created_at, updated_at)
             VALUES ('{trash}', '{trash}', 'user', 'complete', '[{{\"type\":\"text\",\"text\":\"扔掉的话\"}}]', 0, 0)"
        ),
        format!(
            "INSERT INTO generations (id, conversation_id, message_id, owner_id, model, status, node, lease_until, started_at)
             VALUES ('{trash}', '{trash}', '{trash}', '{user}', 'qwen-plus', 'done', 'here', 0, 0)"
        ),
        format!("UPDATE generations SET doc_references = '[{{\"title\":\"引用的文档\"}}]' WHERE id = '{trash}'"),
        format!(
            "INSERT INTO message_assistants (message_id, conversation_id, snapshot, parameters)
             VALUES ('{trash}', '{trash}', '{{\"name\":\"单问的助手\"}}', '{{}}')"
        ),
        format!("INSERT INTO generation_chunks (message_id, seq, reasoning, text) VALUES ('{trash}', 1, '', 'x')"),
        format!(
            "INSERT INTO tool_calls (id, owner_id, message_id, position, round, upstream_id, name, arguments, state, text_at, after_blocks,
                                     created_at, updated_at)
             VALUES ('{trash}', '{user}', '{trash}', 0, 1, 'c', 'calculate', 'Lin 的算式', 'done', 0, 0, 0, 0)"
        ),
        format!("INSERT INTO default_tools (user_id, tools, updated_at) VALUES ('{user}', '[\"calculate\"]', 0)"),
        format!("INSERT INTO conversation_tools (conversation_id, tools) VALUES ('{trash}', '[]')"),
        format!(
            "INSERT INTO ratings (message_id, user_id, id, good, comment, updated_at)
             VALUES ('{trash}', '{user}', 'r', TRUE, '说得好', 0)"
        ),
        format!(
            "INSERT INTO drafts (user_id, slot, text, given_values, updated_at)
             VALUES ('{user}', '', '没写完', '[{{\"name\":\"读者\",\"value\":\"我的学生\"}}]', 0)"
        ),
        format!(
            "INSERT INTO queued_messages (id, conversation_id, owner_id, position, text, files, model, version, created_at)
             VALUES ('{trash}', '{trash}', '{user}', 1, '排着的话', '', 'qwen-plus', 0, 0)"
        ),
        format!("INSERT INTO next_parameters (user_id, parameters, updated_at) VALUES ('{user}', '{{\"seed\":4712}}', 0)"),
        format!("INSERT INTO instructions (user_id, about, answers, enabled, updated_at) VALUES ('{user}', '我教语文', '', FALSE, 0)"),
        format!("INSERT INTO folders (id, owner_id, name, name_key, created_at) VALUES ('fo', '{user}', '抽屉', '抽屉', 0)"),
        format!("INSERT INTO folders (id, owner_id, name, name_key, created_at, deleted_at) VALUES ('fd', '{user}', '抽掉的', '抽掉的', 0, 1)"),
        format!("INSERT INTO tags (id, owner_id, name, name_key, created_at) VALUES ('ta', '{user}', '标签甲', '标签甲', 0)"),
        format!("INSERT INTO conversation_tags (conversation_id, tag_id) VALUES ('{trash}', 'ta')"),
        format!("UPDATE conversations SET folder_id = 'fo', folder_before = 'fd' WHERE id = '{trash}'"),
        format!("INSERT INTO memories (user_id, enabled, updated_at) VALUES ('{user}', TRUE, 0)"),
        format!("INSERT INTO memory_facts (id, owner_id, text, created_at, updated_at) VALUES ('fa', '{user}', '我养了一只猫', 0, 0)"),
        format!("INSERT INTO default_models (user_id, model, updated_at) VALUES ('{user}', 'qwen-own-choice', 0)"),
        format!("INSERT INTO user_pictures (user_id, image, updated_at) SELECT '{user}', sealed, 0 FROM ({BLOB}) AS b"),
        "INSERT INTO groups (id, name, name_key, description, created_at, updated_at) VALUES ('g', 'Poets', 'poets', '', 0, 0)".to_owned(),
        format!("INSERT INTO group_members (group_id, user_id, added_at) VALUES ('g', '{user}', 0)"),
        format!(
            "INSERT INTO one_time_tokens (token_hash, purpose, user_id, email, created_at, expires_at)
             VALUES ('hash-of-token', 'reset', '{user}', 'lin@example.com', 0, 9000000000000)"
        ),
        format!(
            "INSERT INTO invitations (id, token_hash, email, roles, groups, created_at, expires_at, used_at, used_by)
             VALUES ('i', 'hash-of-invitation', 'Lin@example.com', '[]', '[]', 0, 0, 0, '{user}')"
        ),
        format!("INSERT INTO recovery_codes (user_id, code_hash) VALUES ('{user}', 'hash-of-code')"),
        format!(
            "INSERT INTO passkeys (id, user_id, name, credential_id, credential, created_at)
             VALUES ('p', '{user}', 'Laptop', 'credential-id', '{{\"of\":\"a passkey\"}}', 0)"
        ),
        format!(
            "INSERT INTO linked_accounts (id, user_id, provider, issuer, subject, email, created_at)
             VALUES ('l', '{user}', 'github', 'https://github.com', '4711', 'lin@github.example', 0)"
        ),
        format!("INSERT INTO known_places (user_id, place_hash, seen_at) VALUES ('{user}', 'hash-of-place', 0)"),
        format!(
            "INSERT INTO token_families (id, user_id, device, address, authenticated_at, created_at, used_at, expires_at)
             VALUES ('{trash}', '{user}', 'Phone', '192.0.2.9', 0, 0, 0, 9000000000000)"
        ),
        format!("INSERT INTO refresh_tokens (token_hash, family_id, created_at) VALUES ('hash-of-refresh', '{trash}', 0)"),
        format!(
            "INSERT INTO api_keys (id, user_id, name, key_hash, hint, scopes, networks, created_at)
             VALUES ('k', '{user}', 'Script', 'hash-of-key', 'lt-abcd…wxyz', '[\"chat.use\"]', '[]', 0)"
        ),
        format!(
            "INSERT INTO account_attempts (account, failures, wait_ms, open_at, last_at) VALUES ('{}', 1, 0, 0, 0)",
            crate::identity::throttle::account_key("lin@example.com")
        ),
    ] {
        testing::execute(&house.db, &sql).await;
    }
    made(&house.db, user, "Lin").await;
    let seed = "INSERT INTO totp_factors (user_id, secret, last_step, created_at)";
    let seed = format!("{seed} SELECT '{user}', sealed, 0, 0 FROM ({BLOB}) AS b");
    testing::execute(&house.db, &seed).await;
    lin
}

/// A file, a work and a transcript of somebody's, which say whose they are, and a deleted one of each.
async fn made(db: &Db, owner: UserId, whose: &str) {
    for sql in [
        format!("INSERT INTO blobs (id, owner_id, state, sha256, bytes, changed_at) VALUES ('b-{whose}', '{owner}', 'kept', 'aa', 3, 0)"),
        format!(
            "INSERT INTO files (id, owner_id, blob_id, kind, name, mime, bytes, created_at)
             VALUES ('f-{whose}', '{owner}', 'b-{whose}', 'image', '{whose}.png', 'image/png', 3, 0)"
        ),
        format!(
            "INSERT INTO message_attachments (id, owner_id, position, file_id, name, mime, bytes)
             VALUES ('a-{whose}', '{owner}', 0, 'f-{whose}', '{whose} 的笔记.md', 'text/plain', 3)"
        ),
        format!(
            "INSERT INTO works (id, owner_id, position, kind, file_id, prompt, model, created_at)
             VALUES ('w-{whose}', '{owner}', 0, 'image', 'f-{whose}', '{whose} 的灯塔', 'm', 0)"
        ),
        format!(
            "INSERT INTO files (id, owner_id, blob_id, kind, name, mime, bytes, created_at, deleted_at)
             VALUES ('g-{whose}', '{owner}', 'b-{whose}', 'work', '{whose} 丢掉的.png', 'image/png', 3, 0, 5)"
        ),
        format!(
            "INSERT INTO works (id, owner_id, position, kind, file_id, prompt, model, created_at, deleted_at)
             VALUES ('x-{whose}', '{owner}', 0, 'image', 'g-{whose}', '{whose} 丢掉的灯塔', 'm', 0, 5)"
        ),
        format!(
            "INSERT INTO transcripts (id, owner_id, title, wish, state, language, duration_ms, sentences, speakers, version, notes_state, \
             notes, translating, created_at, deleted_at) \
             VALUES ('u-{whose}', '{owner}', '{whose} 丢掉的周会', '{{}}', 'ready', 'zh', 9, 1, '[]', 1, 'none', '', '', 0, 5)"
        ),
        format!(
            "INSERT INTO transcripts (id, owner_id, title, wish, state, language, duration_ms, sentences, speakers, version, notes_state, \
             notes, translating, created_at) VALUES ('t-{whose}', '{owner}', '{whose} 的周会', '{{}}', 'ready', 'zh', 9, 1, '[]', 1, 'none', '', '', 0)"
        ),
        format!(
            "INSERT INTO prompts (id, owner_id, name, name_key, text, search_key, created_at, updated_at)
             VALUES ('p-{whose}', '{owner}', 'mine', 'mine', '{whose} 的提示词', '', 0, 0)"
        ),
        format!(
            "INSERT INTO assistants (id, owner_id, audience, name, emoji, description, content, search_key, created_at, updated_at)
             VALUES ('as-{whose}', '{owner}', 'private', '{whose} 的助手', '', '', '{{}}', '', 0, 0)"
        ),
        format!(
            "INSERT INTO assistant_pictures (assistant_id, image, version, updated_at)
             SELECT 'as-{whose}', sealed, 'v', 0 FROM ({BLOB}) AS b"
        ),
        format!(
            "INSERT INTO shares (id, owner_id, token_hash, kind, thing_id, created_at)
             VALUES ('s-{whose}', '{owner}', 'hash-of-link-{whose}', 'conversation', 'c-{whose}', 0)"
        ),
        format!("INSERT INTO share_snapshots (share_id, title, messages, taken_at) VALUES ('s-{whose}', '{whose} 的旧标题', 1, 0)"),
        format!(
            "INSERT INTO share_messages (share_id, position, role, text, blocks, render_version, sources)
             VALUES ('s-{whose}', 0, 'user', '{whose} 给人看的话', '[]', 1, '[{{\"title\":\"{whose} 的出处\"}}]')"
        ),
        format!(
            "INSERT INTO uploads (id, owner_id, name, declared, length, received, parts, expires_at, deferred, recorded_ms)
             VALUES ('u-{whose}', '{owner}', '{whose} 的录音.webm', '', 9, 9, 1, 9, TRUE, 4713)"
        ),
        format!(
            "INSERT INTO upstream_copies (id, owner_id, file_id, upstream, reader, address, expires_at)
             VALUES ('uc-{whose}', '{owner}', 'copied-{whose}', 'main', 'qwen-long', 'hash-of-address', 9)"
        ),
        format!(
            "INSERT INTO transcript_sentences (transcript_id, position, begin_ms, end_ms, text, words, version)
             VALUES ('t-{whose}', 0, 0, 9, '{whose} 说的话', '', 1), ('u-{whose}', 0, 0, 9, '{whose} 丢掉的话', '', 1)"
        ),
    ] {
        testing::execute(db, &sql).await;
    }
}

/// Some bytes, as both dialects write them.
const BLOB: &str = "SELECT sealed FROM master_key_check";

fn unpacked(zip: Vec<u8>) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (
                file.name().unwrap().into_owned(),
                String::from_utf8_lossy(&bytes).into_owned(),
            )
        })
        .collect()
}

async fn house_on(db: &Db) -> House {
    let house = House::with(db, cheap());
    house.identity.0.vault.prove(db).await.unwrap();
    house
}

/// DP-08.
#[tokio::test]
async fn an_export_holds_everything_of_ones_own_and_no_secret() {
    on_both(async |db| {
        let house = house_on(&db).await;
        let tao = house.identity.signed_up("tao", BuiltIn::Member).await;
        let other = "INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at)";
        let other = format!("{other} VALUES ('of-tao', '{}', 'Secret plans', 'question', 'm', 0, 0)", tao.user());
        testing::execute(&house.db, &other).await;
        made(&house.db, tao.user(), "tao").await;
        let lin = settled(&house).await;
        let files = unpacked(house.identity.export(&lin).await.unwrap());

        let first = testing::nth(1);
        let json = &files[&format!("conversations/{first}.json")];
        assert_eq!(json.lines().count(), 451, "the head and every message");
        let last: serde_json::Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
        assert_eq!(last["parts"][0]["text"], "words");
        let readable = &files[&format!("conversations/{first}.md")];
        assert_eq!(readable.matches("words").count(), 450);
        let trash = uuid::Uuid::from_u128(77);
        assert!(files[&format!("conversations/{trash}.md")].contains("扔掉的话"));
        assert!(files[&format!("conversations/{trash}.json")].contains("引用的文档"));
        assert!(files[&format!("conversations/{trash}.json")].contains("单问的助手"));

        let account = &files["account.json"];
        for known in ["lin@example.com", "member", "Poets", "Script", "lt-abcd…wxyz", "4711", "Laptop", "没写完", "我的学生", "排着的话", "4712", "我教语文", "说得好", "抽屉", "抽掉的", "标签甲", "我养了一只猫", "qwen-own-choice", "Lin 的录音.webm", "4713", "copied-Lin"] {
            assert!(account.contains(known), "{known} is not in {account}");
        }
        assert!(files["sessions.json"].contains("Chrome · Linux"));
        assert!(files["sessions.json"].contains("Phone"));
        assert!(files["activity.jsonl"].contains("account.export"));
        assert!(files.contains_key("picture.png"));
        assert!(files["files.jsonl"].contains("Lin.png"));
        assert!(files["attachments.jsonl"].contains("Lin 的笔记.md"));
        assert!(files["works.jsonl"].contains("Lin 的灯塔"));
        assert!(files["prompts.jsonl"].contains("Lin 的提示词"));
        assert!(files["tool_calls.jsonl"].contains("Lin 的算式"));
        assert!(files["assistants.jsonl"].contains("Lin 的助手"));
        assert!(files.contains_key("assistants/as-Lin.png") && !files.contains_key("assistants/as-tao.png"));
        assert!(files["shares.jsonl"].contains("Lin 的旧标题"));
        let shown = &files["shares/s-Lin.jsonl"];
        assert!(shown.contains("Lin 给人看的话") && shown.contains("Lin 的出处"));
        // What can be brought back is kept, so it is taken along, as what it is.
        for (entry, discarded) in [
            ("files.jsonl", "Lin 丢掉的.png"),
            ("works.jsonl", "Lin 丢掉的灯塔"),
            ("transcripts/u-Lin.jsonl", "Lin 丢掉的周会"),
        ] {
            let line = files[entry].lines().find(|line| line.contains(discarded));
            assert!(line.unwrap().contains("\"deleted_at\":5"), "{entry}: {line:?}");
        }
        assert!(files["transcripts/u-Lin.jsonl"].contains("Lin 丢掉的话"));
        assert!(files["works.jsonl"].contains("\"deleted_at\":null"));
        assert!(files[&format!("conversations/{trash}.md")].contains("deleted 1970-01-01"));
        assert!(!files[&format!("conversations/{first}.md")].contains("deleted"));
        let transcript = &files["transcripts/t-Lin.jsonl"];
        assert_eq!(transcript.lines().count(), 2);
        assert!(transcript.contains("Lin 的周会") && transcript.contains("Lin 说的话"));

        let all = files.values().cloned().collect::<String>();
        for secret in ["hash-of-", "credential-id", "a passkey", "Secret plans", "tao"] {
            assert!(!all.contains(secret), "{secret}");
        }
    })
    .await;
}

/// SE-11.
#[tokio::test]
async fn taking_along_and_leaving_need_a_fresh_proof() {
    on_both(async |db| {
        let house = house_on(&db).await;
        let (_, cookie) = member(&house).await;
        house.clock.advance(HOUR);
        let lin = caller(&house, cookie).await.unwrap();
        let answer = house.identity.export(&lin).await;
        assert_eq!(code(answer.map(drop)), Err(FailureCode::StepUpNeeded));
        let answer = house.identity.delete_account(&lin, "lin@example.com").await;
        assert_eq!(code(answer), Err(FailureCode::StepUpNeeded));
    })
    .await;
}

/// A key says nothing of who holds it now.
#[tokio::test]
async fn a_key_opens_nothing_of_ones_own_matters() {
    on_both(async |db| {
        let house = house_on(&db).await;
        let lin = house.identity.signed_up("lin", BuiltIn::Member).await;
        let access = db.access(lin.user()).await.unwrap();
        let id = model::ApiKeyId::from_uuid(house.identity.0.ids.next());
        let visitor = Visitor::at(HOME);
        let key = Caller::new(lin.user(), access, Credential::Key { id }, visitor);
        let identity = &house.identity;
        let refused = Err(FailureCode::Forbidden);
        assert_eq!(code(identity.export(&key).await.map(drop)), refused);
        assert_eq!(
            code(identity.delete_account(&key, "lin@example.com").await),
            refused
        );
        assert_eq!(code(identity.sessions(&key).await.map(drop)), refused);
        assert_eq!(
            code(identity.end_other_sessions(&key).await.map(drop)),
            refused
        );
        assert_eq!(code(identity.profile(&key).await.map(drop)), refused);
        assert_eq!(code(identity.set_picture(&key, b"").await), refused);
        assert_eq!(code(identity.remove_picture(&key).await), refused);
    })
    .await;
}

/// DP-07: every table that knows people is looked at, also one that is added later.
#[tokio::test]
async fn a_deleted_account_is_gone_from_every_table_but_the_log() {
    on_both(async |db| {
        let house = house_on(&db).await;
        let tao = house.identity.signed_up("tao", BuiltIn::Member).await;
        let lin = settled(&house).await;
        let user = lin.user();
        let identity = &house.identity;
        for wrong in ["", "tao@example.com", "lin@example.co"] {
            let answer = identity.delete_account(&lin, wrong).await;
            assert_eq!(code(answer), Err(FailureCode::NotConfirmed));
        }
        let tables = tables(&db).await;
        for known in ["users", "sessions", "drafts", "api_keys", "conversations", "known_places"] {
            assert!(tables.iter().any(|(table, _)| table == known), "{known}");
        }
        for (table, column) in &tables {
            let of = format!("SELECT COUNT(*) FROM {table} WHERE {column} = '{user}'");
            if house.count(&of).await == 0 {
                // Added later than this test: at least the database is told what to do.
                let told = "CASCADE, SET NULL";
                assert!(told.contains(&*rule(&db, table, column).await), "{table}.{column}");
            }
        }

        identity.delete_account(&lin, " LIN@example.com ").await.unwrap();
        for (table, column) in &tables {
            let of = format!("SELECT COUNT(*) FROM {table} WHERE {column} = '{user}'");
            assert_eq!(house.count(&of).await, 0, "{table}.{column}");
        }
        for table in [
            "conversations",
            "messages",
            "generations",
            "generation_chunks",
            "refresh_tokens",
            "invitations",
            "account_attempts",
        ] {
            let rows = house.count(&format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(rows, 0, "{table}");
        }
        let lines = format!("SELECT COUNT(*) FROM audit_log WHERE action = 'account.delete' AND object_id = '{user}'");
        assert_eq!(house.count(&lines).await, 1);
        let named = "SELECT COUNT(*) FROM audit_log WHERE details LIKE '%lin@%'";
        assert_eq!(house.count(named).await, 0);
        assert!(db.is_enabled(tao.user()).await.unwrap());
        let again = identity.delete_account(&lin, "lin@example.com").await;
        assert_eq!(code(again), Err(FailureCode::SignInNeeded));
    })
    .await;
}

/// SE-07.
#[tokio::test]
async fn who_deleted_their_account_is_out_everywhere() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let second = sign_in(&house, user).await;
        let lin = caller(&house, first).await.unwrap();
        let stream = tokio::spawn(house.identity.until_ended(&lin));
        let identity = &house.identity;
        identity
            .delete_account(&lin, "lin@example.com")
            .await
            .unwrap();
        tokio::time::timeout(std::time::Duration::from_secs(1), stream)
            .await
            .unwrap()
            .unwrap();
        for cookie in [first, second] {
            let answer = caller(&house, cookie).await;
            assert_eq!(answer.map(drop), Err(FailureCode::SignInNeeded));
        }
        assert!(identity.0.sessions.of(user).await.unwrap().is_empty());
    })
    .await;
}

/// AC-15.
#[tokio::test]
async fn the_last_owner_cannot_leave_and_of_two_who_leave_at_once_one_stays() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let identity = &house.identity;
        let one = identity.signed_up("one", BuiltIn::Owner).await;
        let answer = identity.delete_account(&one, "one@example.com").await;
        assert_eq!(code(answer), Err(FailureCode::LastOwner));
        // Who is disabled answers for nothing.
        identity.signed_up("off", BuiltIn::Owner).await;
        house.disable("off@example.com").await;
        let answer = identity.delete_account(&one, "one@example.com").await;
        assert_eq!(code(answer), Err(FailureCode::LastOwner));

        let two = identity.signed_up("two", BuiltIn::Owner).await;
        let (first, second) = tokio::join!(
            identity.delete_account(&one, "one@example.com"),
            identity.delete_account(&two, "two@example.com"),
        );
        let answers = [code(first), code(second)];
        assert!(answers.contains(&Ok(())), "{answers:?}");
        assert!(
            answers.contains(&Err(FailureCode::LastOwner)),
            "{answers:?}"
        );
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'account.delete'";
        assert_eq!(house.count(lines).await, 1);
    })
    .await;
}

/// Tables and columns that refer to people.
async fn tables(db: &Db) -> Vec<(String, String)> {
    use crate::store::testing::rows;
    let found = if db.is_shared() {
        rows(
            db,
            "SELECT c.relname || '.' || a.attname FROM pg_constraint f
             JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
             WHERE f.contype = 'f' AND p.relname = 'users' AND c.relnamespace = CURRENT_SCHEMA::regnamespace",
        )
        .await
    } else {
        rows(
            db,
            "SELECT t.name || '.' || f.\"from\" FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f
             WHERE t.type = 'table' AND f.\"table\" = 'users'",
        )
        .await
    };
    let mut tables: Vec<_> = found
        .iter()
        .filter_map(|name| name.split_once('.'))
        .map(|(table, column)| (table.to_owned(), column.to_owned()))
        .collect();
    tables.push(("users".to_owned(), "id".to_owned()));
    tables
}

/// What becomes of the column when the person is deleted.
async fn rule(db: &Db, table: &str, column: &str) -> String {
    let sql = if db.is_shared() {
        format!(
            "SELECT CASE f.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END
             FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
             WHERE f.contype = 'f' AND c.relname = '{table}' AND a.attname = '{column}'
               AND c.relnamespace = CURRENT_SCHEMA::regnamespace"
        )
    } else {
        format!(
            "SELECT on_delete FROM pragma_foreign_key_list('{table}') WHERE \"from\" = '{column}'"
        )
    };
    testing::rows(db, &sql).await.remove(0)
}
