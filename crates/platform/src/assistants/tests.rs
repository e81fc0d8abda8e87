//! What assistants promise, on both databases.

use std::sync::Arc;

use model::{
    AssistantDraft, AssistantId, AssistantKey, Audience, BuiltIn, FailureCode, GroupId, Millis,
};
use uuid::Uuid;

use super::{Assistants, BegunWith, LISTED, MOST, OFFERED, beginning};
use crate::{
    Error, Ids, ManualClock,
    identity::Caller,
    mail::Language,
    store::{
        Db,
        testing::{count, execute, on_both},
    },
    works::testing::Site,
};

const GROUP: Uuid = Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001);

/// An owner, somebody of the same group, somebody of none, and somebody who may publish.
struct House {
    db: Db,
    clock: ManualClock,
    assistants: Assistants,
    lin: Caller,
    tao: Caller,
    eve: Caller,
    boss: Caller,
}

impl House {
    async fn on(db: &Db) -> Self {
        let site = Site::at_rest(db).await;
        let clock = ManualClock::at(Millis::new(1_790_000_000_000));
        let shared = Arc::new(clock.clone());
        let identity = &site.services.identity;
        let house = Self {
            db: db.clone(),
            clock,
            assistants: Assistants::new(db.clone(), shared.clone(), Ids::new(shared)),
            tao: identity.signed_up("tao", BuiltIn::Member).await,
            eve: identity.signed_up("eve", BuiltIn::Member).await,
            boss: identity.signed_up("boss", BuiltIn::Administrator).await,
            lin: site.lin.clone(),
        };
        let group = format!(
            "INSERT INTO groups (id, name, name_key, description, created_at, updated_at)
             VALUES ('{GROUP}', 'Poets', 'poets', '', 0, 0)"
        );
        execute(db, &group).await;
        for member in [&house.lin, &house.tao] {
            let user = member.user();
            let join = format!(
                "INSERT INTO group_members (group_id, user_id, added_at) VALUES ('{GROUP}', '{user}', 0)"
            );
            execute(db, &join).await;
        }
        house
    }

    async fn keep(
        &self,
        caller: &Caller,
        name: &str,
        audience: &str,
    ) -> Result<AssistantId, Error> {
        self.write(caller, None, &draft(name, audience)).await
    }

    async fn write(
        &self,
        caller: &Caller,
        id: Option<AssistantId>,
        draft: &AssistantDraft,
    ) -> Result<AssistantId, Error> {
        let (assistant, audience, group) = draft.parse().map_err(Error::Refused)?;
        let whom = (audience, group);
        match id {
            None => self.assistants.create(caller, &assistant, whom).await,
            Some(id) => {
                let changed = self.assistants.update(caller, id, &assistant, whom);
                changed.await.map(|()| id)
            }
        }
    }

    /// Whether they find it, have it in their gallery, and may begin with it: always all or nothing.
    async fn is_open_to(&self, caller: &Caller, id: AssistantId) -> bool {
        let key = AssistantKey::Kept(id);
        let found = self.assistants.find(caller, &key).await.is_ok();
        let gallery = self.assistants.gallery(caller, "", None, Language::En);
        let gallery = gallery.await.unwrap();
        let mut cards = gallery.own.iter().chain(&gallery.shared.items);
        assert_eq!(cards.any(|card| card.key == key), found);
        let begun = BegunWith {
            key,
            values: Vec::new(),
            given: Vec::new(),
        };
        let begun = beginning(&self.db, caller, &begun).await;
        assert_eq!(begun.is_ok(), found);
        if let Err(error) = begun {
            assert_eq!(error.code(), FailureCode::AssistantGone);
        }
        found
    }

    async fn open_to(&self, id: AssistantId) -> [bool; 4] {
        [
            self.is_open_to(&self.lin, id).await,
            self.is_open_to(&self.tao, id).await,
            self.is_open_to(&self.eve, id).await,
            self.is_open_to(&self.boss, id).await,
        ]
    }
}

fn draft(name: &str, audience: &str) -> AssistantDraft {
    AssistantDraft {
        name: name.to_owned(),
        instructions: "Rhyme in {{form|couplets}}.".to_owned(),
        audience: audience.to_owned(),
        ..AssistantDraft::default()
    }
}

fn code<T>(result: Result<T, Error>) -> Option<FailureCode> {
    result.err().map(|error| error.code())
}

