//! Meetings heard by the pretended service: by Tingwu's own signed API, and through Bailian.

use bailian::tingwu::{
    AccessKey, Chapter, CustomPromptResult, Meeting, MeetingAssistance, MeetingRequest,
    MeetingSource, MeetingStatus, MeetingTranscription, NewTask, PhraseWords, PolishedParagraph,
    PptExtraction, Summarization, TaskInfo, TaskParameters, Tingwu, TingwuStatus, Transcoding,
    Translation,
};
use bailian::{ClientOptions, ErrorKind};
use simulator::Simulator;

use crate::studio::{soon, studio};
use crate::support::KEY;
use crate::voices::recording;

const SAID: &str = "今天主要讨论三件事情。预算什么时候完成？请小王周五前提交方案。";

/// The pair of the documentation's examples, which the pretended service knows.
fn tingwu(simulator: &Simulator, secret: &str) -> Tingwu {
    let options = ClientOptions::new(simulator.base_url(), KEY);
    let key = AccessKey::new("testAccessKeyId", secret);
    Tingwu::with_options(options, key, "demoAppKey01").unwrap()
}

fn words(written: &MeetingTranscription) -> String {
    let words = written.paragraphs.iter().flat_map(|said| &said.words);
    words.map(|word| word.text.as_str()).collect()
}

async fn finished(tingwu: &Tingwu, id: &str) -> TaskInfo {
    tingwu.wait_for_task(id, soon()).await.unwrap()
}

#[tokio::test]
async fn every_result_of_a_recording_is_read() {
    let (simulator, client) = studio().await;
    let tingwu = tingwu(&simulator, "testAccessKeySecret");
    let url = recording(&client, SAID, "Cherry").await;
    let mut order = NewTask::offline(url, "cn")
        .task_key("周会-01")
        .diarization(0)
        .translation(["en"])
        .auto_chapters()
        .meeting_assistance(["Actions", "KeyInformation"])
        .summarization([
            "Paragraph",
            "Conversational",
            "QuestionsAnswering",
            "MindMap",
        ])
        .text_polish()
        .ppt_extraction()
        .custom_prompt("decisions", "List:\n{Transcription}");
    order.parameters.transcoding = Some(Transcoding {
        target_audio_format: Some("mp3".to_owned()),
        ..Transcoding::default()
    });
    let taken = tingwu.create_task(&order).await.unwrap();
    assert_eq!(taken.task_key.as_deref(), Some("周会-01"));
    assert_eq!(taken.task_status, Some(TingwuStatus::Ongoing));

    let done = finished(&tingwu, &taken.task_id).await;
    assert_eq!(done.task_key.as_deref(), Some("周会-01"));
    let sound = client
        .download(&done.output_mp3_path.unwrap(), 1 << 26)
        .await;
    assert!(!sound.unwrap().bytes().await.unwrap().is_empty());
    let results = done.result;
    let written: MeetingTranscription = tingwu
        .result_file(&results.transcription.unwrap())
        .await
        .unwrap();
    assert_eq!(words(&written), SAID);
    assert!(written.audio_info.unwrap().duration.unwrap() > 1_000);
    let translated: Translation = tingwu
        .result_file(&results.translation.unwrap())
        .await
        .unwrap();
    assert_eq!(
        translated.paragraphs[0].sentences[0].text,
        "There are three things to discuss today."
    );
    let chapters: Vec<Chapter> = tingwu
        .result_file(&results.auto_chapters.unwrap())
        .await
        .unwrap();
    assert!(!chapters[0].headline.is_empty());
    let help: MeetingAssistance = tingwu
        .result_file(&results.meeting_assistance.unwrap())
        .await
        .unwrap();
    assert_eq!(help.actions[0].text, "请小王周五前提交方案。");
    assert!(!help.keywords.is_empty());
    let summary: Summarization = tingwu
        .result_file(&results.summarization.unwrap())
        .await
        .unwrap();
    assert!(summary.paragraph_summary.is_some());
    assert!(!summary.conversational_summary.is_empty());
    let question = &summary.questions_answering_summary[0];
    assert_eq!(question.sentence_ids_of_answer, [3]);
    assert!(!summary.mind_map_summary[0].title.is_empty());
    let polished: Vec<PolishedParagraph> = tingwu
        .result_file(&results.text_polish.unwrap())
        .await
        .unwrap();
    assert!(!polished[0].formal_paragraph_text.is_empty());
    let answers: Vec<CustomPromptResult> = tingwu
        .result_file(&results.custom_prompt.unwrap())
        .await
        .unwrap();
    assert_eq!(answers[0].name, "decisions");
    let slides: PptExtraction = tingwu
        .result_file(&results.ppt_extraction.unwrap())
        .await
        .unwrap();
    assert!(slides.key_frame_list.is_empty());
}

