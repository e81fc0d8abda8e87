//! Roles.

use model::{BuiltIn, FailureCode, Permission, PermissionSet, Rank, RoleDraft};

use super::{House, code, role_draft};
use crate::{
    Clock,
    store::{Amended, NewRole, testing::on_both},
};

#[tokio::test]
async fn a_role_is_made_changed_and_deleted() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let mia = house.person("mia", BuiltIn::Guest).await;
        let draft = RoleDraft {
            permissions: PermissionSet::of(&[Permission::UsersRead]),
            requires_second_factor: false,
            ..role_draft("Helper", 30)
        };
        let id = house
            .people
            .create_role(&owner, draft.clone())
            .await
            .unwrap();
        assert_eq!(
            code(
                house
                    .people
                    .create_role(&owner, role_draft("HELPER", 30))
                    .await
            )
            .err(),
            Some(FailureCode::NameTaken)
        );
        assert_eq!(
            code(
                house
                    .people
                    .create_role(&owner, role_draft("Owner", 30))
                    .await
            )
            .err(),
            Some(FailureCode::NameTaken)
        );
        house.people.set_roles(&owner, mia, vec![id]).await.unwrap();
        let role = house.people.role(&owner, id).await.unwrap();
        assert_eq!(
            (role.people, role.can_write, role.built_in),
            (1, true, false)
        );
        // AC-17: what a role allows changes at once for those who have it.
        assert!(
            db.access(mia)
                .await
                .unwrap()
                .permissions
                .contains(Permission::UsersRead)
        );
        house
            .people
            .update_role(&owner, id, role_draft("Helper", 31))
            .await
            .unwrap();
        // Who saw it as it was before does not undo that.
        let seen = RoleDraft::from(&role);
        let late = role_draft("Late", 31);
        let late = house.people.update_role_as_seen(&owner, id, late, &seen);
        assert_eq!(code(late.await).err(), Some(FailureCode::Outdated));
        let access = db.access(mia).await.unwrap();
        assert_eq!(
            (access.permissions, access.rank.get()),
            (PermissionSet::EMPTY, 31)
        );
        house.people.delete_role(&owner, id).await.unwrap();
        assert_eq!(db.access(mia).await.unwrap().rank, Rank::NONE);
        for action in ["role.create", "role.update", "role.delete"] {
            assert_eq!(house.lines(action, "done").await, 1, "{action}");
        }
    })
    .await;
}

/// AC-14: nobody makes or changes a role as high as themselves, or one that may do more than they.
#[tokio::test]
async fn roles_are_made_below_ones_own() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let people = &house.people;
        let high = house.role(&owner, "High", 80).await;
        let low = house.role(&owner, "Low", 30).await;
        let refused = Err(FailureCode::RankTooHigh);
        assert_eq!(
            code(
                people
                    .create_role(&admin, role_draft("x", 80))
                    .await
                    .map(drop)
            ),
            refused
        );
        assert_eq!(
            code(
                people
                    .create_role(&owner, role_draft("x", 100))
                    .await
                    .map(drop)
            ),
            refused
        );
        assert_eq!(
            code(people.update_role(&admin, high, role_draft("x", 10)).await),
            refused
        );
        assert_eq!(
            code(people.update_role(&admin, low, role_draft("x", 80)).await),
            refused
        );
        assert_eq!(code(people.delete_role(&admin, high).await), refused);
        assert_eq!(house.lines("role.update", "refused").await, 2);
        assert_eq!(
            code(
                people
                    .create_role(&admin, role_draft("x", 0))
                    .await
                    .map(drop)
            ),
            Err(FailureCode::InvalidNumber)
        );
        // Somebody who governs roles and may not do everything.
        let keeper = RoleDraft {
            permissions: PermissionSet::of(&[Permission::RolesRead, Permission::RolesWrite]),
            ..role_draft("Keeper", 40)
        };
        let keeper = people.create_role(&owner, keeper).await.unwrap();
        let kim = house.person("kim", BuiltIn::Guest).await;
        people.set_roles(&owner, kim, vec![keeper]).await.unwrap();
        let session = house.identity.session(house.identity.entered(kim).await);
        let kim = house
            .identity
            .caller(&session, &crate::identity::testing::visitor())
            .await
            .unwrap();
        let more = RoleDraft {
            permissions: PermissionSet::of(&[Permission::UsersWrite]),
            ..role_draft("More", 20)
        };
        assert_eq!(
            code(people.create_role(&kim, more.clone()).await.map(drop)),
            Err(FailureCode::Forbidden)
        );
        assert_eq!(
            code(people.update_role(&kim, low, more).await),
            Err(FailureCode::Forbidden)
        );
        let roles = people.roles(&kim).await.unwrap();
        let may: Vec<&str> = roles
            .iter()
            .filter(|role| role.can_write)
            .map(|role| role.name.as_str())
            .collect();
        assert_eq!(may, ["Low", "member", "guest"]);
    })
    .await;
}

