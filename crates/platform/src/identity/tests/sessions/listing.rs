use super::*;

/// SE-09.
#[tokio::test]
async fn somebody_sees_where_they_are_signed_in_and_nobody_elses() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let tao = account(&house, "tao", BuiltIn::Member).await;
        sign_in(&house, tao).await;
        house.clock.advance(HOUR);
        let second = sign_in(&house, user).await;
        let asking = caller(&house, first).await.unwrap();
        let open = house.identity.sessions(&asking).await.unwrap();
        let [this, other] = &*open else {
            panic!("{open:?}")
        };
        assert!(this.current && !other.current);
        assert_eq!(this.device, "Chrome · Linux");
        assert_eq!(this.address, HOME.to_string());
        assert_eq!(this.created_at.plus(HOUR), other.created_at);
        assert_eq!(this.seen_at, house.clock.now());

        house.identity.require_fresh(&asking).unwrap_err();
        let asking = caller(&house, second).await.unwrap();
        let open = house.identity.sessions(&asking).await.unwrap();
        assert_eq!(open.iter().filter(|one| one.current).count(), 1);
        assert_ne!(open[0].id, this.id);
    })
    .await;
}

/// SE-09.
#[tokio::test]
async fn one_session_is_ended_for_good_and_the_others_stay() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let second = sign_in(&house, user).await;
        let third = sign_in(&house, user).await;
        let asking = caller(&house, first).await.unwrap();
        let Credential::Session { id, .. } = caller(&house, second).await.unwrap().credential()
        else {
            panic!()
        };
        let which = SessionRef::Browser(id);
        house.identity.end_session(&asking, which).await.unwrap();
        assert_eq!(
            user_of(&house, second).await,
            Err(FailureCode::SignInNeeded)
        );
        for cookie in [first, third] {
            assert_eq!(user_of(&house, cookie).await, Ok(user));
        }
        let again = house.identity.end_session(&asking, which).await;
        assert_eq!(code(again), Err(FailureCode::NotFound));
    })
    .await;
}

/// SE-09, AC-08.
#[tokio::test]
async fn nobody_ends_a_strangers_session() {
    in_each_store(async |house| {
        let (_, mine) = member(&house).await;
        let tao = account(&house, "tao", BuiltIn::Owner).await;
        let theirs = sign_in(&house, tao).await;
        let asking = caller(&house, mine).await.unwrap();
        let Credential::Session { id, .. } = caller(&house, theirs).await.unwrap().credential()
        else {
            panic!()
        };
        let answer = house
            .identity
            .end_session(&asking, SessionRef::Browser(id))
            .await;
        assert_eq!(code(answer), Err(FailureCode::NotFound));
        assert_eq!(user_of(&house, theirs).await, Ok(tao));
    })
    .await;
}

/// SE-09: with a fresh proof only.
#[tokio::test]
async fn ending_other_sessions_needs_a_fresh_proof_and_ending_ones_own_does_not() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let second = sign_in(&house, user).await;
        house.clock.advance(HOUR);
        let asking = caller(&house, first).await.unwrap();
        let other = caller(&house, second).await.unwrap();
        let named = |caller: &Caller| match caller.credential() {
            Credential::Session { id, .. } => SessionRef::Browser(id),
            other => panic!("{other:?}"),
        };
        let identity = &house.identity;
        let answer = identity.end_session(&asking, named(&other)).await;
        assert_eq!(code(answer), Err(FailureCode::StepUpNeeded));
        let answer = identity.end_other_sessions(&asking).await;
        assert_eq!(code(answer), Err(FailureCode::StepUpNeeded));
        assert_eq!(user_of(&house, second).await, Ok(user));
        identity.end_session(&asking, named(&asking)).await.unwrap();
        assert_eq!(user_of(&house, first).await, Err(FailureCode::SignInNeeded));
    })
    .await;
}

/// SE-08, SE-09.
#[tokio::test]
async fn all_other_sessions_and_devices_end_and_the_one_that_asks_stays() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let others = [sign_in(&house, user).await, sign_in(&house, user).await];
        device(&house, user).await;
        let asking = caller(&house, first).await.unwrap();
        assert_eq!(house.identity.sessions(&asking).await.unwrap().len(), 4);
        let ended = house.identity.end_other_sessions(&asking).await.unwrap();
        assert_eq!(ended, 3);
        assert_eq!(user_of(&house, first).await, Ok(user));
        for cookie in others {
            assert_eq!(
                user_of(&house, cookie).await,
                Err(FailureCode::SignInNeeded)
            );
        }
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'session.end_others'";
        assert_eq!(house.count(lines).await, 1);
    })
    .await;
}

/// SE-10.
#[tokio::test]
async fn all_sessions_of_one_person_end_at_once_and_nobody_elses() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let second = sign_in(&house, user).await;
        device(&house, user).await;
        let tao = account(&house, "tao", BuiltIn::Member).await;
        let theirs = sign_in(&house, tao).await;
        assert_eq!(house.identity.end_all(user).await.unwrap(), 3);
        for cookie in [first, second] {
            assert_eq!(
                user_of(&house, cookie).await,
                Err(FailureCode::SignInNeeded)
            );
        }
        assert_eq!(user_of(&house, theirs).await, Ok(tao));
    })
    .await;
}

/// SE-09.
#[tokio::test]
async fn a_device_is_listed_and_signed_out() {
    in_each_store(async |house| {
        let (user, cookie) = member(&house).await;
        device(&house, user).await;
        let asking = caller(&house, cookie).await.unwrap();
        let open = house.identity.sessions(&asking).await.unwrap();
        let phone = open.iter().find(|one| one.device == "Phone").unwrap();
        let identity = &house.identity;
        identity.end_session(&asking, phone.id).await.unwrap();
        assert_eq!(identity.sessions(&asking).await.unwrap().len(), 1);
        let again = identity.end_session(&asking, phone.id).await;
        assert_eq!(code(again), Err(FailureCode::NotFound));
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'session.end'";
        assert_eq!(house.count(lines).await, 1);
    })
    .await;
}

/// Without its line in the log, nothing is ended.
#[tokio::test]
async fn a_log_that_cannot_be_written_lets_no_session_be_ended() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let second = sign_in(&house, user).await;
        let asking = caller(&house, first).await.unwrap();
        testing::execute(&house.db, "DELETE FROM audit_head").await;
        let answer = house.identity.end_other_sessions(&asking).await;
        assert_eq!(code(answer), Err(FailureCode::StoreUnavailable));
        assert_eq!(user_of(&house, second).await, Ok(user));
    })
    .await;
}

async fn device(house: &House, user: UserId) {
    let id = house.identity.0.ids.next();
    let now = house.clock.now();
    let (at, until) = (now.get(), now.plus(HOUR).get());
    let sql = format!(
        "INSERT INTO token_families (id, user_id, device, address, authenticated_at, created_at, used_at, expires_at)
         VALUES ('{id}', '{user}', 'Phone', '192.0.2.9', {at}, {at}, {at}, {until})"
    );
    testing::execute(&house.db, &sql).await;
}
