//! Changing and resetting passwords.

use futures_util::future::join_all;
use model::Factor;

use super::*;
use crate::store::testing::on_both;

const NEW: &str = "five boats in the rain";
const MINUTE: i64 = 60_000;

impl House {
    /// Asks for a reset and reads the letter.
    async fn reset_token(&self, email: &str) -> String {
        self.forgot(email).await.unwrap();
        self.mail.newest("reset-password").await.token().to_owned()
    }

    async fn reset(&self, token: &str, end_others: bool) -> Result<(), FailureCode> {
        let visitor = Visitor::at(AWAY);
        code(
            self.identity
                .reset_password(token, NEW, end_others, &visitor)
                .await,
        )
    }

    async fn change(&self, caller: &Caller, current: &str, new: &str) -> Result<(), FailureCode> {
        let session = self.session(self.identity.entered(caller.user()).await);
        let changed = self
            .identity
            .change_password(&session, caller, current, new, false);
        code(changed.await)
    }

    async fn kinds(&self) -> Vec<String> {
        let letters = self.mail.letters().await;
        letters.into_iter().map(|letter| letter.kind).collect()
    }
}

/// AU-08.
#[tokio::test]
async fn a_password_is_changed_by_the_current_one_only() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let cookie = house.identity.entered(lin.id).await;
        let session = house.session(cookie);
        let caller = house.identity.caller(&session, &visitor()).await.unwrap();
        for wrong in ["", NEW, &"x".repeat(129)] {
            let answer = house.change(&caller, wrong, NEW).await;
            assert_eq!(answer, Err(FailureCode::WrongPassword), "{wrong}");
        }
        let answer = house.change(&caller, PASSWORD, "password1").await;
        assert_eq!(answer, Err(FailureCode::PasswordTooCommon));
        assert!(
            house
                .sign_in("lin@example.com", PASSWORD, AWAY)
                .await
                .is_ok()
        );

        let changed = house
            .identity
            .change_password(&session, &caller, PASSWORD, NEW, false);
        changed.await.unwrap();
        assert!(house.sign_in("lin@example.com", NEW, AWAY).await.is_ok());
        let old = house.sign_in("lin@example.com", PASSWORD, AWAY).await;
        assert_eq!(code(old).err(), Some(FailureCode::WrongCredentials));
        // The session goes on under a new id.
        let again = house.identity.caller(&session, &visitor()).await;
        assert_eq!(again.unwrap().user(), lin.id);
        let copied = house
            .identity
            .caller(&house.session(cookie), &visitor())
            .await;
        assert_eq!(code(copied).err(), Some(FailureCode::SignInNeeded));
    })
    .await;
}

/// AU-42, LO: it is told to the owner and written in the log.
#[tokio::test]
async fn a_changed_password_is_told_and_logged() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let caller = house.caller(lin.id).await;
        let _ = house.change(&caller, "a wrong guess", NEW).await;
        house.change(&caller, PASSWORD, NEW).await.unwrap();
        let letter = house.mail.newest("password-changed").await;
        assert_eq!(letter.to, "Lin@example.com");
        for (outcome, lines) in [("done", 1), ("refused", 1)] {
            let sql = format!(
                "SELECT COUNT(*) FROM audit_log WHERE action = 'password.change' AND outcome = '{outcome}'"
            );
            assert_eq!(house.count(&sql).await, lines, "{outcome}");
        }
        let clear = format!("SELECT COUNT(*) FROM audit_log WHERE details LIKE '%{NEW}%'");
        assert_eq!(house.count(&clear).await, 0);
    })
    .await;
}

#[tokio::test]
async fn other_sessions_end_with_a_change_when_that_is_asked_for() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let other = house.identity.entered(lin.id).await;
        let session = house.session(house.identity.entered(lin.id).await);
        let caller = house.identity.caller(&session, &visitor()).await.unwrap();
        let changed = house
            .identity
            .change_password(&session, &caller, PASSWORD, NEW, true);
        changed.await.unwrap();
        let ended = house
            .identity
            .caller(&house.session(other), &visitor())
            .await;
        assert_eq!(code(ended).err(), Some(FailureCode::SignInNeeded));
        assert!(house.identity.caller(&session, &visitor()).await.is_ok());
    })
    .await;
}

