//! What was used and what it cost.

use leptos::prelude::*;
use model::{CallLine, Page, UsageBy, UsageChoices, UsageShare, UsageSum};
use serde::{Deserialize, Serialize};

use crate::{address::with_query, error::AppError, ui::chart::Chart};

/// What is asked for, as the page's address says it. Empty fields ask for what is usual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsageForm {
    /// Days back: 7, 30 or 90.
    pub days: String,
    /// What shares are told apart by.
    pub by: String,
    /// What is drawn.
    pub measure: String,
    /// The id of a key.
    pub key: String,
    /// The name of a model.
    pub model: String,
    /// The id of a person.
    pub person: String,
    /// Whether only calls that failed are listed: `1`.
    pub failed: String,
    /// The first day of calls that are listed, `2026-11-28`.
    pub from: String,
    /// The last day of calls that are listed.
    pub to: String,
    /// Where the page of calls begins.
    pub after: String,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Micro-yuan.
    Cost,
    /// Tokens both ways.
    Tokens,
    /// Calls.
    Calls,
}

impl Measure {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Cost, Self::Tokens, Self::Calls];

    /// Its name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Tokens => "tokens",
            Self::Calls => "calls",
        }
    }

    /// It, of sums.
    pub const fn of(self, sum: &UsageSum) -> i64 {
        match self {
            Self::Cost => sum.cost,
            Self::Tokens => sum.tokens(),
            Self::Calls => sum.calls,
        }
    }
}

impl UsageForm {
    /// The days that can be chosen.
    pub const DAYS: [u16; 3] = [7, 30, 90];

    /// Days back; 30 when nothing that can be chosen is.
    pub fn days(&self) -> u16 {
        let days = self.days.parse().ok();
        days.filter(|days| Self::DAYS.contains(days)).unwrap_or(30)
    }

    /// What shares are told apart by; of one's own the person is known.
    pub fn by(&self, everybody: bool) -> UsageBy {
        match UsageBy::from_name(&self.by) {
            Some(UsageBy::User) | None if everybody => UsageBy::User,
            Some(UsageBy::User) | None => UsageBy::Model,
            Some(by) => by,
        }
    }

    /// What is drawn.
    pub fn measure(&self) -> Measure {
        let named = |measure: &Measure| measure.name() == self.measure;
        Measure::ALL
            .into_iter()
            .find(named)
            .unwrap_or(Measure::Cost)
    }

    /// Whether only calls that failed are listed.
    pub fn is_failed(&self) -> bool {
        self.failed == "1"
    }

    /// Whether it asks for less than all of the days.
    pub fn is_narrowed(&self) -> bool {
        [&self.key, &self.model, &self.person]
            .iter()
            .any(|filter| !filter.is_empty())
    }

    /// Whether only calls of some days are listed.
    pub fn has_period(&self) -> bool {
        !self.from.is_empty() || !self.to.is_empty()
    }

    /// Whether those days end before they begin: as days are written, they are sorted as texts.
    pub fn is_backwards(&self) -> bool {
        !self.to.is_empty() && self.from > self.to
    }

    /// The address of this on the page of that path.
    pub fn link(&self, path: &str) -> String {
        with_query(path, &self.fields())
    }

    /// What an address says of it, by name; what is empty is not said.
    pub fn fields(&self) -> [(&'static str, &str); 10] {
        [
            ("days", &self.days),
            ("by", &self.by),
            ("measure", &self.measure),
            ("key", &self.key),
            ("model", &self.model),
            ("person", &self.person),
            ("failed", &self.failed),
            ("from", &self.from),
            ("to", &self.to),
            ("after", &self.after),
        ]
    }
}

/// All that the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageView {
    /// All of it.
    pub total: UsageSum,
    /// The largest shares.
    pub shares: Vec<UsageShare>,
    /// Day by day.
    pub chart: Chart,
    /// What it can be narrowed to.
    pub choices: UsageChoices,
    /// The calls behind it.
    pub calls: Page<CallLine>,
    /// The site's own address.
    pub origin: String,
}

