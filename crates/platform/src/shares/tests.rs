//! What links promise, on both databases.

mod copies;
mod files;

use model::{
    BuiltIn, ConversationId, FailureCode, LibraryId, MessageId, NewShare, Share, ShareLife,
    Shareable, SharedContent, SharedConversation, SharedKind, TranscriptId, WorkId,
};

use crate::{
    Error,
    identity::Caller,
    store::{
        Db,
        testing::{count, execute, long_branch, nth, on_both},
    },
    works::testing::{Site, image_of},
};

const PROMPT: &str = "雾中的灯塔 <b>";

/// A site with a work of Lin's.
async fn with_a_work(db: &Db) -> (Site, WorkId) {
    let site = Site::at_rest(db).await;
    site.begin();
    let works = site.made(&image_of(PROMPT)).await;
    (site, works[0].id)
}

async fn share(site: &Site, thing: Shareable) -> NewShare {
    let shares = &site.services.shares;
    let made = shares.create(&site.lin, thing, ShareLife::Week).await;
    made.unwrap()
}

fn token(share: &NewShare) -> &str {
    share.link.rsplit('/').next().unwrap()
}

async fn listed(site: &Site, caller: &Caller) -> Vec<Share> {
    site.services.shares.list(caller, None).await.unwrap().items
}

/// Nobody can tell that it ever was there.
async fn is_gone(site: &Site, token: &str) {
    let shares = &site.services.shares;
    assert!(matches!(shares.open(token, 0).await, Err(Error::NotFound)));
    let content = shares.content(token).await.map(|_| ());
    assert!(matches!(content, Err(Error::NotFound)));
}

/// AC-11, AC-12.
#[tokio::test]
async fn a_link_shows_its_work_and_nothing_about_whose_it_is() {
    on_both(async |db| {
        let (site, work) = with_a_work(&db).await;
        let made = share(&site, Shareable::Work(work)).await;
        assert!(made.link.contains("/s/") && token(&made).len() >= 43);
        let shared = site.services.shares.open(token(&made), 0).await.unwrap();
        let SharedContent::Work(shown) = &shared.content else {
            panic!("{shared:?}");
        };
        assert_eq!(
            (shown.prompt.as_str(), shown.model.as_str()),
            (PROMPT, "wan2.2-t2i-flash")
        );
        assert_eq!(shared.expires_at, made.expires_at);
        let kept = db.work(site.lin.user(), work).await.unwrap().unwrap();
        let told = serde_json::to_string(&shared).unwrap();
        for secret in [
            site.lin.user().to_string(),
            work.to_string(),
            kept.file.to_string(),
            "lin@example.com".to_owned(),
        ] {
            assert!(!told.contains(&secret), "{told}");
        }
        let content = site.services.shares.content(token(&made)).await.unwrap();
        assert_eq!(content.file.id, kept.file);
        let in_clear = format!(
            "SELECT COUNT(*) FROM shares WHERE token_hash LIKE '%{}%'",
            token(&made)
        );
        assert_eq!(count(&db, &in_clear).await, 0);
        let told = "SELECT COUNT(*) FROM audit_log WHERE action = 'share.create'";
        assert_eq!(count(&db, told).await, 1);
    })
    .await;
}

