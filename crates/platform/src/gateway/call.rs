//! One call through the gateway, from its admission to its line in the log.

use std::sync::Arc;

use bailian::Error as UpstreamError;
use model::{
    ApiKeyId, CallId, CallOutcome, CallUsage, GroupId, Operation, Protocol, UsageSource, UserId,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    Allowed, Gateway, GatewayError, Principal, UPSTREAM,
    limits::Pass,
    price::{Extent, Prices},
    scan::Reported,
    watch::Watch,
};
use crate::{
    ledger::{Bound, CallEnd, NewCall, OpenCall},
    store,
};

/// Bytes of text a token has about, in Chinese and English alike.
const BYTES_PER_TOKEN: u64 = 4;

/// What is asked, as far as the gateway cares.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What is spoken.
    pub protocol: Protocol,
    /// What is asked for.
    pub operation: Operation,
    /// The name that was asked for; for applications, theirs.
    pub model: String,
    /// The models to ask, in order; empty where there is none to choose, as for applications.
    pub models: Vec<String>,
    /// Whether the answer comes piece by piece.
    pub streamed: bool,
    /// Our id of the request.
    pub request_id: String,
    /// Bytes of text that go in: never fewer than its tokens.
    pub text_bytes: u64,
    /// Whether pictures, films or sound go in.
    pub has_media: bool,
    /// The longest answer that was asked for, in tokens.
    pub output_tokens: Option<u64>,
    /// How many answers or pictures were asked for.
    pub count: Option<u64>,
    /// Seconds of film that were asked for.
    pub seconds: Option<u64>,
    /// Whether reasoning was asked for or forbidden, and how much of it, in tokens.
    pub thinking: (Option<bool>, Option<u64>),
}

/// Whose money a call costs.
pub(super) struct Payer<'a> {
    pub(super) owner: UserId,
    pub(super) key: Option<ApiKeyId>,
    pub(super) groups: &'a [GroupId],
    pub(super) budgets: &'a Arc<[Bound]>,
}

/// How a call ended, as far as whoever handed its bytes on has seen.
#[derive(Debug, Default)]
pub struct Ending {
    /// What became of it.
    pub outcome: Option<CallOutcome>,
    /// The upstream's status.
    pub status: Option<u16>,
    /// The upstream's code.
    pub code: Option<String>,
    /// What the upstream says was used.
    pub reported: Option<Reported>,
    /// Bytes of text that came out, for an estimate when nothing is reported.
    pub output_bytes: u64,
    /// The upstream's id of the request.
    pub upstream_request_id: Option<String>,
    /// The answer was not whole, so that figures may be missing or not the last.
    pub is_partial: bool,
}

impl Ending {
    /// The upstream did not answer, or refused.
    pub fn failed(error: &UpstreamError) -> Self {
        let refused = error
            .status()
            .is_some_and(|status| (400..500).contains(&status) && status != 429);
        Self {
            outcome: Some(if refused {
                CallOutcome::Refused
            } else {
                CallOutcome::Failed
            }),
            status: error.status(),
            code: error
                .code()
                .map(ToOwned::to_owned)
                .or_else(|| Some(error.kind().name().to_owned())),
            upstream_request_id: error.request_id().map(ToOwned::to_owned),
            ..Self::default()
        }
    }
}

/// A call that runs. Dropped, it counts as cancelled by the caller.
#[must_use = "a call that is dropped counts as cancelled"]
pub struct Running {
    gateway: Gateway,
    open: Option<OpenCall>,
    pass: Pass,
    /// The watch over what the caller came in by; a page has its own.
    watch: Option<Arc<Watch>>,
    protocol: Protocol,
    operation: Operation,
    /// The model that is asked now.
    served: String,
    began: Instant,
    first_byte: Option<Instant>,
    text_bytes: u64,
    has_media: bool,
    output_at_most: Option<u64>,
    /// What is known of the end, should it be dropped.
    so_far: Ending,
}

impl Gateway {
    /// Admits a call: within the quota and the limits, with its money reserved.
    #[tracing::instrument(name = "gateway.admit", level = "debug", skip_all)]
    pub async fn admit(&self, principal: &Principal, ask: Ask) -> Result<Running, GatewayError> {
        principal.within_quota(self.0.clock.now())?;
        let estimate = input_tokens(ask.text_bytes).saturating_add(ask.output_tokens.unwrap_or(0));
        let pass = Pass::through(&principal.lanes, as_i64(estimate))?;
        let payer = Payer {
            owner: principal.user(),
            key: principal.key,
            groups: &principal.groups,
            budgets: &principal.budgets,
        };
        self.begin(payer, ask, pass, Some(self.watch(principal)))
            .await
    }

