//! Images that stand for assistants: drawn anew and small, as those of people are.

use model::{AssistantId, Audience, FailureCode};

use super::{Assistants, there};
use crate::{
    Error,
    identity::{Caller, picture, token::sha256_hex},
};

/// How much of the image's hash tells its versions apart, in characters.
const VERSION: usize = 24;

impl Assistants {
    /// Makes that file the picture of one of the caller's: read, cut to a square and written anew, so that nothing else that was in it
    /// is kept. Who may not let others use the assistant any more can't change what it looks like to them.
    #[tracing::instrument(name = "api.assistants.set_picture", skip_all)]
    pub async fn set_picture(
        &self,
        caller: &Caller,
        id: AssistantId,
        file: &[u8],
    ) -> Result<(), Error> {
        let kept = self.own(caller, id).await?;
        let audience = match (kept.audience, kept.group) {
            // Its group is gone: it is its owner's alone.
            (Audience::Group, None) => (Audience::Private, None),
            both => both,
        };
        self.may_keep(caller, &kept.assistant, audience).await?;
        if file.len() > picture::LONGEST {
            return Err(Error::Refused(FailureCode::TooLarge));
        }
        let place = self.drawing.try_acquire();
        let _place = place.map_err(|_| Error::Overloaded)?;
        let file = file.to_vec();
        let drawn = tokio::task::spawn_blocking(move || picture::redraw(&file)).await;
        let invalid = Error::Refused(FailureCode::InvalidPicture);
        // A decoder that panicked has met no picture either.
        let image = drawn.ok().flatten().ok_or(invalid)?;
        let mut version = sha256_hex(&image);
        version.truncate(VERSION);
        let now = self.clock.now();
        let kept = self
            .db
            .set_assistant_picture(caller.user(), id, (&image, &version), now);
        there(kept.await?)
    }

    /// Removes the picture of one of the caller's. What stands for it otherwise is shown again.
    #[tracing::instrument(name = "api.assistants.remove_picture", skip_all)]
    pub async fn remove_picture(&self, caller: &Caller, id: AssistantId) -> Result<(), Error> {
        self.own(caller, id).await?;
        Ok(self.db.remove_assistant_picture(caller.user(), id).await?)
    }

    /// A picture as PNG and its version, for who may use the assistant.
    #[tracing::instrument(name = "api.assistants.picture", skip_all)]
    pub async fn picture(
        &self,
        caller: &Caller,
        id: AssistantId,
    ) -> Result<(Vec<u8>, String), Error> {
        let id = id.to_string();
        let found = self.db.assistant_picture(caller.user(), &id).await?;
        found.ok_or(Error::NotFound)
    }
}
