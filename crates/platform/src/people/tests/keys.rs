//! Everybody's API keys, seen and revoked by those who may.

use std::time::Duration;

use model::{
    ApiKeyDraft, ApiKeyId, ApiKeySecret, BuiltIn, FailureCode, KeyFilter, KeyLine, KeyOrder,
    KeyState, Millis, Permission, PermissionSet,
};
use uuid::Uuid;

use super::{House, STALE_MS, code};
use crate::{
    Clock,
    identity::Caller,
    store::testing::{execute, on_both},
    visitor::Visitor,
};

const MANY: i64 = 1_500;

/// So many keys of two people: every third was never used, the others three at a time.
async fn many(house: &House, mia: &Caller, max: &Caller) {
    let (mia, max) = (mia.user(), max.user());
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
         INSERT INTO api_keys (id, user_id, name, key_hash, hint, scopes, networks, created_at, used_at)
         SELECT '01990000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT),
                CASE WHEN i % 2 = 0 THEN '{mia}' ELSE '{max}' END, 'Key ' || CAST(i AS TEXT),
                'hash' || CAST(i AS TEXT), 'lt-hint', '[]', '[]', 0,
                CASE WHEN i % 3 = 0 THEN NULL ELSE 1000 - i / 9 END FROM n"
    );
    execute(&house.db, &sql).await;
}

/// All pages, one after the other.
async fn all(house: &House, caller: &Caller, filter: &KeyFilter) -> Vec<KeyLine> {
    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = house
            .people
            .api_keys(caller, filter, after.as_deref(), 1_000);
        let page = page.await.unwrap();
        assert!(page.items.len() <= 100);
        seen.extend(page.items);
        after = page.next;
        if after.is_none() {
            return seen;
        }
    }
}

/// A key of the caller's for chatting.
async fn key(house: &House, caller: &Caller, name: &str) -> ApiKeySecret {
    let draft = ApiKeyDraft {
        name: name.to_owned(),
        scopes: PermissionSet::of(&[Permission::ChatUse]),
        ..ApiKeyDraft::default()
    };
    house.identity.create_api_key(caller, draft).await.unwrap()
}

/// Who calls with that key.
async fn by_key(house: &House, key: &ApiKeySecret) -> Result<Caller, FailureCode> {
    let visitor = Visitor::default();
    code(house.identity.bearer(&key.secret, &visitor).await)
}

#[tokio::test]
async fn every_one_of_many_keys_is_on_one_page_in_either_order() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let mia = house.signed_up("mia", BuiltIn::Member).await;
        let max = house.signed_up("max", BuiltIn::Member).await;
        many(&house, &mia, &max).await;
        for owner in [None, Some(mia.user())] {
            for order in [KeyOrder::Newest, KeyOrder::LastUsed] {
                let filter = KeyFilter {
                    owner,
                    order,
                    ..KeyFilter::default()
                };
                let seen = all(&house, &admin, &filter).await;
                let expected = if owner.is_some() { MANY / 2 } else { MANY };
                assert_eq!(i64::try_from(seen.len()).unwrap(), expected, "{order:?}");
                let place = |line: &KeyLine| match order {
                    KeyOrder::Newest => (0, line.key.id.to_string()),
                    KeyOrder::LastUsed => {
                        let used = line.key.used_at.map_or(0, Millis::get);
                        (used, line.key.id.to_string())
                    }
                };
                assert!(
                    seen.is_sorted_by(|a, b| place(a) > place(b)),
                    "{owner:?} {order:?}"
                );
            }
        }
        let filter = KeyFilter::default();
        for after in ["%%%", "LTEgeA"] {
            let nonsense = house.people.api_keys(&admin, &filter, Some(after), 10);
            assert_eq!(code(nonsense.await).err(), Some(FailureCode::BadRequest));
        }
    })
    .await;
}

