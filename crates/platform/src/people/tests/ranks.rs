//! Nobody touches who stands as high or higher, or does what they have no permission for; and it is written down.

use model::{BuiltIn, FailureCode, UserId};
use uuid::Uuid;

use super::{House, code};
use crate::{identity::Caller, mail::Language, store::testing::on_both};

/// Everything that is done to a person: its line in the log, and what became of it.
async fn acts(
    house: &House,
    caller: &Caller,
    on: UserId,
) -> Vec<(&'static str, Result<(), FailureCode>)> {
    let people = &house.people;
    let bulk = |outcome: Result<model::BulkOutcome, crate::identity::IdentityError>| {
        let outcome = code(outcome)?;
        outcome.refused.first().map_or(Ok(()), |(_, why)| Err(*why))
    };
    vec![
        (
            "user.disable",
            bulk(people.set_disabled(caller, &[on], true).await),
        ),
        (
            "user.enable",
            bulk(people.set_disabled(caller, &[on], false).await),
        ),
        (
            "user.sessions.end",
            bulk(people.end_sessions(caller, &[on]).await),
        ),
        (
            "user.password.reset_sent",
            code(people.send_reset(caller, on, Language::En).await),
        ),
        (
            "user.factors.reset",
            code(people.reset_factors(caller, on).await),
        ),
        (
            "user.role.grant",
            code(
                people
                    .set_roles(caller, on, vec![BuiltIn::Guest.id()])
                    .await,
            ),
        ),
        ("user.delete", bulk(people.delete(caller, &[on], "1").await)),
    ]
}

/// AC-14, AU-36, LO-02.
#[tokio::test]
async fn nobody_touches_who_stands_as_high_or_higher() {
    on_both(async |db| {
        let house = House::on(&db);
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let others = [
            (&admin, house.person("abe", BuiltIn::Administrator).await),
            (&admin, owner.user()),
            (&admin, admin.user()),
        ];
        for (times, (caller, on)) in (1..).zip(others) {
            for (action, outcome) in acts(&house, caller, on).await {
                assert_eq!(outcome, Err(FailureCode::RankTooHigh), "{action}");
                assert_eq!(house.lines(action, "refused").await, times, "{action}");
            }
        }
        assert_eq!(
            house
                .count("SELECT COUNT(*) FROM users WHERE disabled = TRUE")
                .await,
            0
        );
        let lower = house.person("mia", BuiltIn::Member).await;
        for (action, outcome) in acts(&house, &admin, lower).await {
            assert_eq!(outcome, Ok(()), "{action}");
        }
    })
    .await;
}

/// An owner may not act on another as on lower ranks, but take the role away first.
#[tokio::test]
async fn owners_govern_each_other_by_the_role_alone() {
    on_both(async |db| {
        let house = House::on(&db);
        let olga = house.signed_up("olga", BuiltIn::Owner).await;
        let oleg = house.person("oleg", BuiltIn::Owner).await;
        let closed = house
            .people
            .set_disabled(&olga, &[oleg], true)
            .await
            .unwrap();
        assert_eq!(closed.refused, [(oleg, FailureCode::RankTooHigh)]);
        let member = vec![BuiltIn::Member.id()];
        house.people.set_roles(&olga, oleg, member).await.unwrap();
        let closed = house
            .people
            .set_disabled(&olga, &[oleg], true)
            .await
            .unwrap();
        assert_eq!(closed.done, [oleg]);
    })
    .await;
}

/// AC-08, LO-02: without the permission, somebody who is there and somebody who is not look the same.
#[tokio::test]
async fn without_the_permission_nothing_is_done_and_nothing_is_told() {
    on_both(async |db| {
        let house = House::on(&db);
        let auditor = house.signed_up("ugo", BuiltIn::Auditor).await;
        let member = house.signed_up("mia", BuiltIn::Member).await;
        let guest = house.person("gus", BuiltIn::Guest).await;
        let nobody = UserId::from_uuid(Uuid::from_u128(7));
        let mut times = 0;
        for (caller, on) in [
            (&auditor, guest),
            (&auditor, nobody),
            (&member, guest),
            (&member, nobody),
        ] {
            times += 1;
            for (action, outcome) in acts(&house, caller, on).await {
                assert_eq!(outcome, Err(FailureCode::Forbidden), "{action}");
                assert_eq!(house.lines(action, "refused").await, times, "{action}");
            }
            assert_eq!(
                code(house.people.detail(&member, on).await).err(),
                Some(FailureCode::Forbidden)
            );
        }
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        for (action, outcome) in acts(&house, &admin, nobody).await {
            assert_eq!(outcome, Err(FailureCode::NotFound), "{action}");
        }
    })
    .await;
}

/// SE-11, AC-23: what is grave needs a fresh proof.
#[tokio::test]
async fn what_is_grave_needs_a_fresh_proof() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let mia = house.person("mia", BuiltIn::Member).await;
        let role = house.role(&owner, "helper", 30).await;
        let group = house.group(&owner, "all", Vec::new()).await;
        house.clock.advance(super::STALE_MS);
        let people = &house.people;
        let draft = || super::role_draft("other", 30);
        let outcomes = [
            code(people.delete(&owner, &[mia], "1").await.map(drop)),
            code(people.reset_factors(&owner, mia).await),
            code(people.set_roles(&owner, mia, Vec::new()).await),
            code(people.create_role(&owner, draft()).await.map(drop)),
            code(people.update_role(&owner, role, draft()).await),
            code(people.delete_role(&owner, role).await),
            code(
                people
                    .create_group(&owner, model::GroupDraft::default())
                    .await
                    .map(drop),
            ),
            code(
                people
                    .update_group(&owner, group, model::GroupDraft::default())
                    .await,
            ),
            code(people.delete_group(&owner, group).await),
        ];
        assert_eq!(outcomes, [Err(FailureCode::StepUpNeeded); 9]);
    })
    .await;
}
