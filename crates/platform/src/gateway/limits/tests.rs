use super::*;

fn lanes(limits: &[(BudgetScope, LimitsPerMinute)]) -> Arc<[Arc<Lane>]> {
    let lanes = limits
        .iter()
        .filter_map(|(scope, limits)| lane(*scope, String::new(), *limits));
    lanes.collect()
}

fn per_minute(requests: Option<i64>, tokens: Option<i64>) -> LimitsPerMinute {
    LimitsPerMinute {
        requests,
        tokens,
        at_once: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_minutes_requests_pass_and_more_come_back_evenly() {
    let lanes = lanes(&[(BudgetScope::Key, per_minute(Some(60), None))]);
    let passed = (0..100).filter(|_| Pass::here(&lanes, 0).is_ok()).count();
    assert_eq!(passed, 60);
    let refused = Pass::here(&lanes, 0).unwrap_err();
    assert!(
        matches!(refused, GatewayError::Throttled { kind: LimitKind::Requests, limit: 60, retry_after, .. }
            if retry_after <= Duration::from_secs(1)),
        "{refused:?}"
    );
    tokio::time::advance(Duration::from_secs(5)).await;
    let passed = (0..100).filter(|_| Pass::here(&lanes, 0).is_ok()).count();
    assert_eq!(passed, 5);
}

/// The estimate is taken before, so that parallel calls can't pass together.
#[tokio::test(start_paused = true)]
async fn tokens_are_taken_in_advance_and_corrected() {
    let lanes = lanes(&[(BudgetScope::Key, per_minute(None, Some(100)))]);
    let mut passes: Vec<_> = (0..10)
        .filter_map(|_| Pass::here(&lanes, 30).ok())
        .collect();
    assert_eq!(passes.len(), 3);
    passes[0].used(10);
    assert!(Pass::here(&lanes, 30).is_ok());
    passes[1].used(200);
    assert!(Pass::here(&lanes, 1).is_err());
    assert_eq!(passes[1].allowed().1.unwrap().left, 0);
    tokio::time::advance(Duration::from_mins(3)).await;
    // One that is larger than the limit passes when nothing else was asked.
    assert!(Pass::here(&lanes, 1_000).is_ok());
}

#[tokio::test(start_paused = true)]
async fn who_is_refused_by_one_has_taken_nothing_of_the_others() {
    let at_once = LimitsPerMinute {
        at_once: Some(1),
        ..LimitsPerMinute::default()
    };
    let lanes = lanes(&[
        (BudgetScope::Key, per_minute(Some(10), Some(100))),
        (BudgetScope::Site, at_once),
    ]);
    let first = Pass::here(&lanes, 10).unwrap();
    for _ in 0..20 {
        let refused = Pass::here(&lanes, 10).unwrap_err();
        assert!(
            matches!(
                refused,
                GatewayError::Throttled {
                    scope: BudgetScope::Site,
                    kind: LimitKind::AtOnce,
                    ..
                }
            ),
            "{refused:?}"
        );
    }
    let (requests, tokens) = first.allowed();
    assert_eq!((requests.unwrap().left, tokens.unwrap().left), (9, 90));
    drop(first);
    assert!(Pass::here(&lanes, 10).is_ok());
}

/// Nothing of what was refused, also where it is what all processes share that is used up.
#[tokio::test(start_paused = true)]
async fn who_is_refused_is_told_what_is_left() {
    let lanes = lanes(&[(BudgetScope::Key, per_minute(Some(60), Some(1_000)))]);
    let _pass = Pass::here(&lanes, 400).unwrap();
    let wait = Duration::from_secs(9);
    let refused = lanes[0].refusal(LimitKind::Requests, Some(60), wait);
    let (requests, tokens) = left_after(&lanes, &refused);
    let expected = Allowed {
        limit: 60,
        left: 0,
        whole_in: wait,
    };
    assert_eq!((requests, tokens.unwrap().left), (Some(expected), 600));
    let refused = lanes[0].refusal(LimitKind::Tokens, Some(1_000), wait);
    assert_eq!(left_after(&lanes, &refused).0.unwrap().left, 59);
}

#[tokio::test(start_paused = true)]
async fn a_lane_stays_until_its_limits_change() {
    let lanes = Lanes::new(&LimitsPerMinute::default());
    assert!(lanes.site().is_none());
    let of = |requests| lanes.of(BudgetScope::Key, "k".to_owned(), per_minute(requests, None));
    let (first, same, other) = (
        of(Some(1)).unwrap(),
        of(Some(1)).unwrap(),
        of(Some(2)).unwrap(),
    );
    assert!(Arc::ptr_eq(&first, &same) && !Arc::ptr_eq(&first, &other));
    assert!(of(None).is_none());
}

/// What others are told heals a place whose giving back was lost: where calls entered it is told that none runs.
#[test]
fn others_are_told_where_calls_entered_and_run_no_more() {
    let lanes = Lanes::new(&LimitsPerMinute::default());
    let at_once = LimitsPerMinute {
        at_once: Some(1),
        ..LimitsPerMinute::default()
    };
    let lane = lanes.of(BudgetScope::User, "lin".to_owned(), at_once);
    let lane = lane.unwrap();
    let told = || lanes.running().iter().map(|(_, count)| *count).sum::<i64>();
    assert!(lanes.running().is_empty());
    let pass = Pass::here(&Arc::from([Arc::clone(&lane)]), 0).unwrap();
    assert_eq!(told(), 1);
    drop(pass);
    assert!(lanes.running().is_empty());
    lane.entered.store(true, Ordering::Relaxed);
    let once: Vec<_> = lanes
        .running()
        .into_iter()
        .map(|(_, count)| count)
        .collect();
    assert_eq!(once, [0]);
    assert!(lanes.running().is_empty());
}
