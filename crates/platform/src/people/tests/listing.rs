//! Finding people among many.

use model::{BuiltIn, FailureCode, PersonFilter, PersonState};

use super::{House, code};
use crate::store::testing::{execute, on_both};

const MANY: i64 = 1_500;

/// So many people, three of each name.
async fn many(house: &House) {
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
         INSERT INTO users (id, email, email_key, name, password_hash, created_at, updated_at)
         SELECT '01990000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), 'p' || CAST(i AS TEXT) || '@example.com',
                'p' || CAST(i AS TEXT) || '@example.com', 'Person ' || CAST(i / 3 AS TEXT), '-', 0, 0 FROM n"
    );
    execute(&house.db, &sql).await;
}

#[tokio::test]
async fn every_one_of_many_is_on_one_page() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        many(&house).await;
        let (mut seen, mut after, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let page = house
                .people
                .list(&admin, PersonFilter::default(), after.as_deref(), 1_000);
            let page = page.await.unwrap();
            assert!(page.items.len() <= 100);
            pages += 1;
            seen.extend(page.items.into_iter().map(|person| person.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(i64::try_from(seen.len()).unwrap(), MANY + 1);
        assert_eq!(pages, 16);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(i64::try_from(seen.len()).unwrap(), MANY + 1);
        let nonsense = house
            .people
            .list(&admin, PersonFilter::default(), Some("%%%"), 10)
            .await;
        assert_eq!(code(nonsense).err(), Some(FailureCode::BadRequest));
    })
    .await;
}

/// IO-03: what is searched for is text, whatever it holds.
#[tokio::test]
async fn a_search_is_text_and_bounded() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let operator = house.people.operator();
        for (name, email) in [
            ("Mia Song", "mia@example.com"),
            ("100% Tea", "tea@example.com"),
            ("a_b", "under@example.com"),
            ("C:\\temp", "back@example.com"),
            ("李雷", "li@example.com"),
            ("O'Neil", "neil@example.com"),
        ] {
            let password = model::Password::parse("four lamps by the river").unwrap();
            operator.add(name, email, password, "member").await.unwrap();
        }
        let found = async |search: &str| {
            let filter = PersonFilter {
                search: search.to_owned(),
                ..PersonFilter::default()
            };
            let page = house.people.list(&admin, filter, None, 100).await.unwrap();
            let emails = page
                .items
                .iter()
                .map(|person| person.email.as_str().to_owned());
            emails.collect::<Vec<_>>().join(" ")
        };
        for (search, expected) in [
            ("mia", "mia@example.com"),
            ("MIA@", "mia@example.com"),
            ("song", "mia@example.com"),
            ("ong", ""),
            ("%", ""),
            ("100%", "tea@example.com"),
            ("_", ""),
            ("a_", "under@example.com"),
            ("C:\\", "back@example.com"),
            ("李", "li@example.com"),
            ("o'n", "neil@example.com"),
            ("' OR 1=1 --", ""),
        ] {
            assert_eq!(found(search).await, expected, "{search}");
        }
        for search in ["x".repeat(101), "a\0b".to_owned()] {
            let filter = PersonFilter {
                search,
                ..PersonFilter::default()
            };
            let refused = house.people.list(&admin, filter, None, 10).await;
            assert_eq!(code(refused).err(), Some(FailureCode::InvalidText));
        }
    })
    .await;
}

#[tokio::test]
async fn people_are_found_by_state_role_and_group() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let mia = house.person("mia", BuiltIn::Member).await;
        let max = house.person("max", BuiltIn::Guest).await;
        let group = house.group(&owner, "Tea", Vec::new()).await;
        house
            .people
            .add_members(&owner, group, &[mia])
            .await
            .unwrap();
        house
            .people
            .set_disabled(&owner, &[max], true)
            .await
            .unwrap();
        let found = async |filter| {
            let page = house.people.list(&owner, filter, None, 100).await.unwrap();
            page.items
                .iter()
                .map(|person| person.id)
                .collect::<Vec<_>>()
        };
        let everybody = PersonFilter::default;
        let disabled = PersonFilter {
            state: Some(PersonState::Disabled),
            ..everybody()
        };
        let guests = PersonFilter {
            role: Some(BuiltIn::Guest.id()),
            ..everybody()
        };
        let tea = PersonFilter {
            group: Some(group),
            ..everybody()
        };
        let active = PersonFilter {
            state: Some(PersonState::Active),
            ..everybody()
        };
        assert_eq!(found(disabled).await, [max]);
        assert_eq!(found(guests).await, [max]);
        assert_eq!(found(tea).await, [mia]);
        assert_eq!(found(active).await, [mia, owner.user()]);
    })
    .await;
}