/// What one used oneself.
#[server(prefix = "/fn", endpoint = "usage.own", output = super::encoding::Answer)]
pub async fn load_usage(form: UsageForm) -> Result<UsageView, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let services = glue::services()?;
    let usage = &services.usage;
    let offset = asked::offset(&form).await?;
    let (query, filter) = asked::parse(&form, false, offset).map_err(glue::refuse_text)?;
    let (days, by) = (query.days, query.by);
    let report = usage.own_report(&caller, query);
    let report = report.await.map_err(glue::refuse)?;
    let choices = usage.own_choices(&caller, days);
    let choices = choices.await.map_err(glue::refuse)?;
    let calls = if form.is_backwards() {
        Page::default()
    } else {
        let calls = usage.own_calls(&caller, filter, asked::after(&form));
        calls.await.map_err(glue::refuse)?
    };
    let origin = services.identity.origin().to_owned();
    Ok(asked::view(
        report,
        by,
        form.measure(),
        choices,
        calls,
        origin,
    ))
}

/// What everybody used, or one person.
#[server(prefix = "/fn", endpoint = "usage.everybody", output = super::encoding::Answer)]
pub async fn load_site_usage(form: UsageForm) -> Result<UsageView, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let services = glue::services()?;
    let usage = &services.usage;
    let offset = asked::offset(&form).await?;
    let (query, filter) = asked::parse(&form, true, offset).map_err(glue::refuse_text)?;
    let (days, by) = (query.days, query.by);
    let report = usage.site_report(&caller, query);
    let report = report.await.map_err(glue::refuse)?;
    let choices = usage.site_choices(&caller, days);
    let choices = choices.await.map_err(glue::refuse)?;
    let calls = if form.is_backwards() {
        Page::default()
    } else {
        let calls = usage.site_calls(&caller, filter, asked::after(&form));
        calls.await.map_err(glue::refuse)?
    };
    let origin = services.identity.origin().to_owned();
    Ok(asked::view(
        report,
        by,
        form.measure(),
        choices,
        calls,
        origin,
    ))
}

#[cfg(feature = "ssr")]
pub use asked::call_filter;

#[cfg(feature = "ssr")]
mod asked {
    use model::{
        CallFilter, CallLine, FailureCode, Millis, Page, UsageBand, UsageBy, UsageChoices,
        UsageQuery, UsageReport,
    };

    use super::{Measure, UsageForm, UsageView};
    use crate::{
        error::AppError,
        glue,
        language::Words,
        ui::{
            chart::{Chart, Series, draw},
            figures::{count, yuan},
            moment::end_of_day,
        },
    };

    /// Which calls are asked for, by a clock that is so far from UTC.
    pub fn call_filter(form: &UsageForm, offset_minutes: i32) -> Result<CallFilter, FailureCode> {
        let next_day = |text: &str| match text.trim() {
            "" => Ok(None),
            text => end_of_day(text, offset_minutes)
                .map(|end| Some(end.get() + 1))
                .ok_or(FailureCode::InvalidPeriod),
        };
        let first_day = next_day(&form.from)?;
        Ok(CallFilter {
            owner: id(&form.person)?,
            key: id(&form.key)?,
            model: name(&form.model),
            failed: form.is_failed(),
            from: first_day.map(|end| Millis::new(end - Millis::DAY)),
            to: next_day(&form.to)?.map(Millis::new),
        })
    }

    /// How far the clock is from UTC by which the page shows when calls began.
    pub(super) async fn offset(form: &UsageForm) -> Result<i32, AppError> {
        if !form.has_period() {
            return Ok(0);
        }
        glue::clock_offset_minutes().await
    }

    pub(super) fn parse(
        form: &UsageForm,
        everybody: bool,
        offset_minutes: i32,
    ) -> Result<(UsageQuery, CallFilter), FailureCode> {
        let filter = call_filter(form, offset_minutes)?;
        let query = UsageQuery {
            days: form.days(),
            owner: filter.owner,
            key: filter.key,
            model: filter.model.clone(),
            by: form.by(everybody),
        };
        Ok((query, filter))
    }

    pub(super) fn after(form: &UsageForm) -> Option<&str> {
        Some(form.after.as_str()).filter(|after| !after.is_empty())
    }