#[tokio::test]
async fn who_may_use_an_assistant_is_who_it_is_for() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let group = GROUP.to_string();
        let private = house.keep(&house.lin, "Mine", "private").await.unwrap();
        let ours = house.keep(&house.lin, "Ours", &group).await.unwrap();
        let everybodys = house.keep(&house.boss, "All", "everybody").await.unwrap();
        assert_eq!(house.open_to(private).await, [true, false, false, false]);
        assert_eq!(house.open_to(ours).await, [true, true, false, false]);
        assert_eq!(house.open_to(everybodys).await, [true; 4]);
        // Whose it is not neither changes nor deletes it, and sees nothing of its form.
        for stranger in [&house.tao, &house.eve, &house.boss] {
            let changed = house
                .write(stranger, Some(ours), &draft("Theirs", ""))
                .await;
            assert_eq!(code(changed), Some(FailureCode::NotFound));
            let deleted = house.assistants.delete(stranger, ours).await;
            assert_eq!(code(deleted), Some(FailureCode::NotFound));
            let form = house.assistants.own(stranger, ours).await;
            assert_eq!(code(form), Some(FailureCode::NotFound));
        }

        // Who leaves the group has nothing of it any more, and what its owner leaves behind is theirs alone.
        let leave = |caller: &Caller| {
            format!(
                "DELETE FROM group_members WHERE user_id = '{}'",
                caller.user()
            )
        };
        execute(&db, &leave(&house.tao)).await;
        assert_eq!(house.open_to(ours).await, [true, false, false, false]);
        let tao = house.tao.user();
        let join = format!(
            "INSERT INTO group_members (group_id, user_id, added_at) VALUES ('{GROUP}', '{tao}', 0)"
        );
        execute(&db, &join).await;
        execute(&db, &leave(&house.lin)).await;
        assert_eq!(house.open_to(ours).await, [true, false, false, false]);
        execute(&db, "DELETE FROM groups").await;
        assert_eq!(house.open_to(ours).await, [true, false, false, false]);

        house
            .write(&house.lin, Some(ours), &draft("Mine too", "private"))
            .await
            .unwrap();
        house.assistants.delete(&house.lin, ours).await.unwrap();
        assert_eq!(house.open_to(ours).await, [false; 4]);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_assistant_is_open_to_nobody_and_can_be_brought_back_for_thirty_days() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let assistants = &house.assistants;
        let none = Some(FailureCode::NotFound);
        let mine = house.keep(&house.lin, "Mine", "private").await.unwrap();
        let all = house.keep(&house.boss, "All", "everybody").await.unwrap();
        assistants
            .set_picture(&house.boss, all, &png())
            .await
            .unwrap();

        assert_eq!(code(assistants.restore(&house.lin, mine).await), none);
        assistants.delete(&house.lin, mine).await.unwrap();
        assistants.delete(&house.boss, all).await.unwrap();
        assert_eq!(house.open_to(mine).await, [false; 4]);
        assert_eq!(house.open_to(all).await, [false; 4]);
        assert_eq!(code(assistants.own(&house.lin, mine).await), none);
        assert_eq!(code(assistants.picture(&house.boss, all).await), none);
        assert_eq!(code(assistants.delete(&house.lin, mine).await), none);
        let changed = house
            .write(&house.lin, Some(mine), &draft("Anew", "private"))
            .await;
        assert_eq!(code(changed), none);
        for stranger in [&house.tao, &house.boss] {
            assert_eq!(code(assistants.restore(stranger, mine).await), none);
        }

        assistants.restore(&house.lin, mine).await.unwrap();
        assert_eq!(house.open_to(mine).await, [true, false, false, false]);
        assert_eq!(code(assistants.restore(&house.lin, mine).await), none);
        assistants.restore(&house.boss, all).await.unwrap();
        assert_eq!(house.open_to(all).await, [true; 4]);
        assert!(assistants.picture(&house.lin, all).await.is_ok());

        assistants.delete(&house.boss, all).await.unwrap();
        // What was for everybody is not published again by who may not publish any more.
        let member = house.lin.user();
        let given = format!("UPDATE assistants SET owner_id = '{member}' WHERE id = '{all}'");
        execute(&db, &given).await;
        assert_eq!(
            code(assistants.restore(&house.lin, all).await),
            Some(FailureCode::Forbidden)
        );
        house.clock.advance(30 * Millis::DAY);
        assert_eq!(assistants.purge().await.unwrap(), 0, "not over yet");
        house.clock.advance(1);
        assert_eq!(assistants.purge().await.unwrap(), 1);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM assistants").await, 1);
        let pictures = "SELECT COUNT(*) FROM assistant_pictures";
        assert_eq!(count(&db, pictures).await, 0, "they go with it");
    })
    .await;
}

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

