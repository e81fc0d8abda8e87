//! Pictures, speech and transcripts, from the pretended service and back.

use bailian::Client;
use bailian::audio::{FileTranscription, HotWord, NewVoice, Recognition, Speech, Transcription};
use bailian::image::{EditFunction, ImageEdit, ImagePart, ImageRequest};
use bailian::video::VideoRequest;
use futures_util::StreamExt;

use crate::studio::{soon, studio};

async fn spoken(client: &Client, words: &str) -> String {
    let speech = Speech::new("qwen3-tts-flash", words, "Cherry");
    client.speak(&speech).await.unwrap().output.audio.url
}

#[tokio::test]
async fn pictures_are_made_at_once_edited_and_as_tasks() {
    let (_simulator, client) = studio().await;
    let request = ImageRequest::from_text("qwen-image-2.0", "夜市")
        .size((512, 512))
        .n(1_u32);
    let made = client.make_images(&request).await.unwrap();
    assert_eq!(made.usage.as_ref().unwrap().images(), Some(1));
    let picture = made.output.urls().next().unwrap().to_owned();

    let content = [
        ImagePart::image(picture.clone()),
        ImagePart::text("变成黄昏"),
    ];
    let edited = ImageRequest::new("qwen-image-edit-plus", content)
        .size((512, 512))
        .n(1_u32);
    let edited = client.make_images(&edited).await.unwrap();
    assert_eq!(edited.output.urls().count(), 1);

    let request = ImageRequest::from_text("qwen-image-3.0", "灯笼")
        .size((512, 512))
        .n(2_u32);
    let task = client.submit_images(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(
        (done.output.urls().count(), done.usage.images()),
        (2, Some(2))
    );

    let edit = ImageEdit::new(EditFunction::DescriptionEdit, "变成黄昏", picture).n(1_u32);
    let task = client.submit_image_edit(&edit).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.output.urls().count(), 1);
}

#[tokio::test]
async fn words_and_pictures_come_in_turn() {
    let (_simulator, client) = studio().await;
    let request = ImageRequest::from_text("wan2.6-image", "三步做番茄炒蛋")
        .enable_interleave(true)
        .max_images(2_u32);
    let mut pieces = client.stream_images(&request).await.unwrap();
    let (mut words, mut pictures) = (String::new(), 0);
    while let Some(piece) = pieces.next().await {
        for part in piece.unwrap().output.parts() {
            words.push_str(part.text.as_deref().unwrap_or_default());
            pictures += usize::from(part.image.is_some());
        }
    }
    assert!(!words.is_empty());
    assert!((1..=2).contains(&pictures), "{pictures}");
}

#[tokio::test]
async fn speech_streams_and_is_heard_again() {
    let (_simulator, client) = studio().await;
    for (model, voice) in [
        ("qwen3-tts-flash", "Cherry"),
        ("cosyvoice-v3-flash", "longanyang"),
    ] {
        let request = Speech::new(model, "The ferry leaves at nine.", voice);
        let mut events = client.speak_stream(&request).await.unwrap();
        let (mut bytes, mut last) = (0, None);
        while let Some(event) = events.next().await {
            let output = event.unwrap().output;
            bytes += output.audio.bytes().unwrap().len();
            last = Some(output);
        }
        let last = last.unwrap();
        assert!(bytes > 1_000, "{model}: {bytes}");
        assert_eq!(last.finish_reason.as_deref(), Some("stop"), "{model}");
        assert!(last.audio.url.starts_with("http"), "{model}");
    }
    let url = spoken(&client, "请把窗户关上。").await;
    let heard = client
        .recognize(&Recognition::new(url.clone()))
        .await
        .unwrap();
    assert!(heard.usage.as_ref().unwrap().seconds.is_some());
    let whole = heard.output.text();
    assert!(!whole.is_empty());
    let mut pieces = client
        .recognize_stream(&Recognition::new(url))
        .await
        .unwrap();
    let mut so_far = String::new();
    while let Some(piece) = pieces.next().await {
        so_far = piece.unwrap().output.text();
    }
    assert_eq!(so_far, whole);
}

