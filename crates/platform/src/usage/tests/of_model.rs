//! The calls of one model: found on the days of which the sums say that it was called, however many there are of others.

use model::{BuiltIn, CallFilter, CallLine, Millis, UserId};

use super::{House, KEYS, NOW};
use crate::{
    identity::Caller,
    store::testing::{execute, on_both},
};

/// Days back on which the rare model was called.
const RARE: [i64; 4] = [0, 40, 41, 99];

/// What somebody called on one day.
struct Calls<'a> {
    user: UserId,
    key: &'a str,
    model: &'a str,
    /// Days before today.
    back: i64,
    count: u32,
    /// By how many days the site's zone then counted otherwise.
    ahead: i64,
}

impl House {
    /// So many calls a millisecond apart and the sum of them, as they are booked; every third failed.
    async fn called_on(&self, calls: &Calls<'_>) {
        let Calls {
            user,
            key,
            model,
            back,
            count,
            ahead,
        } = calls;
        let at = days_ago(*back);
        let day = self.usage.calendar.moment(at).date + ahead;
        // Ids tell when they were made; whose they are and of which model is for telling these apart.
        let id = uuid::Uuid::from_u128(u128::from(at.get().unsigned_abs()) << 80).to_string();
        let (time, _) = id.split_at("01990000-0000".len());
        let owner = user.to_string();
        let (_, owner) = owner.split_at(owner.len() - 3);
        let letters: u32 = model.bytes().map(u32::from).sum();
        let number = 10_000 + u32::from(!key.is_empty()) * 2_000 + letters;
        let sql = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO calls
             SELECT '{time}-7{owner}-8000-{number}' || CAST(1000000 + i AS TEXT), {at} + i, '{user}', '{key}', 'openai',
                    'chat', '{model}', 'qwen-plus', 'beijing', TRUE,
                    CASE WHEN i % 3 = 0 THEN 'failed' ELSE 'succeeded' END, 200, NULL, 10, 5, 0, 0, 0, 0, 0,
                    'reported', 7, TRUE, 100, 900, 'r', NULL FROM n",
            at = at.get(),
        );
        execute(&self.db, &sql).await;
        let sum = format!(
            "INSERT INTO usage_days VALUES ({day}, '{user}', '{key}', '{model}', 'chat', {count}, 0, 0, 0, 0, 0, 0, 0, 0, 0)"
        );
        execute(&self.db, &sum).await;
    }

    /// All calls of everybody that fit, page by page, each full but the last.
    async fn site_lines(&self, caller: &Caller, filter: &CallFilter) -> Vec<CallLine> {
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self
                .usage
                .site_calls(caller, filter.clone(), after.as_deref())
                .await
                .unwrap();
            assert!(page.next.is_none() || page.items.len() == 50);
            seen.extend(page.items);
            after = page.next;
            if after.is_none() {
                return seen;
            }
        }
    }
}

fn days_ago(days: i64) -> Millis {
    NOW.plus(-days * Millis::DAY)
}

fn of_model(model: &str) -> CallFilter {
    CallFilter {
        model: Some(model.to_owned()),
        ..CallFilter::default()
    }
}

/// The same, by that person and that key.
fn by(model: &str, owner: Option<UserId>, key: Option<&str>) -> CallFilter {
    CallFilter {
        owner,
        key: key.map(|key| key.parse().unwrap()),
        ..of_model(model)
    }
}

/// The same, begun so many days ago or later, and before so many days ago.
fn between(model: &str, from: Option<i64>, to: Option<i64>) -> CallFilter {
    CallFilter {
        from: from.map(days_ago),
        to: to.map(days_ago),
        ..of_model(model)
    }
}

/// Whether these are all of one model and each later than the one behind it, so that none is there twice.
fn is_in_order(lines: &[CallLine], model: &str) -> bool {
    let mut pairs = lines.windows(2);
    lines.iter().all(|line| line.call.model == model)
        && pairs.all(|pair| pair[0].call.id > pair[1].call.id)
}

#[tokio::test]
async fn a_rare_model_is_found_among_many_and_over_gaps() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.signed_up("lin", BuiltIn::Member).await;
        let olga = house.signed_up("olga", BuiltIn::Owner).await;
        let calls = |model, back, count| Calls {
            user: lin.user(),
            key: "",
            model,
            back,
            count,
            ahead: 0,
        };
        for back in 0..100 {
            house.called_on(&calls("often", back, 120)).await;
            // On more days than are asked for at once.
            house.called_on(&calls("daily", back, 1)).await;
        }
        for back in RARE {
            house.called_on(&calls("rare", back, 30)).await;
            let theirs = Calls {
                user: olga.user(),
                key: KEYS[0],
                ..calls("rare", back, 2)
            };
            house.called_on(&theirs).await;
        }

        let rare = house.own_lines(&lin, of_model("rare")).await;
        assert_eq!(rare.len(), 120);
        assert!(is_in_order(&rare, "rare"));
        assert!(rare.iter().all(|line| line.call.owner == lin.user()));
        // The first page is filled from behind the gap of forty days.
        let first = house.usage.own_calls(&lin, of_model("rare"), None).await;
        let first = first.unwrap();
        assert_eq!((first.items.len(), first.next.is_some()), (50, true));
        assert_eq!(first.items, rare[..50]);

        let (hers, his) = (Some(olga.user()), Some(lin.user()));
        let failed = CallFilter {
            failed: true,
            ..of_model("rare")
        };
        for (filter, expected) in [
            (of_model("rare"), 128),
            (by("rare", hers, None), 8),
            (by("rare", None, Some(KEYS[0])), 8),
            (by("rare", his, Some(KEYS[0])), 0),
            (by("rare", None, Some(KEYS[1])), 0),
            (failed, 40),
            (between("rare", Some(41), None), 96),
            (between("rare", None, Some(40)), 64),
            (between("rare", Some(90), Some(50)), 0),
            (of_model("daily"), 100),
            (between("daily", Some(80), Some(1)), 79),
            (of_model("never"), 0),
            (of_model("rar"), 0),
        ] {
            let found = house.site_lines(&olga, &filter).await;
            assert_eq!(found.len(), expected, "{filter:?}");
            let model = filter.model.as_deref().unwrap_or_default();
            assert!(is_in_order(&found, model), "{filter:?}");
        }
        // An empty name asks for nothing.
        let all = house.site_lines(&olga, &by("", hers, None)).await;
        assert_eq!(all.len(), 8);
    })
    .await;
}

/// A day is a count in whatever zone the site was in then, and its calls may be gone while its sums stay.
#[tokio::test]
async fn a_models_calls_are_found_whatever_the_zone_was_and_whatever_is_gone() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.signed_up("lin", BuiltIn::Member).await;
        for (back, ahead) in [(3, -1), (9, 1), (20, 0)] {
            let calls = Calls {
                user: lin.user(),
                key: "",
                model: "moved",
                back,
                count: 2,
                ahead,
            };
            house.called_on(&calls).await;
        }
        let found = house.own_lines(&lin, of_model("moved")).await;
        assert_eq!(found.len(), 6);
        let oldest = found[5].call.id;
        let old = format!("DELETE FROM calls WHERE id <= '{oldest}'");
        execute(&house.db, &old).await;
        assert_eq!(house.own_lines(&lin, of_model("moved")).await.len(), 5);
        let all = format!("DELETE FROM calls WHERE owner_id = '{}'", lin.user());
        execute(&house.db, &all).await;
        let found = house.own_lines(&lin, of_model("moved")).await;
        assert!(found.is_empty(), "{found:?}");
    })
    .await;
}
