//! API keys.

use std::time::Duration;

use futures_util::future::join_all;
use model::{
    ApiKey, ApiKeyDraft, ApiKeySecret, BuiltIn, FailureCode, Millis, Permission, PermissionSet,
};
use tokio::time::timeout;

use super::{
    AWAY, HOME, House, code,
    tokens::{bearer, caller, disable, person, take_roles},
};
use crate::{
    clock::Clock,
    identity::Caller,
    store::testing::{self, on_both},
    visitor::Visitor,
};

const MINUTE: i64 = 60_000;

fn draft() -> ApiKeyDraft {
    ApiKeyDraft {
        name: "A program".to_owned(),
        scopes: PermissionSet::of(&[Permission::ChatUse]),
        ..ApiKeyDraft::default()
    }
}

async fn create(
    house: &House,
    lin: &Caller,
    draft: ApiKeyDraft,
) -> Result<ApiKeySecret, FailureCode> {
    code(house.identity.create_api_key(lin, draft).await)
}

async fn update(
    house: &House,
    lin: &Caller,
    key: &ApiKeySecret,
    draft: ApiKeyDraft,
) -> Result<ApiKey, FailureCode> {
    code(house.identity.update_api_key(lin, key.key.id, draft).await)
}

/// AP-18.
#[tokio::test]
async fn a_key_is_random_shown_once_and_kept_as_its_hash() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        let made = create(&house, &lin, draft()).await.unwrap();
        let secret = &made.secret;
        assert!(
            secret.starts_with("lt-") && secret.len() == 3 + 43,
            "256 bits"
        );
        let ends = format!("lt-{}…{}", &secret[3..7], &secret[secret.len() - 4..]);
        assert_eq!(made.key.hint, ends);
        assert!(!format!("{made:?}").contains(secret));
        let other = create(&house, &lin, draft()).await.unwrap();
        assert_ne!(other.secret, made.secret);

        let hash = crate::identity::token::sha256_hex(secret.as_bytes());
        let kept = format!("SELECT COUNT(*) FROM api_keys WHERE key_hash = '{hash}'");
        assert_eq!(house.count(&kept).await, 1);
        let logged = format!("SELECT COUNT(*) FROM audit_log WHERE details LIKE '%{secret}%'");
        assert_eq!(house.count(&logged).await, 0);
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'api_key.create'";
        assert_eq!(house.count(lines).await, 2);
        let listed = house.identity.api_keys(&lin).await.unwrap();
        assert_eq!(listed, [other.key, made.key]);
    })
    .await;
}

/// AC-19.
#[tokio::test]
async fn a_key_never_has_more_than_its_owner_has_now() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Administrator).await;
        let lin = caller(&house, user).await;
        let scopes = PermissionSet::of(&[Permission::ChatUse, Permission::UsersRead]);
        let key = create(&house, &lin, ApiKeyDraft { scopes, ..draft() })
            .await
            .unwrap();
        let by_key = bearer(&house, &key.secret).await.unwrap();
        assert_eq!(by_key.permissions(), scopes);

        let demote = format!(
            "UPDATE user_roles SET role_id = '{}' WHERE user_id = '{user}'",
            BuiltIn::Member.id()
        );
        testing::execute(&db, &demote).await;
        let by_key = bearer(&house, &key.secret).await.unwrap();
        assert_eq!(
            by_key.permissions(),
            PermissionSet::of(&[Permission::ChatUse])
        );
        assert_eq!(by_key.rank(), BuiltIn::Member.rank());

        take_roles(&house, user).await;
        let refused = bearer(&house, &key.secret).await.map(drop);
        assert_eq!(refused, Err(FailureCode::Forbidden), "who may have no keys");
    })
    .await;
}

/// AC-19: at its making too.
#[tokio::test]
async fn nobody_gives_a_key_what_they_lack() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        let key = create(&house, &lin, draft()).await.unwrap();
        let scopes = PermissionSet::of(&[Permission::ChatUse, Permission::AuditRead]);
        let greedy = ApiKeyDraft { scopes, ..draft() };
        let forbidden = Err(FailureCode::Forbidden);
        assert_eq!(
            create(&house, &lin, greedy.clone()).await.map(drop),
            forbidden
        );
        assert_eq!(
            update(&house, &lin, &key, greedy).await.map(drop),
            forbidden
        );
    })
    .await;
}

/// SE-07, AC-18.
#[tokio::test]
async fn a_deleted_or_ended_key_and_one_of_a_disabled_person_are_refused() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        let lasting = create(&house, &lin, draft()).await.unwrap();
        let deleted = create(&house, &lin, draft()).await.unwrap();
        let ending = ApiKeyDraft {
            expires_at: Some(house.clock.now().plus(MINUTE)),
            ..draft()
        };
        let ending = create(&house, &lin, ending).await.unwrap();
        let all = [&lasting, &deleted, &ending];
        for key in all {
            assert!(bearer(&house, &key.secret).await.is_ok());
        }
        house
            .identity
            .delete_api_key(&lin, deleted.key.id)
            .await
            .unwrap();
        house.clock.advance(MINUTE);
        let refused = Err(FailureCode::InvalidToken);
        assert_eq!(bearer(&house, &deleted.secret).await.map(drop), refused);
        assert_eq!(bearer(&house, &ending.secret).await.map(drop), refused);
        assert!(bearer(&house, &lasting.secret).await.is_ok());
        disable(&house, user).await;
        assert_eq!(bearer(&house, &lasting.secret).await.map(drop), refused);
    })
    .await;
}

