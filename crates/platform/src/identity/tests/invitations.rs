//! Invitations.

use futures_util::future::join_all;
use model::{BuiltIn, Email, GroupId, InvitationDraft, NewInvitation, RegistrationMode, RoleId};

use super::*;
use crate::store::testing::on_both;

fn closed(verify_email: bool) -> IdentityOptions {
    IdentityOptions {
        registration: RegistrationMode::Closed,
        verify_email,
        ..cheap()
    }
}

fn to(email: &str) -> InvitationDraft {
    InvitationDraft {
        email: Some(Email::parse(email).unwrap()),
        ..InvitationDraft::default()
    }
}

fn with(role: BuiltIn) -> InvitationDraft {
    InvitationDraft {
        roles: vec![role.id()],
        ..InvitationDraft::default()
    }
}

fn who(number: usize) -> Registration {
    Registration::parse("Somebody", &format!("p{number}@example.com"), PASSWORD).unwrap()
}

fn token(new: &NewInvitation) -> &str {
    new.link.rsplit_once('=').unwrap().1
}

impl House {
    async fn invite(
        &self,
        caller: &Caller,
        draft: InvitationDraft,
    ) -> Result<NewInvitation, FailureCode> {
        code(
            self.identity
                .create_invitation(caller, draft, Language::En)
                .await,
        )
    }

    async fn preview(&self, token: &str) -> Option<FailureCode> {
        code(self.identity.invitation(token).await).err()
    }
}

#[tokio::test]
async fn an_invitation_works_in_every_mode_and_gives_its_roles_and_groups() {
    on_both(async |db| {
        let house = House::on(&db);
        let boss = house.identity.signed_up("boss", BuiltIn::Owner).await;
        let group = GroupId::from_uuid(house.identity.0.ids.next());
        let sql = format!(
            "INSERT INTO groups (id, name, name_key, description, created_at, updated_at) \
             VALUES ('{group}', 'Lab', 'lab', '', 0, 0)"
        );
        testing::execute(&db, &sql).await;
        for (number, registration) in [
            RegistrationMode::Open,
            RegistrationMode::Domains,
            RegistrationMode::Invited,
            RegistrationMode::Closed,
        ]
        .into_iter()
        .enumerate()
        {
            let options = IdentityOptions {
                registration,
                registration_domains: vec!["elsewhere.org".to_owned()],
                ..cheap()
            };
            let house = House::with(&db, options);
            let draft = InvitationDraft {
                email: Some(who(number).email),
                roles: vec![BuiltIn::Auditor.id()],
                groups: vec![group],
            };
            let new = house.invite(&boss, draft).await.unwrap();
            let shown = house.identity.invitation(token(&new)).await.unwrap();
            assert_eq!(shown.email, Some(who(number).email));
            assert_eq!(shown.by.as_deref(), Some("boss"));
            let answer = house.register(who(number), Some(token(&new))).await;
            let proof = entered(answer).unwrap();
            let access = db.access(proof.user).await.unwrap();
            assert_eq!(access.rank, BuiltIn::Auditor.rank());
        }
        assert_eq!(house.count("SELECT COUNT(*) FROM group_members").await, 4);
    })
    .await;
}

/// AU-25: random, hashed at rest, sent to whom it names.
#[tokio::test]
async fn an_invitation_is_sent_and_only_its_hash_is_kept() {
    on_both(async |db| {
        let house = House::on(&db);
        let boss = house
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let first = house.invite(&boss, to("lin@example.com")).await.unwrap();
        let second = house.invite(&boss, to("lin@example.com")).await.unwrap();
        assert_ne!(token(&first), token(&second));
        assert!(token(&first).len() >= 43, "256 bits in Base64");
        let letter = house.mail.newest("invitation").await;
        assert_eq!(
            (letter.to.as_str(), letter.link()),
            ("lin@example.com", second.link.as_str())
        );
        let kept = format!(
            "SELECT COUNT(*) FROM invitations WHERE token_hash = '{}'",
            token(&first)
        );
        assert_eq!(house.count(&kept).await, 0);
    })
    .await;
}

