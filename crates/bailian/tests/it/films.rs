//! Films that begin with a picture or show its subject, from the pretended service.

use bailian::Client;
use bailian::media::MediaUsage;
use bailian::video::{VideoOutput, VideoRequest};

use crate::pictures::picture;
use crate::studio::{soon, studio};

async fn shot(client: &Client, request: &VideoRequest) -> (VideoOutput, MediaUsage) {
    let task = client.submit_video(request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    let film = client.download(&done.output.video_url, 1 << 28).await;
    let film = film.unwrap().bytes().await.unwrap();
    assert_eq!(&film[4..8], b"ftyp", "{}", request.model);
    (done.output, done.usage)
}

#[tokio::test]
async fn a_film_begins_with_a_picture_in_every_generation() {
    let (_simulator, client) = studio().await;
    let frame = picture(&client, "海边的风筝").await;
    let from = |model: &str| VideoRequest::from_image(model, &frame).prompt("风筝飞起来");

    let oldest = from("wanx2.1-i2v-turbo").resolution("480P").duration(3_u32);
    let (_, usage) = shot(&client, &oldest).await;
    assert_eq!(
        (usage.billed_seconds(), usage.video_count),
        (Some(3.0), Some(1))
    );

    let older = from("wan2.2-i2v-flash").resolution("480P");
    let (output, usage) = shot(&client, &older).await;
    assert_eq!(output.orig_prompt.as_deref(), Some("风筝飞起来"));
    assert!(output.actual_prompt.is_some());
    assert_eq!(
        (usage.billed_seconds(), usage.resolution),
        (Some(5.0), Some(480))
    );

    let silent = from("wan2.6-i2v-flash")
        .resolution("720P")
        .duration(2_u32)
        .audio(false);
    let (output, usage) = shot(&client, &silent).await;
    assert_eq!(output.actual_prompt, None);
    assert_eq!(
        (usage.billed_seconds(), usage.resolution),
        (Some(2.0), Some(720))
    );
    assert_eq!(usage.extra["audio"], false);

    let listed = from("wan2.7-i2v").resolution("720P").duration(2_u32);
    let (_, usage) = shot(&client, &listed).await;
    assert_eq!(usage.output_video_duration, Some(2.0));
}

#[tokio::test]
async fn a_film_shows_the_subjects_of_pictures_and_films() {
    let (_simulator, client) = studio().await;
    let frame = picture(&client, "一只猫").await;
    let first = VideoRequest::from_image("wanx2.1-i2v-turbo", &frame)
        .resolution("480P")
        .duration(3_u32);
    let (film, _) = shot(&client, &first).await;

    let with = |references: Vec<String>| {
        VideoRequest::from_references("wan2.6-r2v", "character1 追 character2", references)
            .size((1280, 720))
            .duration(2_u32)
    };
    let (_, usage) = shot(&client, &with(vec![frame.clone()])).await;
    assert_eq!(
        (usage.input_video_duration, usage.billed_seconds()),
        (Some(0.0), Some(2.0))
    );
    // Films that go in are billed too.
    let (_, usage) = shot(&client, &with(vec![frame.clone(), film.video_url])).await;
    assert_eq!(
        (usage.input_video_duration, usage.billed_seconds()),
        (Some(3.0), Some(5.0))
    );
    assert_eq!(usage.extra["size"], "1280*720");

    let six = client.submit_video(&with(vec![frame; 6])).await;
    assert_eq!(six.unwrap_err().code(), Some("InvalidParameter"));
}