/// AC-12: each end is at once, and looks like a link that never was.
#[tokio::test]
async fn a_link_ends_with_whatever_it_stands_on() {
    on_both(async |db| {
        let (site, work) = with_a_work(&db).await;
        let thing = Shareable::Work(work);
        let shares = &site.services.shares;
        is_gone(&site, "guessed").await;
        is_gone(&site, &"x".repeat(10_000)).await;

        let revoked = share(&site, thing).await;
        shares.open(token(&revoked), 0).await.unwrap();
        shares.revoke(&site.lin, revoked.id).await.unwrap();
        is_gone(&site, token(&revoked)).await;
        let again = shares.revoke(&site.lin, revoked.id).await;
        assert!(matches!(again, Err(Error::NotFound)));

        let expired = share(&site, thing).await;
        shares.open(token(&expired), 0).await.unwrap();
        execute(&db, "UPDATE shares SET expires_at = 1").await;
        is_gone(&site, token(&expired)).await;

        let other = share(&site, thing).await;
        for (end, undo) in [
            (
                "UPDATE users SET disabled = TRUE",
                "UPDATE users SET disabled = FALSE",
            ),
            (
                "UPDATE user_roles SET role_id = '00000000-0000-7000-8000-000000000006'",
                "UPDATE user_roles SET role_id = '00000000-0000-7000-8000-000000000005'",
            ),
        ] {
            execute(&db, end).await;
            is_gone(&site, token(&other)).await;
            execute(&db, undo).await;
            shares.open(token(&other), 0).await.unwrap();
        }
        let deleted = site.services.works.delete(&site.lin, &[work]).await;
        assert_eq!(deleted.unwrap(), 1);
        is_gone(&site, token(&other)).await;
        assert!(listed(&site, &site.lin).await.is_empty());
        // The one that expired; the other one works again with its work.
        assert_eq!(shares.purge().await.unwrap(), 1);
        let library = &site.services.library;
        let thing = LibraryId::Work(work);
        assert_eq!(library.restore(&site.lin, &[thing]).await.unwrap(), 1);
        shares.open(token(&other), 0).await.unwrap();
        library.delete(&site.lin, &[thing]).await.unwrap();
        library.erase(&site.lin, &[thing]).await.unwrap();
        assert_eq!(shares.purge().await.unwrap(), 1);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM shares").await, 0);
    })
    .await;
}

#[tokio::test]
async fn only_what_is_ones_own_can_be_shared_and_taken_back() {
    on_both(async |db| {
        let (site, work) = with_a_work(&db).await;
        let shares = &site.services.shares;
        let thing = Shareable::Work(work);
        let eve = site.services.identity.signed_up("eve", BuiltIn::Member);
        let eve = eve.await;
        let guest = site.services.identity.signed_up("guest", BuiltIn::Guest);
        let guest = guest.await;

        let stolen = shares.create(&eve, thing, ShareLife::Day).await;
        assert!(matches!(stolen, Err(Error::NotFound)));
        let refused = shares.create(&guest, thing, ShareLife::Day).await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::Forbidden);
        let endless = shares.create(&site.lin, thing, ShareLife::Endless).await;
        assert_eq!(endless.unwrap_err().code(), FailureCode::InvalidExpiry);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM shares").await, 0);

        let made = share(&site, thing).await;
        let foreign = shares.revoke(&eve, made.id).await;
        assert!(matches!(foreign, Err(Error::NotFound)));
        assert!(listed(&site, &eve).await.is_empty());
        let mine = listed(&site, &site.lin).await;
        assert_eq!((mine.len(), mine[0].thing), (1, thing));
        assert_eq!(mine[0].title, PROMPT);
        shares.open(token(&made), 0).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_transcript_is_read_as_it_stands_without_its_recording() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let id = "01990000-0000-7000-8000-0000000000aa";
        let transcript = format!(
            "INSERT INTO transcripts (id, owner_id, title, wish, state, language, duration_ms, sentences, speakers, version, \
             notes_state, notes, translating, created_at) VALUES ('{id}', '{}', '周会', '{{}}', 'ready', 'zh', 9000, 0, '[]', 0, \
             'ready', '{{\"summary\":\"定了日子\"}}', 'none', 1)",
            site.lin.user()
        );
        execute(&db, &transcript).await;
        let thing = Shareable::Transcript(id.parse::<TranscriptId>().unwrap());
        let shares = &site.services.shares;
        let empty = shares.create(&site.lin, thing, ShareLife::Day).await;
        assert!(matches!(empty, Err(Error::NotFound)));

        execute(&db, "UPDATE transcripts SET sentences = 1").await;
        let sentence = format!(
            "INSERT INTO transcript_sentences (transcript_id, position, begin_ms, end_ms, text, words, version) \
             VALUES ('{id}', 0, 0, 900, '大家好', '[]', 0)"
        );
        execute(&db, &sentence).await;
        let made = share(&site, thing).await;
        let put_right = "UPDATE transcript_sentences SET text = '各位好'";
        execute(&db, put_right).await;
        let shared = shares.open(token(&made), 0).await.unwrap();
        let SharedContent::Transcript(shown) = &shared.content else {
            panic!("{shared:?}");
        };
        assert_eq!((shown.title.as_str(), shown.notes.summary.as_str()), ("周会", "定了日子"));
        assert_eq!(shown.sentences[0].text, "各位好");
        let recording = shares.content(token(&made)).await.map(|_| ());
        assert!(matches!(recording, Err(Error::NotFound)));
    })
    .await;
}