#[tokio::test]
async fn a_recording_is_told_of_again_without_what_was_told_before() {
    let (simulator, client) = studio().await;
    let tingwu = tingwu(&simulator, "testAccessKeySecret");
    let url = recording(&client, SAID, "Cherry").await;
    let order = NewTask::offline(url, "cn").auto_chapters();
    let taken = tingwu.create_task(&order).await.unwrap();
    let first = finished(&tingwu, &taken.task_id).await;
    assert!(first.result.auto_chapters.is_some());

    let parameters = TaskParameters {
        text_polish_enabled: Some(true),
        ..TaskParameters::default()
    };
    let again = tingwu.analyse_again(&taken.task_id, parameters).await;
    assert_eq!(again.unwrap().task_id, taken.task_id);
    let second = finished(&tingwu, &taken.task_id).await;
    assert!(second.result.text_polish.is_some());
    assert_eq!(second.result.auto_chapters, None);
}

#[tokio::test]
async fn a_meeting_that_is_listened_to_ends_when_it_is_stopped() {
    let (simulator, _client) = studio().await;
    let tingwu = tingwu(&simulator, "testAccessKeySecret");
    let order = NewTask::realtime("cn", "pcm", 16_000);
    let begun = tingwu.start_realtime(&order).await.unwrap();
    let address = begun.meeting_join_url.unwrap();
    assert!(address.starts_with("ws"), "{address}");
    let now = tingwu.task(&begun.task_id).await.unwrap();
    assert_eq!(now.task_status, TingwuStatus::Ongoing);
    tingwu.stop_realtime(&begun.task_id).await.unwrap();
    let done = finished(&tingwu, &begun.task_id).await;
    assert_eq!(done.task_status, TingwuStatus::Completed);
}

#[tokio::test]
async fn phrases_are_kept_changed_and_forgotten() {
    let (simulator, _client) = studio().await;
    let tingwu = tingwu(&simulator, "testAccessKeySecret");
    let list = |name: &str, word: &str| PhraseWords {
        name: name.to_owned(),
        description: Some("产品名".to_owned()),
        words: [(word.to_owned(), 3)].into(),
    };
    let made = tingwu.create_phrases(&list("products", "百炼")).await;
    let id = made.unwrap().phrase_id.unwrap();
    let known = tingwu.phrases(&id).await.unwrap().phrases.remove(0);
    assert_eq!(known.words(), list("products", "百炼").words);
    assert_eq!(known.description.as_deref(), Some("产品名"));
    tingwu
        .update_phrases(&id, &list("names", "听悟"))
        .await
        .unwrap();
    let listed = tingwu.list_phrases().await.unwrap().phrases;
    assert_eq!(listed[0].name.as_deref(), Some("names"));
    tingwu.delete_phrases(&id).await.unwrap();
    assert!(tingwu.list_phrases().await.unwrap().phrases.is_empty());
    let error = tingwu.phrases(&id).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameter.PhraseId"));
}

#[tokio::test]
async fn a_wrong_secret_a_missing_recording_and_an_unknown_task_are_told_apart() {
    let (simulator, _client) = studio().await;
    let stranger = tingwu(&simulator, "guessed");
    let error = stranger.task("5d2f").await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Authentication);
    assert_eq!(error.code(), Some("SignatureDoesNotMatch"));

    let tingwu = tingwu(&simulator, "testAccessKeySecret");
    let order = NewTask::offline("https://example.invalid/a.mp3", "cn");
    let taken = tingwu.create_task(&order).await.unwrap();
    let failed = tingwu.wait_for_task(&taken.task_id, soon()).await;
    let error = failed.unwrap_err();
    assert_eq!(
        (error.kind().name(), error.code()),
        ("task_failed", Some("TSC.AudioFileLink"))
    );
    let unknown = tingwu.wait_for_task("5d2f", soon()).await.unwrap_err();
    assert_eq!(unknown.kind(), &ErrorKind::TaskUnknown);
}

