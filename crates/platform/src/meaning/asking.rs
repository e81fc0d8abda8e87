//! Asking for vectors: a call of the person's like any other.

use bailian::{ErrorKind, Usage, embeddings::EmbeddingRequest};
use model::{CallOutcome, Operation, UserId};

use super::{Meanings, vector::packed};
use crate::{
    gateway::{Ending, GatewayError},
    store,
};

/// Numbers of a vector: 256 tell short texts apart about as well as more.
pub const DIMENSIONS: u32 = 256;

/// Why there are no vectors.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    /// The person's money or limits don't allow it now.
    #[error(transparent)]
    NotNow(GatewayError),
    /// One of the texts is refused, and would be again.
    #[error("a text is refused")]
    Text(#[source] bailian::Error),
    /// The upstream can't now, or what it says can't be used.
    #[error("the upstream gave no vectors")]
    Upstream(#[source] Option<bailian::Error>),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Meanings {
    /// The vector of each of these texts, at most ten, packed. The call is booked when this returns; dropped before, it counts as
    /// cancelled.
    #[tracing::instrument(name = "meaning.ask", skip_all)]
    pub(super) async fn vectors(
        &self,
        model: &str,
        owner: UserId,
        texts: &[String],
        request_id: String,
    ) -> Result<Vec<Vec<u8>>, AskError> {
        let gateway = &self.0.gateway;
        let bytes = texts.iter().map(String::len).sum();
        let call = gateway.admit_texts(owner, (Operation::Embedding, model), bytes, request_id);
        let call = match call.await {
            Ok(call) => call,
            Err(GatewayError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(AskError::NotNow(error)),
        };
        let request = EmbeddingRequest::new(model, texts).dimensions(DIMENSIONS);
        let answered = gateway.client().embed(request).await;
        let ending = match &answered {
            Ok(answer) => {
                let usage = answer.usage.as_ref().map(|used| Usage {
                    prompt_tokens: used.prompt_tokens,
                    total_tokens: used.total_tokens,
                    ..Usage::default()
                });
                Ending::of_answer(CallOutcome::Succeeded, usage, 0)
            }
            Err(error) => Ending::failed(error),
        };
        call.close(ending).await?;
        let mut answer = answered.map_err(refused)?;
        answer.data.sort_by_key(|one| one.index);
        let expected = DIMENSIONS as usize;
        let vectors = answer
            .data
            .iter()
            .filter(|one| one.embedding.len() == expected);
        let vectors: Vec<Vec<u8>> = vectors.filter_map(|one| packed(&one.embedding)).collect();
        if vectors.len() == texts.len() {
            Ok(vectors)
        } else {
            Err(AskError::Upstream(None))
        }
    }
}

fn refused(error: bailian::Error) -> AskError {
    match error.kind() {
        ErrorKind::InvalidParameter { .. } | ErrorKind::ContentInspection | ErrorKind::TooLarge => {
            AskError::Text(error)
        }
        _ => AskError::Upstream(Some(error)),
    }
}
