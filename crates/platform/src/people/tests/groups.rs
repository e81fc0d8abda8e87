//! Groups.

use model::{BuiltIn, FailureCode, GroupDraft, GroupId, GroupRates, PersonFilter, Quota};
use uuid::Uuid;

use super::{House, code};
use crate::{identity::testing::visitor, store::testing::on_both};

#[tokio::test]
async fn a_group_is_made_changed_and_deleted() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let draft = GroupDraft {
            name: " Tea ".to_owned(),
            description: "Drinks tea.".to_owned(),
            roles: vec![BuiltIn::Operator.id()],
            models: Some(vec![model::ModelName::parse("qwen-plus").unwrap()]),
            quota: Quota {
                answers_per_day: Some(3),
                tokens_per_day: None,
            },
            rates: GroupRates {
                requests_per_minute: Some(60),
                tokens_per_minute: None,
                at_once: Some(2),
            },
            shares_answers: true,
        };
        let id = house
            .people
            .create_group(&owner, draft.clone())
            .await
            .unwrap();
        let group = house.people.group(&owner, id).await.unwrap();
        assert_eq!(group.group.name, "Tea");
        assert_eq!(group.roles.len(), 1);
        assert_eq!(
            (group.models, group.quota),
            (draft.models.clone(), draft.quota)
        );
        assert!(group.can_write && group.shares_answers);
        let told = "SELECT COUNT(*) FROM audit_log WHERE action = 'group.create' AND details LIKE '%\"shares_answers\":true%'";
        assert_eq!(house.count(told).await, 1);
        let twin = GroupDraft {
            name: "TEA".to_owned(),
            ..GroupDraft::default()
        };
        assert_eq!(
            code(house.people.create_group(&owner, twin).await).err(),
            Some(FailureCode::NameTaken)
        );
        let other = GroupDraft {
            name: "Coffee".to_owned(),
            ..GroupDraft::default()
        };
        house.people.update_group(&owner, id, other).await.unwrap();
        let page = house.people.groups(&owner, None, 100).await.unwrap();
        assert_eq!(page.items.len(), 1);
        assert_eq!(page.items[0].name, "Coffee");
        let group = house.people.group(&owner, id).await.unwrap();
        assert!(!group.shares_answers);
        house.people.delete_group(&owner, id).await.unwrap();
        assert_eq!(
            code(house.people.group(&owner, id).await).err(),
            Some(FailureCode::NotFound)
        );
        for action in ["group.create", "group.update", "group.delete"] {
            assert_eq!(house.lines(action, "done").await, 1, "{action}");
        }
        for (draft, why) in [
            (GroupDraft::default(), FailureCode::InvalidName),
            (
                GroupDraft {
                    name: "x".to_owned(),
                    description: "x".repeat(501),
                    ..GroupDraft::default()
                },
                FailureCode::InvalidDescription,
            ),
            (
                GroupDraft {
                    name: "x".to_owned(),
                    quota: Quota {
                        answers_per_day: Some(-1),
                        tokens_per_day: None,
                    },
                    ..GroupDraft::default()
                },
                FailureCode::InvalidNumber,
            ),
        ] {
            assert_eq!(
                code(house.people.create_group(&owner, draft).await).err(),
                Some(why)
            );
        }
    })
    .await;
}

/// AC-17: what a group gives is there and gone at once.
#[tokio::test]
async fn members_have_what_the_group_gives_as_long_as_they_are_in_it() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let mia = house.person("mia", BuiltIn::Guest).await;
        let group = house
            .group(&owner, "Help", vec![BuiltIn::Auditor.id()])
            .await;
        let may_read = async || {
            let session = house.identity.session(house.identity.entered(mia).await);
            let caller = house.identity.caller(&session, &visitor()).await.unwrap();
            caller.permissions().contains(model::Permission::AuditRead)
        };
        assert!(!may_read().await);
        house
            .people
            .set_groups(&owner, mia, vec![group])
            .await
            .unwrap();
        assert!(may_read().await);
        let filter = PersonFilter {
            group: Some(group),
            ..PersonFilter::default()
        };
        let members = house.people.list(&owner, filter, None, 10).await.unwrap();
        assert_eq!(members.items[0].rank, BuiltIn::Auditor.rank());
        house
            .people
            .set_groups(&owner, mia, Vec::new())
            .await
            .unwrap();
        assert!(!may_read().await);
        house
            .people
            .add_members(&owner, group, &[mia])
            .await
            .unwrap();
        assert!(may_read().await);
        house.people.delete_group(&owner, group).await.unwrap();
        assert!(!may_read().await);
    })
    .await;
}