/// SE-07: who was just looked up is not asked about again at once, and what ended in between is not missed.
#[tokio::test]
async fn what_runs_with_a_key_ends_also_when_that_was_deleted_before_it_was_watched() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        let key = create(&house, &lin, draft()).await.unwrap();
        let looked_up = Some(house.identity.moment());
        let by_key = bearer(&house, &key.secret).await.unwrap();
        let runs = house.identity.until_ended_since(&by_key, looked_up);
        assert!(timeout(Duration::from_millis(100), runs).await.is_err());
        house
            .identity
            .delete_api_key(&lin, key.key.id)
            .await
            .unwrap();
        let ended = house.identity.until_ended_since(&by_key, looked_up);
        timeout(Duration::from_secs(1), ended).await.unwrap();
    })
    .await;
}

/// AC-18.
#[tokio::test]
async fn a_key_is_good_in_its_networks_only() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        let at_home = ApiKeyDraft {
            networks: vec![format!("{HOME}/32")],
            ..draft()
        };
        let key = create(&house, &lin, at_home).await.unwrap();
        assert!(bearer(&house, &key.secret).await.is_ok());
        let away = house.identity.bearer(&key.secret, &Visitor::at(AWAY)).await;
        assert_eq!(code(away.map(drop)), Err(FailureCode::NetworkRefused));
        let listed = house.identity.api_keys(&lin).await.unwrap();
        assert_eq!(
            listed[0].used_from.as_deref(),
            Some(HOME.to_string().as_str())
        );
    })
    .await;
}

/// AC-18, AP-12.
#[tokio::test]
async fn requests_of_a_key_are_counted_also_in_parallel() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        let slow = ApiKeyDraft {
            requests_per_minute: Some(6),
            ..draft()
        };
        let key = create(&house, &lin, slow).await.unwrap();
        let free = create(&house, &lin, draft()).await.unwrap();
        let tries = join_all((0..20).map(|_| bearer(&house, &key.secret))).await;
        let let_in = tries.iter().filter(|tried| tried.is_ok()).count();
        assert_eq!(let_in, 6);
        let refused = house.identity.bearer(&key.secret, &Visitor::at(HOME)).await;
        let refused = refused.map(drop).unwrap_err();
        assert_eq!(refused.code(), FailureCode::TooManyAttempts);
        assert_eq!(refused.retry_after_s(), Some(10));
        assert!(
            bearer(&house, &free.secret).await.is_ok(),
            "another key is another's"
        );
        house.clock.advance(10_000);
        assert!(bearer(&house, &key.secret).await.is_ok());
        assert!(bearer(&house, &key.secret).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_key_keeps_answers_for_a_day_at_most() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        let keeping = |seconds: Option<i64>| ApiKeyDraft {
            cache_seconds: seconds,
            ..draft()
        };
        for seconds in [0, -1, 86_401] {
            let refused = create(&house, &lin, keeping(Some(seconds))).await;
            let refused = refused.map(drop).unwrap_err();
            assert_eq!(refused, FailureCode::InvalidNumber, "{seconds}");
        }
        let key = create(&house, &lin, keeping(Some(86_400))).await.unwrap();
        assert_eq!(key.key.cache_seconds, Some(86_400));
        for seconds in [Some(1), None] {
            let changed = update(&house, &lin, &key, keeping(seconds)).await.unwrap();
            assert_eq!(changed.cache_seconds, seconds);
            let listed = house.identity.api_keys(&lin).await.unwrap();
            assert_eq!(listed[0].cache_seconds, seconds);
        }
    })
    .await;
}

/// AC-18, SE-11.
#[tokio::test]
async fn keys_are_made_by_a_person_who_has_just_shown_who_they_are() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        let scopes = BuiltIn::Member.permissions();
        let key = create(&house, &lin, ApiKeyDraft { scopes, ..draft() })
            .await
            .unwrap();
        let by_key = bearer(&house, &key.secret).await.unwrap();
        let forbidden = Err(FailureCode::Forbidden);
        assert_eq!(create(&house, &by_key, draft()).await.map(drop), forbidden);
        assert_eq!(
            update(&house, &by_key, &key, draft()).await.map(drop),
            forbidden
        );
        let listed = house.identity.api_keys(&by_key).await;
        assert_eq!(code(listed.map(drop)), forbidden);
        let deleted = house.identity.delete_api_key(&by_key, key.key.id).await;
        assert_eq!(code(deleted), forbidden);

        let guest = person(&house, BuiltIn::Guest).await;
        let guest = caller(&house, guest).await;
        assert_eq!(create(&house, &guest, draft()).await.map(drop), forbidden);

        house.clock.advance(11 * MINUTE);
        let stale = Err(FailureCode::StepUpNeeded);
        assert_eq!(create(&house, &lin, draft()).await.map(drop), stale);
        assert_eq!(update(&house, &lin, &key, draft()).await.map(drop), stale);
        assert!(
            house
                .identity
                .delete_api_key(&lin, key.key.id)
                .await
                .is_ok()
        );
    })
    .await;
}