/// AC-10, AU-27: of a built-in role the second factor can be asked for, and nothing else changed.
#[tokio::test]
async fn of_a_built_in_role_only_the_second_factor_changes() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let people = &house.people;
        let member = BuiltIn::Member.id();
        let draft = RoleDraft {
            requires_second_factor: true,
            ..RoleDraft::default()
        };
        people.update_role(&owner, member, draft).await.unwrap();
        let role = people.role(&owner, member).await.unwrap();
        assert!(role.requires_second_factor);
        assert_eq!(
            (role.rank, role.permissions),
            (BuiltIn::Member.rank(), BuiltIn::Member.permissions())
        );
        let refused = Err(FailureCode::BuiltInRole);
        for draft in [
            role_draft("", 99),
            role_draft("boss", 20),
            RoleDraft {
                permissions: PermissionSet::all(),
                ..RoleDraft::default()
            },
        ] {
            assert_eq!(
                code(people.update_role(&owner, member, draft).await),
                refused
            );
        }
        assert_eq!(code(people.delete_role(&owner, member).await), refused);
    })
    .await;
}

/// Of two who save at once what they saw, one is told that it is something else by now, and nothing is lost.
#[tokio::test]
async fn of_two_who_save_a_role_at_once_the_second_is_told() {
    on_both(async |db| {
        let house = House::on(&db);
        let olga = house.signed_up("olga", BuiltIn::Owner).await;
        let oleg = house.signed_up("oleg", BuiltIn::Owner).await;
        let id = house.role(&olga, "Helper", 30).await;
        let people = &house.people;
        for round in 0..5 {
            let seen = RoleDraft::from(&people.role(&olga, id).await.unwrap());
            let drafts = [round, round + 10].map(|rank| role_draft("Helper", 40 + rank));
            let (one, other) = tokio::join!(
                people.update_role_as_seen(&olga, id, drafts[0].clone(), &seen),
                people.update_role_as_seen(&oleg, id, drafts[1].clone(), &seen)
            );
            let told = [code(one).err(), code(other).err()];
            let saved = told.iter().position(Option::is_none).unwrap();
            assert_eq!(told[1 - saved], Some(FailureCode::Outdated));
            let role = RoleDraft::from(&people.role(&olga, id).await.unwrap());
            assert_eq!(role, drafts[saved]);
        }
        assert_eq!(house.lines("role.update", "done").await, 5);
    })
    .await;
}

/// AC-14: what was judged is what is changed or deleted. A role that was lifted since is left alone.
#[tokio::test]
async fn a_role_is_changed_as_it_was_judged_or_not_at_all() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let id = house.role(&owner, "Helper", 30).await;
        let judged = RoleDraft::from(&house.people.role(&owner, id).await.unwrap());
        let lifted = role_draft("Helper", 90);
        let lift = house.people.update_role(&owner, id, lifted.clone());
        lift.await.unwrap();

        let record = house.identity.audit().command_line("role.update");
        let draft = role_draft("Helper", 20);
        let new = NewRole {
            id,
            draft: &draft,
            now: house.clock.now(),
        };
        let outdated = Amended::Outdated;
        let changed = db.update_role(&new, &judged, &record).await.unwrap();
        let deleted = db.delete_role(id, &judged, &record).await.unwrap();
        assert_eq!((changed, deleted), (outdated, outdated));
        let role = RoleDraft::from(&house.people.role(&owner, id).await.unwrap());
        assert_eq!(role, lifted);
        let gone = db.delete_role(id, &lifted, &record).await.unwrap();
        assert_eq!(gone, Amended::Done);
        let gone = db.update_role(&new, &lifted, &record).await.unwrap();
        assert_eq!(gone, Amended::NotThere);
    })
    .await;
}