/// What a link to a conversation shows, from that message on.
async fn shown(site: &Site, made: &NewShare, from: u32) -> SharedConversation {
    let shared = site.services.shares.open(token(made), from).await.unwrap();
    match shared.content {
        SharedContent::Conversation(shown) => *shown,
        other => panic!("{other:?}"),
    }
}

/// A conversation of Lin's with so many messages.
async fn conversation(site: &Site, messages: u32) -> ConversationId {
    long_branch(&site.db, site.lin.user(), messages).await;
    ConversationId::from_uuid(nth(1))
}

async fn say(db: &Db, message: u32, text: &str) {
    let parts = format!(
        r#"[{{"type":"reasoning","text":"a secret thought"}},{{"type":"text","text":"{text}"}}]"#
    );
    let sql = format!(
        "UPDATE messages SET parts = '{parts}' WHERE id = '{}'",
        nth(message)
    );
    execute(db, &sql).await;
}

/// AC-11, AC-12: what is shown is what was there then, and nothing about whose it is.
#[tokio::test]
async fn a_conversation_is_shown_as_it_stood_when_the_link_was_made() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let id = conversation(&site, 4).await;
        say(&db, 1, "<b>why?</b>").await;
        say(&db, 4, "because <script>alert(1)</script> **so**").await;
        let shares = &site.services.shares;
        let preview = shares.preview(&site.lin, id).await.unwrap();
        assert_eq!((preview.title.as_str(), preview.messages), ("A title", 4));
        let made = share(&site, Shareable::Conversation(id)).await;

        say(&db, 1, "something else").await;
        let later = "INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, created_at, updated_at) \
             SELECT '01990000-0000-7000-8000-0000000000aa', conversation_id, id, 'user', 'complete', \
             '[{\"type\":\"text\",\"text\":\"later\"}]', 9, 9 FROM messages WHERE id = ";
        execute(&db, &format!("{later}'{}'", nth(4))).await;
        execute(&db, "UPDATE conversations SET title = 'New', leaf_id = '01990000-0000-7000-8000-0000000000aa'").await;

        let seen = shown(&site, &made, 0).await;
        assert_eq!((seen.title.as_str(), seen.messages.len(), seen.next), ("A title", 4, None));
        assert_eq!(seen.messages[0].text, "<b>why?</b>");
        let html = seen.messages[3].blocks.concat();
        assert!(html.contains("<strong>so</strong>") && !html.contains("<script"), "{html}");
        let told = serde_json::to_string(&seen).unwrap();
        for secret in [
            site.lin.user().to_string(),
            id.to_string(),
            "lin@example.com".to_owned(),
            "a secret thought".to_owned(),
            nth(4).simple().to_string()[20..].to_owned(),
        ] {
            assert!(!told.contains(&secret), "{secret} in {told}");
        }
        let file = shares.content(token(&made)).await.map(|_| ());
        assert!(matches!(file, Err(Error::NotFound)));

        let listed = listed(&site, &site.lin).await;
        assert_eq!((listed[0].medium, listed[0].title.as_str()), (SharedKind::Conversation, "A title"));
        assert_eq!(listed[0].taken_at, Some(seen.taken_at));
        let eve = site.services.identity.signed_up("eve", BuiltIn::Member).await;
        let foreign = shares.refresh(&eve, made.id).await;
        assert!(matches!(foreign, Err(Error::NotFound)));
        shares.refresh(&site.lin, made.id).await.unwrap();
        let seen = shown(&site, &made, 0).await;
        assert_eq!((seen.title.as_str(), seen.messages.len()), ("New", 5));
        assert_eq!(seen.messages[4].text, "later");
    })
    .await;
}