    fn id<T: std::str::FromStr>(text: &str) -> Result<Option<T>, FailureCode> {
        match text.trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| FailureCode::BadRequest),
        }
    }

    fn name(text: &str) -> Option<String> {
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(super) fn view(
        report: UsageReport,
        by: UsageBy,
        measure: Measure,
        choices: UsageChoices,
        calls: Page<CallLine>,
        origin: String,
    ) -> UsageView {
        UsageView {
            chart: chart(&report, by, measure),
            total: report.total,
            shares: report.shares,
            choices,
            calls,
            origin,
        }
    }

    /// The largest shares day by day, and the others together.
    fn chart(report: &UsageReport, by: UsageBy, measure: Measure) -> Chart {
        let words = glue::language().words();
        let sums: Vec<i64> = report.days.iter().map(|day| measure.of(&day.sum)).collect();
        let mut rest = sums.clone();
        let mut parts = Vec::with_capacity(report.bands.len() + 1);
        for band in &report.bands {
            let values = height(band, measure);
            for (rest, value) in rest.iter_mut().zip(values) {
                *rest -= value;
            }
            parts.push(Series {
                label: words.share_name(by, &band.id, &band.name),
                values: values.clone(),
            });
        }
        if rest.iter().any(|rest| *rest > 0) {
            parts.push(Series {
                label: words.usage_others.to_owned(),
                values: rest,
            });
        }
        let written = match measure {
            Measure::Cost => yuan,
            Measure::Tokens | Measure::Calls => count,
        };
        let days: Vec<String> = report.days.iter().map(|day| day.day.clone()).collect();
        Chart {
            summary: summary(words, &days, &sums, written),
            ..draw(&days, &parts, written)
        }
    }

    const fn height(band: &UsageBand, measure: Measure) -> &Vec<i64> {
        match measure {
            Measure::Cost => &band.cost,
            Measure::Tokens => &band.tokens,
            Measure::Calls => &band.calls,
        }
    }

    fn summary(words: &Words, days: &[String], sums: &[i64], written: fn(i64) -> String) -> String {
        let total = written(sums.iter().sum());
        let most = days.iter().zip(sums).max_by_key(|(_, sum)| **sum);
        match most {
            Some((day, sum)) => words.chart_summary(&total, day, &written(*sum)),
            None => total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_chosen_is_what_is_usual() {
        let form = |days: &str, by: &str| UsageForm {
            days: days.to_owned(),
            by: by.to_owned(),
            ..UsageForm::default()
        };
        for (days, expected) in [("", 30), ("7", 7), ("8", 30), ("-1", 30), ("90", 90)] {
            assert_eq!(form(days, "").days(), expected, "{days}");
        }
        for (by, own, site) in [
            ("", UsageBy::Model, UsageBy::User),
            ("user", UsageBy::Model, UsageBy::User),
            ("key", UsageBy::Key, UsageBy::Key),
            ("model", UsageBy::Model, UsageBy::Model),
            ("x", UsageBy::Model, UsageBy::User),
        ] {
            assert_eq!(form("", by).by(false), own, "{by}");
            assert_eq!(form("", by).by(true), site, "{by}");
        }
    }

    #[test]
    fn an_address_says_what_is_asked_for() {
        let form = UsageForm {
            days: "7".to_owned(),
            model: "qwen plus".to_owned(),
            failed: "1".to_owned(),
            ..UsageForm::default()
        };
        assert_eq!(
            form.link("/usage"),
            "/usage?days=7&model=qwen%20plus&failed=1"
        );
        assert!(form.is_narrowed() && form.is_failed());
    }

    #[test]
    fn days_of_calls_are_in_the_address_and_go_forward() {
        let of = |from: &str, to: &str| UsageForm {
            from: from.to_owned(),
            to: to.to_owned(),
            ..UsageForm::default()
        };
        let one = of("2026-11-28", "2026-11-28");
        assert_eq!(one.link("/usage"), "/usage?from=2026-11-28&to=2026-11-28");
        assert!(one.has_period() && !one.is_backwards() && !one.is_narrowed());
        assert!(of("2026-11-28", "2026-11-27").is_backwards());
        assert!(!of("2026-11-28", "").is_backwards());
        assert!(!of("", "2026-11-27").is_backwards() && !of("", "").has_period());
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn days_of_calls_are_those_of_whoever_reads() {
        use model::{FailureCode, Millis};
        let of = |from: &str, to: &str| UsageForm {
            from: from.to_owned(),
            to: to.to_owned(),
            ..UsageForm::default()
        };
        let filter = call_filter(&of("2026-01-01", "2026-01-01"), 480).unwrap_or_default();
        assert_eq!(filter.from, Some(Millis::new(1_767_196_800_000)));
        assert_eq!(filter.to, Some(Millis::new(1_767_283_200_000)));
        for (from, to) in [("yesterday", ""), ("", "2026-02-30")] {
            let refused = call_filter(&of(from, to), 0);
            assert_eq!(refused, Err(FailureCode::InvalidPeriod), "{from} {to}");
        }
    }
}
