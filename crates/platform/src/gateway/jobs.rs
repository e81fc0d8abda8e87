//! Calls that jobs make: reserved when the job is asked for, whatever process makes them and however often it begins anew, and
//! booked once when the job has an end.

use std::sync::Arc;

use bailian::{
    capability::{Measure, ModelCard, Unit},
    media::MediaUsage,
};
use model::{CallId, CallOutcome, JobId, Operation, Protocol, UsageSource, UserId};
use serde_json::json;

use super::{
    Gateway, GatewayError, UPSTREAM,
    price::{Extent, as_micros},
    scan::{self, Reported, UsageShape},
    tariff::Tariff,
};
use crate::{
    ledger::{CallEnd, NewCall},
    store,
};

/// Before the id of a job, where the ledger keeps that of a task.
const JOB: &str = "job:";

/// What a job asks for, as far as it decides the price.
#[derive(Clone, Debug)]
pub(crate) struct JobAsk<'a> {
    pub(crate) operation: Operation,
    pub(crate) model: &'a str,
    /// Bytes of text.
    pub(crate) text_bytes: u64,
    /// How many results.
    pub(crate) count: Option<u64>,
    /// Seconds of video, or of a recording.
    pub(crate) seconds: Option<u64>,
    /// Lines of video.
    pub(crate) lines: Option<u32>,
}

/// What became of a job's call.
#[derive(Clone, Debug)]
pub(crate) struct JobEnd {
    pub(crate) outcome: CallOutcome,
    /// The upstream's code, if it refused or failed.
    pub(crate) code: Option<String>,
    /// What the upstream says was used.
    pub(crate) usage: Option<MediaUsage>,
    /// Part of that was reckoned here.
    pub(crate) estimated: bool,
    pub(crate) upstream_request_id: Option<String>,
}

/// The prices of a job's call, which are those of the moment at which it was wished for.
#[derive(Debug)]
pub(crate) struct JobTariff<'a> {
    operation: Operation,
    tariff: Tariff<'a>,
}

impl JobTariff<'_> {
    /// What it costs by what was used, in micro-yuan; `None` where that is not known.
    pub(crate) fn cost(&self, usage: &MediaUsage) -> Option<i64> {
        self.tariff.cost(self.operation, &reported(usage)?)
    }
}

impl JobEnd {
    pub(crate) fn of(outcome: CallOutcome) -> Self {
        Self {
            outcome,
            code: None,
            usage: None,
            estimated: false,
            upstream_request_id: None,
        }
    }

    pub(crate) fn failed(error: &bailian::Error) -> Self {
        let refused = error
            .status()
            .is_some_and(|status| (400..500).contains(&status) && status != 429);
        Self {
            code: error.code().map(ToOwned::to_owned),
            upstream_request_id: error.request_id().map(ToOwned::to_owned),
            ..Self::of(if refused {
                CallOutcome::Refused
            } else {
                CallOutcome::Failed
            })
        }
    }
}

impl Gateway {
    /// The most that a job's call can cost, in micro-yuan; `None` where the model has no price.
    pub(crate) fn quote(&self, ask: &JobAsk<'_>) -> Option<i64> {
        if let (Some(seconds), Some(lines)) = (ask.seconds, ask.lines) {
            let measure = Measure::Milliseconds(seconds.saturating_mul(1_000));
            let prices = self.prices();
            let price = prices.catalogue.price_of(
                ask.model,
                measure,
                Some(&format!("{lines}P")),
                prices.region,
            );
            if let Some(price) = price {
                return Some(as_micros(price));
            }
        }
        if let (Some(seconds), Operation::Transcription) = (ask.seconds, ask.operation) {
            let measure = Measure::Milliseconds(seconds.saturating_mul(1_000));
            let prices = self.prices();
            let price = prices
                .catalogue
                .price_of(ask.model, measure, None, prices.region);
            return price.map(as_micros);
        }
        let extent = Extent {
            text_bytes: ask.text_bytes,
            count: ask.count,
            seconds: ask.seconds,
            ..Extent::default()
        };
        self.prices().at_most(ask.model, ask.operation, extent)
    }

    /// What one of those costs, in micro-yuan: an image, a second of so many lines, ten thousand characters.
    pub(crate) fn unit_price(
        &self,
        card: &ModelCard,
        unit: Unit,
        variant: Option<&str>,
    ) -> Option<i64> {
        let region = self.prices().region.id()?;
        let mut lists = card.unit_prices.iter();
        let list = lists.find(|list| list.region == region && list.unit == unit)?;
        list.amounts
            .get(variant.unwrap_or_default())
            .copied()
            .map(as_micros)
    }

