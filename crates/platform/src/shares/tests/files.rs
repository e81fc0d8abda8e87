//! What links to uploaded files promise.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use model::{FileId, FileName};

use super::*;
use crate::files::NewFile;

const NAME: &str = "周报 <b onclick=x>.md";

async fn upload(site: &Site, owner: &Caller, name: &str) -> FileId {
    let file = NewFile::upload(FileName::parse(name).unwrap(), None);
    let sent = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"# What was done"))]);
    let files = &site.services.files;
    let kept = files.store(owner.user(), file, sent, u64::MAX).await;
    kept.unwrap().id
}

/// AC-11, AC-12.
#[tokio::test]
async fn a_link_shows_its_file_and_nothing_about_whose_it_is() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let file = upload(&site, &site.lin, NAME).await;
        let shares = &site.services.shares;
        let made = share(&site, Shareable::File(file)).await;
        let shared = shares.open(token(&made), 0).await.unwrap();
        let SharedContent::File(shown) = &shared.content else {
            panic!("{shared:?}");
        };
        assert_eq!((shown.name.as_str(), shown.bytes), (NAME, 15));
        assert_eq!((shown.mime.as_str(), shown.medium()), ("text/plain", None));
        let told = serde_json::to_string(&shared).unwrap();
        for secret in [
            site.lin.user().to_string(),
            file.to_string(),
            "lin@example.com".to_owned(),
        ] {
            assert!(!told.contains(&secret), "{told}");
        }
        let content = shares.content(token(&made)).await.unwrap();
        assert_eq!(content.file.id, file);
        let preview = shares.preview_file(&site.lin, file).await.unwrap();
        assert_eq!(&preview, shown);

        // It is called what it is called now, and told among all links.
        let name = FileName::parse("新名.md").unwrap();
        let files = &site.services.files;
        files.rename(site.lin.user(), file, &name).await.unwrap();
        let mine = listed(&site, &site.lin).await;
        assert_eq!(
            (mine[0].thing, mine[0].title.as_str()),
            (Shareable::File(file), "新名.md")
        );
        assert_eq!((mine[0].medium, mine[0].taken_at), (SharedKind::File, None));
    })
    .await;
}

/// AC-12: each end is at once, and looks like a link that never was.
#[tokio::test]
async fn a_link_to_a_file_ends_with_it_and_with_what_its_owner_may() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let file = upload(&site, &site.lin, NAME).await;
        let thing = Shareable::File(file);
        let shares = &site.services.shares;

        let revoked = share(&site, thing).await;
        shares.revoke(&site.lin, revoked.id).await.unwrap();
        is_gone(&site, token(&revoked)).await;
        let expired = share(&site, thing).await;
        execute(&db, "UPDATE shares SET expires_at = 1").await;
        is_gone(&site, token(&expired)).await;

        let other = share(&site, thing).await;
        let guest = "UPDATE user_roles SET role_id = '00000000-0000-7000-8000-000000000006'";
        execute(&db, guest).await;
        is_gone(&site, token(&other)).await;
        let member = "UPDATE user_roles SET role_id = '00000000-0000-7000-8000-000000000005'";
        execute(&db, member).await;
        shares.open(token(&other), 0).await.unwrap();

        let files = &site.services.files;
        assert_eq!(files.delete(site.lin.user(), &[file]).await.unwrap(), 1);
        is_gone(&site, token(&other)).await;
        assert!(listed(&site, &site.lin).await.is_empty());
        let deleted = shares.create(&site.lin, thing, ShareLife::Day).await;
        assert!(matches!(deleted, Err(Error::NotFound)));
        // The one that expired, and the one whose file is gone.
        assert_eq!(shares.purge().await.unwrap(), 2);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM shares").await, 0);
    })
    .await;
}

#[tokio::test]
async fn only_ones_own_uploads_can_be_shared_as_files() {
    on_both(async |db| {
        let (site, work) = with_a_work(&db).await;
        let shares = &site.services.shares;
        let file = upload(&site, &site.lin, NAME).await;
        let eve = site.services.identity.signed_up("eve", BuiltIn::Member);
        let eve = eve.await;
        let stolen = shares
            .create(&eve, Shareable::File(file), ShareLife::Day)
            .await;
        assert!(matches!(stolen, Err(Error::NotFound)));
        let stolen = shares.preview_file(&eve, file).await;
        assert!(matches!(stolen, Err(Error::NotFound)));
        let guest = site.services.identity.signed_up("guest", BuiltIn::Guest);
        let guest = guest.await;
        let refused = shares
            .create(&guest, Shareable::File(file), ShareLife::Day)
            .await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::Forbidden);

        // A work is shared as a work, with what belongs to it.
        let kept = db.work(site.lin.user(), work).await.unwrap().unwrap();
        let as_file = Shareable::File(kept.file);
        let refused = shares.create(&site.lin, as_file, ShareLife::Day).await;
        assert!(matches!(refused, Err(Error::NotFound)));
        let refused = shares.preview_file(&site.lin, kept.file).await;
        assert!(matches!(refused, Err(Error::NotFound)));
        assert_eq!(count(&db, "SELECT COUNT(*) FROM shares").await, 0);
    })
    .await;
}
