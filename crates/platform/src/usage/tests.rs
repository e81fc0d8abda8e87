//! The promises of sums and of the call log, on both databases.

mod of_model;

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use model::{
    ApiKeyId, BuiltIn, CallFilter, CallLine, CallOutcome, FailureCode, Millis, UsageBy, UsageQuery,
    UserId,
};

use super::Usage;
use crate::{
    Ids, ManualClock,
    identity::{
        Caller, Identity, IdentityError,
        testing::{cheap, mailer, vault},
    },
    store::{
        Db,
        testing::{count, execute, on_both},
    },
};

/// 2026-09-21, 22:13 in Shanghai.
const NOW: Millis = Millis::new(1_790_000_000_000);

/// Two keys that nobody has any more.
const KEYS: [&str; 2] = [
    "01990000-0000-7000-8000-0000000000a1",
    "01990000-0000-7000-8000-0000000000a2",
];

/// Rows of sums that each person has: 100 days × 12 models.
const DAYS: i64 = 100;
const MODELS: i64 = 12;

struct House {
    usage: Usage,
    identity: Identity,
    clock: ManualClock,
    db: Db,
}

impl House {
    fn on(db: &Db) -> Self {
        let clock = ManualClock::at(NOW);
        let shared = Arc::new(clock.clone());
        let ids = Ids::new(shared.clone());
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        let identity = Identity::new(db.clone(), shared.clone(), ids, vault(), mailer(), cheap());
        Self {
            usage: Usage::new(db.clone(), shared, identity.audit().clone(), zone),
            identity,
            clock,
            db: db.clone(),
        }
    }

    async fn signed_up(&self, name: &str, role: BuiltIn) -> Caller {
        self.identity.signed_up(name, role).await
    }

    /// Sums on each of a hundred days until today for each of twelve models: the model of number `m` costs `m` times
    /// `scale` a day, by the keys in turn.
    async fn used(&self, user: UserId, scale: i64) {
        let today = self.usage.calendar.moment(NOW).date;
        let [first, second] = KEYS;
        let sql = format!(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {DAYS} * {MODELS} - 1)
             INSERT INTO usage_days
             SELECT {today} - i / {MODELS}, '{user}', CASE WHEN i % 2 = 0 THEN '{first}' ELSE '{second}' END,
                    'model-' || CAST(i % {MODELS} AS TEXT), 'chat', 2, 1, 30, 12, 10, 2, 0, 0, 0,
                    (i % {MODELS}) * {scale} FROM n"
        );
        execute(&self.db, &sql).await;
    }

    /// So many calls a millisecond apart, the last of which is the newest; every seventh failed. With their sums, as they are booked.
    async fn called(&self, user: UserId, series: u32, count: u32) {
        let first = KEYS[0];
        // Ids tell when they were made.
        let id = uuid::Uuid::from_u128(u128::from(NOW.get().unsigned_abs()) << 80).to_string();
        let (id, _) = id.split_at("01990000-0000".len());
        let sql = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO calls
             SELECT '{id}-7000-800{series}-' || CAST(100000000000 + i AS TEXT), {now} + i, '{user}',
                    CASE WHEN i % 2 = 0 THEN '{first}' ELSE '' END, 'openai', 'chat',
                    'model-' || CAST(i % 3 AS TEXT), 'qwen-plus', 'beijing', TRUE,
                    CASE WHEN i % 7 = 0 THEN 'failed' ELSE 'succeeded' END, 200, NULL, 10, 5, 0, 0, 0, 0, 0,
                    'reported', 1234567, TRUE, 100, 900, '=1+1', NULL FROM n",
            now = NOW.get(),
        );
        execute(&self.db, &sql).await;
        let today = self.usage.calendar.moment(NOW).date;
        let sums = format!(
            "INSERT INTO usage_days
             SELECT {today}, owner_id, key_id, model, operation, COUNT(*), 0, 0, 0, 0, 0, 0, 0, 0, 0
             FROM calls WHERE owner_id = '{user}' GROUP BY owner_id, key_id, model, operation"
        );
        execute(&self.db, &sums).await;
    }

    async fn own_lines(&self, caller: &Caller, filter: CallFilter) -> Vec<CallLine> {
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self
                .usage
                .own_calls(caller, filter.clone(), after.as_deref())
                .await
                .unwrap();
            assert!(page.items.len() <= 50);
            seen.extend(page.items);
            after = page.next;
            if after.is_none() {
                return seen;
            }
        }
    }
}

