use tokio::time::{Instant, timeout};

use super::*;

/// What a stream does when its person is sent away by that: here at once.
async fn ends_a_stream(house: &House, cookie: Option<Id>, act: impl AsyncFnOnce()) {
    let caller = caller(house, cookie).await.unwrap();
    let stream = tokio::spawn(house.identity.until_ended(&caller));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!stream.is_finished());
    let began = Instant::now();
    act().await;
    timeout(Duration::from_secs(1), stream)
        .await
        .unwrap()
        .unwrap();
    assert!(began.elapsed() < Duration::from_secs(1));
}

/// SE-07.
#[tokio::test]
async fn a_stream_ends_with_its_session() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let second = sign_in(&house, user).await;
        let asking = caller(&house, second).await.unwrap();
        ends_a_stream(&house, first, async || {
            house.identity.end_other_sessions(&asking).await.unwrap();
        })
        .await;
    })
    .await;
}

/// SE-04.
#[tokio::test]
async fn a_stream_ends_when_its_person_signs_out() {
    in_each_store(async |house| {
        let (_, cookie) = member(&house).await;
        ends_a_stream(&house, cookie, async || {
            let session = house.session(cookie);
            house.identity.end(&session, &visitor()).await.unwrap();
        })
        .await;
    })
    .await;
}

/// SE-07.
#[tokio::test]
async fn a_stream_ends_when_the_account_is_disabled() {
    in_each_store(async |house| {
        let (user, cookie) = member(&house).await;
        ends_a_stream(&house, cookie, async || {
            house.disable("lin@example.com").await;
            house.identity.revoked(user);
        })
        .await;
    })
    .await;
}

/// SE-07: what another process ends is found out by asking.
#[tokio::test]
async fn a_stream_ends_within_five_seconds_of_what_is_done_elsewhere() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let (_, cookie) = member(&house).await;
        let caller = caller(&house, cookie).await.unwrap();
        let stream = tokio::spawn(house.identity.until_ended(&caller));
        tokio::time::sleep(Duration::from_millis(100)).await;
        house.disable("lin@example.com").await;
        timeout(Duration::from_secs(5), stream)
            .await
            .unwrap()
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_stream_outlives_what_does_not_concern_it() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let second = sign_in(&house, user).await;
        let tao = account(&house, "tao", BuiltIn::Member).await;
        sign_in(&house, tao).await;
        let asking = caller(&house, first).await.unwrap();
        let stream = tokio::spawn(house.identity.until_ended(&asking));
        house.identity.end_all(tao).await.unwrap();
        let session = house.session(second);
        house.identity.end(&session, &visitor()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!stream.is_finished());
        assert!(house.identity.still_valid(&asking).await.unwrap());
        stream.abort();
    })
    .await;
}

/// A session that gets a new id is still the one that the stream was opened in.
#[tokio::test]
async fn a_stream_outlives_a_step_up() {
    in_each_store(async |house| {
        let (_, cookie) = member(&house).await;
        let asking = caller(&house, cookie).await.unwrap();
        let session = house.session(cookie);
        house.identity.refresh(&session, &asking).await.unwrap();
        assert!(house.identity.still_valid(&asking).await.unwrap());
    })
    .await;
}
