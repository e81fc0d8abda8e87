//! Where everything stands.

use std::fmt::Write as _;

use super::{Band, Chart, DAY, HEIGHT};

/// Of a day's width, what stays free on each side of its column.
const GAP: u32 = 1;

/// What is used shows, however little it is.
const LEAST: f64 = 1.5;

/// The numbers of one part, one a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What it is called.
    pub label: String,
    /// Its numbers.
    pub values: Vec<i64>,
}

/// Columns of these parts, the first at the ground, over these days (`2026-11-28`).
pub fn draw(days: &[String], parts: &[Series], written: fn(i64) -> String) -> Chart {
    let sums: Vec<i64> = (0..days.len())
        .map(|day| parts.iter().map(|part| part.value(day)).sum())
        .collect();
    let top = round_above(sums.iter().copied().max().unwrap_or(0));
    let mut grounds = vec![0.0; days.len()];
    let bands = parts.iter().map(|part| Band {
        label: part.label.clone(),
        total: written(part.values.iter().sum()),
        path: outline(part, top, &mut grounds),
    });
    Chart {
        summary: String::new(),
        bands: bands.collect(),
        scale: [top, top / 2, 0].map(written).to_vec(),
        days: ends(days),
        marks: days
            .iter()
            .zip(&sums)
            .map(|(day, sum)| format!("{day}: {}", written(*sum)))
            .collect(),
        rows: rows(days, parts, &sums, written),
    }
}

impl Series {
    fn value(&self, day: usize) -> i64 {
        self.values.get(day).copied().unwrap_or(0).max(0)
    }
}

/// The boxes of one part, each upon what stands there already.
fn outline(part: &Series, top: i64, grounds: &mut [f64]) -> String {
    let mut path = String::new();
    let width = DAY - 2 * GAP;
    for (day, ground) in (0_u32..).zip(grounds.iter_mut()) {
        let value = part.value(day as usize);
        if value == 0 {
            continue;
        }
        let height = (part_of(value, top) * f64::from(HEIGHT)).max(LEAST);
        let (x, y) = (DAY * day + GAP, f64::from(HEIGHT) - *ground - height);
        // Writing to a text never fails.
        let _ = write!(path, "M{x} {y:.1}h{width}v{height:.1}h-{width}z");
        *ground += height;
    }
    path
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a drawing is not exact to the last of 2^53"
)]
fn part_of(value: i64, top: i64) -> f64 {
    value as f64 / top.max(1) as f64
}

/// The next number above that is easy to read and has a half: 2, 4, 6, 8 or 10 times a power of ten.
fn round_above(number: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for step in [2, 4, 6, 8, 10] {
            match power.checked_mul(step) {
                Some(round) if round >= number => return round,
                Some(_) => {}
                None => return i64::MAX,
            }
        }
        let Some(next) = power.checked_mul(10) else {
            return i64::MAX;
        };
        power = next;
    }
}

/// The first, the middle and the last day without their years.
fn ends(days: &[String]) -> Vec<String> {
    let short = |day: &String| day.get(5..).unwrap_or(day).to_owned();
    let places = match days.len() {
        0 => Vec::new(),
        1 | 2 => (0..days.len()).collect(),
        length => vec![0, length / 2, length - 1],
    };
    places
        .into_iter()
        .map(|place| short(&days[place]))
        .collect()
}

/// The newest day first; days on which nothing was used are left out.
fn rows(
    days: &[String],
    parts: &[Series],
    sums: &[i64],
    written: fn(i64) -> String,
) -> Vec<Vec<String>> {
    let used = days.iter().enumerate().zip(sums).rev();
    used.filter(|(_, sum)| **sum > 0)
        .map(|((place, day), sum)| {
            let parts = parts.iter().map(|part| written(part.value(place)));
            [day.clone(), written(*sum)]
                .into_iter()
                .chain(parts)
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(label: &str, values: &[i64]) -> Series {
        Series {
            label: label.to_owned(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn parts_stand_upon_each_other() {
        let days = ["2026-11-27", "2026-11-28"].map(str::to_owned);
        let parts = [series("a", &[5, 0]), series("b", &[5, 10])];
        let chart = draw(&days, &parts, |number| number.to_string());
        assert_eq!(chart.scale, ["10", "5", "0"]);
        assert_eq!(chart.bands[0].path, "M1 100.0h8v100.0h-8z");
        assert_eq!(chart.bands[1].path, "M1 0.0h8v100.0h-8zM11 0.0h8v200.0h-8z");
        assert_eq!(chart.bands[1].total, "15");
        assert_eq!(chart.days, ["11-27", "11-28"]);
        assert_eq!(chart.marks[1], "2026-11-28: 10");
        assert_eq!(
            chart.rows,
            [
                ["2026-11-28", "10", "0", "10"],
                ["2026-11-27", "10", "5", "5"]
            ]
        );
    }

    #[test]
    fn the_scale_ends_above_the_highest_column_at_a_round_number() {
        for (number, expected) in [
            (0, 2),
            (2, 2),
            (3, 4),
            (11, 20),
            (61, 80),
            (81, 100),
            (123_456, 200_000),
            (i64::MAX, i64::MAX),
        ] {
            assert_eq!(round_above(number), expected, "{number}");
        }
    }

    #[test]
    fn what_was_used_shows() {
        let days = ["2026-11-28".to_owned()];
        let chart = draw(
            &days,
            &[series("a", &[1]), series("b", &[1_000_000])],
            |n| n.to_string(),
        );
        assert_eq!(chart.bands[0].path, "M1 198.5h8v1.5h-8z");
        let nothing = draw(&days, &[], |number| number.to_string());
        assert!(nothing.rows.is_empty() && nothing.bands.is_empty());
    }
}