#[tokio::test]
async fn files_become_text_each_by_itself() {
    let (_simulator, client) = studio().await;
    let url = spoken(&client, "今天讨论预算。下周完成接口。").await;
    let missing = url.replace(".wav", "-missing.wav");
    let request = Transcription::new("paraformer-v2", [url.clone(), missing]);
    let task = client.submit_transcription(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    let file = done.output.results[0].result().unwrap();
    assert!(done.output.results[1].result().is_err());
    let address = file.transcription_url.as_deref().unwrap();
    let transcript = client.transcript(address).await.unwrap();
    assert_eq!(transcript.transcripts[0].sentences[0].sentence_id, Some(1));
    assert!(!transcript.text().is_empty());
    assert!(done.usage.billed_seconds().is_some());

    let request = FileTranscription::new(url).enable_words(true);
    let task = client.submit_file_transcription(&request).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    let address = done.output.result.transcription_url.unwrap();
    let transcript = client.transcript(&address).await.unwrap();
    let sentence = &transcript.transcripts[0].sentences[0];
    assert_eq!(sentence.sentence_id, Some(0));
    assert!(!sentence.words.is_empty());
}

#[tokio::test]
async fn words_and_voices_are_taught_and_forgotten() {
    let (_simulator, client) = studio().await;
    let words = [HotWord::new("百炼")];
    let id = client
        .create_vocabulary("paraformer-v2", "names", &words)
        .await
        .unwrap();
    assert_eq!(
        client.vocabulary(&id).await.unwrap().vocabulary[0].text,
        "百炼"
    );
    client
        .update_vocabulary(&id, &[HotWord::new("听悟")])
        .await
        .unwrap();
    let listed = client
        .list_vocabularies(Some("names"), 0, 10)
        .await
        .unwrap();
    assert_eq!(listed[0].vocabulary_id, id);
    client.delete_vocabulary(&id).await.unwrap();
    assert!(client.vocabulary(&id).await.is_err());

    let recording = spoken(&client, "这是一段足够长的录音，用来复刻我的声音，请认真听完每一个字再开始。今天的天气很好，我们一起去公园散步，看看湖边的柳树和天上的云。").await;
    let voice = NewVoice::new("cosyvoice-v3-flash", "demo", recording);
    let id = client.create_voice(&voice).await.unwrap();
    assert!(client.voice(&id).await.unwrap().status.is_some());
    let listed = client.list_voices(Some("demo"), 0, 10).await.unwrap();
    assert_eq!(listed[0].voice_id.as_deref(), Some(id.as_str()));
    client.delete_voice(&id).await.unwrap();
}

#[tokio::test]
async fn films_are_made_from_words_and_from_frames() {
    let (_simulator, client) = studio().await;
    let words = VideoRequest::from_text("wanx2.1-t2v-turbo", "冲浪的猫")
        .size((832, 480))
        .duration(5_u32);
    let task = client.submit_video(&words).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.usage.billed_seconds(), Some(5.0));
    let film = client
        .download(&done.output.video_url, 1 << 28)
        .await
        .unwrap();
    let film = film.bytes().await.unwrap();
    assert_eq!(&film[4..8], b"ftyp");

    let picture = ImageRequest::from_text("qwen-image-2.0", "海边")
        .size((512, 512))
        .n(1_u32);
    let picture = client.make_images(&picture).await.unwrap();
    let frame = picture.output.urls().next().unwrap();
    let between =
        VideoRequest::between_frames("wan2.2-kf2v-flash", frame, frame).resolution("480P");
    let task = client.submit_video(&between).await.unwrap();
    let done = client.wait_for_task(&task, soon()).await.unwrap();
    assert_eq!(done.usage.video_count, Some(1));
}
