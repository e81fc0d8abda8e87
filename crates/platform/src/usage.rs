//! What was used and what it cost: sums by day and share, the calls behind them, and both as a file. One's own for whoever
//! is signed in, everybody's for those who may see it.

mod export;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::tz::TimeZone;
use model::{
    CallFilter, CallId, CallLine, FailureCode, Page, Permission, UsageBand, UsageBy, UsageChoices,
    UsageDay, UsageQuery, UsageReport, UsageShare, UsageSum,
};

pub(crate) use export::calls_of;

use crate::{
    Clock,
    audit::Audit,
    calendar::{self, Calendar},
    identity::{Caller, IdentityError},
    people::readable,
    store::{self, BANDS, CallsQuery, Db, ReportQuery},
};

/// Calls of a page.
const PAGE: u32 = 50;

/// Days back at most.
const LONGEST: u16 = 366;

/// Shares of a report.
const SHARES: u32 = 50;

/// Models and keys to choose from.
const CHOICES: u32 = 200;

/// The longest name of a model that is looked for.
const LONGEST_NAME: usize = 200;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Usage {
    db: Db,
    clock: Arc<dyn Clock>,
    audit: Audit,
    calendar: Arc<Calendar>,
}

impl Usage {
    /// The service over this database, with days of that zone.
    pub fn new(db: Db, clock: Arc<dyn Clock>, audit: Audit, time_zone: TimeZone) -> Self {
        Self {
            db,
            clock,
            audit,
            calendar: Arc::new(Calendar::new(time_zone)),
        }
    }

    /// The caller's own sums, whatever `query.owner` says. Not for keys.
    #[tracing::instrument(name = "api.usage.own_report", skip_all)]
    pub async fn own_report(
        &self,
        caller: &Caller,
        query: UsageQuery,
    ) -> Result<UsageReport, IdentityError> {
        caller.require_person()?;
        let owner = Some(caller.user());
        self.report(UsageQuery { owner, ..query }).await
    }

    /// Sums over everybody, or over `query.owner`.
    #[tracing::instrument(name = "api.usage.site_report", skip_all)]
    pub async fn site_report(
        &self,
        caller: &Caller,
        query: UsageQuery,
    ) -> Result<UsageReport, IdentityError> {
        readable(caller, Permission::UsageRead)?;
        self.report(query).await
    }

    /// What the caller used in so many days.
    #[tracing::instrument(name = "api.usage.own_choices", skip_all)]
    pub async fn own_choices(
        &self,
        caller: &Caller,
        days: u16,
    ) -> Result<UsageChoices, IdentityError> {
        caller.require_person()?;
        let (first, last) = self.span(days)?;
        let query = ReportQuery {
            first,
            last,
            owner: Some(caller.user()),
            key: None,
            model: None,
        };
        self.choices(&query).await
    }

    /// What everybody used in so many days.
    #[tracing::instrument(name = "api.usage.site_choices", skip_all)]
    pub async fn site_choices(
        &self,
        caller: &Caller,
        days: u16,
    ) -> Result<UsageChoices, IdentityError> {
        readable(caller, Permission::UsageRead)?;
        let (first, last) = self.span(days)?;
        let query = ReportQuery {
            first,
            last,
            owner: None,
            key: None,
            model: None,
        };
        self.choices(&query).await
    }

    /// The caller's own calls, the newest first, those before `after`, fifty a page. Not for keys.
    #[tracing::instrument(name = "api.usage.own_calls", skip_all)]
    pub async fn own_calls(
        &self,
        caller: &Caller,
        filter: CallFilter,
        after: Option<&str>,
    ) -> Result<Page<CallLine>, IdentityError> {
        self.calls(&own(caller, filter)?, after).await
    }

    /// Everybody's calls, or those of `filter.owner`, the newest first, those before `after`, fifty a page.
    #[tracing::instrument(name = "api.usage.site_calls", skip_all)]
    pub async fn site_calls(
        &self,
        caller: &Caller,
        filter: CallFilter,
        after: Option<&str>,
    ) -> Result<Page<CallLine>, IdentityError> {
        readable(caller, Permission::UsageRead)?;
        self.calls(&filter, after).await
    }

    async fn report(&self, query: UsageQuery) -> Result<UsageReport, IdentityError> {
        let (first, last) = self.span(query.days)?;
        let wanted = ReportQuery {
            first,
            last,
            owner: query.owner,
            key: query.key,
            model: checked(query.model.as_deref())?,
        };
        let days = self.days(&wanted).await?;
        let shares = self.db.usage_shares(&wanted, query.by, SHARES).await?;
        let bands = self.bands(&wanted, query.by, &shares).await?;
        Ok(UsageReport {
            total: days
                .iter()
                .fold(UsageSum::default(), |total, day| total.plus(day.sum)),
            days,
            shares,
            bands,
        })
    }

