//! What time it is.

use jiff::{Timestamp, tz::TimeZone};
use model::Millis;

/// The moment in that zone, with the day of the week.
pub(super) fn told(now: Millis, zone: &str) -> Result<String, String> {
    let unknown = || format!("There is no time zone `{}`.", zone.trim());
    // The name goes to a table of names that is compiled in.
    let named = TimeZone::get(zone.trim()).map_err(|_| unknown())?;
    let moment = Timestamp::from_millisecond(now.get()).map_err(|error| error.to_string())?;
    let there = moment.to_zoned_datetime(named);
    let written = there.strftime("%A, %Y-%m-%d %H:%M:%S %:z");
    Ok(format!("{written} ({})", zone.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_that_of_the_zone() {
        let now = Millis::new(1_790_000_000_000);
        let told = told(now, "Asia/Shanghai").unwrap();
        assert_eq!(told, "Monday, 2026-09-21 22:13:20 +08:00 (Asia/Shanghai)");
        assert!(super::told(now, "Mars/Olympus").is_err());
        assert!(super::told(now, "../../etc/passwd").is_err());
    }
}
