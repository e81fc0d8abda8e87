//! One call through the gateway, from its admission to its line in the log.

mod ending;
pub(super) mod possible;
mod tied;

use std::sync::Arc;

use bailian::Sent;
use model::{ApiKeyId, CallId, GroupId, Operation, Protocol, UserId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    Allowed, BatchFile, Gateway, GatewayError, Principal, UPSTREAM,
    limits::Pass,
    price::{Extent, Prices},
    scan::Reported,
    watch::Watch,
};
use crate::{
    ledger::{Bound, NewCall, OpenCall},
    store,
};

pub use ending::Ending;

/// Bytes of text a token has about, in Chinese and English alike.
const BYTES_PER_TOKEN: u64 = 4;

/// What is asked, as far as the gateway cares.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The id of its line in the log, where that was settled before; otherwise it is made when the call begins.
    pub id: Option<CallId>,
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
    /// Whether that is only the most that may go in: nothing of it is owed where nobody says what did.
    pub is_bound: bool,
    /// Bytes that the upstream may add by itself, as what it finds in the web: reserved, but not owed where nobody says what went in.
    pub found_bytes: u64,
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
    /// The file of the batch that is asked for: it says what that can cost.
    pub file: Option<BatchFile>,
}

impl Ask {
    /// Something of which nothing more is known yet.
    pub fn new(
        protocol: Protocol,
        operation: Operation,
        model: &str,
        models: Vec<String>,
        request_id: String,
    ) -> Self {
        Self {
            id: None,
            protocol,
            operation,
            model: model.to_owned(),
            models,
            streamed: false,
            request_id,
            text_bytes: 0,
            is_bound: false,
            found_bytes: 0,
            has_media: false,
            output_tokens: None,
            count: None,
            seconds: None,
            thinking: (None, None),
            file: None,
        }
    }
}

/// Whose money a call costs.
pub(super) struct Payer<'a> {
    pub(super) owner: UserId,
    pub(super) key: Option<ApiKeyId>,
    pub(super) groups: &'a [GroupId],
    pub(super) budgets: &'a Arc<[Bound]>,
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
    upstream_request_id: Option<String>,
    /// Who answered, if not the first upstream.
    upstream: Option<String>,
    text_bytes: u64,
    has_media: bool,
    output_at_most: Option<u64>,
    /// How many answers were asked for.
    answers: u64,
    /// Characters that are billed of a text that is spoken, where that is known.
    spoken: Option<u64>,
    /// Whether anything has left for the upstream, where that is noted.
    sent: Option<Sent>,
    /// What is known of the end, should it be dropped.
    so_far: Ending,
    /// By what name the ledger keeps it, where another process could go on with it.
    tied: Option<String>,
}

impl Gateway {
    /// Admits a call: within the quota and the limits, with its money reserved.
    #[tracing::instrument(name = "gateway.admit", level = "debug", skip_all)]
    pub async fn admit(&self, principal: &Principal, ask: Ask) -> Result<Running, GatewayError> {
        principal.within_quota(self.0.clock.now())?;
        let working = self.0.room.work.begin();
        let estimate = input_tokens(ask.text_bytes).saturating_add(ask.output_tokens.unwrap_or(0));
        let shared = self.0.shared.as_ref();
        let pass = Pass::through(&principal.lanes, as_i64(estimate), shared).await?;
        let payer = Payer {
            owner: principal.user(),
            key: principal.key,
            groups: &principal.groups,
            budgets: &principal.budgets,
        };
        let watch = Some(self.watch(principal));
        let running = self.begin(payer, ask, pass, watch).await?;
        working.ended();
        Ok(running)
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
            text_bytes: ask.text_bytes.saturating_add(ask.found_bytes),
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
        } else if let Some(file) = &ask.file {
            file.at_most
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
        // Nothing of a batch is paid before it is made.
        let has_floor = !free && ask.file.is_none() && !ask.is_bound;
        let call = NewCall {
            id: ask
                .id
                .unwrap_or_else(|| CallId::from_uuid(inner.ids.next())),
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
            floor_cost: if has_floor {
                prices.of(&served, ask.operation, &floor).unwrap_or(0)
            } else {
                0
            },
            floor_tokens: if has_floor { as_i64(input_tokens) } else { 0 },
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
            upstream_request_id: None,
            upstream: None,
            text_bytes: ask.text_bytes,
            has_media: ask.has_media,
            output_at_most: ask.output_tokens,
            answers: ask.count.unwrap_or(1),
            spoken: None,
            sent: None,
            so_far: Ending::default(),
            tied: None,
        })
    }

    /// Where the upstream is, which decides its prices.
    pub(crate) fn region(&self) -> &bailian::Region {
        &self.0.options.region
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

    /// Bytes of text that go in.
    pub fn text_bytes(&self) -> u64 {
        self.text_bytes
    }

    /// So many characters are billed of the text that is spoken, should nobody say.
    pub fn speaks(&mut self, characters: u64) {
        self.spoken = Some(characters);
    }

    /// It is noted there whether anything has left for the upstream: who leaves before that pays for nothing.
    pub fn noted_by(&mut self, sent: &Sent) {
        self.sent = Some(sent.clone());
    }

    /// The answer began; this is the upstream's name for the request.
    pub fn answers(&mut self, upstream_request_id: Option<String>) {
        self.first_byte.get_or_insert_with(Instant::now);
        self.upstream_request_id = upstream_request_id;
    }

    /// This upstream answers.
    pub fn answered_by(&mut self, upstream: &str) {
        self.upstream = (upstream != UPSTREAM).then(|| upstream.to_owned());
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
            return self.close_tied(ending).await;
        };
        let end = self.end(ending);
        let working = self.gateway.0.room.work.begin();
        open.close(end).await?;
        working.ended();
        Ok(())
    }

    /// Takes it back: nothing was asked, so that nothing is owed and the log has no line of it.
    pub fn release(mut self) {
        self.pass.used(0);
        if let Some(open) = self.open.take() {
            open.release();
        }
    }

    /// Leaves it open until the task at the upstream ends; returns when that is durable.
    pub async fn wait_for_task(&mut self, task_id: &str) -> Result<(), store::Error> {
        match self.open.take() {
            Some(open) => {
                let terms = self.gateway.terms(&self.served);
                open.wait_for_task(task_id, terms).await
            }
            None => Ok(()),
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
