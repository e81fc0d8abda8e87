//! The audit log: reading it, taking it along, and telling whether it is whole.

use futures_util::TryStreamExt as _;
use model::{AuditFilter, AuditOutcome, BuiltIn, FailureCode};

use super::{House, code};
use crate::{
    audit::Verified,
    people::AuditFormat,
    store::{
        Db,
        testing::{execute, on_both, try_execute},
    },
};

/// A log of nine lines or more; what an act and a refusal leave among them.
async fn written(house: &House) -> crate::identity::Caller {
    let owner = house.signed_up("olga", BuiltIn::Owner).await;
    let member = house.signed_up("mia", BuiltIn::Member).await;
    house.role(&owner, "=1+1", 30).await;
    let max = house.person("max", BuiltIn::Guest).await;
    house
        .people
        .set_disabled(&owner, &[max], true)
        .await
        .unwrap();
    house
        .people
        .set_disabled(&member, &[max], true)
        .await
        .unwrap_err();
    house
        .people
        .set_disabled(&owner, &[max], false)
        .await
        .unwrap();
    owner
}

#[tokio::test]
async fn the_log_is_read_by_filter_and_page() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = written(&house).await;
        let read = async |filter: AuditFilter| {
            let page = house.people.audit(&owner, filter, None, 100).await.unwrap();
            page.items
        };
        let all = read(AuditFilter::default()).await;
        assert!(all.len() >= 9);
        assert!(all.windows(2).all(|pair| pair[0].seq == pair[1].seq + 1));
        let actions = |action: &str| AuditFilter {
            action: action.to_owned(),
            ..AuditFilter::default()
        };
        let disabled = read(actions("user.disable")).await;
        let outcomes: Vec<_> = disabled.iter().map(|line| line.outcome).collect();
        assert_eq!(outcomes, [AuditOutcome::Refused, AuditOutcome::Done]);
        assert_eq!(disabled[0].actor_name.as_deref(), Some("mia"));
        assert_eq!(disabled[1].actor_id, Some(owner.user()));
        assert_eq!(disabled[1].request_id, "r-1");
        assert_eq!(disabled[1].address, "192.0.2.1");
        assert!(read(actions("user.")).await.len() >= 5);
        assert!(read(actions("user%")).await.is_empty());
        let object = AuditFilter {
            object: disabled[1].object_id.clone(),
            ..AuditFilter::default()
        };
        assert_eq!(read(object).await.len(), 2);
        let by_owner = AuditFilter {
            actor: Some(owner.user()),
            ..actions("user.disable")
        };
        assert_eq!(read(by_owner).await.len(), 1);
        let later = AuditFilter {
            from: Some(all[0].at.plus(1)),
            ..AuditFilter::default()
        };
        assert!(read(later).await.is_empty());
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = house
                .people
                .audit(&owner, AuditFilter::default(), after.as_deref(), 2)
                .await
                .unwrap();
            seen.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
        let member = house.signed_up("mio", BuiltIn::Member).await;
        let refused = house
            .people
            .audit(&member, AuditFilter::default(), None, 10)
            .await;
        assert_eq!(code(refused).err(), Some(FailureCode::Forbidden));
    })
    .await;
}

/// IO-14, LO-05, LO-02: the export is whole, harmless, and written down itself.
#[tokio::test]
async fn the_log_is_taken_along() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = written(&house).await;
        let export = async |format| {
            let stream = house
                .people
                .export_audit(&owner, AuditFilter::default(), format)
                .await
                .unwrap();
            let pieces: Vec<Vec<u8>> = stream.try_collect().await.unwrap();
            String::from_utf8(pieces.concat()).unwrap()
        };
        let csv = export(AuditFormat::Csv).await;
        let lines = house.count("SELECT COUNT(*) FROM audit_log").await;
        assert!(csv.starts_with("\"seq\",\"at\""), "{csv}");
        assert_eq!(
            i64::try_from(csv.matches("\r\n").count()).unwrap(),
            lines + 1
        );
        let json = export(AuditFormat::JsonLines).await;
        assert_eq!(i64::try_from(json.lines().count()).unwrap(), lines + 1);
        for line in json.lines() {
            serde_json::from_str::<model::AuditEntry>(line).unwrap();
        }
        assert_eq!(house.lines("audit.export", "done").await, 2);
        let member = house.signed_up("mio", BuiltIn::Member).await;
        let refused = house
            .people
            .export_audit(&member, AuditFilter::default(), AuditFormat::Csv)
            .await;
        assert_eq!(code(refused.map(drop)), Err(FailureCode::Forbidden));
        assert_eq!(house.lines("audit.export", "refused").await, 1);
        // SE-11: an open browser is not enough.
        house.clock.advance(super::STALE_MS);
        let stale = house
            .people
            .export_audit(&owner, AuditFilter::default(), AuditFormat::Csv)
            .await;
        assert_eq!(code(stale.map(drop)), Err(FailureCode::StepUpNeeded));
    })
    .await;
}

