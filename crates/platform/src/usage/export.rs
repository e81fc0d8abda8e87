//! The call log as a file, read from the database piece by piece.

use std::future::ready;

use futures_util::{Stream, StreamExt as _, stream};
use jiff::Timestamp;
use model::{CallFilter, CallId, CallLine, Permission, UserId, csv};
use serde_json::json;

use super::{Usage, checked, in_order, own};
use crate::{
    identity::{Caller, Credential, FRESH_MS, IdentityError},
    people::readable,
    store::{self, CallsQuery, Db},
};

/// Calls that are read at once.
const BATCH: u32 = 500;

const COLUMNS: [&str; 29] = [
    "id",
    "started_at",
    "person",
    "person_id",
    "key",
    "key_id",
    "protocol",
    "operation",
    "model",
    "served_model",
    "upstream",
    "streamed",
    "outcome",
    "status",
    "code",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "images",
    "media_ms",
    "characters",
    "usage_source",
    "cost_yuan",
    "priced",
    "first_byte_ms",
    "duration_ms",
    "request_id",
    "upstream_request_id",
];

impl Usage {
    /// The caller's own calls that fit as CSV, the newest first, piece by piece. Not for keys.
    #[tracing::instrument(name = "api.usage.export_own", skip_all)]
    pub fn export_own(
        &self,
        caller: &Caller,
        filter: CallFilter,
    ) -> Result<impl Stream<Item = store::Result<Vec<u8>>> + Send + use<>, IdentityError> {
        self.export(own(caller, filter)?)
    }

    /// Everybody's calls that fit as CSV, the newest first, piece by piece. That they were taken along is written to the audit log before
    /// the first piece, and that somebody was not let. A person has to have shown just now who they are; a key was made by one who had, and
    /// is for programs that take figures along day by day.
    #[tracing::instrument(name = "api.usage.export_site", skip_all)]
    pub async fn export_site(
        &self,
        caller: &Caller,
        filter: CallFilter,
    ) -> Result<impl Stream<Item = store::Result<Vec<u8>>> + Send + use<>, IdentityError> {
        let record = self.audit.by(caller, "usage.export");
        if let Err(error) = readable(caller, Permission::UsageRead) {
            let record = record.with(&json!({ "reason": error.code() }));
            self.audit.write(record.refused()).await?;
            return Err(error);
        }
        if !matches!(caller.credential(), Credential::Key { .. }) {
            caller.require_fresh(self.clock.now(), FRESH_MS)?;
        }
        let record = record.with(&json!({ "filter": filter }));
        let lines = self.export(filter)?;
        self.audit.write(record).await?;
        Ok(lines)
    }

    fn export(
        &self,
        filter: CallFilter,
    ) -> Result<impl Stream<Item = store::Result<Vec<u8>>> + Send + use<>, IdentityError> {
        checked(filter.model.as_deref())?;
        in_order(&filter)?;
        Ok(lines(self.db.clone(), filter))
    }
}

/// All calls of that person as CSV, the newest first, piece by piece. Whether they may be told is for whoever asks.
pub(crate) fn calls_of(db: Db, owner: UserId) -> impl Stream<Item = store::Result<Vec<u8>>> + Send {
    let filter = CallFilter {
        owner: Some(owner),
        ..CallFilter::default()
    };
    lines(db, filter)
}

fn lines(db: Db, filter: CallFilter) -> impl Stream<Item = store::Result<Vec<u8>>> + Send {
    let head = csv::line(COLUMNS.map(str::to_owned));
    let pieces = stream::try_unfold((db, filter, None), piece);
    stream::once(ready(Ok(head))).chain(pieces)
}

type Reading = (Db, CallFilter, Option<CallId>);

async fn piece((db, filter, before): Reading) -> store::Result<Option<(Vec<u8>, Reading)>> {
    let query = CallsQuery {
        filter: &filter,
        before,
        limit: BATCH,
    };
    let lines = db.calls(&query).await?;
    let Some(last) = lines.last() else {
        return Ok(None);
    };
    let before = Some(last.call.id);
    let written = lines.iter().flat_map(|line| csv::line(cells(line)));
    Ok(Some((written.collect(), (db, filter, before))))
}

fn cells(line: &CallLine) -> [String; 29] {
    let call = &line.call;
    let usage = &call.usage;
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let began = Timestamp::from_millisecond(call.started_at.get()).unwrap_or(Timestamp::UNIX_EPOCH);
    [
        call.id.to_string(),
        format!("{began:.3}"),
        line.owner_name.clone(),
        call.owner.to_string(),
        line.key_name.clone(),
        call.key.map(|id| id.to_string()).unwrap_or_default(),
        call.protocol.as_str().to_owned(),
        call.operation.as_str().to_owned(),
        call.model.clone(),
        call.served_model.clone(),
        call.upstream.clone(),
        call.streamed.to_string(),
        call.outcome.as_str().to_owned(),
        number(call.status),
        call.code.clone().unwrap_or_default(),
        usage.input_tokens.to_string(),
        usage.output_tokens.to_string(),
        usage.cached_tokens.to_string(),
        usage.reasoning_tokens.to_string(),
        usage.images.to_string(),
        usage.media_ms.to_string(),
        usage.characters.to_string(),
        call.usage_source.as_str().to_owned(),
        yuan(call.cost),
        call.priced.to_string(),
        number(call.first_byte_ms),
        call.duration_ms.to_string(),
        call.request_id.clone(),
        call.upstream_request_id.clone().unwrap_or_default(),
    ]
}

/// Micro-yuan as yuan, to the last of six decimals.
fn yuan(micro: i64) -> String {
    let sign = if micro < 0 { "-" } else { "" };
    let micro = micro.unsigned_abs();
    format!("{sign}{}.{:06}", micro / 1_000_000, micro % 1_000_000)
}
