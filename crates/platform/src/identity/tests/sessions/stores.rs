use super::*;

#[tokio::test]
async fn a_cookie_leads_to_its_person_until_the_account_is_disabled() {
    in_each_store(async |house| {
        let (user, cookie) = member(&house).await;
        assert_eq!(user_of(&house, cookie).await, Ok(user));
        assert_eq!(user_of(&house, None).await, Err(FailureCode::SignInNeeded));
        house.disable("lin@example.com").await;
        assert_eq!(
            user_of(&house, cookie).await,
            Err(FailureCode::SignInNeeded)
        );
    })
    .await;
}

/// SE-04.
#[tokio::test]
async fn a_slow_request_cannot_revive_a_session_that_was_ended_meanwhile() {
    in_each_store(async |house| {
        let (user, cookie) = member(&house).await;
        let slow = house.session(cookie);
        slow.insert("theme", "dark").await.unwrap();
        let leaving = house.session(cookie);
        house.identity.end(&leaving, &visitor()).await.unwrap();
        slow.save().await.unwrap();
        assert_eq!(
            user_of(&house, cookie).await,
            Err(FailureCode::SignInNeeded)
        );
        assert!(house.identity.0.sessions.of(user).await.unwrap().is_empty());
    })
    .await;
}

/// SE-02, SE-03.
#[tokio::test]
async fn a_sign_in_gets_a_new_id_and_a_planted_or_ended_one_is_never_used_again() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let proof = || Proof {
            user,
            awaited: Vec::new(),
            by: "password",
        };
        let again = house.session(first);
        let identity = &house.identity;
        identity.enter(&again, proof(), &visitor()).await.unwrap();
        assert_ne!(again.id(), first);
        assert_eq!(user_of(&house, first).await, Err(FailureCode::SignInNeeded));

        let planted = Some(Id(7));
        let session = house.session(planted);
        identity.enter(&session, proof(), &visitor()).await.unwrap();
        assert_ne!(session.id(), planted);
        let session = house.session(planted);
        identity.end(&session, &visitor()).await.unwrap();
        session.insert("theme", "dark").await.unwrap();
        session.save().await.unwrap();
        assert_ne!(session.id(), planted);
        assert_eq!(
            user_of(&house, planted).await,
            Err(FailureCode::SignInNeeded)
        );
    })
    .await;
}