/// AU-25: single use under concurrency.
#[tokio::test]
async fn of_parallel_newcomers_with_one_invitation_one_gets_in() {
    on_both(async |db| {
        let house = House::with(&db, closed(false));
        let boss = house
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let new = house
            .invite(&boss, InvitationDraft::default())
            .await
            .unwrap();
        let uses = join_all((0..12).map(|n| house.register(who(n), Some(token(&new))))).await;
        let refused = uses
            .iter()
            .filter(|used| matches!(used, Err(FailureCode::InvitationInvalid)));
        assert_eq!(refused.count(), 11);
        assert_eq!(house.count("SELECT COUNT(*) FROM users").await, 2);
        assert_eq!(
            house.preview(token(&new)).await,
            Some(FailureCode::InvitationInvalid)
        );
    })
    .await;
}

/// AU-25: expiring, and taken back.
#[tokio::test]
async fn an_old_revoked_or_invented_invitation_is_refused() {
    on_both(async |db| {
        let house = House::with(&db, closed(false));
        let boss = house
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let revoked = house
            .invite(&boss, InvitationDraft::default())
            .await
            .unwrap();
        let id = revoked.invitation.id;
        house.identity.revoke_invitation(&boss, id).await.unwrap();
        let again = house.identity.revoke_invitation(&boss, id).await;
        assert_eq!(code(again).err(), Some(FailureCode::NotFound));
        let old = house
            .invite(&boss, InvitationDraft::default())
            .await
            .unwrap();
        house.clock.advance(7 * Millis::DAY);
        for token in [token(&revoked), token(&old), "invented"] {
            assert_eq!(
                house.preview(token).await,
                Some(FailureCode::InvitationInvalid)
            );
            let answer = house.register(who(1), Some(token)).await;
            assert_eq!(answer.err(), Some(FailureCode::InvitationInvalid));
        }
        let answer = house.register(who(1), Some("")).await;
        assert_eq!(answer.err(), Some(FailureCode::RegistrationClosed));
    })
    .await;
}

/// AC: nobody gives what they don't have.
#[tokio::test]
async fn an_invitation_gives_nothing_that_its_maker_may_not_give() {
    on_both(async |db| {
        let house = House::on(&db);
        let member = house.identity.signed_up("member", BuiltIn::Member).await;
        let operator = house
            .identity
            .signed_up("operator", BuiltIn::Operator)
            .await;
        let boss = house
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let owner = house.identity.signed_up("owner", BuiltIn::Owner).await;
        for (caller, role, refusal) in [
            (&member, BuiltIn::Guest, Some(FailureCode::Forbidden)),
            (&operator, BuiltIn::Auditor, None),
            (&operator, BuiltIn::Operator, Some(FailureCode::RankTooHigh)),
            (
                &operator,
                BuiltIn::Administrator,
                Some(FailureCode::RankTooHigh),
            ),
            (
                &boss,
                BuiltIn::Administrator,
                Some(FailureCode::RankTooHigh),
            ),
            (&boss, BuiltIn::Owner, Some(FailureCode::RankTooHigh)),
            (&owner, BuiltIn::Owner, None),
        ] {
            let answer = house.invite(caller, with(role)).await;
            assert_eq!(answer.err(), refusal, "{role:?}");
        }
        let ghost = RoleId::from_uuid(house.identity.0.ids.next());
        let draft = InvitationDraft {
            roles: vec![ghost],
            ..InvitationDraft::default()
        };
        assert_eq!(
            house.invite(&boss, draft).await.err(),
            Some(FailureCode::NotFound)
        );
        assert_eq!(
            code(house.identity.invitations(&member, None, 10).await).err(),
            Some(FailureCode::Forbidden)
        );
    })
    .await;
}