#[tokio::test]
async fn a_meeting_is_handed_in_through_bailian_and_told_of_twice() {
    let (_simulator, client) = studio().await;
    let url = recording(&client, SAID, "Cherry").await;
    let mut request = MeetingRequest::new("tw_demo01", MeetingSource::File(url));
    let transcription = &mut request.parameters.transcription;
    transcription.model = Some("cn".to_owned());
    transcription.translation_enabled = Some(true);
    transcription.translation_target_lang = Some(vec!["en".to_owned()]);
    let analysis = &mut request.parameters.analysis;
    analysis.full_summary_enabled = Some(true);
    analysis.mind_map_enabled = Some(true);
    analysis.actions_enabled = Some(true);
    let meeting = client.submit_meeting(&request).await.unwrap();
    let done = client.wait_for_meeting(&meeting, soon()).await.unwrap();
    assert_eq!((done.status, done.error_code), (MeetingStatus::Done, None));
    assert_eq!(done.auto_chapters_path, None);
    let sound = client.download(&done.playback_url.unwrap(), 1 << 26).await;
    assert!(!sound.unwrap().bytes().await.unwrap().is_empty());
    let path = done.transcription_path.unwrap();
    let written: MeetingTranscription = client.meeting_file(&path).await.unwrap();
    assert_eq!(words(&written), SAID);
    let path = done.translations_path.unwrap();
    let translated: Translation = client.meeting_file(&path).await.unwrap();
    assert_eq!(
        translated.paragraphs[0].sentences[0].text,
        "There are three things to discuss today."
    );
    let path = done.summarization_path.unwrap();
    let summary: Summarization = client.meeting_file(&path).await.unwrap();
    let leaf = &summary.mind_map_summary[0].topic[0];
    assert!(leaf.begin_time.is_some());
    assert!(summary.conversational_summary.is_empty());
    let path = done.meeting_assistance_path.unwrap();
    let help: MeetingAssistance = client.meeting_file(&path).await.unwrap();
    assert_eq!(help.actions[0].text, "请小王周五前提交方案。");

    let earlier = MeetingSource::Earlier(meeting.data_id);
    let mut request = MeetingRequest::new("tw_demo01", earlier);
    request.parameters.analysis.auto_chapters_enabled = Some(true);
    let again = client.submit_meeting(&request).await.unwrap();
    let done = client.wait_for_meeting(&again, soon()).await.unwrap();
    let path = done.auto_chapters_path.unwrap();
    let chapters: Vec<Chapter> = client.meeting_file(&path).await.unwrap();
    assert!(!chapters.is_empty());
    assert_eq!(done.summarization_path, None);
}

#[tokio::test]
async fn a_meeting_may_be_written_fail_or_be_unknown() {
    let (_simulator, client) = studio().await;
    let text = MeetingSource::Text("小王: 你好。\n小李: 早。".to_owned());
    let meeting = client
        .submit_meeting(&MeetingRequest::new("tw", text))
        .await;
    let done = client.wait_for_meeting(&meeting.unwrap(), soon()).await;
    let path = done.unwrap().transcription_path.unwrap();
    let written: MeetingTranscription = client.meeting_file(&path).await.unwrap();
    assert_eq!(written.paragraphs[1].speaker_id.as_deref(), Some("2"));

    let missing = MeetingSource::File("https://example.invalid/a.mp3".to_owned());
    let meeting = client
        .submit_meeting(&MeetingRequest::new("tw", missing))
        .await;
    let failed = client.wait_for_meeting(&meeting.unwrap(), soon()).await;
    let error = failed.unwrap_err();
    assert_eq!(
        (error.kind().name(), error.code()),
        ("task_failed", Some("TSC.AudioFileLink"))
    );
    let data_id = "unknown".to_owned();
    let error = client.query_meeting(&Meeting { data_id }).await;
    assert_eq!(error.unwrap_err().code(), Some("Agent.InputInvalidDataId"));
}

#[tokio::test]
async fn a_talk_at_a_car_dealer_s_is_inspected() {
    let (_simulator, client) = studio().await;
    let url = recording(&client, SAID, "Cherry").await;
    let judged = client.inspect_automotive_service("tw_demo01", &url).await;
    let judged = judged.unwrap();
    assert!(judged["TaskId"].is_string() && judged["Result"].is_object());
    let nobody = client.inspect_automotive_service("", &url).await;
    assert_eq!(nobody.unwrap_err().code(), Some("InvalidParameter"));
}
