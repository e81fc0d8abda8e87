//! What callers made at the upstream, where all of them share its accounts: each is only there for whoever made it.

use std::collections::HashSet;

use super::{Gateway, GatewayError, Principal};

/// A kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// A task.
    Task,
    /// A file.
    File,
    /// A batch of requests.
    Batch,
    /// A stored response.
    Response,
    /// A conversation of the Responses protocol.
    Conversation,
    /// A session of an application.
    Session,
    /// What an application remembers of somebody. It is made elsewhere than through this gateway.
    Memory,
    /// A place in the temporary storage where files can be put, by its folder.
    Upload,
    /// A voice that was cloned for `CosyVoice`.
    Voice,
    /// A voice that was cloned for Qwen.
    QwenVoice,
    /// A voice that was designed by words.
    DesignedVoice,
    /// A list of hot words.
    Vocabulary,
}

impl ObjectKind {
    /// What requests name beside what everybody has.
    pub(super) const ENROLLED: [Self; 4] = [
        Self::Voice,
        Self::QwenVoice,
        Self::DesignedVoice,
        Self::Vocabulary,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::File => "file",
            Self::Batch => "batch",
            Self::Response => "response",
            Self::Conversation => "conversation",
            Self::Session => "session",
            Self::Memory => "memory",
            Self::Upload => "upload",
            Self::Voice => "voice",
            Self::QwenVoice => "qwen_voice",
            Self::DesignedVoice => "designed_voice",
            Self::Vocabulary => "vocabulary",
        }
    }
}

impl Gateway {
    /// Remembers whose something is, and at which upstream. To be done before its id is handed out.
    pub async fn keep_object(
        &self,
        principal: &Principal,
        kind: ObjectKind,
        id: &str,
        upstream: &str,
    ) -> Result<(), GatewayError> {
        let now = self.0.clock.now();
        let (owner, key) = (principal.user(), principal.key);
        let insert = self
            .0
            .db
            .insert_upstream_object(kind.as_str(), id, owner, key, upstream, now);
        Ok(insert.await?)
    }

    /// At which upstream it is; refuses unless the caller made it.
    pub async fn require_object(
        &self,
        principal: &Principal,
        kind: ObjectKind,
        id: &str,
    ) -> Result<String, GatewayError> {
        let place = self
            .0
            .db
            .owns_upstream_object(kind.as_str(), id, principal.user())
            .await?;
        place.ok_or(GatewayError::NotFound)
    }

    /// Those of some ids that the caller made.
    pub async fn own_objects(
        &self,
        principal: &Principal,
        kind: ObjectKind,
        ids: &[String],
    ) -> Result<HashSet<String>, GatewayError> {
        Ok(self
            .0
            .db
            .owned_upstream_objects(kind.as_str(), ids, principal.user())
            .await?)
    }
}