/// AC-05, AC-10, AC-14: nobody is lifted by way of a group.
#[tokio::test]
async fn a_group_is_no_way_around_ranks() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let admin = house.signed_up("ada", BuiltIn::Administrator).await;
        let mia = house.person("mia", BuiltIn::Member).await;
        let admins = house
            .group(&owner, "Admins", vec![BuiltIn::Administrator.id()])
            .await;
        let plain = house.group(&owner, "Plain", Vec::new()).await;
        let people = &house.people;
        let draft = |role: BuiltIn| GroupDraft {
            name: "Lift".to_owned(),
            roles: vec![role.id()],
            ..GroupDraft::default()
        };
        let high = Err(FailureCode::RankTooHigh);
        // Nobody is an owner by a group, not even by an owner's will.
        assert_eq!(
            code(
                people
                    .create_group(&owner, draft(BuiltIn::Owner))
                    .await
                    .map(drop)
            ),
            high
        );
        assert_eq!(
            code(
                people
                    .create_group(&admin, draft(BuiltIn::Administrator))
                    .await
                    .map(drop)
            ),
            high
        );
        assert_eq!(
            code(
                people
                    .update_group(&admin, plain, draft(BuiltIn::Administrator))
                    .await
            ),
            high
        );
        assert_eq!(
            code(people.add_members(&admin, admins, &[mia]).await.map(drop)),
            high
        );
        assert_eq!(
            code(people.set_groups(&admin, mia, vec![admins]).await),
            high
        );
        assert_eq!(code(people.delete_group(&admin, admins).await), high);
        let outcome = people
            .add_members(&admin, plain, &[mia, owner.user()])
            .await
            .unwrap();
        assert_eq!(outcome.done, [mia]);
        assert_eq!(outcome.refused, [(owner.user(), FailureCode::RankTooHigh)]);
        let nothing = GroupId::from_uuid(Uuid::from_u128(9));
        assert_eq!(
            code(people.set_groups(&admin, mia, vec![nothing]).await),
            Err(FailureCode::NotFound)
        );
        assert_eq!(
            code(people.add_members(&admin, nothing, &[mia]).await.map(drop)),
            Err(FailureCode::NotFound)
        );
        // A group with somebody high in it is not theirs to change: it would change what that one may do.
        people
            .add_members(&owner, plain, &[admin.user()])
            .await
            .unwrap();
        assert!(!people.group(&admin, plain).await.unwrap().can_write);
        assert_eq!(code(people.delete_group(&admin, plain).await), high);
    })
    .await;
}

#[tokio::test]
async fn every_one_of_many_groups_is_on_one_page() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        for number in 0..25 {
            house
                .group(&owner, &format!("Group {number}"), Vec::new())
                .await;
        }
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = house
                .people
                .groups(&owner, after.as_deref(), 10)
                .await
                .unwrap();
            seen.extend(page.items.into_iter().map(|group| group.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 25);
    })
    .await;
}

/// Of two who save at once what they saw, one is told that it is something else by now: neither what it is called nor its roles are lost.
#[tokio::test]
async fn of_two_who_save_a_group_at_once_the_second_is_told() {
    on_both(async |db| {
        let house = House::on(&db);
        let olga = house.signed_up("olga", BuiltIn::Owner).await;
        let oleg = house.signed_up("oleg", BuiltIn::Owner).await;
        let (people, role) = (&house.people, BuiltIn::Operator.id());
        let id = house.group(&olga, "Tea", Vec::new()).await;
        let now = async || GroupDraft::from(&people.group(&olga, id).await.unwrap());
        for round in 0..5 {
            let seen = now().await;
            // One changes only its roles, the other only its name.
            let drafts = [
                GroupDraft {
                    roles: if seen.roles.is_empty() {
                        vec![role]
                    } else {
                        Vec::new()
                    },
                    ..seen.clone()
                },
                GroupDraft {
                    name: format!("Tea {round}"),
                    ..seen.clone()
                },
            ];
            let (one, other) = tokio::join!(
                people.update_group_as_seen(&olga, id, drafts[0].clone(), &seen),
                people.update_group_as_seen(&oleg, id, drafts[1].clone(), &seen)
            );
            let told = [code(one).err(), code(other).err()];
            let saved = told.iter().position(Option::is_none).unwrap();
            assert_eq!(told[1 - saved], Some(FailureCode::Outdated));
            assert_eq!(now().await, drafts[saved]);
        }
        assert_eq!(house.lines("group.update", "done").await, 5);
    })
    .await;
}
