use model::{FileId, FileKind, FileView, JobId, JobKind, WorkId};
use uuid::Uuid;

use super::*;
use crate::store::{
    Blob, Keep, Kept, NewWork, Quota,
    testing::{count, execute, on_both, rows},
};

impl Desk {
    /// Keeps what a job has made at that place.
    async fn made(&self, owner: UserId, job: Uuid, position: u32) -> Result<Kept> {
        let blob = self.ids.next();
        let begun = self.db.begin_blob(Blob { owner, id: blob }, NOW).await;
        assert!(begun.unwrap());
        let view = FileView {
            id: FileId::from_uuid(self.ids.next()),
            name: "灯塔.png".to_owned(),
            kind: FileKind::Work,
            mime: "image/png".to_owned(),
            bytes: 7,
            width: None,
            height: None,
            duration_ms: None,
            created_at: NOW,
        };
        let work = NewWork {
            id: WorkId::from_uuid(self.ids.next()),
            job: JobId::from_uuid(job),
            position,
            kind: JobKind::Image,
            prompt: "雾中的灯塔".to_owned(),
            actual_prompt: None,
            model: "wan2.2-t2i-flash".to_owned(),
        };
        let keep = Keep {
            owner,
            blob,
            sha256: &blob.to_string(),
            view: &view,
            upload: None,
            work: Some(&work),
            quota: Quota {
                bytes: i64::MAX,
                files: i64::MAX,
            },
            now: NOW,
        };
        self.db.keep_file(&keep).await
    }
}

#[tokio::test]
async fn a_work_is_kept_with_its_file_or_neither_is() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let job = desk.ids.next();
        let sql = format!(
            "INSERT INTO jobs (id, submission_id, owner_id, kind, state, priority, attempts, run_at, node, lease_until, cancel_asked, model, \
             input, step, created_at, updated_at) VALUES ('{job}', '{job}', '{lin}', 'image', 'running', 0, 1, 0, '', 0, FALSE, 'm', \
             '{{}}', '{{}}', 0, 0)"
        );
        execute(&db, &sql).await;
        let made = desk.made(lin, job, 0).await.unwrap();
        assert_eq!(made, Kept::Done(Vec::new()));
        let kept = async || {
            let sums = rows(
                &db,
                "SELECT CAST(bytes AS TEXT) || ' ' || CAST(files AS TEXT) FROM storage",
            );
            let files = "SELECT COUNT(*) FROM files f JOIN works w ON w.file_id = f.id";
            let all = count(&db, "SELECT COUNT(*) FROM files").await;
            (all, count(&db, files).await, sums.await)
        };
        assert_eq!(kept().await, (1, 1, vec!["7 1".to_owned()]));

        // Somebody was faster; also if that was deleted since.
        for deleted in ["NULL", "5"] {
            execute(&db, &format!("UPDATE works SET deleted_at = {deleted}")).await;
            let made = desk.made(lin, job, 0).await.unwrap();
            assert_eq!(made, Kept::There, "{deleted}");
            assert_eq!(kept().await, (1, 1, vec!["7 1".to_owned()]), "{deleted}");
            let places = db.places_made(lin, JobId::from_uuid(job)).await;
            assert_eq!(places.unwrap(), [0], "{deleted}");
        }
        // The job is not there any more.
        let gone = desk.made(lin, desk.ids.next(), 0).await;
        assert!(gone.is_err(), "{gone:?}");
        assert_eq!(kept().await, (1, 1, vec!["7 1".to_owned()]));
        desk.made(lin, job, 1).await.unwrap();
        assert_eq!(kept().await, (2, 2, vec!["14 2".to_owned()]));
    })
    .await;
}
