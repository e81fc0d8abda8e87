//! What assistants promise, on both databases.

mod deleting;
mod gallery;
mod pictures;
mod publishing;

use std::sync::Arc;

use model::{AssistantDraft, AssistantId, AssistantKey, BuiltIn, FailureCode, Millis};
use uuid::Uuid;

use super::{Assistants, BegunWith, beginning};
use crate::{
    Error, Ids, ManualClock,
    identity::Caller,
    mail::Language,
    store::{
        Db,
        testing::{execute, on_both},
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