/// AU-13: who took over a session can't guess the password through it.
#[tokio::test]
async fn guessing_the_current_password_is_limited_by_account() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let caller = house.caller(lin.id).await;
        for _ in 0..5 {
            let answer = house.change(&caller, "a wrong guess", NEW).await;
            assert_eq!(answer, Err(FailureCode::WrongPassword));
        }
        let answer = house.change(&caller, PASSWORD, NEW).await;
        assert_eq!(answer, Err(FailureCode::TooManyAttempts));
        let elsewhere = house.sign_in("lin@example.com", PASSWORD, AWAY).await;
        assert_eq!(code(elsewhere).err(), Some(FailureCode::TooManyAttempts));
    })
    .await;
}

/// AU-20: hashed at rest, one use.
#[tokio::test]
async fn a_reset_link_sets_a_new_password_once() {
    on_both(async |db| {
        let house = House::on(&db);
        house.lin().await;
        let token = house.reset_token(" LIN@example.com").await;
        assert!(token.len() >= 43, "256 bits in Base64");
        let clear = format!("SELECT COUNT(*) FROM one_time_tokens WHERE token_hash = '{token}'");
        assert_eq!(house.count(&clear).await, 0);
        assert_eq!(house.count("SELECT COUNT(*) FROM one_time_tokens").await, 1);

        assert!(house.identity.reset_link_is_valid(&token).await.unwrap());
        house.reset(&token, false).await.unwrap();
        assert!(house.sign_in("lin@example.com", NEW, AWAY).await.is_ok());
        assert!(
            house
                .sign_in("lin@example.com", PASSWORD, AWAY)
                .await
                .is_err()
        );
        assert!(!house.identity.reset_link_is_valid(&token).await.unwrap());
        assert_eq!(
            house.reset(&token, false).await,
            Err(FailureCode::LinkInvalid)
        );
        assert!(house.kinds().await.contains(&"password-changed".to_owned()));
    })
    .await;
}

/// AU-20: one use, also in parallel.
#[tokio::test]
async fn of_parallel_uses_of_a_reset_link_one_counts() {
    on_both(async |db| {
        let house = House::on(&db);
        house.lin().await;
        let token = house.reset_token("lin@example.com").await;
        let uses = join_all((0..8).map(|_| house.reset(&token, false))).await;
        assert_eq!(
            uses.iter().filter(|used| used.is_ok()).count(),
            1,
            "{uses:?}"
        );
    })
    .await;
}

/// AU-20: at most ten minutes, the newest only.
#[tokio::test]
async fn an_older_or_overtaken_reset_link_is_void() {
    on_both(async |db| {
        let house = House::on(&db);
        house.lin().await;
        let first = house.reset_token("lin@example.com").await;
        let second = house.reset_token("lin@example.com").await;
        assert_eq!(
            house.reset(&first, false).await,
            Err(FailureCode::LinkInvalid)
        );
        assert!(house.identity.reset_link_is_valid(&second).await.unwrap());
        house.clock.advance(10 * MINUTE);
        assert!(!house.identity.reset_link_is_valid(&second).await.unwrap());
        assert_eq!(
            house.reset(&second, false).await,
            Err(FailureCode::LinkInvalid)
        );
        for foreign in ["", "x", "0000000000000000000000000000000000000000000"] {
            assert_eq!(
                house.reset(foreign, false).await,
                Err(FailureCode::LinkInvalid)
            );
        }
    })
    .await;
}

