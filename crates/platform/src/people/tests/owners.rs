//! There is always an owner.

use model::{BuiltIn, FailureCode};

use super::{House, code};
use crate::store::testing::on_both;

const OWNERS: &str = "SELECT COUNT(*) FROM users u JOIN user_roles r ON r.user_id = u.id \
     WHERE r.role_id = '00000000-0000-7000-8000-000000000001' AND u.disabled = FALSE";

/// AC-15.
#[tokio::test]
async fn the_last_owner_stays_one() {
    on_both(async |db| {
        let house = House::on(&db);
        let olga = house.signed_up("olga", BuiltIn::Owner).await;
        let stepped = house.people.set_roles(&olga, olga.user(), Vec::new()).await;
        assert_eq!(code(stepped), Err(FailureCode::LastOwner));
        assert_eq!(house.lines("user.role.grant", "refused").await, 1);
        let operator = house.people.operator();
        let address = "olga@example.com";
        assert_eq!(
            code(operator.set_role(address, "owner", false).await),
            Err(FailureCode::LastOwner)
        );
        assert_eq!(
            code(operator.set_disabled(address, true).await),
            Err(FailureCode::LastOwner)
        );
        assert_eq!(house.count(OWNERS).await, 1);
    })
    .await;
}

/// AC-15: of two owners who step down at once, or take it from each other, one stays.
#[tokio::test]
async fn of_two_owners_who_go_at_once_one_stays() {
    on_both(async |db| {
        let house = House::on(&db);
        for round in 0..6 {
            let one = house
                .signed_up(&format!("one{round}"), BuiltIn::Owner)
                .await;
            let two = house
                .signed_up(&format!("two{round}"), BuiltIn::Owner)
                .await;
            // Those of the rounds before are no help.
            let (keep_one, keep_two) = (one.user(), two.user());
            let sql = format!(
                "UPDATE users SET disabled = TRUE WHERE id NOT IN ('{keep_one}', '{keep_two}')"
            );
            crate::store::testing::execute(&db, &sql).await;
            let (first, second) = match round % 3 {
                0 => (one.user(), two.user()),
                1 => (two.user(), one.user()),
                _ => (one.user(), one.user()),
            };
            let people = &house.people;
            let (a, b) = tokio::join!(
                people.set_roles(&one, first, Vec::new()),
                people.set_roles(&two, second, Vec::new()),
            );
            assert!(house.count(OWNERS).await >= 1, "{a:?} {b:?}");
            if first != second {
                let outcomes = [code(a), code(b)];
                assert!(
                    outcomes.contains(&Err(FailureCode::LastOwner)),
                    "{outcomes:?}"
                );
                assert!(outcomes.contains(&Ok(())), "{outcomes:?}");
            }
        }
    })
    .await;
}
