//! Calls that make something at once. Making it twice costs twice.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Span;

use super::MediaUsage;
use crate::capability::CallForm;
use crate::client::{Call, Repeat};
use crate::native::NativeAnswer;
use crate::stream::{AnswerStream, Piece};
use crate::{CallOptions, Client, Error};

impl Client {
    /// Has something made and waits for it; sent again only if the request was certainly not taken.
    pub(crate) async fn make<O: DeserializeOwned + Default>(
        &self,
        path: &'static str,
        request: &impl Serialize,
        options: &CallOptions,
        span: &Span,
    ) -> Result<NativeAnswer<O, MediaUsage>, Error> {
        self.check(|catalogue| catalogue.check_body(path, CallForm::Sync, request))?;
        let mut call = options.post(path, request, &self.options().timeouts)?;
        call.repeat = Repeat::Costly;
        let answer = self.fetch_native::<O, MediaUsage>(call, span).await?;
        if let Some(usage) = &answer.usage {
            usage.record(span);
        }
        Ok(answer)
    }

    /// Has something made and hands it over piece by piece.
    pub(crate) async fn make_streaming<T: Piece>(
        &self,
        path: &'static str,
        request: &impl Serialize,
        options: &CallOptions,
        span: &Span,
    ) -> Result<AnswerStream<T>, Error> {
        self.check(|catalogue| catalogue.check_body(path, CallForm::Stream, request))?;
        let timeouts = &self.options().timeouts;
        let mut call = options.apply(Call::post(path, request, timeouts)?.streamed(timeouts));
        call.repeat = Repeat::Costly;
        self.open_native(call, 1, span).await
    }
}