/// LO-05: the database itself lets nobody change or delete a line.
#[tokio::test]
async fn lines_can_only_be_added() {
    on_both(async |db| {
        let house = House::on(&db);
        written(&house).await;
        for sql in [
            "UPDATE audit_log SET actor_id = NULL WHERE seq = 2",
            "UPDATE audit_log SET action = 'x'",
            "DELETE FROM audit_log WHERE seq = 2",
            "DELETE FROM audit_log",
        ] {
            let refused = try_execute(&db, sql).await.unwrap_err();
            assert!(
                refused.to_string().contains("append-only"),
                "{sql}: {refused}"
            );
        }
        assert_eq!(
            house.identity.audit().verify().await.unwrap().broken_at,
            None
        );
    })
    .await;
}

async fn open_for_change(db: &Db) {
    let triggers: &[&str] = if db.is_shared() {
        &["ALTER TABLE audit_log DISABLE TRIGGER ALL"]
    } else {
        &[
            "DROP TRIGGER audit_log_no_update",
            "DROP TRIGGER audit_log_no_delete",
        ]
    };
    for sql in triggers {
        execute(db, sql).await;
    }
}

/// LO-05.
#[tokio::test]
async fn the_verifier_finds_what_was_done_to_the_log() {
    const COPY: &str = "INSERT INTO audit_log SELECT {seq}, at, actor_id, via, address, request_id, action, \
         object_kind, object_id, outcome, details, hash FROM audit_log WHERE seq = 3";
    let forged = |seq: i64| COPY.replace("{seq}", &seq.to_string());
    let swap = [
        "UPDATE audit_log SET seq = -1 WHERE seq = 4",
        "UPDATE audit_log SET seq = 4 WHERE seq = 5",
        "UPDATE audit_log SET seq = 5 WHERE seq = -1",
    ];
    let to_make_room = "UPDATE audit_log SET seq = seq + 1000 WHERE seq > 5";
    let to_close = "UPDATE audit_log SET seq = seq - 999 WHERE seq > 1000";
    let (at_six, at_ten) = (forged(6), forged(10));
    let tampered: [(&str, Vec<&str>, i64); 12] = [
        (
            "changed actor",
            vec!["UPDATE audit_log SET actor_id = 'x' WHERE seq = 4"],
            4,
        ),
        (
            "changed action",
            vec!["UPDATE audit_log SET action = 'x' WHERE seq = 4"],
            4,
        ),
        (
            "changed time",
            vec!["UPDATE audit_log SET at = at + 1 WHERE seq = 1"],
            1,
        ),
        (
            "changed outcome",
            vec!["UPDATE audit_log SET outcome = 'refused' WHERE seq = 2"],
            2,
        ),
        (
            "changed details",
            vec!["UPDATE audit_log SET details = '{\"a\":1}' WHERE seq = 3"],
            3,
        ),
        (
            "changed hash",
            vec!["UPDATE audit_log SET hash = 'x' WHERE seq = 9"],
            9,
        ),
        ("missing", vec!["DELETE FROM audit_log WHERE seq = 4"], 4),
        (
            "missing first",
            vec!["DELETE FROM audit_log WHERE seq = 1"],
            1,
        ),
        ("cut", vec!["DELETE FROM audit_log WHERE seq > 7"], 8),
        ("cut whole", vec!["DELETE FROM audit_log"], 1),
        ("reordered", swap.to_vec(), 4),
        ("inserted", vec![to_make_room, &at_six, to_close], 6),
    ];
    for (what, tampering, place) in &tampered {
        on_both(async |db| {
            let house = House::on(&db);
            written(&house).await;
            open_for_change(&db).await;
            assert_eq!(
                house.identity.audit().verify().await.unwrap().broken_at,
                None
            );
            for sql in tampering {
                execute(&db, sql).await;
            }
            let found = house.identity.audit().verify().await.unwrap();
            let expected = Verified {
                lines: place - 1,
                broken_at: Some(*place),
            };
            assert_eq!(found, expected, "{what}");
        })
        .await;
    }
    // One that was put behind the last.
    on_both(async |db| {
        let house = House::on(&db);
        written(&house).await;
        let last = house.count("SELECT MAX(seq) FROM audit_log").await;
        execute(&db, &at_ten.replace("10", &(last + 1).to_string())).await;
        let found = house.identity.audit().verify().await.unwrap();
        assert_eq!(found.broken_at, Some(last + 1));
        // Under another master key nothing fits.
        let other = House::on(&db);
        assert_eq!(
            other.identity.audit().verify().await.unwrap().broken_at,
            Some(1)
        );
    })
    .await;
}
