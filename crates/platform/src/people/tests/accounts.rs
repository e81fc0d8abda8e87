//! Making, closing and deleting accounts.

use model::{BuiltIn, FailureCode, RoleId, UserId};
use uuid::Uuid;

use super::{House, code};
use crate::{identity::testing::visitor, mail::Language, store::testing::on_both};

/// AC-16, SE-07, SE-10: whoever is closed out or signed out by an administrator is out with the next request.
#[tokio::test]
async fn a_closed_account_is_out_at_once_and_its_sessions_do_not_come_back() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let mia = house.person("mia", BuiltIn::Member).await;
        let cookie = house.identity.entered(mia).await;
        let is_in = async || {
            let session = house.identity.session(cookie);
            house.identity.caller(&session, &visitor()).await.is_ok()
        };
        assert!(is_in().await);
        house
            .people
            .set_disabled(&admin, &[mia], true)
            .await
            .unwrap();
        assert!(!is_in().await);
        house
            .people
            .set_disabled(&admin, &[mia], false)
            .await
            .unwrap();
        assert!(!is_in().await);
        let cookie = house.identity.entered(mia).await;
        house.people.end_sessions(&admin, &[mia]).await.unwrap();
        let session = house.identity.session(cookie);
        assert_eq!(
            code(house.identity.caller(&session, &visitor()).await).err(),
            Some(FailureCode::SignInNeeded)
        );
    })
    .await;
}

/// AC-14: to open an account is refused like all else, and whoever is not closed out stays signed in.
#[tokio::test]
async fn nobody_is_signed_out_by_opening_what_is_open_or_stands_too_high() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let mia = house.signed_up("mia", BuiltIn::Member).await;
        let opened = house
            .people
            .set_disabled(&admin, &[owner.user(), mia.user()], false)
            .await
            .unwrap();
        assert_eq!(opened.done, [mia.user()]);
        assert_eq!(opened.refused, [(owner.user(), FailureCode::RankTooHigh)]);
        for person in [&owner, &mia] {
            assert!(house.identity.still_valid(person).await.unwrap());
        }
        assert_eq!(house.lines("user.enable", "done").await, 0);
        assert_eq!(house.lines("user.enable", "refused").await, 1);
    })
    .await;
}

/// AC-17, SE-02: another role is in force with the next request, which has to sign in again.
#[tokio::test]
async fn another_role_acts_at_once() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let ada = house.signed_up("ada", BuiltIn::Administrator).await;
        let member = vec![BuiltIn::Member.id()];
        house
            .people
            .set_roles(&owner, ada.user(), member)
            .await
            .unwrap();
        assert!(!house.identity.still_valid(&ada).await.unwrap());
        let session = house
            .identity
            .session(house.identity.entered(ada.user()).await);
        let again = house.identity.caller(&session, &visitor()).await.unwrap();
        assert_eq!(again.permissions(), BuiltIn::Member.permissions());
        assert_eq!(house.lines("user.role.grant", "done").await, 1);
        assert_eq!(house.lines("user.role.revoke", "done").await, 1);
    })
    .await;
}

/// AC-05, AC-14: roles that are given are judged one by one, and an id that is none is refused.
#[tokio::test]
async fn nobody_gives_what_stands_too_high_or_is_not_there() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let mia = house.person("mia", BuiltIn::Member).await;
        let give = async |caller, roles: Vec<RoleId>| {
            code(house.people.set_roles(caller, mia, roles).await)
        };
        let nothing = RoleId::from_uuid(Uuid::from_u128(9));
        assert_eq!(
            give(&admin, vec![BuiltIn::Owner.id()]).await,
            Err(FailureCode::RankTooHigh)
        );
        assert_eq!(
            give(&admin, vec![BuiltIn::Administrator.id()]).await,
            Err(FailureCode::RankTooHigh)
        );
        assert_eq!(
            give(&admin, vec![nothing]).await,
            Err(FailureCode::NotFound)
        );
        assert_eq!(give(&admin, vec![BuiltIn::Operator.id()]).await, Ok(()));
        assert_eq!(give(&owner, vec![BuiltIn::Owner.id()]).await, Ok(()));
        assert_eq!(
            give(&admin, vec![BuiltIn::Guest.id()]).await,
            Err(FailureCode::RankTooHigh)
        );
        let made = async |roles| {
            let email = "new@example.com";
            code(
                house
                    .people
                    .create(&admin, "New", email, roles, Vec::new(), Language::En)
                    .await,
            )
            .map(drop)
        };
        assert_eq!(
            made(vec![BuiltIn::Owner.id()]).await,
            Err(FailureCode::RankTooHigh)
        );
        assert_eq!(made(vec![nothing]).await, Err(FailureCode::NotFound));
        assert_eq!(
            house
                .count("SELECT COUNT(*) FROM users WHERE name = 'New'")
                .await,
            0
        );
    })
    .await;
}

