//! What is open while what its person may do changes.

use std::time::Duration;

use model::{BuiltIn, GroupDraft, Permission, PermissionSet, RoleDraft, UserId};
use tokio::{task::JoinHandle, time::timeout};

use super::{House, role_draft};
use crate::{identity::testing::visitor, store::testing::on_both};

/// A stream of that person's, who has just come in.
async fn open(house: &House, user: UserId) -> JoinHandle<()> {
    let cookie = house.identity.entered(user).await;
    let session = house.identity.session(cookie);
    let caller = house.identity.caller(&session, &visitor()).await.unwrap();
    let stream = tokio::spawn(house.identity.until_ended(&caller));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!stream.is_finished());
    stream
}

/// AC-17: nobody is signed out by the change of a role or a group, but what is open asks at once.
#[tokio::test]
async fn what_is_open_ends_with_the_permission_it_was_opened_by() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let tao = house.person("tao", BuiltIn::Member).await;
        let bystander = open(&house, tao).await;
        for (index, act) in ["update_role", "delete_role", "update_group", "delete_group"]
            .into_iter()
            .enumerate()
        {
            let name = format!("Helper {index}");
            let draft = RoleDraft {
                permissions: PermissionSet::of(&[Permission::UsersRead]),
                ..role_draft(&name, 30)
            };
            let people = &house.people;
            let role = people.create_role(&owner, draft).await.unwrap();
            let group = house.group(&owner, &name, vec![role]).await;
            let mia = house.person(&format!("mia{index}"), BuiltIn::Guest).await;
            let joined = people.add_members(&owner, group, &[mia]).await.unwrap();
            assert_eq!(joined.done, [mia]);
            let stream = open(&house, mia).await;
            match act {
                "update_role" => {
                    let less = role_draft(&name, 30);
                    people.update_role(&owner, role, less).await.unwrap();
                }
                "delete_role" => people.delete_role(&owner, role).await.unwrap(),
                "update_group" => {
                    let less = GroupDraft {
                        name,
                        ..GroupDraft::default()
                    };
                    people.update_group(&owner, group, less).await.unwrap();
                }
                _ => people.delete_group(&owner, group).await.unwrap(),
            }
            let ended = timeout(Duration::from_secs(2), stream).await;
            assert!(ended.is_ok(), "{act}");
        }
        assert!(!bystander.is_finished());
        bystander.abort();
    })
    .await;
}
