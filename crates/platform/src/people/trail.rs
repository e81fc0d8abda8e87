//! Reading and exporting the audit log.

use std::future::ready;

use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use model::{AuditEntry, AuditFilter, AuditOutcome, FailureCode, Page, Permission, csv};
use serde_json::json;

use super::{PAGE, People, readable};
use crate::{
    identity::{Caller, IdentityError},
    store::{self, Db, TrailQuery},
};

/// The longest action or id that is looked for.
const LONGEST: usize = 100;

/// Lines of an export that are read at once.
const BATCH: u32 = 500;

/// The columns of an export as CSV.
const COLUMNS: [&str; 13] = [
    "seq",
    "at",
    "actor_id",
    "actor_name",
    "via",
    "address",
    "request_id",
    "action",
    "object_kind",
    "object_id",
    "outcome",
    "details",
    "hash",
];

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditFormat {
    /// For spreadsheets; nothing in it is taken for a formula.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

impl People {
    /// Lines of the audit log, the newest first, those before `after`, at most 100.
    #[tracing::instrument(name = "api.people.audit", skip_all)]
    pub async fn audit(
        &self,
        caller: &Caller,
        filter: AuditFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<AuditEntry>, IdentityError> {
        readable(caller, Permission::AuditRead)?;
        let filter = checked(filter)?;
        let before = match after {
            None => i64::MAX,
            Some(text) => text
                .parse()
                .map_err(|_| IdentityError::Refused(FailureCode::BadRequest))?,
        };
        let limit = limit.clamp(1, PAGE);
        let query = TrailQuery {
            filter: &filter,
            before,
            limit: limit + 1,
        };
        let mut items = self.db.audit_page(&query).await?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let last = items.last().filter(|_| more);
        Ok(Page {
            next: last.map(|last| last.seq.to_string()),
            items,
        })
    }

    /// The lines of the audit log that fit, the newest first, piece by piece, for who has just shown who they are. That it was exported is written there before
    /// the first piece.
    #[tracing::instrument(name = "api.people.export_audit", skip_all)]
    pub async fn export_audit(
        &self,
        caller: &Caller,
        filter: AuditFilter,
        format: AuditFormat,
    ) -> Result<impl Stream<Item = store::Result<Vec<u8>>> + Send + use<>, IdentityError> {
        let act = async {
            caller.require(Permission::AuditRead)?;
            caller.require_person()?;
            self.identity.require_fresh(caller)?;
            let filter = checked(filter)?;
            let record = self.trail().by(caller, "audit.export");
            self.trail()
                .write(record.with(&json!({ "filter": filter })))
                .await?;
            Ok(filter)
        };
        let filter = self
            .judged(caller, "audit.export", ("audit", String::new()), act)
            .await?;
        let head = match format {
            AuditFormat::Csv => csv::line(COLUMNS.map(str::to_owned)),
            AuditFormat::JsonLines => Vec::new(),
        };
        let pieces = stream::try_unfold((self.db.clone(), filter, i64::MAX), move |state| {
            piece(state, format)
        });
        let whole = stream::once(ready(Ok(head))).chain(pieces);
        Ok(whole.try_filter(|piece| ready(!piece.is_empty())))
    }
}

type Reading = (Db, AuditFilter, i64);

async fn piece(
    (db, filter, before): Reading,
    format: AuditFormat,
) -> store::Result<Option<(Vec<u8>, Reading)>> {
    let query = TrailQuery {
        filter: &filter,
        before,
        limit: BATCH,
    };
    let lines = db.audit_page(&query).await?;
    let Some(last) = lines.last() else {
        return Ok(None);
    };
    let before = last.seq;
    let written = lines
        .iter()
        .flat_map(|line| written(line, format))
        .collect();
    Ok(Some((written, (db, filter, before))))
}

fn written(line: &AuditEntry, format: AuditFormat) -> Vec<u8> {
    match format {
        AuditFormat::Csv => csv::line(cells(line)),
        AuditFormat::JsonLines => {
            let mut json = json!(line).to_string().into_bytes();
            json.push(b'\n');
            json
        }
    }
}

fn cells(line: &AuditEntry) -> [String; 13] {
    let outcome = match line.outcome {
        AuditOutcome::Done => "done",
        AuditOutcome::Refused => "refused",
    };
    [
        line.seq.to_string(),
        line.at.get().to_string(),
        line.actor_id.map(|id| id.to_string()).unwrap_or_default(),
        line.actor_name.clone().unwrap_or_default(),
        line.via.clone(),
        line.address.clone(),
        line.request_id.clone(),
        line.action.clone(),
        line.object_kind.clone(),
        line.object_id.clone(),
        outcome.to_owned(),
        line.details.to_string(),
        line.hash.clone(),
    ]
}

/// The filter, unless it asks for what can't be there.
#[expect(clippy::needless_pass_by_value, reason = "it becomes the checked one")]
fn checked(filter: AuditFilter) -> Result<AuditFilter, IdentityError> {
    let sound = |text: &str| text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    let filter = AuditFilter {
        action: filter.action.trim().to_owned(),
        object: filter.object.trim().to_owned(),
        ..filter
    };
    if sound(&filter.action) && sound(&filter.object) {
        Ok(filter)
    } else {
        Err(IdentityError::Refused(FailureCode::InvalidText))
    }
}