/// AU-20: a link that was asked for before a change of password, or for a disabled account, is good for nothing.
#[tokio::test]
async fn a_change_of_password_and_a_closed_account_void_reset_links() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let token = house.reset_token("lin@example.com").await;
        let caller = house.caller(lin.id).await;
        house.change(&caller, PASSWORD, NEW).await.unwrap();
        assert_eq!(
            house.reset(&token, false).await,
            Err(FailureCode::LinkInvalid)
        );
        let token = house.reset_token("lin@example.com").await;
        house.disable("Lin@example.com").await;
        assert_eq!(
            house.reset(&token, false).await,
            Err(FailureCode::LinkInvalid)
        );
    })
    .await;
}

/// AU-21.
#[tokio::test]
async fn links_lead_to_the_configured_origin() {
    on_both(async |db| {
        let options = IdentityOptions {
            origin: "https://ai.example.com".to_owned(),
            ..cheap()
        };
        let house = House::with(&db, options);
        house.lin().await;
        house.reset_token("lin@example.com").await;
        let letter = house.mail.newest("reset-password").await;
        assert!(
            letter
                .link()
                .starts_with("https://ai.example.com/reset?token=")
        );
    })
    .await;
}

/// AU-22: a second factor is still asked for, and other sessions end on request.
#[tokio::test]
async fn a_reset_lets_nobody_in_and_ends_sessions_on_request() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let passkey = format!(
            "INSERT INTO passkeys (id, user_id, name, credential_id, credential, created_at) \
             VALUES ('{0}', '{0}', 'Key', 'x', '{{}}', 0)",
            lin.id
        );
        testing::execute(&db, &passkey).await;
        let cookie = house.identity.entered(lin.id).await;
        let token = house.reset_token("lin@example.com").await;
        house.reset(&token, false).await.unwrap();
        let open = house
            .identity
            .newcomer(&house.session(cookie), &visitor())
            .await;
        assert!(open.is_ok());
        assert_eq!(
            house.count("SELECT COUNT(*) FROM sessions").await,
            1,
            "none was begun"
        );
        let proof = house.sign_in("lin@example.com", NEW, AWAY).await.unwrap();
        assert_eq!(proof.awaited(), [Factor::Passkey]);

        let token = house.reset_token("lin@example.com").await;
        house.reset(&token, true).await.unwrap();
        let ended = house
            .identity
            .newcomer(&house.session(cookie), &visitor())
            .await;
        assert_eq!(code(ended).err(), Some(FailureCode::SignInNeeded));
    })
    .await;
}

/// AU-19.
#[tokio::test]
async fn asking_for_a_reset_does_not_tell_whether_there_is_an_account() {
    on_both(async |db| {
        let house = House::on(&db);
        house.lin().await;
        let tao = Registration::parse("Tao", "tao@example.com", PASSWORD).unwrap();
        house.register(tao, None).await.unwrap();
        house.disable("tao@example.com").await;
        let computed = house.identity.0.hashing.computed();
        for email in ["lin@example.com", "nobody@example.com", "tao@example.com"] {
            for turn in 0..6 {
                let limited = (turn == 5).then_some(FailureCode::TooManyAttempts);
                assert_eq!(house.forgot(email).await.err(), limited, "{email}");
            }
        }
        assert_eq!(house.identity.0.hashing.computed(), computed);
        let letters = house.mail.letters().await;
        assert!(letters.iter().all(|letter| letter.to == "Lin@example.com"));
        assert_eq!(letters.len(), 5);
    })
    .await;
}

/// AU-23.
#[tokio::test]
async fn an_administrators_reset_is_a_link_for_its_owner_and_changes_nothing_by_itself() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let user = db.user(lin.id).await.unwrap().unwrap();
        let record = house
            .identity
            .audit()
            .command_line("user.password.reset_sent");
        let link = house.identity.new_reset_link(&user, &record).await.unwrap();
        assert!(
            house
                .sign_in("lin@example.com", PASSWORD, AWAY)
                .await
                .is_ok()
        );
        let (_, token) = link.rsplit_once('=').unwrap();
        house.reset(token, false).await.unwrap();
        assert!(house.sign_in("lin@example.com", NEW, AWAY).await.is_ok());
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'user.password.reset_sent'";
        assert_eq!(house.count(lines).await, 1);
    })
    .await;
}