/// AC-03, AC-08.
#[tokio::test]
async fn anothers_key_is_no_key() {
    on_both(async |db| {
        let house = House::on(&db);
        let users = (
            person(&house, BuiltIn::Member).await,
            person(&house, BuiltIn::Owner).await,
        );
        let (lin, owner) = (caller(&house, users.0).await, caller(&house, users.1).await);
        let key = create(&house, &lin, draft()).await.unwrap();
        let not_found = Err(FailureCode::NotFound);
        assert_eq!(
            update(&house, &owner, &key, draft()).await.map(drop),
            not_found
        );
        let deleted = house.identity.delete_api_key(&owner, key.key.id).await;
        assert_eq!(code(deleted), not_found);
        assert!(house.identity.api_keys(&owner).await.unwrap().is_empty());
        assert!(bearer(&house, &key.secret).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn nobody_has_more_than_fifty_keys_also_in_parallel() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        for _ in 0..45 {
            create(&house, &lin, draft()).await.unwrap();
        }
        let tries = join_all((0..10).map(|_| create(&house, &lin, draft()))).await;
        let refused = tries.iter().filter(|tried| tried.is_err());
        assert!(
            refused
                .clone()
                .all(|tried| matches!(tried, Err(FailureCode::TooMany)))
        );
        assert_eq!(refused.count(), 5);
        assert_eq!(house.count("SELECT COUNT(*) FROM api_keys").await, 50);
    })
    .await;
}

#[tokio::test]
async fn what_a_key_can_not_be_is_refused_by_its_reason() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        let now = house.clock.now();
        let with = |change: &dyn Fn(&mut ApiKeyDraft)| {
            let mut draft = draft();
            change(&mut draft);
            draft
        };
        let five_years = 5 * 366 * Millis::DAY;
        for (bad, reason) in [
            (with(&|d| d.name = " ".to_owned()), FailureCode::InvalidName),
            (with(&|d| d.name = "x".repeat(61)), FailureCode::InvalidName),
            (
                with(&|d| d.expires_at = Some(now)),
                FailureCode::InvalidExpiry,
            ),
            (
                with(&|d| d.expires_at = Some(now.plus(five_years + 1))),
                FailureCode::InvalidExpiry,
            ),
            (
                with(&|d| d.networks = vec!["home".to_owned()]),
                FailureCode::InvalidNetwork,
            ),
            (
                with(&|d| d.networks = (0..21).map(|n| format!("10.0.{n}.0/24")).collect()),
                FailureCode::TooMany,
            ),
            (
                with(&|d| d.requests_per_minute = Some(0)),
                FailureCode::InvalidNumber,
            ),
            (
                with(&|d| d.requests_per_minute = Some(60_001)),
                FailureCode::InvalidNumber,
            ),
            (
                with(&|d| d.tokens_per_minute = Some(-1)),
                FailureCode::InvalidNumber,
            ),
            (with(&|d| d.at_once = Some(0)), FailureCode::InvalidNumber),
            (
                with(&|d| d.at_once = Some(100_001)),
                FailureCode::InvalidNumber,
            ),
            (
                with(&|d| d.budget_per_month = Some(i64::MIN)),
                FailureCode::InvalidNumber,
            ),
        ] {
            let refused = create(&house, &lin, bad).await.map(drop);
            assert_eq!(refused, Err(reason));
        }
        assert_eq!(house.count("SELECT COUNT(*) FROM api_keys").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_changed_and_stays_the_same_key() {
    on_both(async |db| {
        let house = House::on(&db);
        let user = person(&house, BuiltIn::Member).await;
        let lin = caller(&house, user).await;
        let key = create(&house, &lin, draft()).await.unwrap();
        let narrower = ApiKeyDraft {
            name: " Another ".to_owned(),
            scopes: PermissionSet::EMPTY,
            models: Some(vec![]),
            networks: vec!["192.0.2.1".to_owned()],
            budget_per_month: Some(5),
            at_once: Some(3),
            ..draft()
        };
        let changed = update(&house, &lin, &key, narrower).await.unwrap();
        assert_eq!(changed.at_once, Some(3));
        assert_eq!(changed.name, "Another");
        assert_eq!(changed.models, Some(vec![]));
        assert_eq!(changed.networks, ["192.0.2.1/32"]);
        assert_eq!(changed.hint, key.key.hint);
        let by_key = bearer(&house, &key.secret).await.unwrap();
        assert!(by_key.permissions().is_empty());
    })
    .await;
}