/// AC-12.
#[tokio::test]
async fn a_link_to_a_conversation_ends_with_it_and_with_what_its_owner_may() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let id = conversation(&site, 2).await;
        let thing = Shareable::Conversation(id);
        let (shares, conversations) = (&site.services.shares, &site.services.conversations);
        let eve = site
            .services
            .identity
            .signed_up("eve", BuiltIn::Member)
            .await;
        let stolen = shares.create(&eve, thing, ShareLife::Day).await;
        assert!(matches!(stolen, Err(Error::NotFound)));
        assert!(matches!(
            shares.preview(&eve, id).await,
            Err(Error::NotFound)
        ));
        execute(
            &db,
            "UPDATE messages SET status = 'generating' WHERE role = 'assistant'",
        )
        .await;
        let cut = shares.create(&site.lin, thing, ShareLife::Day).await;
        assert_eq!(cut.unwrap_err().code(), FailureCode::AlreadyGenerating);
        execute(&db, "UPDATE messages SET status = 'complete'").await;

        let made = share(&site, thing).await;
        conversations.delete(&site.lin, id).await.unwrap();
        is_gone(&site, token(&made)).await;
        assert!(listed(&site, &site.lin).await.is_empty());
        conversations.restore(&site.lin, id).await.unwrap();
        assert_eq!(shown(&site, &made, 0).await.messages.len(), 2);
        execute(
            &db,
            "UPDATE user_roles SET role_id = '00000000-0000-7000-8000-000000000006'",
        )
        .await;
        is_gone(&site, token(&made)).await;
        execute(
            &db,
            "UPDATE user_roles SET role_id = '00000000-0000-7000-8000-000000000005'",
        )
        .await;
        shares.open(token(&made), 0).await.unwrap();
        execute(&db, "DELETE FROM conversations").await;
        is_gone(&site, token(&made)).await;
        assert_eq!(shares.purge().await.unwrap(), 1);
        for table in ["shares", "share_snapshots", "share_messages"] {
            assert_eq!(
                count(&db, &format!("SELECT COUNT(*) FROM {table}")).await,
                0,
                "{table}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_long_conversation_is_shown_page_by_page_and_by_the_renderer_of_now() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let id = conversation(&site, 250).await;
        let made = share(&site, Shareable::Conversation(id)).await;
        execute(
            &db,
            "UPDATE share_messages SET render_version = 0, blocks = '[\"<p>old</p>\"]'",
        )
        .await;
        let (mut from, mut seen) = (Some(0), 0);
        while let Some(at) = from {
            let page = shown(&site, &made, at).await;
            assert_eq!(page.is_beginning, at == 0);
            assert!(page.messages[1].blocks.concat().contains("words"));
            seen += page.messages.len();
            from = page.next;
        }
        assert_eq!(seen, 250);
        let old = "SELECT COUNT(*) FROM share_messages WHERE render_version = 0";
        assert_eq!(count(&db, old).await, 0);
        assert!(shown(&site, &made, 9_999).await.messages.is_empty());
        let first = MessageId::from_uuid(nth(1));
        let conversations = &site.services.conversations;
        conversations
            .delete_branch(&site.lin, id, first)
            .await
            .unwrap();
        let empty = site
            .services
            .shares
            .create(&site.lin, Shareable::Conversation(id), ShareLife::Day)
            .await;
        assert!(matches!(empty, Err(Error::NotFound)));
        assert_eq!(shown(&site, &made, 0).await.messages.len(), 100);
    })
    .await;
}
