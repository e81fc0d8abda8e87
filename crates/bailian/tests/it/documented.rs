//! Requests for media field by field as the documents have them, and the answers that stand beside them.

use bailian::audio::{HotWord, NewVoice, VoiceDesign};
use bailian::image::{
    BackgroundGeneration, BackgroundParameters, ImageFusion, ImageTranslation, StyleRepaint,
};
use bailian::video::VideoRequest;
use bailian::{Client, ErrorKind, Extra};
use serde_json::{Value, json};

use crate::studio::soon;
use crate::support::{Step, Upstream, reply};

pub fn answer(body: &Value) -> Vec<Step> {
    let body = body.to_string();
    vec![Step::Send(reply("200 OK", "application/json", &body))]
}

/// An upstream that takes a task and has it done when it is asked.
async fn worker(output: Value, usage: Value) -> (Upstream, Client) {
    let taken = json!({"output": {"task_id": "t-1", "task_status": "PENDING"}, "request_id": "r"});
    let mut done = json!({"output": output, "usage": usage, "request_id": "r"});
    done["output"]["task_id"] = "t-1".into();
    done["output"]["task_status"] = "SUCCEEDED".into();
    let upstream = Upstream::playing(vec![answer(&taken), answer(&done)]).await;
    let client = upstream.client();
    (upstream, client)
}

/// The path and body of a request that hands in a task, or of one that is answered at once.
pub fn sent(upstream: &Upstream, turn: usize, is_task: bool) -> (String, Value) {
    let request = upstream.requests().swap_remove(turn);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let line = head.lines().next().unwrap();
    let path = line.strip_prefix("POST ").unwrap();
    assert_eq!(head.contains("x-dashscope-async: enable"), is_task);
    let path = path.strip_suffix(" HTTP/1.1").unwrap();
    (path.to_owned(), serde_json::from_str(body).unwrap())
}

pub const SERVICES: &str = "/api/v1/services";

#[tokio::test]
async fn images_to_join_and_to_translate() {
    let url = "https://example.com/1.png";
    let both = json!({"orig_prompt": "a", "actual_prompt": "b", "url": url});
    let (upstream, client) = worker(json!({"results": [both]}), json!({"image_count": 1})).await;
    let images = ["https://example.com/cat.png", "data:image/png;base64,YWJj"];
    let request = ImageFusion::new("戴上帽子", images)
        .negative_prompt("people")
        .n(1_u32)
        .size((1280, 1280))
        .seed(7)
        .watermark(false)
        .prompt_extend(true);
    let task = client.submit_image_fusion(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.output.urls().collect::<Vec<_>>(), [url]);
    let (path, body) = sent(&upstream, 0, true);
    assert_eq!(path, format!("{SERVICES}/aigc/image2image/image-synthesis"));
    assert_eq!(
        body,
        json!({
            "model": "wan2.5-i2i-preview",
            "input": {"prompt": "戴上帽子", "images": images, "negative_prompt": "people"},
            "parameters": {"n": 1, "size": "1280*1280", "seed": 7, "watermark": false, "prompt_extend": true},
        })
    );

    let (upstream, client) = worker(json!({"image_url": url}), json!({"image_count": 1})).await;
    let ext = json!({
        "domainHint": "a menu", "sensitives": ["secret"],
        "terminologies": [{"src": "炼台", "tgt": "Liantai"}], "config": {"imageSegment": false},
    });
    let request = ImageTranslation {
        image_url: "https://example.com/menu.jpg".to_owned(),
        source_lang: "zh".to_owned(),
        target_lang: "en".to_owned(),
        ext: Some(ext.clone()),
    };
    let task = client.submit_image_translation(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.output.image_url.as_deref(), Some(url));
    let (path, body) = sent(&upstream, 0, true);
    assert_eq!(path, format!("{SERVICES}/aigc/image2image/image-synthesis"));
    let input = json!({
        "image_url": "https://example.com/menu.jpg", "source_lang": "zh", "target_lang": "en", "ext": ext,
    });
    assert_eq!(body, json!({"model": "qwen-mt-image", "input": input}));
}

