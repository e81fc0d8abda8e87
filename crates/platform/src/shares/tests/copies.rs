//! What copies of conversations hold, and how many links there can be.

use super::*;

#[tokio::test]
async fn a_question_of_files_only_is_shown_by_their_kinds_and_not_by_their_names() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let id = conversation(&site, 2).await;
        let (owner, question, file) = (site.lin.user(), nth(1), nth(9));
        let handed_in = format!(
            "INSERT INTO message_attachments (id, owner_id, message_id, position, file_id, name, mime, bytes)
             VALUES ('a', '{owner}', '{question}', 0, '{file}', 'diagnosis.png', 'image/png', 7)"
        );
        execute(&db, &handed_in).await;
        execute(
            &db,
            &format!("UPDATE messages SET parts = '[]' WHERE id = '{question}'"),
        )
        .await;
        let made = share(&site, Shareable::Conversation(id)).await;
        let seen = shown(&site, &made, 0).await;
        assert_eq!(seen.messages.len(), 2);
        assert_eq!(seen.messages[0].text, "📎 image · 图片");
        let told = serde_json::to_string(&seen).unwrap();
        assert!(!told.contains("diagnosis"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn what_an_old_text_was_rendered_to_does_not_replace_a_newer_copy() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let id = conversation(&site, 2).await;
        let made = share(&site, Shareable::Conversation(id)).await;
        let late = ["<p>of an older text</p>".to_owned()];
        let version = crate::render::VERSION;
        db.save_shown(made.id, 1, &late, version).await.unwrap();
        let html = shown(&site, &made, 0).await.messages[1].blocks.concat();
        assert!(html.contains("words"), "{html}");
        execute(&db, "UPDATE share_messages SET render_version = 0").await;
        db.save_shown(made.id, 1, &late, version).await.unwrap();
        let html = shown(&site, &made, 0).await.messages[1].blocks.concat();
        assert!(html.contains("of an older text"), "{html}");
    })
    .await;
}

#[tokio::test]
async fn what_an_answer_cites_is_in_the_copy_whatever_renders_it() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let id = conversation(&site, 2).await;
        let cited = r#"[{"type":"text","text":"west[1]"},{"type":"sources","sources":[
            {"number":1,"title":"<b>Lake</b>","url":"https://a.example/lake"},
            {"number":2,"title":"","url":"javascript:alert(1)"}]}]"#;
        let answer = nth(2);
        let sql = format!("UPDATE messages SET parts = '{cited}' WHERE id = '{answer}'");
        execute(&db, &sql).await;
        let made = share(&site, Shareable::Conversation(id)).await;
        let first = shown(&site, &made, 0).await.messages.remove(1).blocks;
        let html = first.concat();
        for part in ["class=\"citation\"", "data-count=\"2\"", "&lt;b&gt;Lake"] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(!html.contains("javascript:"), "{html}");
        execute(
            &db,
            "UPDATE share_messages SET render_version = 0, blocks = '[]'",
        )
        .await;
        let again = shown(&site, &made, 0).await.messages.remove(1).blocks;
        assert_eq!(again, first);
    })
    .await;
}

#[tokio::test]
async fn links_that_are_made_at_the_same_time_stay_within_the_number() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let id = conversation(&site, 2).await;
        let owner = site.lin.user();
        let many = format!(
            "INSERT INTO shares (id, owner_id, token_hash, kind, thing_id, created_at)
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
             SELECT 's-' || CAST(i AS TEXT), '{owner}', 'h-' || CAST(i AS TEXT), 'conversation', '{id}', 0 FROM n"
        );
        execute(&db, &many).await;
        let thing = Shareable::Conversation(id);
        let shares = &site.services.shares;
        let make = || shares.create(&site.lin, thing, ShareLife::Day);
        let (one, two, three) = tokio::join!(make(), make(), make());
        let refused = [one, two, three].into_iter().filter_map(Result::err);
        let refused: Vec<_> = refused.map(|error| error.code()).collect();
        assert_eq!(refused, [FailureCode::TooMany; 2]);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM shares").await, 1_000);
    })
    .await;
}