/// IO-03: what is looked for is text, whatever it holds, and of a key no more than its beginning.
#[tokio::test]
async fn keys_are_found_by_whose_they_are_what_they_are_called_and_how_they_begin() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let mia = house.signed_up("mia", BuiltIn::Member).await;
        let max = house.signed_up("max", BuiltIn::Member).await;
        let night = key(&house, &mia, "Night build").await;
        let tea = key(&house, &mia, "100% Tea").await;
        let robot = key(&house, &max, "夜间 robot").await;
        let found = async |search: &str| {
            let filter = KeyFilter {
                search: search.to_owned(),
                ..KeyFilter::default()
            };
            let lines = all(&house, &admin, &filter).await;
            let names = lines.iter().map(|line| line.key.name.clone());
            names.collect::<Vec<_>>().join(", ")
        };
        let begins: String = night.secret.chars().take(7).collect();
        for (search, expected) in [
            ("night", "Night build"),
            ("BUILD", "Night build"),
            ("uild", ""),
            ("100%", "100% Tea"),
            ("%", ""),
            ("_", ""),
            ("夜", "夜间 robot"),
            ("max@example.com", "夜间 robot"),
            ("mia", "100% Tea, Night build"),
            ("' OR 1=1 --", ""),
            (night.secret.as_str(), "Night build"),
            (begins.as_str(), "Night build"),
            (&begins[3..], "Night build"),
            (&night.secret[3..], ""),
            ("lt-%", ""),
        ] {
            assert_eq!(found(search).await, expected, "{search}");
        }
        for search in ["x".repeat(101), "a\0b".to_owned()] {
            let filter = KeyFilter {
                search,
                ..KeyFilter::default()
            };
            let refused = house.people.api_keys(&admin, &filter, None, 10).await;
            assert_eq!(code(refused).err(), Some(FailureCode::InvalidText));
        }
        let lines = all(&house, &admin, &KeyFilter::default()).await;
        let told = serde_json::to_string(&lines).unwrap();
        for key in [&night, &tea, &robot] {
            assert!(!told.contains(&key.secret), "a key is never shown");
            assert!(told.contains(&key.key.hint));
        }
    })
    .await;
}

#[tokio::test]
async fn keys_are_found_by_state_and_by_how_long_they_were_not_used() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let mia = house.signed_up("mia", BuiltIn::Member).await;
        let max = house.signed_up("max", BuiltIn::Member).await;
        let ending = ApiKeyDraft {
            name: "ending".to_owned(),
            expires_at: Some(house.clock.now().plus(Millis::DAY)),
            ..ApiKeyDraft::default()
        };
        house.identity.create_api_key(&mia, ending).await.unwrap();
        let lasting = key(&house, &mia, "lasting").await;
        key(&house, &max, "closed").await;
        house.clock.advance(3 * Millis::DAY);
        let zoe = house.signed_up("zoe", BuiltIn::Member).await;
        key(&house, &zoe, "new").await;
        let closed = house.people.set_disabled(&admin, &[max.user()], true).await;
        assert_eq!(closed.unwrap().done, [max.user()]);
        let now = house.clock.now();
        db.touch_api_key(lasting.key.id, now, "203.0.113.9")
            .await
            .unwrap();
        let found = async |filter: KeyFilter| {
            let lines = all(&house, &admin, &filter).await;
            assert!(lines.iter().all(|line| line.key.used_from.is_none()));
            let names = lines.iter().map(|line| line.key.name.clone());
            names.collect::<Vec<_>>().join(", ")
        };
        for (state, expected) in [
            (KeyState::Active, "new, lasting"),
            (KeyState::Expired, "ending"),
            (KeyState::OwnerDisabled, "closed"),
        ] {
            let filter = KeyFilter {
                state: Some(state),
                ..KeyFilter::default()
            };
            assert_eq!(found(filter).await, expected, "{state:?}");
        }
        for (days, expected) in [(2, "closed, ending"), (4, "")] {
            let filter = KeyFilter {
                unused_days: Some(days),
                ..KeyFilter::default()
            };
            assert_eq!(found(filter).await, expected, "{days} days");
        }
        let used = KeyFilter {
            order: KeyOrder::LastUsed,
            ..KeyFilter::default()
        };
        assert_eq!(found(used).await, "lasting, new, closed, ending");
        for days in [0, KeyFilter::MOST_UNUSED_DAYS + 1] {
            let filter = KeyFilter {
                unused_days: Some(days),
                ..KeyFilter::default()
            };
            let refused = house.people.api_keys(&admin, &filter, None, 10).await;
            assert_eq!(code(refused).err(), Some(FailureCode::InvalidNumber));
        }
    })
    .await;
}

