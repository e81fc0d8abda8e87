//! What is for everybody: who may publish it, and who takes it down.

use model::{AssistantDraft, AssistantKey, Audience, BuiltIn, FailureCode};

use super::{GROUP, House, code, draft};
use crate::{
    identity::Caller,
    store::testing::{count, on_both},
    works::testing::Site,
};

#[tokio::test]
async fn only_who_may_publish_makes_one_for_everybody_or_puts_an_application_behind_it() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let refused = house.keep(&house.lin, "All", "everybody").await;
        assert_eq!(code(refused), Some(FailureCode::Forbidden));
        let application = AssistantDraft {
            application: "6105c965c31b40958a43dc93c28c7a59".to_owned(),
            ..draft("Help desk", "private")
        };
        let refused = house.write(&house.lin, None, &application).await;
        assert_eq!(code(refused), Some(FailureCode::Forbidden));
        let mine = house.keep(&house.lin, "Mine", "private").await.unwrap();
        for draft in [&application, &draft("Mine", "everybody")] {
            let refused = house.write(&house.lin, Some(mine), draft).await;
            assert_eq!(code(refused), Some(FailureCode::Forbidden));
        }
        // Nor for a group of which one is not a member.
        let refused = house.keep(&house.eve, "Ours", &GROUP.to_string()).await;
        assert_eq!(code(refused), Some(FailureCode::NotFound));

        let application = AssistantDraft {
            audience: "everybody".to_owned(),
            ..application
        };
        let id = house.write(&house.boss, None, &application).await.unwrap();
        let own = house.assistants.own(&house.boss, id).await.unwrap();
        assert!(own.assistant.application.is_some());
        let key = AssistantKey::Kept(id);
        let found = house.assistants.find(&house.eve, &key).await.unwrap();
        assert!(found.is_application && !found.is_mine);
        assert_eq!(
            found.assistant.application, None,
            "that is nobody else's matter"
        );
        assert_eq!(found.audience, Audience::Everybody);
    })
    .await;
}

/// AC-14, LO-02: what somebody has published is taken down by who governs accounts and stands higher, and is its owner's from then on.
#[tokio::test]
async fn what_was_published_is_taken_down_by_who_stands_higher() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let (identity, assistants) = (&site.services.identity, &site.services.assistants);
        let audit = identity.audit();
        let lin = &site.lin;
        let writer = identity.signed_up("writer", BuiltIn::Operator).await;
        let boss = identity.signed_up("boss", BuiltIn::Administrator).await;
        let owner = identity.signed_up("olga", BuiltIn::Owner).await;
        let publish = async |caller: &Caller| {
            let (assistant, audience, group) = draft("All", "everybody").parse().unwrap();
            let made = assistants.create(caller, &assistant, (audience, group));
            made.await.unwrap()
        };
        let (theirs, higher) = (publish(&writer).await, publish(&owner).await);
        let find = async |caller: &Caller, id| {
            let key = AssistantKey::Kept(id);
            code(assistants.find(caller, &key).await)
        };
        assert_eq!(find(lin, theirs).await, None);
        let take = async |caller: &Caller, id| code(assistants.take_down(caller, audit, id).await);
        assert_eq!(take(lin, theirs).await, Some(FailureCode::Forbidden));
        assert_eq!(take(&boss, higher).await, Some(FailureCode::RankTooHigh));
        assert_eq!(take(&boss, theirs).await, None);
        assert_eq!(find(lin, theirs).await, Some(FailureCode::NotFound));
        assert_eq!(find(&writer, theirs).await, None);
        assert_eq!(find(lin, higher).await, None);
        // It is nobody else's any more, so there is nothing to take down.
        assert_eq!(take(&boss, theirs).await, Some(FailureCode::NotFound));
        let told =
            "SELECT COUNT(*) FROM audit_log WHERE action = 'assistant.take_down' AND outcome = ";
        assert_eq!(count(&db, &format!("{told}'done'")).await, 1);
        assert_eq!(count(&db, &format!("{told}'refused'")).await, 2);
    })
    .await;
}
