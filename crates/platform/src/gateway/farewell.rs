//! Whoever deletes their account leaves nothing at Bailian that can be deleted there: files, stored responses and conversations are,
//! batches and tasks that still run are cancelled. What is only kept for a time (results of tasks, recordings in the temporary
//! storage) no call deletes; it runs out by itself. (FI-17)

use bailian::{Error as UpstreamError, relay::Relay};
use http::Method;

use super::{Gateway, GatewayError, ObjectKind};
use crate::store::Gone;

/// Things that are looked at in a round.
const AT_ONCE: u32 = 100;
/// What could not be deleted has its turn again after so long.
const LATER_MS: i64 = 60 * 60 * 1000;

impl Gateway {
    /// Deletes what closed accounts had at Bailian, as far as its turn has come. How many things.
    #[tracing::instrument(name = "gateway.delete_what_is_gone", skip_all)]
    pub async fn delete_what_is_gone(&self) -> Result<u64, GatewayError> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let mut deleted = 0;
        loop {
            let gone = inner.db.gone_upstream_objects(now, AT_ONCE).await?;
            if gone.is_empty() {
                return Ok(deleted);
            }
            for thing in gone {
                // Each leaves the round: it is forgotten, or has its turn later.
                if self.is_deleted(&thing).await {
                    inner.db.forget_upstream_object(&thing).await?;
                    deleted += 1;
                } else {
                    let until = now.plus(LATER_MS);
                    inner.db.put_off_upstream_object(&thing, until).await?;
                }
            }
        }
    }

    /// Whether nothing more can be done about it: it is deleted, was not there, or Bailian does not take it back.
    async fn is_deleted(&self, gone: &Gone) -> bool {
        let Some(request) = request_of(gone) else {
            return true;
        };
        // Should its account come back, it is deleted then.
        let Some(client) = self.client_at(&gone.upstream) else {
            return false;
        };
        let answer = client.relay(request).await;
        let refusal = match answer {
            Ok(answer) => answer.refusal,
            Err(error) => Some(error),
        };
        let Some(error) = refusal else { return true };
        let is_over = is_over(&error);
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            bailian.kind = gone.kind,
            is_over,
            "a thing at Bailian was not deleted"
        );
        is_over
    }
}

/// A refusal stays one; what is throttled or away is asked again.
fn is_over(error: &UpstreamError) -> bool {
    let status = error.status();
    status.is_some_and(|status| (400..500).contains(&status) && status != 429)
}

/// What is asked of Bailian; nothing where nothing can be.
fn request_of(gone: &Gone) -> Option<Relay> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if gone.id.is_empty() || !gone.id.chars().all(is_plain) {
        return None;
    }
    let id = &gone.id;
    let delete = |path: &str| Relay {
        method: Method::DELETE,
        ..Relay::get(format!("/compatible-mode/v1/{path}/{id}"))
    };
    let is = |kind: ObjectKind| gone.kind == kind.as_str();
    Some(if is(ObjectKind::File) {
        delete("files")
    } else if is(ObjectKind::Response) {
        delete("responses")
    } else if is(ObjectKind::Conversation) {
        delete("conversations")
    } else if is(ObjectKind::Batch) {
        Relay::post(format!("/compatible-mode/v1/batches/{id}/cancel"), "{}")
    } else if is(ObjectKind::Task) {
        Relay::post(format!("/api/v1/tasks/{id}/cancel"), "{}")
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bailian::files::{FileQuery, Purpose};
    use model::{Email, Millis};

    use super::*;
    use crate::{
        ManualClock,
        audit::Audit,
        gateway::UPSTREAM,
        identity::testing::vault,
        store::testing::{count, on_both},
        works::testing::Site,
    };

    #[tokio::test]
    async fn what_a_closed_account_had_is_deleted_at_bailian() {
        on_both(async |db| {
            let site = Site::at_rest(&db).await;
            let gateway = &site.services.gateway;
            let client = gateway.client();
            let mut ids = Vec::new();
            for name in ["mine.txt", "theirs.txt"] {
                let purpose = Purpose::FileExtract;
                let file = client
                    .upload_file(purpose, name, b"spring".to_vec())
                    .await
                    .unwrap();
                ids.push(file.id);
            }
            let [mine, theirs] = &ids[..] else {
                panic!("two files")
            };
            let (lin, now) = (site.lin.user(), Millis::new(1));
            let nobody = model::UserId::from_uuid(uuid::Uuid::from_u128(9));
            for (id, owner) in [(mine, lin), (theirs, nobody)] {
                db.insert_upstream_object("file", id, owner, None, UPSTREAM, now)
                    .await
                    .unwrap();
            }
            assert_eq!(gateway.delete_what_is_gone().await.unwrap(), 0);
            let clock = Arc::new(ManualClock::at(Millis::new(1_790_000_000_000)));
            let record = Audit::new(db.clone(), clock, &vault()).command_line("account.delete");
            let email = Email::parse("lin@example.com").unwrap();
            db.erase_user(lin, &email, "-", &record).await.unwrap();
            assert_eq!(gateway.delete_what_is_gone().await.unwrap(), 1);
            let left = client.files(FileQuery::default()).await.unwrap();
            let left: Vec<_> = left.data.iter().map(|file| &file.id).collect();
            assert_eq!(left, [theirs]);
            let kept = "SELECT COUNT(*) FROM upstream_objects";
            assert_eq!(count(&db, kept).await, 1);
        })
        .await;
    }

    #[test]
    fn what_can_be_deleted_is_asked_for_by_its_own_address() {
        let asked = |kind: &str, id: &str| {
            let gone = Gone {
                kind: kind.to_owned(),
                id: id.to_owned(),
                upstream: "default".to_owned(),
            };
            request_of(&gone).map(|asked| format!("{} {}", asked.method, asked.path))
        };
        for (kind, id, wanted) in [
            (
                "file",
                "file-fe-1",
                Some("DELETE /compatible-mode/v1/files/file-fe-1"),
            ),
            (
                "response",
                "resp_1",
                Some("DELETE /compatible-mode/v1/responses/resp_1"),
            ),
            (
                "conversation",
                "conv_1",
                Some("DELETE /compatible-mode/v1/conversations/conv_1"),
            ),
            (
                "batch",
                "batch_1",
                Some("POST /compatible-mode/v1/batches/batch_1/cancel"),
            ),
            ("task", "0a-1", Some("POST /api/v1/tasks/0a-1/cancel")),
            ("session", "s", None),
            ("file", "../models", None),
            ("file", "a?b", None),
            ("file", "", None),
        ] {
            assert_eq!(asked(kind, id).as_deref(), wanted, "{kind} {id}");
        }
    }
}