/// SE-07, LO-02.
#[tokio::test]
async fn a_revoked_key_is_refused_at_once_and_what_runs_with_it_ends() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let mia = house.signed_up("mia", BuiltIn::Member).await;
        let (revoked, other) = (key(&house, &mia, "one").await, key(&house, &mia, "two").await);
        let calling = by_key(&house, &revoked).await.unwrap();
        let ended = house.identity.until_ended(&calling);
        house
            .people
            .revoke_api_key(&admin, revoked.key.id)
            .await
            .unwrap();
        tokio::time::timeout(Duration::from_secs(3), ended)
            .await
            .unwrap();
        assert_eq!(
            by_key(&house, &revoked).await.map(drop),
            Err(FailureCode::InvalidToken)
        );
        assert!(by_key(&house, &other).await.is_ok());
        let again = house.people.revoke_api_key(&admin, revoked.key.id).await;
        assert_eq!(code(again), Err(FailureCode::NotFound));
        assert_eq!(house.lines("api_key.revoke", "done").await, 1);
        let who = format!(
            "SELECT COUNT(*) FROM audit_log WHERE action = 'api_key.revoke' AND actor_id = '{}' AND object_id = '{}'
             AND details LIKE '%{}%' AND details LIKE '%{}%' AND details NOT LIKE '%{}%'",
            admin.user(),
            revoked.key.id,
            mia.user(),
            revoked.key.hint,
            revoked.secret,
        );
        assert_eq!(house.count(&who).await, 1, "who, which and whose");
    })
    .await;
}

/// AC-08, AC-14, SE-11.
#[tokio::test]
async fn keys_are_seen_and_revoked_by_who_may_and_stands_higher() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let auditor = house.signed_up("ugo", BuiltIn::Auditor).await;
        let mia = house.signed_up("mia", BuiltIn::Member).await;
        let (own, above, below) = (
            key(&house, &admin, "own").await,
            key(&house, &owner, "above").await,
            key(&house, &mia, "below").await,
        );
        let reach = async |caller: &Caller| {
            let lines = all(&house, caller, &KeyFilter::default()).await;
            let lines = lines.iter().filter(|line| line.can_revoke);
            let names = lines.map(|line| line.key.name.clone());
            names.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(reach(&admin).await, "below");
        assert_eq!(reach(&owner).await, "below, own");
        assert_eq!(reach(&auditor).await, "");
        let hidden = house
            .people
            .api_keys(&mia, &KeyFilter::default(), None, 10)
            .await;
        assert_eq!(code(hidden).err(), Some(FailureCode::Forbidden));

        let nothing = ApiKeyId::from_uuid(Uuid::from_u128(7));
        for (caller, id, expected) in [
            (&admin, own.key.id, FailureCode::RankTooHigh),
            (&admin, above.key.id, FailureCode::RankTooHigh),
            (&admin, nothing, FailureCode::NotFound),
            (&auditor, below.key.id, FailureCode::Forbidden),
            (&mia, below.key.id, FailureCode::Forbidden),
            (&mia, nothing, FailureCode::Forbidden),
        ] {
            let refused = house.people.revoke_api_key(caller, id).await;
            assert_eq!(code(refused), Err(expected));
        }
        assert_eq!(house.lines("api_key.revoke", "refused").await, 5);

        // A key that may administer people sees them, and proves nothing about who holds it.
        let scopes = PermissionSet::of(&[Permission::UsersRead, Permission::UsersWrite]);
        let draft = ApiKeyDraft {
            name: "a program".to_owned(),
            scopes,
            ..ApiKeyDraft::default()
        };
        let program = house.identity.create_api_key(&admin, draft).await.unwrap();
        let program = by_key(&house, &program).await.unwrap();
        assert_eq!(reach(&program).await, "below");
        let refused = house.people.revoke_api_key(&program, below.key.id).await;
        assert_eq!(code(refused), Err(FailureCode::Forbidden));
        house.clock.advance(STALE_MS);
        let stale = house.people.revoke_api_key(&admin, below.key.id).await;
        assert_eq!(code(stale), Err(FailureCode::StepUpNeeded));
        for key in [&own, &above, &below] {
            assert!(by_key(&house, key).await.is_ok());
        }
    })
    .await;
}
