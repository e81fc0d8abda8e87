//! Tingwu by its own API: signed anew each time, understood when it refuses.

use bailian::task::Patience;
use bailian::tingwu::{
    AccessKey, Meeting, MeetingParameters, MeetingRequest, MeetingSource, MeetingStatus, NewTask,
    PhraseWords, Summarization, TaskParameters, Tingwu, TingwuStatus,
};
use bailian::{ErrorKind, Limit};
use serde_json::json;

use crate::documented::{SERVICES, answer, sent};
use crate::support::{Step, Upstream, reply};

const JSON: &str = "application/json";

fn tingwu(upstream: &Upstream) -> Tingwu {
    let key = AccessKey::new("testAccessKeyId", "testAccessKeySecret");
    Tingwu::with_options(upstream.options(), key, "demoAppKey01").unwrap()
}

fn data(data: &str) -> Vec<Step> {
    let body = format!(r#"{{"Code":"0","Data":{data},"Message":"success","RequestId":"R-1"}}"#);
    vec![Step::Send(reply("200 OK", JSON, &body))]
}

fn refusal(status: &str, code: &str) -> Vec<Step> {
    let body = format!(r#"{{"Code":"{code}","Message":"m","RequestId":"R-2","HostId":"h"}}"#);
    vec![Step::Send(reply(status, JSON, &body))]
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let line = request
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap()
}

const TAKEN: &str = r#"{"TaskId":"5d2f0c9a","TaskKey":"weekly-01","TaskStatus":"ONGOING"}"#;

#[tokio::test]
async fn a_task_is_created_with_a_signature_and_without_the_secret() {
    let upstream = Upstream::playing(vec![data(TAKEN)]).await;
    let meeting = NewTask::offline("https://x/a.mp3", "cn").task_key("weekly-01");
    let task = tingwu(&upstream).create_task(&meeting).await.unwrap();
    assert_eq!(
        (task.task_id.as_str(), task.task_status),
        ("5d2f0c9a", Some(TingwuStatus::Ongoing))
    );
    let request = &upstream.requests()[0];
    assert!(
        request.starts_with("PUT /openapi/tingwu/v2/tasks?type=offline "),
        "{request}"
    );
    assert!(request.contains(r#""AppKey":"demoAppKey01""#));
    assert_eq!(header(request, "x-acs-action"), "CreateTask");
    assert_eq!(header(request, "x-acs-version"), "2023-09-30");
    let signed = header(request, "authorization");
    assert!(signed.starts_with(
        "ACS3-HMAC-SHA256 Credential=testAccessKeyId,SignedHeaders=content-type;host;x-acs-action;"
    ));
    assert!(!request.contains("testAccessKeySecret") && !request.contains("Bearer"));
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_its_own_nonce_and_creation_has_one_attempt() {
    let upstream =
        Upstream::playing(vec![refusal("503 x", "ServiceUnavailable"), data(TAKEN)]).await;
    tingwu(&upstream).task("5d2f0c9a").await.unwrap();
    let nonces: Vec<String> = upstream
        .requests()
        .iter()
        .map(|request| header(request, "x-acs-signature-nonce").to_owned())
        .collect();
    assert_eq!(nonces.len(), 2);
    assert_ne!(nonces[0], nonces[1]);

    for status in ["500 x", "502 x", "503 x", "504 x"] {
        let upstream = Upstream::playing(vec![refusal(status, "ServiceUnavailable")]).await;
        let meeting = NewTask::offline("https://x/a.mp3", "cn");
        let error = tingwu(&upstream).create_task(&meeting).await.unwrap_err();
        assert_eq!(
            (error.kind(), upstream.requests().len()),
            (&ErrorKind::Unavailable, 1)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_have_their_meaning() {
    let limit = Limit::Requests;
    for (status, code, kind, sent) in [
        (
            "400 x",
            "SignatureDoesNotMatch",
            ErrorKind::Authentication,
            1,
        ),
        (
            "404 x",
            "InvalidAccessKeyId.NotFound",
            ErrorKind::Authentication,
            1,
        ),
        ("403 x", "NoPermission", ErrorKind::PermissionDenied, 1),
        (
            "400 x",
            "Throttling.User",
            ErrorKind::Throttled { limit },
            3,
        ),
        (
            "200 OK",
            "BRK.InvalidAppKey",
            ErrorKind::PermissionDenied,
            1,
        ),
        ("200 OK", "BRK.OverdueTenant", ErrorKind::Arrears, 1),
    ] {
        let upstream = Upstream::playing(vec![refusal(status, code)]).await;
        let error = tingwu(&upstream).task("5d2f").await.unwrap_err();
        assert_eq!(error.kind(), &kind, "{code}");
        assert_eq!(
            (error.code(), error.request_id()),
            (Some(code), Some("R-2"))
        );
        assert_eq!(upstream.requests().len(), sent, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_is_waited_for_until_it_is_done_or_failed() {
    let summary = r#"{"TaskId":"5d2f","Summarization":{"ParagraphTitle":"周会纪要"}}"#;
    let files = Upstream::answering(reply("200 OK", "application/octet-stream", summary)).await;
    let done = format!(
        r#"{{"TaskId":"5d2f","TaskStatus":"COMPLETED","Result":{{"Summarization":"{}/s.json?Expires=1"}}}}"#,
        files.url
    );
    let upstream = Upstream::playing(vec![data(TAKEN), data(TAKEN), data(&done)]).await;
    let tingwu_client = tingwu(&upstream);
    let task = tingwu_client
        .wait_for_task("5d2f", Patience::meeting())
        .await
        .unwrap();
    let address = task.result.summarization.unwrap();
    let summary: Summarization = tingwu_client.result_file(&address).await.unwrap();
    assert_eq!(summary.paragraph_title.as_deref(), Some("周会纪要"));
    assert!(!files.requests()[0].contains("authorization"));
    assert_eq!(upstream.requests().len(), 3);

    let failed = r#"{"TaskId":"5d2f","TaskStatus":"FAILED","ErrorCode":"TSC.FileError","ErrorMessage":"File cannot be read."}"#;
    let upstream = Upstream::playing(vec![data(failed)]).await;
    let error = tingwu(&upstream)
        .wait_for_task("5d2f", Patience::meeting())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind().name(), error.code()),
        ("task_failed", Some("TSC.FileError"))
    );
}

#[tokio::test]
async fn every_operation_has_its_method_path_and_action() {
    let upstream = Upstream::playing(vec![data(TAKEN)]).await;
    let tingwu = tingwu(&upstream);
    let words = PhraseWords::default();
    tingwu
        .start_realtime(&NewTask::realtime("cn", "pcm", 16_000))
        .await
        .unwrap();
    tingwu.stop_realtime("5d2f").await.unwrap();
    tingwu
        .analyse_again("5d2f", TaskParameters::default())
        .await
        .unwrap();
    tingwu.create_phrases(&words).await.unwrap();
    tingwu.list_phrases().await.unwrap();
    tingwu.phrases("p-1").await.unwrap();
    tingwu.update_phrases("p-1", &words).await.unwrap();
    tingwu.delete_phrases("p-1").await.unwrap();
    assert!(tingwu.phrases("../tasks").await.is_err());
    let requests = upstream.requests();
    let seen: Vec<String> = requests
        .iter()
        .map(|request| {
            let line = request.split(" HTTP/").next().unwrap();
            format!("{line} {}", header(request, "x-acs-action"))
        })
        .collect();
    assert_eq!(
        seen,
        [
            "PUT /openapi/tingwu/v2/tasks?operation=start&type=realtime CreateTask",
            "PUT /openapi/tingwu/v2/tasks?operation=stop&type=realtime CreateTask",
            "PUT /openapi/tingwu/v2/tasks?type=offline CreateTask",
            "POST /openapi/tingwu/v2/resources/phrases CreateTranscriptionPhrases",
            "GET /openapi/tingwu/v2/resources/phrases ListTranscriptionPhrases",
            "GET /openapi/tingwu/v2/resources/phrases/p-1 GetTranscriptionPhrases",
            "PUT /openapi/tingwu/v2/resources/phrases/p-1 UpdateTranscriptionPhrases",
            "DELETE /openapi/tingwu/v2/resources/phrases/p-1 DeleteTranscriptionPhrases",
        ]
    );
}

#[tokio::test]
async fn meetings_through_bailian() {
    let parameters = json!({
        "transcription": {"model": "cn", "languageHints": ["cn"], "diarizationEnabled": true, "diarizationSpeakerCount": 0, "translationEnabled": true, "translationTargetLang": ["en"]},
        "audio": {"audioChannelMode": ""},
        "analysis": {"model": "default", "keyInformationEnabled": true, "actionsEnabled": true, "fullSummaryEnabled": true, "fullSummaryFormat": "default", "conversationalEnabled": true, "questionsAnsweringEnabled": true, "mindMapEnabled": true, "mindMapFormat": "timestamp", "pptExtractionEnabled": false, "autoChaptersEnabled": true, "autoChapterGranularity": "General", "autoChapterTitleLengthLevel": "Normal", "textPolishEnabled": true, "customPromptEnabled": true, "customPromptModel": "tingwu-plus", "customPromptTransType": "default", "customPromptContent": "Summarise:\n{Transcription}"},
    });
    let asked: MeetingParameters = serde_json::from_value(parameters.clone()).unwrap();
    // Every documented name has a field of its own.
    assert!(asked.extra.is_empty() && asked.transcription.extra.is_empty());
    assert!(asked.analysis.extra.is_empty());
    let outputs = [
        json!({"dataId": "a1b2c3d4e5f6"}),
        json!({
            "status": 0, "errorCode": null, "errorMessage": null,
            "playbackUrl": "https://example.com/a.mp3", "transcriptionPath": "https://example.com/t.json",
            "translationsPath": "https://example.com/e.json", "autoChaptersPath": null,
        }),
        json!({"TaskId": "x", "Result": {"score": 1}}),
    ];
    let answers =
        outputs.map(|output| answer(&json!({"output": output, "usage": {}, "request_id": "r"})));
    let upstream = Upstream::playing(answers.to_vec()).await;
    let client = upstream.client();
    let source = MeetingSource::File("https://example.com/meeting.mp3".to_owned());
    let mut request = MeetingRequest::new("tw_demo01", source);
    request.phrase_id = Some("p-1".to_owned());
    request.parameters = asked;
    let meeting = client.submit_meeting(&request).await.unwrap();
    let data_id = "a1b2c3d4e5f6".to_owned();
    assert_eq!(meeting, Meeting { data_id });
    let now = client.query_meeting(&meeting).await.unwrap();
    assert_eq!(now.status, MeetingStatus::Done);
    assert_eq!(
        now.translations_path.as_deref(),
        Some("https://example.com/e.json")
    );
    let talk = "https://example.com/talk.mp3";
    let judged = client.inspect_automotive_service("tw_demo01", talk).await;
    assert_eq!(judged.unwrap()["Result"]["score"], 1);

    let expected = [
        json!({
            "model": "tingwu-meeting",
            "input": {"task": "createTask", "type": "offline", "appId": "tw_demo01", "fileUrl": "https://example.com/meeting.mp3", "phraseId": "p-1"},
            "parameters": parameters,
        }),
        json!({"model": "tingwu-meeting", "input": {"task": "getTask", "dataId": "a1b2c3d4e5f6"}}),
        json!({"model": "tingwu-automotive-service-inspection", "input": {"fileUrl": talk, "appid": "tw_demo01"}}),
    ];
    for (turn, expected) in expected.into_iter().enumerate() {
        let (path, body) = sent(&upstream, turn, false);
        assert_eq!(
            path,
            format!("{SERVICES}/aigc/multimodal-generation/generation")
        );
        assert_eq!(body, expected);
    }
}
