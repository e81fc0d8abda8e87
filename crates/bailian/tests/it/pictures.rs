//! Pictures made of other pictures, each kind by a request of its own, from the pretended service.

use bailian::image::{
    BackgroundGeneration, BackgroundParameters, ImageFusion, ImageRequest, ImageTranslation,
    StyleRepaint,
};
use bailian::{Client, ErrorKind, Extra};

use crate::studio::{soon, studio};

/// A picture of 512 by 512, by its address.
pub async fn picture(client: &Client, prompt: &str) -> String {
    let request = ImageRequest::from_text("qwen-image-2.0", prompt)
        .size((512, 512))
        .n(1_u32);
    let made = client.make_images(&request).await.unwrap();
    made.output.urls().next().unwrap().to_owned()
}

/// The width and height that a PNG tells of itself.
async fn sides(client: &Client, url: &str) -> (u32, u32) {
    let file = client.download(url, 1 << 24).await.unwrap();
    let bytes = file.bytes().await.unwrap();
    assert!(bytes.starts_with(b"\x89PNG"), "{url}");
    let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (side(16), side(20))
}

#[tokio::test]
async fn images_are_joined_into_others() {
    let (_simulator, client) = studio().await;
    let images = [
        picture(&client, "一只猫").await,
        picture(&client, "一顶帽子").await,
    ];
    let request = ImageFusion::new("给猫戴上帽子", images)
        .size((768, 1024))
        .n(2_u32)
        .prompt_extend(true);
    let task = client.submit_image_fusion(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.usage.images(), Some(2));
    let image = done.output.results[0].result().unwrap();
    assert_eq!(image.orig_prompt.as_deref(), Some("给猫戴上帽子"));
    assert!(image.actual_prompt.is_some());
    for url in done.output.urls() {
        assert_eq!(sides(&client, url).await, (768, 1024));
    }

    let four = ImageFusion::new("拼在一起", vec![image.url.clone(); 4]);
    let error = client.submit_image_fusion(&four).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameter"));
}

#[tokio::test]
async fn the_words_in_an_image_are_translated() {
    let (_simulator, client) = studio().await;
    let mut request = ImageTranslation {
        image_url: picture(&client, "一张菜单").await,
        source_lang: "zh".to_owned(),
        target_lang: "en".to_owned(),
        ext: None,
    };
    let task = client.submit_image_translation(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.usage.images(), Some(1));
    let url = done.output.image_url.unwrap();
    assert_eq!(sides(&client, &url).await, (512, 512));

    request.image_url = url.replace(".png", "-missing.png");
    let task = client.submit_image_translation(&request).await.unwrap();
    let error = client.wait_for_task(&task, soon()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TaskFailed { .. }));
}

#[tokio::test]
async fn a_portrait_is_repainted_in_a_style() {
    let (_simulator, client) = studio().await;
    let mut request = StyleRepaint {
        image_url: picture(&client, "一张肖像").await,
        style_index: 3,
        extra: Extra::new(),
    };
    let task = client.submit_style_repaint(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.usage.images(), Some(1));
    assert_eq!(done.output.extra["style_index"], 3);
    let url = done.output.urls().next().unwrap();
    assert_eq!(sides(&client, url).await, (512, 512));

    request.style_index = 999;
    let error = client.submit_style_repaint(&request).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameter"));
}

#[tokio::test]
async fn a_subject_is_set_before_a_background() {
    let (_simulator, client) = studio().await;
    let request = BackgroundGeneration {
        base_image_url: picture(&client, "一只瓶子").await,
        ref_prompt: Some("雪山".to_owned()),
        title: Some("新品上市".to_owned()),
        parameters: BackgroundParameters {
            n: Some(2),
            ..BackgroundParameters::default()
        },
        ..BackgroundGeneration::default()
    };
    let task = client.submit_background_generation(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.usage.images(), Some(2));
    assert_eq!(done.output.urls().count(), 2);
    let written = &done.output.extra["text_results"];
    assert_eq!(written["params"][1]["sample_idx"], 1);
    let titled = written["urls"][0]["url"].as_str().unwrap();
    assert_eq!(sides(&client, titled).await, (512, 512));

    let neither = BackgroundGeneration {
        ref_prompt: None,
        ..request
    };
    let refused = client.submit_background_generation(&neither).await;
    assert!(refused.unwrap_err().code().is_some());
}
