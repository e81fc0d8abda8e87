//! What is listed and offered, and how much of it.

use model::{AssistantDraft, FailureCode, GroupId};

use super::{GROUP, House, code, draft};
use crate::{
    assistants::{LISTED, MOST, OFFERED},
    mail::Language,
    store::testing::on_both,
};

#[tokio::test]
async fn the_gallery_is_searched_paged_and_bounded() {
    on_both(async |db| {
        let house = House::on(&db).await;
        for n in 0..=LISTED {
            let name = format!("No. {n} 100%");
            house.keep(&house.boss, &name, "everybody").await.unwrap();
        }
        let gallery = |words: &'static str, after: Option<String>| {
            let (assistants, lin) = (house.assistants.clone(), house.lin.clone());
            async move {
                let after = after.as_deref();
                assistants.gallery(&lin, words, after, Language::Zh).await
            }
        };
        let first = gallery("", None).await.unwrap();
        assert_eq!(first.shared.items.len(), LISTED as usize);
        assert_eq!(first.shared.items[0].name, format!("No. {LISTED} 100%"));
        assert!(first.own.is_empty() && first.built_in.len() >= 12);
        let rest = gallery("", first.shared.next).await.unwrap();
        assert_eq!((rest.shared.items.len(), rest.shared.next), (1, None));
        let found = gallery("NO. 7 100%", None).await.unwrap();
        assert_eq!(found.shared.items.len(), 1);
        assert!(found.built_in.is_empty());
        let none = gallery("a\0", None).await.unwrap();
        assert!(none.shared.items.is_empty());
        let wrong = gallery("", Some("nowhere".to_owned())).await;
        assert_eq!(code(wrong), Some(FailureCode::NotFound));

        let offered = house
            .assistants
            .offer(&house.lin, "翻", Language::Zh, false)
            .await;
        let offered = offered.unwrap();
        assert_eq!(offered.first().map(|card| &*card.name), Some("翻译"));

        for n in 0..MOST {
            let name = format!("{n}");
            house.keep(&house.tao, &name, "private").await.unwrap();
        }
        let more = house.keep(&house.tao, "one more", "private").await;
        assert_eq!(code(more), Some(FailureCode::TooMany));
        let groups = house.assistants.groups(&house.tao).await.unwrap();
        assert_eq!(groups, [(GroupId::from_uuid(GROUP), "Poets".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn for_one_question_no_application_is_offered_nor_takes_the_place_of_an_assistant() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.keep(&house.boss, "Desk", "everybody").await.unwrap();
        for n in 0..OFFERED {
            let application = AssistantDraft {
                application: "6105c965c31b40958a43dc93c28c7a59".to_owned(),
                ..draft(&format!("Desk {n}"), "everybody")
            };
            house.write(&house.boss, None, &application).await.unwrap();
        }
        let offer = |once| {
            house
                .assistants
                .offer(&house.eve, "desk", Language::En, once)
        };
        let all = offer(false).await.unwrap();
        assert_eq!(all.len(), OFFERED);
        assert!(all.iter().all(|card| card.is_application));
        let once = offer(true).await.unwrap();
        let names: Vec<&str> = once.iter().map(|card| &*card.name).collect();
        assert_eq!(names, ["Desk"]);
    })
    .await;
}