    /// Reserves what a job's call can cost at most, and returns when that is durable. It stays reserved until
    /// [`settle_job`](Self::settle_job), or until somebody notices that there is no such job.
    #[tracing::instrument(name = "gateway.reserve_job", skip_all)]
    pub(crate) async fn reserve_job(
        &self,
        user: UserId,
        job: JobId,
        ask: &JobAsk<'_>,
    ) -> Result<(), GatewayError> {
        let inner = &*self.0;
        let groups = self.groups_of(user).await?;
        let budgets = inner.ledger.budgets_of(None, user, &groups).await?;
        let call = NewCall {
            id: CallId::from_uuid(inner.ids.next()),
            started_at: inner.clock.now(),
            owner: user,
            key: None,
            groups,
            protocol: Protocol::Page,
            operation: ask.operation,
            model: ask.model.to_owned(),
            served_model: ask.model.to_owned(),
            upstream: UPSTREAM.to_owned(),
            streamed: false,
            request_id: job.to_string(),
            at_most: self.quote(ask),
            floor_cost: 0,
            floor_tokens: 0,
            budgets: Arc::clone(&budgets),
        };
        let (reference, terms) = (format!("{JOB}{job}"), self.terms(ask.model));
        Ok(inner.ledger.open_for(call, &reference, terms).await?)
    }

    /// The prices by which a job's call will be booked; `None` once it is.
    pub(crate) async fn tariff_of_job(
        &self,
        job: JobId,
    ) -> Result<Option<JobTariff<'_>>, store::Error> {
        let waiting = self.0.ledger.waiting_task(&format!("{JOB}{job}")).await?;
        Ok(waiting.map(|waiting| JobTariff {
            operation: waiting.operation,
            tariff: self.tariff_of(&waiting),
        }))
    }

    /// Books how a job's call ended; returns when that is durable. It is booked once, however often this is asked.
    #[tracing::instrument(name = "gateway.settle_job", skip_all)]
    pub(crate) async fn settle_job(&self, job: JobId, end: JobEnd) -> Result<(), store::Error> {
        let inner = &*self.0;
        let reference = format!("{JOB}{job}");
        let Some(waiting) = inner.ledger.waiting_task(&reference).await? else {
            return Ok(());
        };
        let reported = end.usage.as_ref().and_then(reported);
        let tariff = self.tariff_of(&waiting);
        let cost = reported
            .as_ref()
            .and_then(|reported| tariff.cost(waiting.operation, reported));
        let unpaid = matches!(
            end.outcome,
            CallOutcome::Refused | CallOutcome::Failed | CallOutcome::Cancelled
        );
        let end = CallEnd {
            outcome: end.outcome,
            status: None,
            code: end.code,
            usage: reported
                .as_ref()
                .map(Reported::call_usage)
                .unwrap_or_default(),
            usage_source: match &reported {
                Some(_) if end.estimated => UsageSource::Estimated,
                Some(_) => UsageSource::Reported,
                None => UsageSource::Nothing,
            },
            cost: cost.unwrap_or(0),
            // A success of which nothing is said is not known to be free, nor is what nobody knows the end of.
            priced: cost.is_some() || (reported.is_none() && unpaid),
            first_byte_ms: None,
            duration_ms: inner.clock.now().since(waiting.started_at),
            upstream_request_id: end.upstream_request_id,
            served_model: None,
            upstream: None,
        };
        inner.ledger.close_task(&reference, end).await?;
        Ok(())
    }

    /// The job whose call it is, if it is one's.
    pub(super) fn job_of(reference: &str) -> Option<&str> {
        reference.strip_prefix(JOB)
    }

    /// Releases what is reserved for a job that was never kept, or that ended while nobody was there to say so: a process died in
    /// between.
    pub(super) async fn release_if_over(&self, job: &str) -> Result<bool, GatewayError> {
        let Ok(job) = job.parse::<JobId>() else {
            return Ok(false);
        };
        if self.0.db.job_is_open(job).await? {
            return Ok(false);
        }
        self.settle_job(job, JobEnd::of(CallOutcome::Cancelled))
            .await?;
        Ok(true)
    }
}

fn reported(usage: &MediaUsage) -> Option<Reported> {
    let told = json!({ "usage": usage }).to_string();
    scan::usage_of_json(told.as_bytes(), UsageShape::Native)
}