fn of_days(days: u16) -> UsageQuery {
    UsageQuery {
        days,
        owner: None,
        key: None,
        model: None,
        by: UsageBy::Model,
    }
}

fn code<T>(result: Result<T, IdentityError>) -> Option<FailureCode> {
    result.err().map(|error| error.code())
}

#[tokio::test]
async fn a_report_sums_the_days_that_are_asked_for() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.signed_up("lin", BuiltIn::Member).await;
        let wang = house.signed_up("wang", BuiltIn::Member).await;
        house.used(lin.user(), 10).await;
        house.used(wang.user(), 1_000).await;
        let report = house.usage.own_report(&lin, of_days(30)).await.unwrap();
        // 0 + 1 + … + 11 a day.
        assert_eq!(report.total.cost, 30 * 66 * 10);
        assert_eq!(report.total.calls, 30 * MODELS * 2);
        assert_eq!(report.total.failures, 30 * MODELS);
        assert_eq!(report.total.tokens(), 30 * MODELS * 42);
        assert_eq!(report.days.len(), 30);
        assert_eq!(report.days[29].day, "2026-09-21");
        assert_eq!(report.days[0].day, "2026-08-23");
        assert!(report.days.iter().all(|day| day.sum.cost == 660));
        let names: Vec<&str> = report.shares.iter().map(|share| &*share.name).collect();
        assert_eq!(names[..3], ["model-11", "model-10", "model-9"]);
        assert_eq!(names.len(), 12);
        assert_eq!(report.bands.len(), 5);
        for (band, share) in report.bands.iter().zip(&report.shares) {
            assert_eq!(band.id, share.id);
            assert_eq!(band.cost.len(), 30);
            assert_eq!(band.cost.iter().sum::<i64>(), share.sum.cost);
            assert_eq!(band.calls.iter().sum::<i64>(), share.sum.calls);
            assert_eq!(band.tokens.iter().sum::<i64>(), share.sum.tokens());
        }
    })
    .await;
}