/// AU-23: whoever administers makes accounts and sends links, and never knows or chooses a password.
#[tokio::test]
async fn a_new_account_has_no_password_and_its_owner_gets_a_link() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let made = house.people.create(
            &admin,
            "Lin",
            "lin@example.com",
            Vec::new(),
            Vec::new(),
            Language::Zh,
        );
        let lin = made.await.unwrap();
        let detail = house.people.detail(&admin, lin).await.unwrap();
        assert!(!detail.has_password && detail.can_write);
        assert_eq!(detail.permissions, BuiltIn::Member.permissions());
        let links = "SELECT COUNT(*) FROM one_time_tokens WHERE purpose = 'reset'";
        assert_eq!(house.count(links).await, 1);
        house
            .people
            .send_reset(&admin, lin, Language::En)
            .await
            .unwrap();
        assert_eq!(house.count(links).await, 1);
        assert_eq!(house.lines("user.password.reset_sent", "done").await, 2);
        let again = house.people.create(
            &admin,
            "Lin",
            "LIN@example.com",
            Vec::new(),
            Vec::new(),
            Language::En,
        );
        assert_eq!(code(again.await).err(), Some(FailureCode::EmailTaken));
    })
    .await;
}

/// AC-23: deleting needs the number of people, or the one person's address.
#[tokio::test]
async fn accounts_are_deleted_when_it_is_confirmed() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let (mia, max) = (
            house.person("mia", BuiltIn::Member).await,
            house.person("max", BuiltIn::Member).await,
        );
        let delete = async |people: &[UserId], confirm| {
            code(house.people.delete(&admin, people, confirm).await)
        };
        for (people, confirm) in [
            (&[mia, max][..], "1"),
            (&[mia, max], ""),
            (&[mia], "max@example.com"),
            (&[], ""),
        ] {
            assert_eq!(
                delete(people, confirm).await,
                Err(FailureCode::NotConfirmed),
                "{confirm}"
            );
        }
        assert_eq!(
            delete(&[mia], " MIA@example.com").await.unwrap().done,
            [mia]
        );
        let nobody = UserId::from_uuid(Uuid::from_u128(7));
        let outcome = delete(&[max, admin.user(), nobody, max], "3")
            .await
            .unwrap();
        assert_eq!(outcome.done, [max]);
        assert_eq!(
            outcome.refused,
            [
                (admin.user(), FailureCode::RankTooHigh),
                (nobody, FailureCode::NotFound)
            ]
        );
        assert_eq!(house.count("SELECT COUNT(*) FROM users").await, 1);
    })
    .await;
}

/// AC-09: what an administrator sees of somebody holds no secret.
#[tokio::test]
async fn a_person_is_shown_without_secrets() {
    on_both(async |db| {
        let house = House::on(&db);
        let operator = house.people.operator();
        let password = model::Password::parse("four lamps by the river").unwrap();
        let mia = operator
            .add("Mia", "mia@example.com", password, "member")
            .await
            .unwrap();
        let auditor = house.signed_up("ugo", BuiltIn::Auditor).await;
        let detail = house.people.detail(&auditor, mia).await.unwrap();
        assert!(detail.has_password && !detail.can_write && !detail.can_grant);
        let json = serde_json::to_string(&detail).unwrap();
        assert!(!json.contains("argon2"), "{json}");
    })
    .await;
}
