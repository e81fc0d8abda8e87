//! The calls about tasks.

use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use tracing::Instrument;
use tracing::field::Empty;

use super::answer::{Answer, id_segment};
use super::watch::Watch;
use super::{Finished, Patience, Task, TaskFilter, TaskPage, TaskProgress, TaskSnapshot};
use crate::capability::CallForm;
use crate::client::{Call, Repeat};
use crate::span::{observe, record_request_id};
use crate::{CallOptions, Client, Error};

const ASYNC: HeaderName = HeaderName::from_static("x-dashscope-async");

impl Client {
    /// Hands in work, which is paid for when it succeeds: sent again only if it was certainly not taken.
    pub(crate) async fn submit_task<O>(
        &self,
        path: &'static str,
        model: &str,
        request: &impl Serialize,
        options: &CallOptions,
    ) -> Result<Task<O>, Error> {
        self.check(|catalogue| catalogue.check_body(path, CallForm::Async, request))?;
        let timeouts = &self.options().timeouts;
        let mut call = options.post(path, request, timeouts)?;
        call.repeat = Repeat::Costly;
        call.headers
            .insert(ASYNC, HeaderValue::from_static("enable"));
        let span = tracing::info_span!(
            "bailian.task.submit",
            gen_ai.request.model = model,
            bailian.task.id = Empty,
            http.response.status_code = Empty,
            upstream.request_id = Empty,
            error.type = Empty,
        );
        let taken = observe(&span, async {
            let (answer, request_id) = self.fetch::<Answer>(call).await?;
            let (id, said) = answer.task_id()?;
            Ok(Task::taken(id, said.or(request_id)))
        });
        let taken = taken.await?;
        span.record("bailian.task.id", &taken.id);
        record_request_id(&span, taken.request_id.as_deref());
        Ok(taken)
    }

    /// Asks once how far a task is, `GET /api/v1/tasks/{task_id}` ("Query").
    ///
    /// An unknown or expired id is no error here but a [status](super::TaskStatus::Unknown). Questions of all
    /// tasks together keep to the account's 20 a second.
    ///
    /// ```no_run
    /// # use bailian::{image::ImageOutput, task::Task};
    /// # async fn example(client: bailian::Client, task: Task<ImageOutput>) -> Result<(), bailian::Error> {
    /// let now = client.query_task(&task).await?;
    /// if now.status.is_final() {
    ///     let _images = now.into_result()?.output.results;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn query_task<O: DeserializeOwned>(
        &self,
        task: &Task<O>,
    ) -> Result<TaskSnapshot<O>, Error> {
        let path = format!("/api/v1/tasks/{}", id_segment(&task.id)?);
        let timeouts = &self.options().timeouts;
        self.query_pace().turn().await;
        let span = tracing::debug_span!(
            "bailian.task.query",
            bailian.task.id = %task.id,
            http.response.status_code = Empty,
        );
        let (answer, _) = self
            .fetch::<Answer>(Call::get(path, timeouts))
            .instrument(span)
            .await?;
        answer.into_snapshot()
    }

    /// Waits for a task's end.
    ///
    /// Fails with [`TaskFailed`](crate::ErrorKind::TaskFailed), [`TaskCanceled`](crate::ErrorKind::TaskCanceled),
    /// [`TaskUnknown`](crate::ErrorKind::TaskUnknown) as the task ended, or with
    /// [`Timeout`](crate::ErrorKind::Timeout) when patience did; the task then goes on. Dropping the future
    /// only stops the questions.
    ///
    /// ```no_run
    /// # use bailian::{image::ImageOutput, task::{Patience, Task}};
    /// # async fn example(client: bailian::Client, task: Task<ImageOutput>) -> Result<(), bailian::Error> {
    /// let finished = client.wait_for_task(&task, Patience::images()).await?;
    /// for image in &finished.output.results {
    ///     let _address = &image.result()?.url;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for_task<O: DeserializeOwned>(
        &self,
        task: &Task<O>,
        patience: Patience,
    ) -> Result<Finished<O>, Error> {
        let mut watch = Watch::new(self.clone(), task.clone(), patience);
        loop {
            let now = watch.next().await?;
            if now.status.is_final() {
                return now.into_result();
            }
        }
    }

    /// Follows a task: each change as it is seen, the end last. See [`wait_for_task`](Self::wait_for_task).
    ///
    /// ```no_run
    /// # use bailian::{image::ImageOutput, task::{Patience, Task}};
    /// # use futures_util::StreamExt;
    /// # async fn example(client: bailian::Client, task: Task<ImageOutput>) -> Result<(), bailian::Error> {
    /// let mut progress = client.watch_task(&task, Patience::images());
    /// while let Some(now) = progress.next().await {
    ///     let _done = now?.metrics.and_then(|metrics| metrics.succeeded);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch_task<O>(&self, task: &Task<O>, patience: Patience) -> TaskProgress<O>
    where
        O: DeserializeOwned + Clone + PartialEq + Send + 'static,
    {
        TaskProgress::new(Watch::new(self.clone(), task.clone(), patience))
    }

    /// Cancels a task that is still pending, `POST /api/v1/tasks/{task_id}/cancel` ("Cancel").
    ///
    /// A task that is not is refused with the code `UnsupportedOperation`.
    ///
    /// ```no_run
    /// # use bailian::{image::ImageOutput, task::Task};
    /// # async fn example(client: bailian::Client, task: Task<ImageOutput>) -> Result<(), bailian::Error> {
    /// client.cancel_task(&task.id).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn cancel_task(&self, id: &str) -> Result<(), Error> {
        let path = format!("/api/v1/tasks/{}/cancel", id_segment(id)?);
        let mut call = Call::get(path, &self.options().timeouts);
        call.method = Method::POST;
        let span = tracing::info_span!(
            "bailian.task.cancel",
            bailian.task.id = id,
            http.response.status_code = Empty,
        );
        self.fetch::<IgnoredAny>(call).instrument(span).await?;
        Ok(())
    }

    /// Lists the account's tasks, `GET /api/v1/tasks` ("List").
    ///
    /// ```no_run
    /// # use bailian::task::{TaskFilter, TaskStatus};
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let filter = TaskFilter {
    ///     status: Some(TaskStatus::Running),
    ///     ..TaskFilter::default()
    /// };
    /// for task in client.list_tasks(filter).await?.data {
    ///     let _id = task.task_id;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list_tasks(&self, filter: TaskFilter) -> Result<TaskPage, Error> {
        let mut call = Call::get("/api/v1/tasks", &self.options().timeouts);
        call.query = filter.into_query();
        let span = tracing::info_span!("bailian.task.list", http.response.status_code = Empty);
        Ok(self.fetch(call).instrument(span).await?.0)
    }
}