#[tokio::test]
async fn a_day_is_the_sites() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.signed_up("lin", BuiltIn::Member).await;
        house.used(lin.user(), 10).await;
        house.clock.advance(2 * 60 * 60 * 1000);
        let report = house.usage.own_report(&lin, of_days(2)).await.unwrap();
        let days: Vec<(&str, i64)> = report
            .days
            .iter()
            .map(|day| (&*day.day, day.sum.cost))
            .collect();
        assert_eq!(days, [("2026-09-21", 660), ("2026-09-22", 0)]);
        for (days, expected) in [(0, true), (366, false), (367, true)] {
            let report = house.usage.own_report(&lin, of_days(days)).await;
            let refused = code(report) == Some(FailureCode::InvalidNumber);
            assert_eq!(refused, expected, "{days}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_report_is_narrowed_and_told_apart() {
    on_both(async |db| {
        let house = House::on(&db);
        let olga = house.signed_up("olga", BuiltIn::Owner).await;
        let lin = house.signed_up("lin", BuiltIn::Member).await;
        house.used(lin.user(), 10).await;
        house.used(olga.user(), 1).await;
        let key: ApiKeyId = KEYS[1].parse().unwrap();
        let narrowed = UsageQuery {
            key: Some(key),
            model: Some("model-3".to_owned()),
            ..of_days(7)
        };
        let report = house
            .usage
            .own_report(&lin, narrowed.clone())
            .await
            .unwrap();
        assert_eq!(report.total.cost, 7 * 30);
        let report = house.usage.site_report(&olga, narrowed).await.unwrap();
        assert_eq!(report.total.cost, 7 * 33);
        let by_people = UsageQuery {
            by: UsageBy::User,
            ..of_days(7)
        };
        let report = house.usage.site_report(&olga, by_people).await.unwrap();
        let shares: Vec<(&str, i64)> = report
            .shares
            .iter()
            .map(|share| (&*share.name, share.sum.cost))
            .collect();
        assert_eq!(shares, [("lin", 7 * 660), ("olga", 7 * 66)]);
        assert_eq!(report.bands.len(), 2);
        assert_eq!(report.bands[1].cost, [66; 7]);
        let by_keys = UsageQuery {
            by: UsageBy::Key,
            owner: Some(lin.user()),
            ..of_days(1)
        };
        let report = house.usage.site_report(&olga, by_keys).await.unwrap();
        let shares: Vec<(&str, &str, i64)> = report
            .shares
            .iter()
            .map(|share| (&*share.id, &*share.name, share.sum.cost))
            .collect();
        // The keys are gone, what was spent with them is not.
        assert_eq!(shares, [(KEYS[1], "", 360), (KEYS[0], "", 300)]);
    })
    .await;
}

#[tokio::test]
async fn what_can_be_chosen_is_what_was_used() {
    on_both(async |db| {
        let house = House::on(&db);
        let olga = house.signed_up("olga", BuiltIn::Owner).await;
        let lin = house.signed_up("lin", BuiltIn::Member).await;
        house.used(lin.user(), 1).await;
        let key = format!(
            "INSERT INTO api_keys (id, user_id, name, key_hash, hint, scopes, networks, created_at)
             VALUES ('{}', '{}', 'Nightly', 'h', 'lt-a…b', '[]', '[]', 0)",
            KEYS[0],
            lin.user()
        );
        execute(&house.db, &key).await;
        let own = house.usage.own_choices(&lin, 7).await.unwrap();
        assert_eq!(own.models.len(), 12);
        assert_eq!(own.models[0], "model-0");
        let nightly = (KEYS[0].parse().unwrap(), "Nightly".to_owned());
        assert_eq!(own.keys, std::slice::from_ref(&nightly));
        let nothing = house.usage.own_choices(&olga, 7).await.unwrap();
        assert!(nothing.models.is_empty() && nothing.keys.is_empty());
        let site = house.usage.site_choices(&olga, 7).await.unwrap();
        // Many call theirs alike, so that everybody's are told with whose they are.
        let theirs = (KEYS[0].parse().unwrap(), "Nightly · lin".to_owned());
        assert_eq!(site.keys, [theirs]);
        let by_keys = UsageQuery {
            by: UsageBy::Key,
            ..of_days(1)
        };
        let report = house.usage.site_report(&olga, by_keys).await.unwrap();
        let mut names = report.shares.iter().map(|share| &*share.name);
        assert!(names.any(|name| name == "Nightly · lin"));
        let refused = house.usage.site_choices(&lin, 7).await;
        assert_eq!(code(refused), Some(FailureCode::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn the_log_is_read_page_by_page_and_only_ones_own() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.signed_up("lin", BuiltIn::Member).await;
        let olga = house.signed_up("olga", BuiltIn::Owner).await;
        house.called(lin.user(), 1, 420).await;
        house.called(olga.user(), 2, 60).await;
        let all = house.own_lines(&lin, CallFilter::default()).await;
        assert_eq!(all.len(), 420);
        assert!(all.windows(2).all(|pair| pair[0].call.id > pair[1].call.id));
        assert!(all.iter().all(|line| line.call.owner == lin.user()));
        assert_eq!(all[0].owner_name, "lin");
        assert_eq!(all[1].call.key, None);
        // Whoever is named, one sees one's own.
        let theirs = CallFilter {
            owner: Some(olga.user()),
            ..CallFilter::default()
        };
        assert_eq!(house.own_lines(&lin, theirs.clone()).await, all);
        let failed = CallFilter {
            failed: true,
            ..CallFilter::default()
        };
        let failed = house.own_lines(&lin, failed).await;
        assert_eq!(failed.len(), 60);
        assert!(
            failed
                .iter()
                .all(|line| line.call.outcome == CallOutcome::Failed)
        );
        let narrowed = CallFilter {
            key: KEYS[0].parse().ok(),
            model: Some("model-1".to_owned()),
            ..CallFilter::default()
        };
        assert_eq!(house.own_lines(&lin, narrowed).await.len(), 70);

        // Begun then or later, and before: the first of the log began a millisecond after now.
        let between = |from: Option<i64>, to: Option<i64>| CallFilter {
            from: from.map(|ms| NOW.plus(ms)),
            to: to.map(|ms| NOW.plus(ms)),
            ..CallFilter::default()
        };
        for (from, to, expected) in [
            (None, None, 420),
            (Some(1), Some(421), 420),
            (Some(2), None, 419),
            (None, Some(420), 419),
            (Some(101), Some(201), 100),
            (Some(421), None, 0),
            (Some(-9 * Millis::DAY), Some(-8 * Millis::DAY), 0),
            (Some(i64::MIN / 2), Some(i64::MAX / 2), 420),
        ] {
            let found = house.own_lines(&lin, between(from, to)).await;
            assert_eq!(found.len(), expected, "{from:?} {to:?}");
        }
        let failed_by_key = CallFilter {
            key: KEYS[0].parse().ok(),
            failed: true,
            ..between(Some(1), Some(85))
        };
        // Every seventh failed, and every second came by the key.
        assert_eq!(house.own_lines(&lin, failed_by_key).await.len(), 6);
        for (from, to) in [(5, 5), (6, 5)] {
            let backwards = between(Some(from), Some(to));
            let refused = house.usage.own_calls(&lin, backwards.clone(), None).await;
            assert_eq!(code(refused), Some(FailureCode::InvalidPeriod));
            let refused = house.usage.export_own(&lin, backwards);
            assert_eq!(code(refused), Some(FailureCode::InvalidPeriod));
        }

        let page = house.usage.site_calls(&olga, theirs, None).await.unwrap();
        assert_eq!((page.items.len(), page.next.is_some()), (50, true));
        let refused = house
            .usage
            .site_calls(&lin, CallFilter::default(), None)
            .await;
        assert_eq!(code(refused), Some(FailureCode::Forbidden));
        let nowhere = house
            .usage
            .own_calls(&lin, CallFilter::default(), Some("x"))
            .await;
        assert_eq!(code(nowhere), Some(FailureCode::BadRequest));
        let absurd = CallFilter {
            model: Some("a\0b".to_owned()),
            ..CallFilter::default()
        };
        let absurd = house.usage.own_calls(&lin, absurd, None).await;
        assert_eq!(code(absurd), Some(FailureCode::UnknownModel));
    })
    .await;
}

/// IO-14: the export is whole, in pieces, and harmless.
#[tokio::test]
async fn the_log_is_taken_along() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.signed_up("lin", BuiltIn::Member).await;
        let olga = house.signed_up("olga", BuiltIn::Owner).await;
        house.called(lin.user(), 1, 1_100).await;
        house.called(olga.user(), 2, 3).await;
        let export = house.usage.export_own(&lin, CallFilter::default()).unwrap();
        let pieces: Vec<Vec<u8>> = export.try_collect().await.unwrap();
        assert_eq!(pieces.len(), 4);
        let csv = String::from_utf8(pieces.concat()).unwrap();
        assert!(csv.starts_with("\"id\",\"started_at\",\"person\""), "{csv}");
        assert_eq!(csv.matches("\r\n").count(), 1_101);
        let newest = csv.lines().nth(1).unwrap();
        assert!(newest.contains("\"2026-09-21T14:13:21.100Z\""), "{newest}");
        assert!(newest.contains("\"1.234567\""), "{newest}");
        assert!(newest.contains("\"'=1+1\""), "{newest}");
        let some = CallFilter {
            from: Some(NOW.plus(1)),
            to: Some(NOW.plus(11)),
            ..CallFilter::default()
        };
        let some = house.usage.export_own(&lin, some).unwrap();
        let pieces: Vec<Vec<u8>> = some.try_collect().await.unwrap();
        let lines = String::from_utf8(pieces.concat()).unwrap().lines().count();
        assert_eq!(lines, 11);
        let site = house
            .usage
            .export_site(&olga, CallFilter::default())
            .await
            .unwrap();
        let pieces: Vec<Vec<u8>> = site.try_collect().await.unwrap();
        let lines = String::from_utf8(pieces.concat()).unwrap().lines().count();
        assert_eq!(lines, 1_104);
        let refused = house.usage.export_site(&lin, CallFilter::default()).await;
        assert_eq!(code(refused), Some(FailureCode::Forbidden));
        // LO-02: who took everybody's calls along stands in the log, and who was not let.
        for outcome in ["done", "refused"] {
            let written = format!(
                "SELECT COUNT(*) FROM audit_log WHERE action = 'usage.export' AND outcome = '{outcome}'"
            );
            assert_eq!(count(&db, &written).await, 1, "{outcome}");
        }
        // SE-11: an open browser is not enough.
        house.clock.advance(11 * 60 * 1000);
        let stale = house.usage.export_site(&olga, CallFilter::default()).await;
        assert_eq!(code(stale), Some(FailureCode::StepUpNeeded));
    })
    .await;
}