/// AC: a group's roles are given as well.
#[tokio::test]
async fn an_invitation_to_a_group_gives_no_higher_role_than_its_maker_has() {
    on_both(async |db| {
        let house = House::on(&db);
        let operator = house
            .identity
            .signed_up("operator", BuiltIn::Operator)
            .await;
        let group = GroupId::from_uuid(house.identity.0.ids.next());
        for sql in [
            format!(
                "INSERT INTO groups (id, name, name_key, description, created_at, updated_at) \
                 VALUES ('{group}', 'Bosses', 'bosses', '', 0, 0)"
            ),
            format!(
                "INSERT INTO group_roles (group_id, role_id) VALUES ('{group}', '{}')",
                BuiltIn::Administrator.id()
            ),
        ] {
            testing::execute(&db, &sql).await;
        }
        let draft = InvitationDraft {
            groups: vec![group],
            ..InvitationDraft::default()
        };
        let answer = house.invite(&operator, draft.clone()).await;
        assert_eq!(answer.err(), Some(FailureCode::RankTooHigh));

        // Nor by one that was made before the group had them; one to a group that is gone is as good as without it.
        let roles = format!("DELETE FROM group_roles WHERE group_id = '{group}'");
        testing::execute(&db, &roles).await;
        let early = house.invite(&operator, draft).await.unwrap();
        assert_eq!(house.preview(token(&early)).await, None);
        let raised = format!(
            "INSERT INTO group_roles (group_id, role_id) VALUES ('{group}', '{}')",
            BuiltIn::Administrator.id()
        );
        testing::execute(&db, &raised).await;
        assert_eq!(
            house.preview(token(&early)).await,
            Some(FailureCode::InvitationInvalid)
        );
        let gone = format!("DELETE FROM groups WHERE id = '{group}'");
        testing::execute(&db, &gone).await;
        assert_eq!(house.preview(token(&early)).await, None);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_ends_with_its_makers_account_or_rank() {
    on_both(async |db| {
        let house = House::with(&db, closed(false));
        let boss = house
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let other = house
            .identity
            .signed_up("other", BuiltIn::Administrator)
            .await;
        let first = house.invite(&boss, with(BuiltIn::Operator)).await.unwrap();
        let second = house.invite(&other, with(BuiltIn::Operator)).await.unwrap();
        assert_eq!(house.preview(token(&first)).await, None);
        house.disable("boss@example.com").await;
        let demoted = format!(
            "UPDATE user_roles SET role_id = '{}' WHERE user_id = '{}'",
            BuiltIn::Operator.id(),
            other.user()
        );
        testing::execute(&db, &demoted).await;
        for new in [&first, &second] {
            assert_eq!(
                house.preview(token(new)).await,
                Some(FailureCode::InvitationInvalid)
            );
        }
    })
    .await;
}

/// AU-19: only who reads the letter needs no other one.
#[tokio::test]
async fn who_was_invited_by_letter_needs_no_verification_and_whoever_else_does() {
    on_both(async |db| {
        let house = House::with(&db, closed(true));
        let boss = house
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let by_letter = house.invite(&boss, to("P1@example.com")).await.unwrap();
        let proof = entered(house.register(who(1), Some(token(&by_letter))).await).unwrap();
        let user = db.user(proof.user).await.unwrap().unwrap();
        assert!(user.email_verified_at.is_some());
        for (number, draft) in [
            (2, InvitationDraft::default()),
            (3, to("other@example.com")),
        ] {
            let new = house.invite(&boss, draft).await.unwrap();
            let answer = house.register(who(number), Some(token(&new))).await;
            assert!(matches!(answer, Ok(Registered::MailSent)));
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_taken_does_not_use_the_invitation_up() {
    on_both(async |db| {
        let house = House::on(&db);
        house.register(who(1), None).await.unwrap();
        let boss = house
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let new = house
            .invite(&boss, InvitationDraft::default())
            .await
            .unwrap();
        let answer = house.register(who(1), Some(token(&new))).await;
        assert_eq!(answer.err(), Some(FailureCode::EmailTaken));
        assert_eq!(house.preview(token(&new)).await, None);
    })
    .await;
}

#[tokio::test]
async fn open_invitations_are_listed_newest_first_by_page() {
    on_both(async |db| {
        let house = House::on(&db);
        let boss = house
            .identity
            .signed_up("boss", BuiltIn::Administrator)
            .await;
        let mut made = Vec::new();
        for _ in 0..5 {
            let new = house
                .invite(&boss, InvitationDraft::default())
                .await
                .unwrap();
            made.insert(0, new.invitation);
        }
        house.register(who(1), Some("")).await.unwrap();
        let mut listed = Vec::new();
        let mut after = None;
        loop {
            let page = house
                .identity
                .invitations(&boss, after.as_deref(), 2)
                .await
                .unwrap();
            assert!(page.items.len() <= 2);
            listed.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(listed, made);
        assert_eq!(listed[0].roles[0].name, "member");
        assert_eq!(listed[0].invited_by.as_deref(), Some("boss"));
    })
    .await;
}