#[tokio::test]
async fn portraits_to_repaint_and_backgrounds() {
    let url = "https://example.com/1.png";
    let output = json!({
        "error_code": 0, "error_message": "Success", "start_time": "2026-01-15 16:30:00",
        "style_index": 3, "results": [{"url": url}],
    });
    let (upstream, client) = worker(output, json!({"image_count": 1})).await;
    let request = StyleRepaint {
        image_url: "https://example.com/me.jpg".to_owned(),
        style_index: 3,
        extra: Extra::new(),
    };
    let task = client.submit_style_repaint(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.output.urls().collect::<Vec<_>>(), [url]);
    assert_eq!(done.output.extra["error_message"], "Success");
    let (path, body) = sent(&upstream, 0, true);
    assert_eq!(path, format!("{SERVICES}/aigc/image-generation/generation"));
    let input = json!({"image_url": "https://example.com/me.jpg", "style_index": 3});
    assert_eq!(
        body,
        json!({"model": "wanx-style-repaint-v1", "input": input})
    );

    let output = json!({
        "results": [{"url": url}],
        "text_results": {"urls": [{"url": url}], "params": [{"sample_idx": 0, "layers": []}]},
    });
    let (upstream, client) = worker(output, json!({"image_count": 1})).await;
    let text = |text: &str| Some(text.to_owned());
    let weights = json!({"noise_level": 300, "ref_prompt_weight": 0.5});
    let request = BackgroundGeneration {
        base_image_url: "https://example.com/bottle.png".to_owned(),
        ref_image_url: text("https://example.com/snow.png"),
        ref_prompt: text("雪山"),
        neg_ref_prompt: text("people"),
        title: text("新品"),
        sub_title: text("上市"),
        extra: Extra::new(),
        parameters: BackgroundParameters {
            n: Some(1),
            extra: serde_json::from_value(weights).unwrap(),
        },
    };
    let task = client.submit_background_generation(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.output.urls().collect::<Vec<_>>(), [url]);
    assert_eq!(done.output.extra["text_results"]["urls"][0]["url"], url);
    let (path, body) = sent(&upstream, 0, true);
    assert_eq!(
        path,
        format!("{SERVICES}/aigc/background-generation/generation/")
    );
    assert_eq!(
        body,
        json!({
            "model": "wanx-background-generation-v2",
            "input": {
                "base_image_url": "https://example.com/bottle.png",
                "ref_image_url": "https://example.com/snow.png",
                "ref_prompt": "雪山", "neg_ref_prompt": "people", "title": "新品", "sub_title": "上市",
            },
            "parameters": {"n": 1, "noise_level": 300, "ref_prompt_weight": 0.5},
        })
    );
}

