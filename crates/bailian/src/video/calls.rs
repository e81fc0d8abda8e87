//! Handing a video in.

use super::{VideoOutput, VideoRequest};
use crate::task::Task;
use crate::{Client, Error};

const PATH: &str = "/api/v1/services/aigc/video-generation/video-synthesis";
const BETWEEN_FRAMES: &str = "/api/v1/services/aigc/image2video/video-synthesis";

impl Client {
    /// Hands in a video to be made, `POST …/video-generation/video-synthesis`; models of first and last frame
    /// at `…/image2video/video-synthesis`. It takes minutes; each second that succeeds is billed.
    ///
    /// ```no_run
    /// # use bailian::{task::Patience, video::VideoRequest};
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = VideoRequest::from_text("wan2.6-t2v", "黄昏时冲浪的猫")
    ///     .size((1280, 720))
    ///     .duration(5_u32);
    /// let task = client.submit_video(&request).await?;
    /// let finished = client.wait_for_task(&task, Patience::video()).await?;
    /// let _seconds = finished.usage.billed_seconds();
    /// let mut film = client.download(&finished.output.video_url, 1 << 30).await?;
    /// while let Some(_piece) = film.chunk().await? {}
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_video(&self, request: &VideoRequest) -> Result<Task<VideoOutput>, Error> {
        request.validate()?;
        let path = if request.model.contains("kf2v") {
            BETWEEN_FRAMES
        } else {
            PATH
        };
        self.submit_task(path, &request.model, request, &request.options)
            .await
    }
}
