use super::*;

/// SE-17.
#[tokio::test]
async fn the_oldest_session_ends_when_there_are_too_many() {
    let few = || IdentityOptions {
        sessions_per_person: 3,
        ..cheap()
    };
    in_each_store_with(few, async |house| {
        let user = account(&house, "lin", BuiltIn::Member).await;
        let tao = account(&house, "tao", BuiltIn::Member).await;
        let theirs = sign_in(&house, tao).await;
        let mut cookies = Vec::new();
        for _ in 0..5 {
            // All at the same moment: their names tell which is older.
            cookies.push(sign_in(&house, user).await);
        }
        for cookie in &cookies[..2] {
            assert_eq!(
                user_of(&house, *cookie).await,
                Err(FailureCode::SignInNeeded)
            );
        }
        for cookie in &cookies[2..] {
            assert_eq!(user_of(&house, *cookie).await, Ok(user));
        }
        assert_eq!(user_of(&house, theirs).await, Ok(tao));
    })
    .await;
}

/// SE-28.
#[tokio::test]
async fn without_a_store_the_answer_is_a_failure_and_not_a_stranger() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let (_, cookie) = member(&house).await;
        db.close().await;
        assert_eq!(
            user_of(&house, cookie).await,
            Err(FailureCode::StoreUnavailable)
        );
    })
    .await;
}
