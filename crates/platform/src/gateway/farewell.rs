//! Whoever deletes their account leaves nothing at Bailian that can be deleted there: files, stored responses, conversations, voices and hot words are,
//! batches and tasks that still run are cancelled. What is only kept for a time (results of tasks, recordings in the temporary
//! storage) no call deletes; it runs out by itself. (FI-17)

use bailian::{Error as UpstreamError, ErrorKind, relay::Relay};
use http::Method;
use serde_json::{Value, json};

use super::{Gateway, GatewayError, ObjectKind, batches};
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
                if self.is_deleted(&thing).await && !self.is_waited_for(&thing).await? {
                    inner.db.forget_upstream_object(&thing).await?;
                    deleted += 1;
                } else {
                    let until = now.plus(LATER_MS);
                    inner.db.put_off_upstream_object(&thing, until).await?;
                }
            }
        }
    }

    /// Whether a call waits to hear what it cost: until then it has to be known where that is asked.
    async fn is_waited_for(&self, gone: &Gone) -> Result<bool, GatewayError> {
        let is = |kind: ObjectKind| gone.kind == kind.as_str();
        let name = if is(ObjectKind::Batch) {
            batches::reference(&gone.id)
        } else if is(ObjectKind::Task) {
            gone.id.clone()
        } else {
            return Ok(false);
        };
        Ok(self.0.ledger.waiting_task(&name).await?.is_some())
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

/// A refusal stays one; what is throttled or away is asked again. One of the key says nothing of the thing, which is still there.
fn is_over(error: &UpstreamError) -> bool {
    let is_of_key = matches!(
        error.kind(),
        ErrorKind::Authentication | ErrorKind::Arrears | ErrorKind::QuotaExhausted
    );
    let status = error.status();
    !is_of_key
        && status.is_some_and(|status| {
            (400..500).contains(&status) && !matches!(status, 401 | 408 | 429)
        })
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
    } else if is(ObjectKind::Voice) {
        let input = json!({ "action": "delete_voice", "voice_id": id });
        takes_back("tts", "voice-enrollment", &input)
    } else if is(ObjectKind::QwenVoice) {
        let input = json!({ "action": "delete", "voice": id });
        takes_back("tts", "qwen-voice-enrollment", &input)
    } else if is(ObjectKind::DesignedVoice) {
        let input = json!({ "action": "delete", "voice": id });
        takes_back("tts", "qwen-voice-design", &input)
    } else if is(ObjectKind::Vocabulary) {
        let input = json!({ "action": "delete_vocabulary", "vocabulary_id": id });
        takes_back("asr", "speech-biasing", &input)
    } else {
        return None;
    })
}

/// What was enrolled for speech is deleted by a message, whose address says what kind of speech.
fn takes_back(speech: &str, model: &str, input: &Value) -> Relay {
    let path = format!("/api/v1/services/audio/{speech}/customization");
    let mut relay = Relay::post(path, json!({ "model": model, "input": input }).to_string());
    relay.model = Some(model.to_owned());
    relay
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bailian::{
        Client, ClientOptions,
        files::{FileQuery, Purpose},
        pool::{Pool, Upstream},
    };
    use model::{Email, Millis};
    use simulator::{Options, Simulator};

    use super::*;
    use crate::{
        ManualClock,
        audit::Audit,
        gateway::{GatewayOptions, UPSTREAM},
        identity::testing::vault,
        store::testing::{count, execute, on_both},
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
            db.erase_user(lin, &email, "-", (None, &record))
                .await
                .unwrap();
            assert_eq!(gateway.delete_what_is_gone().await.unwrap(), 1);
            let left = client.files(FileQuery::default()).await.unwrap();
            let left: Vec<_> = left.data.iter().map(|file| &file.id).collect();
            assert_eq!(left, [theirs]);
            let kept = "SELECT COUNT(*) FROM upstream_objects";
            assert_eq!(count(&db, kept).await, 1);
        })
        .await;
    }

    /// Where a task of a closed account is stays known until it is booked.
    #[tokio::test]
    async fn what_a_call_waits_for_is_not_forgotten() {
        on_both(async |db| {
            let site = Site::at_rest(&db).await;
            let gateway = &site.services.gateway;
            let lin = site.lin.user();
            for sql in [
                format!(
                    "INSERT INTO upstream_objects (kind, id, owner_id, key_id, upstream, created_at, gone_at) \
                     VALUES ('task', 't-1', '{lin}', '', '{UPSTREAM}', 0, 0), ('batch', 'b-1', '{lin}', '', '{UPSTREAM}', 0, 0)"
                ),
                format!(
                    "INSERT INTO call_holds (id, node, opened_at, owner_id, key_id, protocol, operation, model, served_model, upstream, \
                     streamed, request_id, task_id, accounts, amount, floor_cost, floor_tokens, priced) \
                     VALUES ('01990000-0000-7000-8000-000000000001', 'n', 0, '{lin}', '', 'openai', 'image', 'm', 'm', '{UPSTREAM}', FALSE, '', \
                     't-1', '{{\"date\":0,\"day\":0,\"month\":0,\"groups\":[],\"held\":[]}}', 1, 0, 0, TRUE)"
                ),
            ] {
                execute(&db, &sql).await;
            }
            assert_eq!(gateway.delete_what_is_gone().await.unwrap(), 1);
            assert_eq!(db.upstream_of("batch", "b-1").await.unwrap(), None);
            let place = db.upstream_of("task", "t-1").await.unwrap();
            assert_eq!(place.as_deref(), Some(UPSTREAM));
            execute(&db, "DELETE FROM call_holds").await;
            execute(&db, "UPDATE upstream_objects SET gone_at = 0").await;
            assert_eq!(gateway.delete_what_is_gone().await.unwrap(), 1);
        })
        .await;
    }

    #[tokio::test]
    async fn what_a_refused_key_can_not_delete_stays_to_be_deleted() {
        on_both(async |db| {
            let options = Options {
                keys: Some(vec!["sk-another".to_owned()]),
                ..Options::immediate()
            };
            let simulator = Simulator::start(options).await.unwrap();
            let refused = ClientOptions::new(simulator.base_url(), "sk-refused");
            let upstream = Upstream::new(UPSTREAM, Client::new(refused).unwrap());
            let options = GatewayOptions {
                pool: Some(Pool::new([upstream]).unwrap()),
                ..GatewayOptions::default()
            };
            let site = Site::through(&db, options).await;
            let gateway = &site.services.gateway;
            let (lin, now) = (site.lin.user(), Millis::new(1));
            db.insert_upstream_object("file", "file-fe-1", lin, None, UPSTREAM, now)
                .await
                .unwrap();
            let clock = Arc::new(ManualClock::at(Millis::new(1_790_000_000_000)));
            let record = Audit::new(db.clone(), clock, &vault()).command_line("account.delete");
            let email = Email::parse("lin@example.com").unwrap();
            db.erase_user(lin, &email, "-", (None, &record))
                .await
                .unwrap();
            assert_eq!(gateway.delete_what_is_gone().await.unwrap(), 0);
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
            (
                "voice",
                "cosyvoice-v2-loom-1",
                Some("POST /api/v1/services/audio/tts/customization"),
            ),
            (
                "vocabulary",
                "vocab-loom-1",
                Some("POST /api/v1/services/audio/asr/customization"),
            ),
            ("session", "s", None),
            ("file", "../models", None),
            ("file", "a?b", None),
            ("file", "", None),
        ] {
            assert_eq!(asked(kind, id).as_deref(), wanted, "{kind} {id}");
        }
    }
}
