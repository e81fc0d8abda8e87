//! Tingwu's own API, version 2023-09-30.

use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::field::Empty;

use super::{
    AccessKey, CreatedTask, NewTask, ResultFile, TaskInfo, TaskParameters, TingwuStatus, results,
};
use crate::client::{Call, Repeat};
use crate::span::observe;
use crate::task::{Asking, Patience, id_segment};
use crate::{Client, ClientOptions, Error};

const ACTION: HeaderName = HeaderName::from_static("x-acs-action");
const VERSION: HeaderName = HeaderName::from_static("x-acs-version");
const TASKS: &str = "/openapi/tingwu/v2/tasks";

/// A connection to Tingwu: one account, one project. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Tingwu {
    client: Client,
    app_key: String,
}

/// What every operation answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<T> {
    data: T,
    request_id: Option<String>,
}

impl Tingwu {
    /// The only public endpoint.
    pub const BEIJING: &str = "https://tingwu.cn-beijing.aliyuncs.com";

    /// Connects to Beijing with the default limits. `app_key` is the project's, from the console.
    pub fn new(key: AccessKey, app_key: impl Into<String>) -> Result<Self, Error> {
        let options = ClientOptions::new(Self::BEIJING, key.secret.clone());
        Self::with_options(options, key, app_key)
    }

    /// Connects to `options.base_url` under the options' limits; what is refused is sent again by the same
    /// rules as everywhere. `options.api_key` is not used.
    pub fn with_options(
        options: ClientOptions,
        key: AccessKey,
        app_key: impl Into<String>,
    ) -> Result<Self, Error> {
        let app_key = app_key.into();
        if app_key.is_empty() {
            return Err(Error::configuration("the app key is empty"));
        }
        let client = Client::signing(options, key)?;
        Ok(Self { client, app_key })
    }