    /// All days, also those without calls.
    async fn days(&self, wanted: &ReportQuery<'_>) -> store::Result<Vec<UsageDay>> {
        let mut days: Vec<UsageDay> = (wanted.first..=wanted.last)
            .map(|day| UsageDay {
                day: calendar::written(day),
                sum: UsageSum::default(),
            })
            .collect();
        for (day, sum) in self.db.usage_days(wanted).await? {
            if let Some(slot) = slot(wanted, day) {
                days[slot].sum = sum;
            }
        }
        Ok(days)
    }

    async fn bands(
        &self,
        wanted: &ReportQuery<'_>,
        by: UsageBy,
        shares: &[UsageShare],
    ) -> store::Result<Vec<UsageBand>> {
        let largest = &shares[..shares.len().min(BANDS)];
        let length = slot(wanted, wanted.last).map_or(0, |last| last + 1);
        let mut bands: Vec<UsageBand> = largest
            .iter()
            .map(|share| UsageBand {
                id: share.id.clone(),
                name: share.name.clone(),
                calls: vec![0; length],
                tokens: vec![0; length],
                cost: vec![0; length],
            })
            .collect();
        for height in self.db.usage_bands(wanted, by, largest).await? {
            let band = bands.iter_mut().find(|band| band.id == height.id);
            if let (Some(band), Some(slot)) = (band, slot(wanted, height.day)) {
                band.calls[slot] = height.calls;
                band.tokens[slot] = height.tokens;
                band.cost[slot] = height.cost;
            }
        }
        Ok(bands)
    }

    async fn choices(&self, query: &ReportQuery<'_>) -> Result<UsageChoices, IdentityError> {
        Ok(UsageChoices {
            models: self.db.used_models(query, CHOICES).await?,
            keys: self.db.used_keys(query, CHOICES).await?,
        })
    }

    async fn calls(
        &self,
        filter: &CallFilter,
        after: Option<&str>,
    ) -> Result<Page<CallLine>, IdentityError> {
        checked(filter.model.as_deref())?;
        in_order(filter)?;
        let before: Option<CallId> = after
            .map(str::parse)
            .transpose()
            .map_err(|_| IdentityError::Refused(FailureCode::BadRequest))?;
        let query = CallsQuery {
            filter,
            before,
            limit: PAGE + 1,
        };
        let mut items = self.db.calls(&query).await?;
        let more = items.len() > PAGE as usize;
        items.truncate(PAGE as usize);
        let last = items.last().filter(|_| more);
        Ok(Page {
            next: last.map(|last| last.call.id.to_string()),
            items,
        })
    }

    /// The first and the last of so many days, today being the last.
    fn span(&self, days: u16) -> Result<(i64, i64), IdentityError> {
        if !(1..=LONGEST).contains(&days) {
            return Err(IdentityError::Refused(FailureCode::InvalidNumber));
        }
        let today = self.calendar.moment(self.clock.now()).date;
        Ok((today - i64::from(days) + 1, today))
    }
}

/// Where that day stands among those that are asked for.
fn slot(wanted: &ReportQuery<'_>, day: i64) -> Option<usize> {
    (wanted.first..=wanted.last)
        .contains(&day)
        .then(|| usize::try_from(day - wanted.first).ok())
        .flatten()
}

/// The filter with the caller as the owner, whoever it named.
fn own(caller: &Caller, filter: CallFilter) -> Result<CallFilter, IdentityError> {
    caller.require_person()?;
    Ok(CallFilter {
        owner: Some(caller.user()),
        ..filter
    })
}

/// Refuses a time that ends before it begins.
fn in_order(filter: &CallFilter) -> Result<(), IdentityError> {
    match (filter.from, filter.to) {
        (Some(from), Some(to)) if from >= to => {
            Err(IdentityError::Refused(FailureCode::InvalidPeriod))
        }
        _ => Ok(()),
    }
}

/// A model's name, unless it is one that no database takes.
fn checked(model: Option<&str>) -> Result<Option<&str>, IdentityError> {
    let sound = |name: &&str| name.len() <= LONGEST_NAME && !name.chars().any(char::is_control);
    match model {
        Some(name) if !sound(&name) => Err(IdentityError::Refused(FailureCode::UnknownModel)),
        model => Ok(model),
    }
}