/// SE-01.
#[tokio::test]
async fn ids_are_long_and_no_two_are_alike() {
    in_each_store(async |house| {
        let user = account(&house, "lin", BuiltIn::Member).await;
        let mut seen = std::collections::HashSet::new();
        for _ in 0..20 {
            let Id(id) = sign_in(&house, user).await.unwrap();
            // 128 bits at random: one that fits into 96 is a chance of one in four thousand million.
            assert!(id.unsigned_abs().leading_zeros() < 32, "{id:x}");
            assert!(seen.insert(id));
        }
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_carries_nothing_over_from_the_session_before() {
    in_each_store(async |house| {
        let (user, _) = member(&house).await;
        let session = house.session(None);
        session.insert("planted", "by somebody else").await.unwrap();
        let proof = Proof {
            user,
            awaited: Vec::new(),
            by: "password",
        };
        let identity = &house.identity;
        identity.enter(&session, proof, &visitor()).await.unwrap();
        let next = house.session(session.id());
        assert_eq!(next.get::<String>("planted").await.unwrap(), None);
    })
    .await;
}

/// SE-05, SE-06.
#[tokio::test]
async fn requests_keep_a_session_alive_but_not_beyond_its_lifetime() {
    let short = || IdentityOptions {
        session_idle: Duration::from_hours(2),
        session_absolute: Duration::from_hours(9),
        ..cheap()
    };
    in_each_store_with(short, async |house| {
        let (user, cookie) = member(&house).await;
        for _ in 0..8 {
            house.clock.advance(HOUR);
            assert_eq!(user_of(&house, cookie).await, Ok(user));
        }
        house.clock.advance(HOUR);
        assert_eq!(
            user_of(&house, cookie).await,
            Err(FailureCode::SignInNeeded)
        );
        assert!(house.identity.0.sessions.of(user).await.unwrap().is_empty());
    })
    .await;
}

/// SE-05.
#[tokio::test]
async fn a_session_without_requests_ends() {
    in_each_store(async |house| {
        let (user, cookie) = member(&house).await;
        house.clock.advance(7 * 24 * HOUR);
        assert_eq!(
            user_of(&house, cookie).await,
            Err(FailureCode::SignInNeeded)
        );
        assert!(house.identity.0.sessions.of(user).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_steps_back_ends_no_session() {
    in_each_store(async |house| {
        let (user, cookie) = member(&house).await;
        house.clock.advance(-HOUR);
        assert_eq!(user_of(&house, cookie).await, Ok(user));
    })
    .await;
}

#[tokio::test]
async fn who_is_seen_is_remembered_to_a_minute() {
    in_each_store(async |house| {
        let (user, cookie) = member(&house).await;
        let seen = format!("SELECT COALESCE(seen_at, 0) FROM users WHERE id = '{user}'");
        let began = house.clock.now();
        for (advance, expected) in [
            (30_000, began.get()),
            (31_000, began.get() + 61_000),
            (1_000, began.get() + 61_000),
        ] {
            house.clock.advance(advance);
            assert_eq!(user_of(&house, cookie).await, Ok(user));
            assert_eq!(house.count(&seen).await, expected);
        }
    })
    .await;
}

/// SE-16.
#[tokio::test]
async fn the_cookies_value_is_not_where_sessions_are_kept() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let (_, cookie) = member(&house).await;
        let id = cookie.unwrap().to_string();
        let clear = format!(
            "SELECT COUNT(*) FROM sessions WHERE id_hash = '{id}' OR CAST(data AS TEXT) LIKE '%{id}%'"
        );
        assert_eq!(house.count(&clear).await, 0);
        let hashed = "SELECT COUNT(*) FROM sessions WHERE LENGTH(id_hash) = 64";
        assert_eq!(house.count(hashed).await, 1);
    })
    .await;
}

/// SE-02: whoever had copied the cookie is out when its owner proves again who they are.
#[tokio::test]
async fn a_step_up_gets_a_new_id_and_stays_the_same_session() {
    let short = || IdentityOptions {
        session_idle: Duration::from_hours(5),
        session_absolute: Duration::from_hours(5),
        ..cheap()
    };
    in_each_store_with(short, async |house| {
        let (user, before) = member(&house).await;
        house.clock.advance(HOUR);
        let stale = caller(&house, before).await.unwrap();
        assert_eq!(
            code(house.identity.require_fresh(&stale)),
            Err(FailureCode::StepUpNeeded)
        );
        let session = house.session(before);
        house.identity.refresh(&session, &stale).await.unwrap();
        let after = session.id();
        assert_ne!(after, before);
        assert_eq!(
            user_of(&house, before).await,
            Err(FailureCode::SignInNeeded)
        );
        let fresh = caller(&house, after).await.unwrap();
        assert_eq!(code(house.identity.require_fresh(&fresh)), Ok(()));
        let open = house.identity.sessions(&fresh).await.unwrap();
        let [one] = &*open else { panic!("{open:?}") };
        assert_eq!(one.created_at.plus(HOUR), house.clock.now());
        let Credential::Session { id, .. } = stale.credential() else {
            panic!()
        };
        assert_eq!(one.id, SessionRef::Browser(id));

        // The new id does not live longer than the session would have.
        house.clock.advance(4 * HOUR);
        assert_eq!(user_of(&house, after).await, Err(FailureCode::SignInNeeded));
        let _ = user;
    })
    .await;
}

/// SE-04: a session that is ended between the two halves of a step-up stays ended.
#[tokio::test]
async fn a_step_up_cannot_revive_a_session_that_is_ended_meanwhile() {
    in_each_store(async |house| {
        let (user, cookie) = member(&house).await;
        let sessions = &house.identity.0.sessions;
        let session = house.session(cookie);
        session.insert("theme", "dark").await.unwrap();
        let name = sessions.set_aside(&cookie.unwrap()).await.unwrap();
        assert_eq!(sessions.end_all(user, None).await.unwrap(), 1);
        let (key, name) = crate::store::mark_renewed(name.unwrap());
        session.insert(key, name).await.unwrap();
        session.cycle_id().await.unwrap();
        session.save().await.unwrap();
        assert_eq!(
            user_of(&house, session.id()).await,
            Err(FailureCode::SignInNeeded)
        );
        assert!(sessions.of(user).await.unwrap().is_empty());
        assert_eq!(sessions.set_aside(&cookie.unwrap()).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_record_that_loses_its_person_is_no_longer_theirs() {
    in_each_store(async |house| {
        let (user, cookie) = member(&house).await;
        let store = house.identity.session_store();
        let mut record = store.load(&cookie.unwrap()).await.unwrap().unwrap();
        record.data.clear();
        store.save(&record).await.unwrap();
        assert!(house.identity.0.sessions.of(user).await.unwrap().is_empty());
        assert_eq!(house.identity.end_all(user).await.unwrap(), 0);
    })
    .await;
}