    /// Hands a recording in, or takes a finished one up again with other parameters (`CreateTask`, offline).
    /// Sent again only if it was certainly not taken.
    ///
    /// ```no_run
    /// # use bailian::tingwu::{NewTask, Tingwu};
    /// # async fn example(tingwu: Tingwu) -> Result<(), bailian::Error> {
    /// let meeting = NewTask::offline("https://example.com/weekly.mp3", "cn")
    ///     .summarization(["Paragraph", "MindMap"])
    ///     .meeting_assistance(["Actions"]);
    /// let task = tingwu.create_task(&meeting).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_task(&self, task: &NewTask) -> Result<CreatedTask, Error> {
        task.validate()?;
        self.create(task, &[("type", "offline")]).await
    }

    /// Begins a meeting that is listened to while it goes on (`CreateTask`, realtime). The answer holds the
    /// address for its sound, which is good for this meeting alone and needs no signature.
    ///
    /// ```no_run
    /// # use bailian::tingwu::{NewTask, Tingwu};
    /// # async fn example(tingwu: Tingwu) -> Result<(), bailian::Error> {
    /// let meeting = tingwu.start_realtime(&NewTask::realtime("cn", "pcm", 16_000)).await?;
    /// let _address = meeting.meeting_join_url;
    /// tingwu.stop_realtime(&meeting.task_id).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn start_realtime(&self, task: &NewTask) -> Result<CreatedTask, Error> {
        self.create(task, &[("operation", "start"), ("type", "realtime")])
            .await
    }

    /// Ends a meeting that was listened to, so that its summaries begin (`CreateTask`, operation `stop`).
    ///
    /// ```no_run
    /// # async fn example(tingwu: bailian::tingwu::Tingwu, id: &str) -> Result<(), bailian::Error> {
    /// tingwu.stop_realtime(id).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stop_realtime(&self, task_id: &str) -> Result<CreatedTask, Error> {
        let body = json!({"AppKey": self.app_key, "Input": {"TaskId": task_id}});
        let query = [("operation", "stop"), ("type", "realtime")];
        let call = self.call(Method::PUT, TASKS, "CreateTask", Some(&body))?;
        self.send(with_query(call, &query), "CreateTask").await
    }

    /// Analyses a finished recording again, without transcribing it again.
    ///
    /// ```no_run
    /// # use bailian::tingwu::{TaskParameters, Tingwu};
    /// # async fn example(tingwu: Tingwu, id: &str) -> Result<(), bailian::Error> {
    /// let parameters = TaskParameters {
    ///     text_polish_enabled: Some(true),
    ///     ..TaskParameters::default()
    /// };
    /// tingwu.analyse_again(id, parameters).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn analyse_again(
        &self,
        task_id: &str,
        parameters: TaskParameters,
    ) -> Result<CreatedTask, Error> {
        let task = NewTask::again(task_id, parameters);
        self.create(&task, &[("type", "offline")]).await
    }

    async fn create(
        &self,
        task: &NewTask,
        query: &[(&'static str, &str)],
    ) -> Result<CreatedTask, Error> {
        let mut body = json!(task);
        body["AppKey"] = self.app_key.as_str().into();
        let call = self.call(Method::PUT, TASKS, "CreateTask", Some(&body))?;
        let mut call = with_query(call, query);
        call.repeat = Repeat::Costly;
        self.send(call, "CreateTask").await
    }

    /// Asks once how far a task is (`GetTaskInfo`). Its addresses live for about a day; asking again gives
    /// fresh ones.
    ///
    /// ```no_run
    /// # async fn example(tingwu: bailian::tingwu::Tingwu, id: &str) -> Result<(), bailian::Error> {
    /// let now = tingwu.task(id).await?;
    /// let _transcript = now.result.transcription;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn task(&self, task_id: &str) -> Result<TaskInfo, Error> {
        let path = format!("{TASKS}/{}", id_segment(task_id)?);
        let call = self.call(Method::GET, path, "GetTaskInfo", None::<&Value>)?;
        self.send(call, "GetTaskInfo").await
    }

    /// Waits until all of a task is done.
    ///
    /// Fails with [`TaskFailed`](crate::ErrorKind::TaskFailed) or [`TaskUnknown`](crate::ErrorKind::TaskUnknown)
    /// as the task ended, or with [`Timeout`](crate::ErrorKind::Timeout) when patience did; the task then goes
    /// on.
    ///
    /// ```no_run
    /// # use bailian::{task::Patience, tingwu::Tingwu};
    /// # async fn example(tingwu: Tingwu, id: &str) -> Result<(), bailian::Error> {
    /// let done = tingwu.wait_for_task(id, Patience::meeting()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for_task(
        &self,
        task_id: &str,
        patience: Patience,
    ) -> Result<TaskInfo, Error> {
        let mut asking = Asking::new(patience);
        loop {
            let now = asking.next(|| self.task(task_id)).await?;
            match now.task_status {
                TingwuStatus::Ongoing | TingwuStatus::Other(_) => {}
                TingwuStatus::Completed | TingwuStatus::Failed | TingwuStatus::Invalid => {
                    return now.into_result();
                }
            }
        }
    }

    /// Fetches a result and reads it, from an address in [`TaskInfo::result`].
    ///
    /// ```no_run
    /// # use bailian::tingwu::{Summarization, Tingwu};
    /// # async fn example(tingwu: Tingwu, address: &str) -> Result<(), bailian::Error> {
    /// let summary: Summarization = tingwu.result_file(address).await?;
    /// let _tree = summary.mind_map_summary;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn result_file<T: ResultFile>(&self, url: &str) -> Result<T, Error> {
        results::fetch(&self.client, url).await
    }

    pub(super) fn call(
        &self,
        method: Method,
        path: impl Into<std::borrow::Cow<'static, str>>,
        action: &'static str,
        body: Option<&impl Serialize>,
    ) -> Result<Call, Error> {
        let timeouts = &self.client.options().timeouts;
        let mut call = match body {
            Some(body) => Call::post(path, body, timeouts)?,
            None => Call::get(path, timeouts),
        };
        call.method = method;
        call.headers
            .insert(ACTION, HeaderValue::from_static(action));
        call.headers
            .insert(VERSION, HeaderValue::from_static("2023-09-30"));
        Ok(call)
    }

    pub(super) async fn send<T>(&self, call: Call, action: &'static str) -> Result<T, Error>
    where
        T: DeserializeOwned,
    {
        let span = tracing::info_span!(
            "bailian.tingwu",
            rpc.method = action,
            http.response.status_code = Empty,
            upstream.request_id = Empty,
            error.type = Empty,
        );
        let (answer, _) = observe(&span, self.client.fetch::<Answer<T>>(call)).await?;
        span.record("upstream.request_id", answer.request_id.as_deref());
        Ok(answer.data)
    }
}

fn with_query(mut call: Call, query: &[(&'static str, &str)]) -> Call {
    let query = query
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    call.query = query.collect();
    call
}
