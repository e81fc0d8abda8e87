//! Asking an application, `POST /api/v1/apps/{id}/completion`.

use super::{AppAnswer, AppRequest};
use crate::native::news;
use crate::path::segment;
use crate::span::call_span;
use crate::stream::{AnswerStream, Piece};
use crate::{Client, Error};

/// The events of an application's answer; their texts are what is new, whichever way the provider sent them.
pub type AppStream = AnswerStream<AppAnswer>;

impl Client {
    /// Asks an application and waits for the whole answer ("Applications").
    ///
    /// An unknown application is [`InvalidParameter`](crate::ErrorKind::InvalidParameter), one of another
    /// workspace [`PermissionDenied`](crate::ErrorKind::PermissionDenied).
    ///
    /// ```no_run
    /// use bailian::apps::AppRequest;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let asked = AppRequest::new("app-1", "推荐一款手机").biz_param("city", "杭州");
    /// let first = client.ask_app(asked).await?;
    /// let session = first.output.session_id.unwrap_or_default();
    /// let second = client.ask_app(AppRequest::new("app-1", "便宜一点的").session_id(session)).await?;
    /// # let _ = second;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn ask_app(&self, mut request: AppRequest) -> Result<AppAnswer, Error> {
        // It means something to streams only.
        request.parameters.incremental_output = None;
        request.validate()?;
        let span = call_span!("bailian.ask_app", "invoke_agent", request.app_id);
        let answer: AppAnswer = self
            .native(path(&request)?, &request, &request.options, &span)
            .await?;
        answer.record(&span);
        Ok(answer)
    }

    /// Asks an application and hands its answer over event by event.
    ///
    /// ```no_run
    /// use bailian::apps::AppRequest;
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let mut events = client.ask_app_stream(AppRequest::new("app-1", "推荐一款手机")).await?;
    /// while let Some(event) = events.try_next().await? {
    ///     let _piece = event.output.text;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn ask_app_stream(&self, mut request: AppRequest) -> Result<AppStream, Error> {
        let incremental = *request.parameters.incremental_output.get_or_insert(true);
        request.validate()?;
        let span = call_span!("bailian.ask_app", "invoke_agent", request.app_id);
        let events: AppStream = self
            .native_stream(path(&request)?, &request, &request.options, 1, &span)
            .await?;
        if incremental {
            return Ok(events);
        }
        let mut said = String::new();
        Ok(events.convert(move |mut event: AppAnswer| {
            event.output.text = news(&mut said, event.output.text)?;
            Ok(event)
        }))
    }
}

fn path(request: &AppRequest) -> Result<String, Error> {
    Ok(format!(
        "/api/v1/apps/{}/completion",
        segment(&request.app_id)?
    ))
}