    /// Reserves the money.
    pub(super) async fn begin(
        &self,
        payer: Payer<'_>,
        ask: Ask,
        pass: Pass,
        watch: Option<Arc<Watch>>,
    ) -> Result<Running, GatewayError> {
        let inner = &*self.0;
        let extent = Extent {
            text_bytes: ask.text_bytes,
            has_media: ask.has_media,
            output_tokens: ask.output_tokens,
            count: ask.count,
            seconds: ask.seconds,
            thinking: ask.thinking,
        };
        let prices = self.prices();
        let free = ask.operation == Operation::Other;
        let at_most = ask
            .models
            .iter()
            .map(|model| prices.at_most(model, ask.operation, extent))
            .try_fold(0, |most: i64, price| price.map(|price| most.max(price)));
        let at_most = if free {
            Some(0)
        } else {
            at_most.filter(|_| !ask.models.is_empty())
        };
        let served = ask
            .models
            .first()
            .cloned()
            .unwrap_or_else(|| ask.model.clone());
        let input_tokens = input_tokens(ask.text_bytes);
        let floor = Reported {
            usage: bailian::Usage {
                prompt_tokens: Some(input_tokens),
                completion_tokens: Some(0),
                ..bailian::Usage::default()
            },
            ..Reported::default()
        };
        let call = NewCall {
            id: CallId::from_uuid(inner.ids.next()),
            started_at: inner.clock.now(),
            owner: payer.owner,
            key: payer.key,
            groups: payer.groups.to_vec(),
            protocol: ask.protocol,
            operation: ask.operation,
            model: ask.model,
            served_model: served.clone(),
            upstream: UPSTREAM.to_owned(),
            streamed: ask.streamed,
            request_id: ask.request_id,
            at_most,
            floor_cost: if free {
                0
            } else {
                prices.of(&served, ask.operation, &floor).unwrap_or(0)
            },
            floor_tokens: if free { 0 } else { as_i64(input_tokens) },
            budgets: Arc::clone(payer.budgets),
        };
        let began = Instant::now();
        // Looking at something costs nothing and is no line of the log.
        let is_call = !(free && call.model.is_empty());
        Ok(Running {
            open: if is_call {
                Some(inner.ledger.open(call).await?)
            } else {
                None
            },
            watch,
            gateway: self.clone(),
            pass,
            protocol: ask.protocol,
            operation: ask.operation,
            served,
            began,
            first_byte: None,
            text_bytes: ask.text_bytes,
            has_media: ask.has_media,
            output_at_most: ask.output_tokens,
            so_far: Ending::default(),
        })
    }

    pub(super) fn prices(&self) -> Prices<'_> {
        Prices {
            catalogue: &self.0.options.catalogue,
            region: &self.0.options.region,
        }
    }
}

impl Running {
    /// Which model is asked now, after one that failed.
    pub fn now_asks(&mut self, model: &str) {
        model.clone_into(&mut self.served);
    }

    /// What is asked for.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The first byte of the answer came.
    pub fn answers(&mut self) {
        self.first_byte.get_or_insert_with(Instant::now);
    }

    /// What is known of the end so far: what counts should the caller leave now.
    pub fn so_far(&mut self) -> &mut Ending {
        &mut self.so_far
    }

    /// Ends when what the caller came in by does.
    pub fn right_ended(&self) -> CancellationToken {
        self.watch
            .as_ref()
            .map_or_else(CancellationToken::new, |watch| watch.ended())
    }

    /// What is left of requests and tokens a minute.
    pub fn allowed(&self) -> (Option<Allowed>, Option<Allowed>) {
        self.pass.allowed()
    }