/// A small red picture.
fn png() -> Vec<u8> {
    let red = image::RgbImage::from_pixel(30, 20, image::Rgb([200, 30, 30]));
    let mut file = std::io::Cursor::new(Vec::new());
    red.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

#[tokio::test]
async fn a_picture_is_seen_by_who_may_use_its_assistant() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (assistants, lin) = (&house.assistants, &house.lin);
        let ours = house.keep(lin, "Ours", &GROUP.to_string()).await.unwrap();
        let none = assistants.picture(lin, ours).await;
        assert_eq!(code(none), Some(FailureCode::NotFound));
        assistants.set_picture(lin, ours, &png()).await.unwrap();
        let (image, version) = assistants.picture(&house.tao, ours).await.unwrap();
        assert!(image.starts_with(b"\x89PNG") && image != png());
        let strange = assistants.picture(&house.eve, ours).await;
        assert_eq!(code(strange), Some(FailureCode::NotFound));
        let gallery = assistants.gallery(&house.tao, "", None, Language::En);
        let shown = gallery
            .await
            .unwrap()
            .shared
            .items
            .remove(0)
            .picture
            .unwrap();
        assert_eq!((shown.assistant, &shown.version), (ours, &version));

        // Whose it is not neither gives it a picture nor takes it away, and no picture takes the place of one.
        for stranger in [&house.tao, &house.eve, &house.boss] {
            let given = assistants.set_picture(stranger, ours, &png()).await;
            assert_eq!(code(given), Some(FailureCode::NotFound));
            let taken = assistants.remove_picture(stranger, ours).await;
            assert_eq!(code(taken), Some(FailureCode::NotFound));
        }
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let refused = assistants.set_picture(lin, ours, svg).await;
        assert_eq!(code(refused), Some(FailureCode::InvalidPicture));
        let large = vec![0; crate::identity::picture::LONGEST + 1];
        let refused = assistants.set_picture(lin, ours, &large).await;
        assert_eq!(code(refused), Some(FailureCode::TooLarge));
        assert_eq!(assistants.picture(lin, ours).await.unwrap().1, version);

        assistants.remove_picture(lin, ours).await.unwrap();
        assert!(assistants.own(lin, ours).await.unwrap().picture.is_none());
        assistants.set_picture(lin, ours, &png()).await.unwrap();
        assistants.delete(lin, ours).await.unwrap();
        assert_eq!(
            code(assistants.picture(lin, ours).await),
            Some(FailureCode::NotFound)
        );
    })
    .await;
}

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
async fn nobody_has_more_than_they_may_nor_keeps_more_that_was_deleted() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (assistants, tao) = (&house.assistants, &house.tao);
        let first = house.keep(tao, "first", "private").await.unwrap();
        for n in 2..MOST {
            house.keep(tao, &n.to_string(), "private").await.unwrap();
        }
        let too_many = Some(FailureCode::TooMany);
        let (one, other) = tokio::join!(
            house.keep(tao, "one", "private"),
            house.keep(tao, "other", "private")
        );
        let both = [code(one), code(other)];
        assert!(both.contains(&None) && both.contains(&too_many), "{both:?}");

        assistants.delete(tao, first).await.unwrap();
        let second = house.keep(tao, "second", "private").await.unwrap();
        assert_eq!(code(assistants.restore(tao, first).await), too_many);
        assistants.delete(tao, second).await.unwrap();
        let (one, other) = tokio::join!(
            assistants.restore(tao, first),
            assistants.restore(tao, second)
        );
        let both = [code(one), code(other)];
        assert!(both.contains(&None) && both.contains(&too_many), "{both:?}");

        let theirs = house.keep(&house.lin, "theirs", "private").await.unwrap();
        assistants.delete(&house.lin, theirs).await.unwrap();
        let owner = tao.user();
        let all_deleted =
            format!("UPDATE assistants SET deleted_at = 1 WHERE owner_id = '{owner}'");
        execute(&db, &all_deleted).await;
        let last = house.keep(tao, "last", "private").await.unwrap();
        assistants.delete(tao, last).await.unwrap();
        let kept = count(&db, "SELECT COUNT(*) FROM assistants").await;
        assert_eq!(kept, i64::from(MOST) + 1);
        assistants.restore(tao, last).await.unwrap();
        assistants.restore(&house.lin, theirs).await.unwrap();
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

/// AC-16: nobody is offered what belongs to a closed account, and it is there again when that is opened.
#[tokio::test]
async fn what_a_closed_account_has_published_is_open_to_nobody() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let group = GROUP.to_string();
        let ours = house.keep(&house.lin, "Ours", &group).await.unwrap();
        let all = house.keep(&house.boss, "All", "everybody").await.unwrap();
        let close = |disabled: &str| {
            format!(
                "UPDATE users SET disabled = {disabled} WHERE id IN ('{}', '{}')",
                house.lin.user(),
                house.boss.user()
            )
        };
        execute(&db, &close("TRUE")).await;
        assert!(!house.is_open_to(&house.tao, ours).await);
        assert!(!house.is_open_to(&house.tao, all).await);
        execute(&db, &close("FALSE")).await;
        assert!(house.is_open_to(&house.tao, ours).await);
        assert!(house.is_open_to(&house.tao, all).await);
    })
    .await;
}
