//! Somebody of whom something is kept everywhere.

use super::*;

/// Somebody with one row in every table that knows people, and conversations, one of them in the trash.
pub(super) async fn settled(house: &House) -> Caller {
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
        format!("UPDATE generations SET sent = '{{\"wish\":\"答得押韵些\"}}' WHERE id = '{trash}'"),
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
    called(&house.db, user, "model-of-lin").await;
    let seed = "INSERT INTO totp_factors (user_id, secret, last_step, created_at)";
    let seed = format!("{seed} SELECT '{user}', sealed, 0, 0 FROM ({BLOB}) AS b");
    testing::execute(&house.db, &seed).await;
    lin
}

/// A file, a work and a transcript of somebody's, which say whose they are, and a deleted one of each.
pub(super) async fn made(db: &Db, owner: UserId, whose: &str) {
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
            "INSERT INTO jobs (id, submission_id, owner_id, kind, state, priority, attempts, run_at, node, lease_until, cancel_asked, model, \
             input, step, failure, created_at, updated_at, ended_at) VALUES \
             ('j-{whose}', 'j', '{owner}', 'image', 'failed', 0, 1, 0, '', 0, FALSE, 'm', '{{\"prompt\":\"{whose} 没画成的\"}}', \
              '{{\"url\":\"hash-of-result\"}}', '{{\"code\":\"upstream_unavailable\"}}', 0, 0, 1), \
             ('k-{whose}', 'k', '{owner}', 'transcript', 'queued', 0, 0, 0, '', 0, FALSE, 'm', '{{\"translate\":\"en\"}}', '{{}}', NULL, 0, 0, NULL)"
        ),
        format!(
            "INSERT INTO transcript_translations (transcript_id, language, position, text) \
             VALUES ('t-{whose}', 'en', 0, 'What {whose} said')"
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

/// A call of somebody's in the log, which says whose it is by the model.
pub(super) async fn called(db: &Db, owner: UserId, model: &str) {
    let id = uuid::Uuid::from_u128(owner.as_uuid().as_u128() ^ 1);
    let sql = format!(
        "INSERT INTO calls (id, started_at, owner_id, key_id, protocol, operation, model, served_model, upstream, streamed, outcome, status, \
         input_tokens, output_tokens, cached_tokens, reasoning_tokens, images, media_ms, characters, usage_source, cost, priced, duration_ms, \
         request_id) VALUES ('{id}', 0, '{owner}', '', 'page', 'chat', '{model}', '{model}', 'main', TRUE, 'succeeded', 200, 4714, 5, 0, 0, 0, 0, \
         0, 'reported', 1234567, TRUE, 900, 'r')"
    );
    testing::execute(db, &sql).await;
}

/// Some bytes, as both dialects write them.
const BLOB: &str = "SELECT sealed FROM master_key_check";