    /// Books how it ended, and returns when that is durable: the answer's last byte may leave now.
    pub async fn close(mut self, ending: Ending) -> Result<(), store::Error> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let end = self.end(ending);
        open.close(end).await
    }

    /// Leaves it open until the task at the upstream ends; returns when that is durable.
    pub async fn wait_for_task(mut self, task_id: &str) -> Result<(), store::Error> {
        match self.open.take() {
            Some(open) => open.wait_for_task(task_id).await,
            None => Ok(()),
        }
    }

    fn end(&mut self, ending: Ending) -> CallEnd {
        let end = self.reckon(ending);
        let (protocol, operation) = (self.protocol.as_str(), self.operation.as_str());
        self.gateway
            .observe(protocol, operation, &self.served, &end);
        end
    }

    fn reckon(&mut self, mut ending: Ending) -> CallEnd {
        let outcome = ending.outcome.unwrap_or(CallOutcome::Cancelled);
        let answered = self.first_byte.is_some() || outcome == CallOutcome::Succeeded;
        let mut source = UsageSource::Reported;
        if ending.reported.is_none() {
            // Nothing was used by what was refused. Who leaves before the answer began pays for the question, because
            // the upstream has it.
            let asked = answered || outcome == CallOutcome::Cancelled;
            ending.reported = (asked && self.operation != Operation::Other)
                .then(|| self.estimate(ending.output_bytes));
            source = if ending.reported.is_some() {
                UsageSource::Estimated
            } else {
                UsageSource::Nothing
            };
        }
        let prices = self.gateway.prices();
        let mut reported = ending.reported.unwrap_or_default();
        if ending.is_partial && source == UsageSource::Reported {
            // What came is paid for, also where the figures of the output would have come last.
            source = UsageSource::Estimated;
            let came = ending.output_bytes.div_ceil(BYTES_PER_TOKEN);
            if self.protocol == Protocol::Anthropic {
                let output = reported.usage.completion_tokens.get_or_insert_default();
                *output = came.max(*output);
            }
        }
        if self.is_absurd(&mut reported) {
            source = UsageSource::Estimated;
        }
        // An application says itself which model it asked.
        if self.operation == Operation::Application
            && let Some(model) = &reported.model
        {
            self.served.clone_from(model);
        }
        let cost = match source {
            UsageSource::Nothing => Some(0),
            _ if self.operation == Operation::Other => Some(0),
            _ => prices.of(&self.served, self.operation, &reported),
        };
        let usage: CallUsage = reported.call_usage();
        self.pass
            .used(usage.input_tokens.saturating_add(usage.output_tokens));
        let now = Instant::now();
        let since =
            |then: Instant| as_i64(u64::try_from((now - then).as_millis()).unwrap_or(u64::MAX));
        CallEnd {
            outcome,
            status: ending.status.map(i64::from),
            code: ending.code,
            usage,
            usage_source: source,
            cost: cost.unwrap_or(0),
            priced: cost.is_some(),
            first_byte_ms: self.first_byte.map(|first| {
                as_i64(u64::try_from((first - self.began).as_millis()).unwrap_or(u64::MAX))
            }),
            duration_ms: since(self.began),
            upstream_request_id: ending.upstream_request_id,
            served_model: Some(self.served.clone()),
            upstream: None,
        }
    }

    /// Brings figures that no answer can have down to what is possible.
    fn is_absurd(&self, reported: &mut Reported) -> bool {
        let card = self.gateway.0.options.catalogue.get(&self.served);
        let limit = card.and_then(|card| card.context_tokens.or(card.max_input_tokens));
        let input = limit.unwrap_or(10_000_000);
        let asked = self.output_at_most.map(|most| most.saturating_mul(10));
        let thinking = card.and_then(|card| card.max_thinking_tokens).unwrap_or(0);
        let output = asked
            .unwrap_or_else(|| {
                card.and_then(|card| card.max_output_tokens)
                    .unwrap_or(1_000_000)
                    .saturating_mul(10)
            })
            .saturating_add(thinking);
        reported.cap(input, output)
    }

    fn estimate(&self, output_bytes: u64) -> Reported {
        let tokens = |bytes: u64| bytes.div_ceil(BYTES_PER_TOKEN);
        Reported {
            usage: bailian::Usage {
                prompt_tokens: Some(tokens(self.text_bytes).max(u64::from(!self.has_media))),
                completion_tokens: Some(tokens(output_bytes)),
                ..bailian::Usage::default()
            },
            ..Reported::default()
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.open.is_some() {
            let ending = std::mem::take(&mut self.so_far);
            let end = self.end(ending);
            if let Some(open) = self.open.take() {
                open.close_behind(end);
            }
        }
    }
}

fn input_tokens(text_bytes: u64) -> u64 {
    text_bytes.div_ceil(BYTES_PER_TOKEN).max(1)
}

fn as_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
