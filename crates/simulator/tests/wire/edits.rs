//! Pictures made from pictures: what an edit begins with, and where that may come from.

use serde_json::{Value, json};

use crate::{
    pictures::{EDIT, TEXT, download, prompt, size, task},
    support::simulator,
};

#[tokio::test]
async fn an_edit_begins_with_the_picture_that_is_pointed_at() {
    let simulator = simulator().await;
    let body = prompt("wan2.2-t2i-flash", json!({ "n": 1, "size": "512*512" }));
    let base = task(&simulator, TEXT, &body).await["output"]["results"][0]["url"].take();
    let edit = |function: &str, parameters: Value| {
        json!({
            "model": "wanx2.1-imageedit",
            "input": { "function": function, "prompt": "a warmer light", "base_image_url": base, "mask_image_url": base },
            "parameters": parameters,
        })
    };
    let body = edit("expand", json!({ "left_scale": 1.5, "top_scale": 2.0 }));
    let answer = task(&simulator, EDIT, &body).await;
    assert_eq!(answer["usage"], json!({ "image_count": 1 }), "{answer}");
    assert_eq!(
        size(&simulator, &answer["output"]["results"][0]["url"]).await,
        (768, 1024)
    );
    let original = download(&simulator, &base).await.body;
    for function in [
        "stylization_all",
        "description_edit_with_mask",
        "remove_watermark",
        "colorization",
        "doodle",
        "control_cartoon_feature",
    ] {
        let answer = task(&simulator, EDIT, &edit(function, json!({}))).await;
        let changed = download(&simulator, &answer["output"]["results"][0]["url"])
            .await
            .body;
        assert_ne!(changed, original, "{function}");
    }
    let lost = base
        .as_str()
        .expect("an address")
        .replace("/results/1d", "/results/2d");
    let mut body = edit("colorization", json!({}));
    body["input"]["base_image_url"] = lost.into();
    let answer = task(&simulator, EDIT, &body).await;
    assert_eq!(answer["output"]["task_status"], "FAILED");
    body["input"]["base_image_url"] = "https://example.com/cat.png".into();
    let answer = task(&simulator, EDIT, &body).await;
    assert_eq!(answer["output"]["code"], "InvalidURL");
}

#[tokio::test]
async fn a_picture_is_read_from_another_server_on_this_machine() {
    let (elsewhere, here) = (simulator().await, simulator().await);
    let body = prompt("wan2.2-t2i-flash", json!({ "n": 1, "size": "512*512" }));
    let url = task(&elsewhere, TEXT, &body).await["output"]["results"][0]["url"].take();
    let edit = |url: &str| {
        json!({
            "model": "wanx2.1-imageedit",
            "input": { "function": "colorization", "prompt": "warm", "base_image_url": url },
        })
    };
    let url = url.as_str().expect("an address");
    let answer = task(&here, EDIT, &edit(url)).await;
    assert_eq!(answer["output"]["task_status"], "SUCCEEDED", "{answer}");
    let lost = task(
        &here,
        EDIT,
        &edit(&format!("{}/results/none", elsewhere.base_url())),
    )
    .await;
    assert_eq!(lost["output"]["code"], "InvalidURL");
    elsewhere.shutdown().await.expect("a shutdown");
    let gone = task(&here, EDIT, &edit(url)).await;
    assert_eq!(gone["output"]["code"], "InvalidURL.ConnectionRefused");
}
