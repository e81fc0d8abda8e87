//! What groups allow is all that their members get.

use model::{BuiltIn, FailureCode, GroupDraft, Millis, Quota, UserId};

use super::{House, code, name};
use crate::store::testing::{count, execute, on_both};

/// A group with one member.
pub(super) async fn grouped(house: &House, member: UserId, draft: GroupDraft) -> model::GroupId {
    let owner = house
        .services
        .identity
        .signed_up("olga", BuiltIn::Owner)
        .await;
    let people = &house.services.people;
    let draft = GroupDraft {
        name: "Tea".to_owned(),
        ..draft
    };
    let group = people.create_group(&owner, draft).await.unwrap();
    people.add_members(&owner, group, &[member]).await.unwrap();
    group
}

/// AC-17.
#[tokio::test]
async fn only_the_models_of_ones_groups_are_offered_and_answer() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let before = house.ask(None, "春眠").await;
        house.settled().await;
        let models = Some(vec![name("qwen-flash"), name("qwen3-max")]);
        grouped(
            &house,
            house.lin.user(),
            GroupDraft {
                models,
                ..GroupDraft::default()
            },
        )
        .await;
        let (choices, default) = house.generations().offer(&house.lin).await.unwrap();
        let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
        assert_eq!(names, ["qwen3-max", "qwen-flash"]);
        assert_eq!(default, name("qwen3-max"));
        // With the default model, which was theirs until now.
        let asked = house.try_ask(&house.lin, None, "不觉晓").await;
        assert_eq!(code(asked), Some(FailureCode::UnknownModel));
        let again = house
            .generations()
            .regenerate(&house.lin, before.conversation, before.answer.id, None)
            .await;
        assert_eq!(code(again), Some(FailureCode::UnknownModel));
    })
    .await;
}

#[tokio::test]
async fn a_used_up_quota_is_full_again_the_next_day() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let quota = Quota {
            answers_per_day: Some(2),
            tokens_per_day: None,
        };
        grouped(
            &house,
            house.lin.user(),
            GroupDraft {
                quota,
                ..GroupDraft::default()
            },
        )
        .await;
        for text in ["one", "two"] {
            house.ask(None, text).await;
            house.settled().await;
        }
        let refused = house.try_ask(&house.lin, None, "three").await.unwrap_err();
        assert_eq!(refused.code(), FailureCode::QuotaUsedUp);
        let left = i64::from(refused.retry_after_s().unwrap());
        assert!((1..=86_400).contains(&left), "{left}");
        let now = crate::Clock::now(&house.clock);
        let midnight = now.plus(left * 1000).get();
        assert!(midnight % Millis::DAY < 1000, "{midnight}");
        house.clock.advance(left * 1000);
        house.ask(None, "four").await;
    })
    .await;
}

/// AC-17: answers are counted where one more begins, so that of those that begin at once no more do than are left.
#[tokio::test]
async fn no_more_answers_begin_at_once_than_are_left_of_the_day() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let quota = Quota {
            answers_per_day: Some(4),
            tokens_per_day: None,
        };
        let draft = GroupDraft {
            quota,
            ..GroupDraft::default()
        };
        grouped(&house, house.lin.user(), draft).await;
        let one = house.answered(None, "one").await;
        let two = house.answered(None, "two").await;

        // Two are left, of which one wants both.
        let (generations, lin) = (house.generations(), &house.lin);
        let models = ["qwen3-max", "qwen-flash"].map(name).to_vec();
        let (asked, again, compared) = tokio::join!(
            house.try_ask(lin, None, "three"),
            generations.regenerate(lin, one.conversation, one.answer.id, None),
            generations.compare(lin, two.conversation, two.question.id, models)
        );
        let told = [code(asked), code(again), code(compared)];
        let used_up = Some(FailureCode::QuotaUsedUp);
        assert!(told.contains(&None) && told.contains(&used_up), "{told:?}");
        house.settled().await;
        let begun = "SELECT COUNT(*) FROM generations WHERE is_round = FALSE";
        assert_eq!(count(&db, begun).await, 4);
    })
    .await;
}

#[tokio::test]
async fn tokens_count_and_the_most_generous_group_does() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let quota = Quota { answers_per_day: None, tokens_per_day: Some(10) };
        let member = house.lin.user();
        grouped(&house, member, GroupDraft { quota, ..GroupDraft::default() }).await;
        house.ask(None, "one").await;
        house.settled().await;
        execute(&db, "UPDATE generations SET input_tokens = 4, output_tokens = 6").await;
        let refused = house.try_ask(&house.lin, None, "two").await;
        assert_eq!(code(refused), Some(FailureCode::QuotaUsedUp));
        let more = format!(
            "INSERT INTO groups (id, name, name_key, description, created_at, updated_at) \
             VALUES ('{member}', 'More', 'more', '', 0, 0)"
        );
        execute(&db, &more).await;
        let joins = format!("INSERT INTO group_members (group_id, user_id, added_at) VALUES ('{member}', '{member}', 0)");
        execute(&db, &joins).await;
        house.ask(None, "three").await;
    })
    .await;
}

/// AC-20: who may not ask is refused here, whatever page or route they came by.
#[tokio::test]
async fn asking_needs_the_permission() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let auditor = house
            .services
            .identity
            .signed_up("ugo", BuiltIn::Auditor)
            .await;
        let refused = house.try_ask(&auditor, None, "one").await;
        assert_eq!(code(refused), Some(FailureCode::Forbidden));
        let offer = house.generations().offer(&auditor).await;
        assert_eq!(code(offer), Some(FailureCode::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn ones_own_default_model_is_used_as_long_as_it_is_on_offer() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (generations, lin) = (house.generations(), &house.lin);
        let shown = async || generations.offer(lin).await.unwrap().1;
        assert_eq!(shown().await, name("qwen-plus"), "the site's");
        let unknown = generations
            .set_default_model(lin, Some(&name("no-such-model")))
            .await;
        assert_eq!(code(unknown), Some(FailureCode::UnknownModel));
        let own = name("qwen-flash");
        generations
            .set_default_model(lin, Some(&own))
            .await
            .unwrap();
        assert_eq!(shown().await, own);
        let set = generations.parameters(lin, None, None).await.unwrap();
        assert_eq!(set.model.name, own);
        let other = super::sign_up(&house.services).await;
        let theirs = generations.offer(&other).await.unwrap().1;
        assert_eq!(theirs, name("qwen-plus"));
        execute(&db, "UPDATE default_models SET model = 'taken-off'").await;
        assert_eq!(
            shown().await,
            name("qwen-plus"),
            "it is not on offer any more"
        );
        generations.set_default_model(lin, None).await.unwrap();
        assert_eq!(generations.default_model(lin).await.unwrap().1, None);
    })
    .await;
}
