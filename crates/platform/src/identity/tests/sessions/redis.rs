//! Redis that is gone, slow or emptied.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};

use super::*;
use crate::store::{Redis, RedisError};

const OPEN: u8 = 0;
const SLOW: u8 = 1;
const GONE: u8 = 2;

/// Stands between the house and Redis.
struct Line {
    url: String,
    state: Arc<AtomicU8>,
}

impl Line {
    async fn to(redis: &str) -> Self {
        let target = redis.trim_start_matches("redis://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        let state = Arc::new(AtomicU8::new(OPEN));
        let at = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                if at.load(Ordering::SeqCst) == GONE {
                    continue;
                }
                let there = TcpStream::connect(&target).await.unwrap();
                let ((from, to), (back_from, back_to)) = (here.into_split(), there.into_split());
                tokio::spawn(carry(from, back_to, Arc::clone(&at)));
                tokio::spawn(carry(back_from, to, Arc::clone(&at)));
            }
        });
        Self { url, state }
    }

    fn is(&self, state: u8) {
        self.state.store(state, Ordering::SeqCst);
    }
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    state: Arc<AtomicU8>,
) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        tokio::select! {
            read = from.read(&mut buffer) => {
                let Ok(length @ 1..) = read else { return };
                if state.load(Ordering::SeqCst) == SLOW {
                    sleep(Duration::from_secs(3)).await;
                }
                if to.write_all(&buffer[..length]).await.is_err() {
                    return;
                }
            }
            () = sleep(Duration::from_millis(20)) => {}
        }
        if state.load(Ordering::SeqCst) == GONE {
            return;
        }
    }
}

/// A house on SQLite whose Redis can be taken away.
async fn behind_a_line(test: impl AsyncFn(House, Line)) {
    let Some(url) = testing::redis_url() else {
        return;
    };
    on_both(async |db| {
        if db.is_shared() {
            return;
        }
        let line = Line::to(&url).await;
        let options = IdentityOptions {
            redis: Some(testing::redis_at(&line.url).await.unwrap()),
            ..cheap()
        };
        test(House::with(&db, options), line).await;
    })
    .await;
}

fn redis_of(house: &House) -> &Redis {
    house.identity.0.sessions.redis().unwrap()
}

/// R-46, SE-28.
#[tokio::test]
async fn while_redis_is_gone_nobody_is_taken_for_a_stranger_and_it_is_back_in_five_seconds() {
    behind_a_line(async |house, line| {
        let (user, cookie) = member(&house).await;
        line.is(GONE);
        sleep(Duration::from_millis(100)).await;
        let began = Instant::now();
        let session = house.session(cookie);
        let answer = house.identity.caller(&session, &visitor()).await;
        assert_eq!(
            code(answer).map(|caller| caller.user()),
            Err(FailureCode::StoreUnavailable)
        );
        assert!(
            began.elapsed() < Duration::from_secs(1),
            "{:?}",
            began.elapsed()
        );
        // The layer takes the cookie away from sessions that are empty.
        assert!(!session.is_empty().await);
        line.is(OPEN);
        let began = Instant::now();
        while user_of(&house, cookie).await != Ok(user) {
            assert!(began.elapsed() < Duration::from_secs(5));
            sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
}

///
#[tokio::test]
async fn while_redis_is_gone_keys_and_limits_are_as_ever() {
    behind_a_line(async |house, line| {
        let (user, cookie) = member(&house).await;
        let asking = caller(&house, cookie).await.unwrap();
        let draft = model::ApiKeyDraft {
            name: "Script".to_owned(),
            scopes: model::PermissionSet::of(&[model::Permission::ChatUse]),
            ..model::ApiKeyDraft::default()
        };
        let identity = &house.identity;
        let key = identity.create_api_key(&asking, draft).await.unwrap();
        line.is(GONE);
        let caller = identity.bearer(&key.secret, &visitor()).await.unwrap();
        assert_eq!(caller.user(), user);
        let answer = identity
            .sign_in("lin@example.com", "wrong", &visitor())
            .await;
        assert_eq!(code(answer.map(drop)), Err(FailureCode::WrongCredentials));
    })
    .await;
}

///
#[tokio::test]
async fn a_redis_that_takes_three_seconds_costs_a_refusal_after_half_a_second() {
    behind_a_line(async |house, line| {
        let (user, cookie) = member(&house).await;
        line.is(SLOW);
        let began = Instant::now();
        assert_eq!(
            user_of(&house, cookie).await,
            Err(FailureCode::StoreUnavailable)
        );
        assert!(
            began.elapsed() < Duration::from_secs(1),
            "{:?}",
            began.elapsed()
        );
        line.is(OPEN);
        let began = Instant::now();
        while user_of(&house, cookie).await != Ok(user) {
            assert!(began.elapsed() < Duration::from_secs(10));
            sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
}

///
#[tokio::test]
async fn a_redis_that_was_emptied_signs_everybody_out_and_fails_nobody() {
    behind_a_line(async |house, _line| {
        let (user, cookie) = member(&house).await;
        let slow = house.session(cookie);
        slow.insert("theme", "dark").await.unwrap();
        let redis = redis_of(&house);
        redis.forget_all().await.unwrap();
        slow.save().await.unwrap();
        assert_eq!(
            user_of(&house, cookie).await,
            Err(FailureCode::SignInNeeded)
        );
        assert_eq!(house.identity.end_all(user).await.unwrap(), 0);
        let again = sign_in(&house, user).await;
        assert_eq!(user_of(&house, again).await, Ok(user));
    })
    .await;
}

/// SE-16.
#[tokio::test]
async fn the_cookies_value_is_not_in_redis() {
    behind_a_line(async |house, _line| {
        let (_, cookie) = member(&house).await;
        let id = cookie.unwrap().to_string();
        let redis = redis_of(&house);
        let all = redis.dump().await.unwrap();
        assert!(all.iter().any(|text| text.contains("192.0.2.1")), "{all:?}");
        assert!(!all.iter().any(|text| text.contains(&id)), "{all:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_kept_in_redis_goes_by_itself() {
    behind_a_line(async |house, _line| {
        member(&house).await;
        let redis = redis_of(&house);
        let lives = redis.lives_ms().await.unwrap();
        assert_eq!(lives.len(), 2, "a session and its person's set");
        let longest = 30 * 24 * HOUR;
        assert!(
            lives.iter().all(|ms| (1..=longest).contains(ms)),
            "{lives:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_an_error_at_the_start() {
    let began = Instant::now();
    let answer = testing::redis_at("redis://127.0.0.1:1").await;
    assert!(matches!(answer, Err(RedisError::Unreachable(_))));
    assert!(began.elapsed() < Duration::from_secs(6));
    let nonsense = Redis::connect(&"http://example.com".into(), "").await;
    assert!(matches!(nonsense, Err(RedisError::Unreachable(_))));
}

/// the policy is looked at, whatever this server's is.
#[test]
fn a_redis_that_would_drop_sessions_is_refused() {
    for (info, refused) in [
        ("maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n", None),
        ("maxmemory:100\r\nmaxmemory_policy:noeviction\r\n", None),
        (
            "maxmemory:100\r\nmaxmemory_policy:allkeys-lru\r\n",
            Some("allkeys-lru"),
        ),
        (
            "maxmemory:100\r\nmaxmemory_policy:volatile-ttl\r\n",
            Some("volatile-ttl"),
        ),
    ] {
        assert_eq!(Redis::evicts_by(info).as_deref(), refused, "{info}");
    }
}
