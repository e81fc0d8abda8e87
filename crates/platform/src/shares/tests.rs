//! What links promise, on both databases.

use model::{
    BuiltIn, FailureCode, NewShare, Share, ShareLife, Shareable, SharedContent, TranscriptId,
    WorkId,
};

use crate::{
    Error,
    identity::Caller,
    store::{
        Db,
        testing::{count, execute, on_both},
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
    assert!(matches!(shares.open(token).await, Err(Error::NotFound)));
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
        let shared = site.services.shares.open(token(&made)).await.unwrap();
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
        shares.open(token(&revoked)).await.unwrap();
        shares.revoke(&site.lin, revoked.id).await.unwrap();
        is_gone(&site, token(&revoked)).await;
        let again = shares.revoke(&site.lin, revoked.id).await;
        assert!(matches!(again, Err(Error::NotFound)));

        let expired = share(&site, thing).await;
        shares.open(token(&expired)).await.unwrap();
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
            shares.open(token(&other)).await.unwrap();
        }
        let deleted = site.services.works.delete(&site.lin, &[work]).await;
        assert_eq!(deleted.unwrap(), 1);
        is_gone(&site, token(&other)).await;
        assert!(listed(&site, &site.lin).await.is_empty());
        // The one that expired, and the one whose work is gone.
        assert_eq!(shares.purge().await.unwrap(), 2);
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
        shares.open(token(&made)).await.unwrap();
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
        let shared = shares.open(token(&made)).await.unwrap();
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