#[tokio::test]
async fn films_from_a_first_frame_and_from_references() {
    let first = "https://example.com/first.png";
    let image = VideoRequest::from_image("wan2.6-i2v-flash", first)
        .prompt("the kite lifts off the beach")
        .audio_url("https://example.com/wind.mp3")
        .resolution("720P")
        .duration(10_u32)
        .prompt_extend(true)
        .shot_type("single")
        .audio(true)
        .watermark(false);
    let listed = VideoRequest::from_image("wan2.7-i2v", first).duration(3_u32);
    let references = ["https://example.com/cat.png", "https://example.com/dog.mp4"];
    let subjects = VideoRequest::from_references("wan2.6-r2v", "character1 waves", references)
        .negative_prompt("text")
        .size((1280, 720))
        .duration(5_u32)
        .seed(11);
    for (request, expected, cost) in [
        (
            image,
            json!({
                "model": "wan2.6-i2v-flash",
                "input": {"prompt": "the kite lifts off the beach", "img_url": first, "audio_url": "https://example.com/wind.mp3"},
                "parameters": {"resolution": "720P", "duration": 10, "prompt_extend": true, "shot_type": "single", "audio": true, "watermark": false},
            }),
            (
                json!({"duration": 10.0, "input_video_duration": 0, "output_video_duration": 10, "video_count": 1, "SR": 720, "audio": true}),
                10.0,
            ),
        ),
        (
            listed,
            json!({
                "model": "wan2.7-i2v",
                "input": {"media": [{"type": "first_frame", "url": first}]},
                "parameters": {"duration": 3},
            }),
            (
                json!({"video_count": 1, "video_duration": 3, "video_ratio": "832*480"}),
                3.0,
            ),
        ),
        (
            subjects,
            json!({
                "model": "wan2.6-r2v",
                "input": {"prompt": "character1 waves", "negative_prompt": "text", "reference_urls": references},
                "parameters": {"size": "1280*720", "duration": 5, "seed": 11},
            }),
            (
                json!({"duration": 10.0, "size": "1280*720", "input_video_duration": 5, "output_video_duration": 5, "video_count": 1, "SR": 720}),
                10.0,
            ),
        ),
    ] {
        let film = "https://example.com/v.mp4";
        let output = json!({"orig_prompt": "x", "video_url": film});
        let (usage, billed) = cost;
        let (upstream, client) = worker(output, usage).await;
        let task = client.submit_video(&request).await.unwrap();
        let done = client.wait_for_task(&task, soon()).await.unwrap();
        assert_eq!(done.output.video_url, film);
        assert_eq!(done.usage.billed_seconds(), Some(billed));
        let (path, body) = sent(&upstream, 0, true);
        assert_eq!(
            path,
            format!("{SERVICES}/aigc/video-generation/video-synthesis")
        );
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn voices_to_clone_anew_to_clone_for_qwen_and_to_design() {
    let rows = json!([{"voice": "v-1", "language": "zh"}]);
    let outputs = [
        json!({}),
        json!({"voice": "v-1"}),
        json!({"voice": "v-2", "preview_audio": {"data": "UklGRg==", "sample_rate": 24000, "response_format": "wav"}}),
        // The service's own client takes either name.
        json!({"voice_list": rows}),
        json!({"voices": rows}),
        json!({"voice": "v-2"}),
        json!({}),
        json!({}),
    ];
    let answers =
        outputs.map(|output| answer(&json!({"output": output, "usage": {}, "request_id": "r"})));
    let upstream = Upstream::playing(answers.to_vec()).await;
    let client = upstream.client();
    client
        .update_voice("cosy-1", "https://example.com/again.wav")
        .await
        .unwrap();
    let recording = "data:audio/wav;base64,YWJj";
    let cloned = client.clone_qwen_voice("qwen3-tts-vc-realtime", "demo", recording);
    assert_eq!(cloned.await.unwrap().voice.as_deref(), Some("v-1"));
    let design = VoiceDesign {
        target_model: "qwen3-tts-vd-realtime".to_owned(),
        voice_prompt: "calm".to_owned(),
        preview_text: "Good evening.".to_owned(),
        preferred_name: Some("anchor".to_owned()),
        language: Some("en".to_owned()),
        extra: Extra::new(),
    };
    let designed = client.design_voice(&design).await.unwrap();
    assert_eq!(designed.voice, "v-2");
    assert_eq!(designed.preview_audio.unwrap().sample_rate, Some(24_000));
    for listed in [
        client.list_qwen_voices(0, 10).await.unwrap(),
        client.list_designed_voices(2, 5).await.unwrap(),
    ] {
        assert_eq!(listed[0].voice.as_deref(), Some("v-1"));
        assert_eq!(listed[0].extra["language"], "zh");
    }
    client.designed_voice("v-2").await.unwrap();
    client.delete_qwen_voice("v-1").await.unwrap();
    client.delete_designed_voice("v-2").await.unwrap();

    let (clone, design) = ("qwen-voice-enrollment", "qwen-voice-design");
    let expected = [
        (
            "voice-enrollment",
            json!({"action": "update_voice", "voice_id": "cosy-1", "url": "https://example.com/again.wav"}),
        ),
        (
            clone,
            json!({"action": "create", "target_model": "qwen3-tts-vc-realtime", "preferred_name": "demo", "audio": {"data": recording}}),
        ),
        (
            design,
            json!({"action": "create", "target_model": "qwen3-tts-vd-realtime", "voice_prompt": "calm", "preview_text": "Good evening.", "preferred_name": "anchor", "language": "en"}),
        ),
        (
            clone,
            json!({"action": "list", "page_index": 0, "page_size": 10}),
        ),
        (
            design,
            json!({"action": "list", "page_index": 2, "page_size": 5}),
        ),
        (design, json!({"action": "query", "voice": "v-2"})),
        (clone, json!({"action": "delete", "voice": "v-1"})),
        (design, json!({"action": "delete", "voice": "v-2"})),
    ];
    for (turn, (model, input)) in expected.into_iter().enumerate() {
        let (path, body) = sent(&upstream, turn, false);
        assert_eq!(path, format!("{SERVICES}/audio/tts/customization"));
        assert_eq!(body, json!({"model": model, "input": input}));
    }
}

#[tokio::test]
async fn what_is_made_without_an_id_is_no_success() {
    for body in [json!({"request_id": "r"}), json!({"output": null})] {
        let upstream = Upstream::playing(vec![answer(&body)]).await;
        let client = upstream.client();
        let voice = NewVoice::new("cosyvoice-v3-flash", "demo", "https://example.com/me.wav");
        let design = VoiceDesign {
            target_model: "qwen3-tts-vd-realtime".to_owned(),
            voice_prompt: "calm".to_owned(),
            preview_text: "Good evening.".to_owned(),
            preferred_name: None,
            language: None,
            extra: Extra::new(),
        };
        let words = [HotWord::new("百炼")];
        let errors = [
            client.create_voice(&voice).await.unwrap_err(),
            client.design_voice(&design).await.unwrap_err(),
            client
                .create_vocabulary("paraformer-v2", "names", &words)
                .await
                .unwrap_err(),
        ];
        let mut kinds = errors.iter().map(bailian::Error::kind);
        assert!(kinds.all(|kind| *kind == ErrorKind::Malformed), "{body}");
    }
}
