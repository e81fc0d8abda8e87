//! Tingwu by its own signed protocol and by the native one.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use simulator::{Options, Simulator};

use crate::support::{Reply, raw, read, send, simulator};

pub const ENDPOINT: &str = "/api/v1/services/aigc/multimodal-generation/generation";
const TASKS: &str = "/openapi/tingwu/v2/tasks";

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A request as a client of the `OpenAPI` would sign it.
struct Call<'a> {
    action: &'a str,
    method: &'a str,
    path: &'a str,
    query: &'a str,
    body: String,
    key: &'a str,
    secret: &'a str,
    date: String,
    nonce: &'a str,
}

impl<'a> Call<'a> {
    fn new(action: &'a str, method: &'a str, path: &'a str, nonce: &'a str) -> Self {
        Self {
            action,
            method,
            path,
            query: "",
            body: String::new(),
            key: "testAccessKeyId",
            secret: "testAccessKeySecret",
            date: now(),
            nonce,
        }
    }

    async fn send(&self, simulator: &Simulator) -> Reply {
        let hash = hex(&Sha256::digest(&self.body));
        let signed =
            "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
        let headers = format!(
            "host:simulator\nx-acs-action:{}\nx-acs-content-sha256:{hash}\nx-acs-date:{}\nx-acs-signature-nonce:{}\nx-acs-version:2023-09-30\n",
            self.action, self.date, self.nonce
        );
        let canonical = format!(
            "{}\n{}\n{}\n{headers}\n{signed}\n{hash}",
            self.method, self.path, self.query
        );
        let to_sign = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical)));
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(to_sign.as_bytes());
        let signature = hex(&mac.finalize().into_bytes());
        let mut head = format!(
            "authorization: ACS3-HMAC-SHA256 Credential={},SignedHeaders={signed},Signature={signature}\r\n",
            self.key
        );
        for line in headers.lines().skip(1) {
            head.push_str(line);
            head.push_str("\r\n");
        }
        let path = match self.query {
            "" => self.path.to_owned(),
            query => format!("{}?{query}", self.path),
        };
        read(raw(simulator, self.method, &path, &head, &self.body).await)
            .await
            .0
    }
}

/// This moment as the `OpenAPI` writes it, from the days since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "what is signed carries the real time"
)]
fn now() -> String {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let part = (5 * of_year + 2) / 153;
    let (day, month) = (
        of_year - (153 * part + 2) / 5 + 1,
        if part < 10 { part + 3 } else { part - 9 },
    );
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// A recording that the simulator speaks itself, by its address.
pub async fn recording(simulator: &Simulator, text: &str) -> String {
    let body = json!({ "model": "qwen3-tts-flash", "input": { "text": text, "voice": "Cherry" } });
    let spoken = send(simulator, "POST", ENDPOINT, &body.to_string()).await;
    spoken.json()["output"]["audio"]["url"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The document behind an address of the simulator.
pub async fn document(simulator: &Simulator, url: &Value) -> Value {
    let path = url
        .as_str()
        .unwrap()
        .strip_prefix(simulator.base_url())
        .unwrap()
        .to_owned();
    // The object store wants no other signature than that of the address.
    let reply = read(raw(simulator, "GET", &path, "", "").await).await.0;
    assert_eq!(reply.status, 200, "{path}");
    reply.json()
}

pub const SAID: &str = "今天主要讨论三件事情。预算什么时候完成？请小王周五前提交方案。";

#[tokio::test]
async fn a_recording_is_written_down_and_told_of() {
    let simulator = simulator().await;
    let url = recording(&simulator, SAID).await;
    let order = json!({
        "AppKey": "demo",
        "Input": { "FileUrl": url, "SourceLanguage": "cn", "TaskKey": "周会-01" },
        "Parameters": {
            "Transcription": { "DiarizationEnabled": true },
            "TranslationEnabled": true, "Translation": { "TargetLanguages": ["en"] },
            "AutoChaptersEnabled": true,
            "MeetingAssistanceEnabled": true, "MeetingAssistance": { "Types": ["Actions", "KeyInformation"] },
            "SummarizationEnabled": true,
            "Summarization": { "Types": ["Paragraph", "Conversational", "QuestionsAnswering", "MindMap"] },
            "TextPolishEnabled": true, "PptExtractionEnabled": true,
            "CustomPromptEnabled": true,
            "CustomPrompt": { "Contents": [{ "Name": "decisions", "Prompt": "List:\n{Transcription}" }] },
            "Transcoding": { "TargetAudioFormat": "mp3" },
        },
    });
    let mut create = Call::new("CreateTask", "PUT", TASKS, "n1");
    create.query = "type=offline";
    create.body = order.to_string();
    let created = create.send(&simulator).await.json();
    assert_eq!(
        (&created["Code"], &created["Data"]["TaskKey"]),
        (&json!("0"), &json!("周会-01"))
    );
    let id = created["Data"]["TaskId"].as_str().unwrap();
    assert_eq!(id.len(), 32);

    let path = format!("{TASKS}/{id}");
    let shown = Call::new("GetTaskInfo", "GET", &path, "n2")
        .send(&simulator)
        .await
        .json();
    let data = &shown["Data"];
    assert_eq!(data["TaskStatus"], "COMPLETED", "{shown}");
    assert!(data["OutputMp3Path"].is_string());
    let written = document(&simulator, &data["Result"]["Transcription"]).await;
    let info = &written["Transcription"]["AudioInfo"];
    let words = written["Transcription"]["Paragraphs"][0]["Words"]
        .as_array()
        .unwrap();
    let text: String = words
        .iter()
        .filter_map(|word| word["Text"].as_str())
        .collect();
    assert_eq!(text, SAID);
    assert!(words.last().unwrap()["End"].as_u64() <= info["Duration"].as_u64());
    let summary = document(&simulator, &data["Result"]["Summarization"]).await;
    assert_eq!(summary["TaskId"], id);
    assert_eq!(
        summary["Summarization"]["QuestionsAnsweringSummary"][0]["SentenceIdsOfAnswer"],
        json!([3])
    );
    let translated = document(&simulator, &data["Result"]["Translation"]).await;
    assert_eq!(
        translated["Translation"]["Paragraphs"][0]["Sentences"][0]["Text"],
        "There are three things to discuss today."
    );
    let frames = document(&simulator, &data["Result"]["PptExtraction"]).await;
    assert_eq!(frames["PptExtraction"]["KeyFrameList"], json!([]));
    for kind in [
        "AutoChapters",
        "MeetingAssistance",
        "TextPolish",
        "CustomPrompt",
    ] {
        assert!(
            !document(&simulator, &data["Result"][kind]).await[kind].is_null(),
            "{kind}"
        );
    }
    let billed: f64 = simulator
        .totals()
        .iter()
        .map(|total| total.billed.seconds)
        .sum();
    assert!(billed >= 1.0);

    let again = json!({ "AppKey": "demo", "Input": { "TaskId": id }, "Parameters": { "TextPolishEnabled": true } });
    let mut rerun = Call::new("CreateTask", "PUT", TASKS, "n3");
    rerun.query = "type=offline";
    rerun.body = again.to_string();
    assert_eq!(rerun.send(&simulator).await.json()["Data"]["TaskId"], id);
    let shown = Call::new("GetTaskInfo", "GET", &path, "n4")
        .send(&simulator)
        .await
        .json();
    let result = shown["Data"]["Result"].as_object().unwrap();
    assert_eq!(
        result.keys().collect::<Vec<_>>(),
        ["TextPolish", "Transcription"]
    );
}

#[tokio::test]
async fn what_is_not_signed_as_it_must_be_is_refused() {
    let simulator = simulator().await;
    let path = format!("{TASKS}/1");
    let call = |nonce| Call::new("GetTaskInfo", "GET", &path, nonce);
    let good = call("a").send(&simulator).await;
    assert_eq!(good.json()["Data"]["TaskStatus"], "INVALID");
    for (call, status, code) in [
        (call("a"), 400, "SignatureNonceUsed"),
        (
            Call {
                secret: "wrong",
                ..call("b")
            },
            400,
            "SignatureDoesNotMatch",
        ),
        (
            Call {
                key: "nobody",
                ..call("c")
            },
            404,
            "InvalidAccessKeyId.NotFound",
        ),
        (
            Call {
                date: "2020-01-01T00:00:00Z".to_owned(),
                ..call("d")
            },
            400,
            "InvalidTimeStamp.Expired",
        ),
        (
            Call {
                date: "yesterday".to_owned(),
                ..call("e")
            },
            400,
            "InvalidTimeStamp.Format",
        ),
        (
            Call {
                action: "CreateTask",
                ..call("f")
            },
            404,
            "InvalidAction.NotFound",
        ),
    ] {
        let reply = call.send(&simulator).await;
        let answer = reply.json();
        assert_eq!(
            (reply.status, answer["Code"].as_str()),
            (status, Some(code))
        );
        assert!(answer["RequestId"].is_string() && answer["HostId"].is_string());
        assert!(!reply.text().contains("testAccessKeySecret"));
    }
    let unsigned = send(&simulator, "GET", &path, "").await;
    assert_eq!(unsigned.json()["Code"], "IncompleteSignature");
}

#[tokio::test]
async fn a_task_may_fail_and_still_be_answered_with_success() {
    let simulator = simulator().await;
    let mut create = Call::new("CreateTask", "PUT", TASKS, "n1");
    create.query = "type=offline";
    create.body = json!({ "AppKey": "demo", "Input": { "FileUrl": "https://example.invalid/a.mp3", "SourceLanguage": "cn" } }).to_string();
    let created = create.send(&simulator).await.json();
    let path = format!("{TASKS}/{}", created["Data"]["TaskId"].as_str().unwrap());
    let shown = Call::new("GetTaskInfo", "GET", &path, "n2")
        .send(&simulator)
        .await
        .json();
    assert_eq!(
        (
            &shown["Code"],
            &shown["Data"]["TaskStatus"],
            &shown["Data"]["ErrorCode"]
        ),
        (&json!("0"), &json!("FAILED"), &json!("TSC.AudioFileLink"))
    );
}

#[tokio::test]
async fn a_task_takes_its_time() {
    let options = Options {
        task_time: "600s".parse().unwrap(),
        ..Options::immediate()
    };
    let simulator = Simulator::start(options).await.unwrap();
    let mut create = Call::new("CreateTask", "PUT", TASKS, "n1");
    create.query = "type=offline";
    create.body = json!({ "AppKey": "demo", "Input": { "FileUrl": "http://127.0.0.1:1/a.mp3", "SourceLanguage": "cn" } }).to_string();
    let created = create.send(&simulator).await.json();
    let path = format!("{TASKS}/{}", created["Data"]["TaskId"].as_str().unwrap());
    let shown = Call::new("GetTaskInfo", "GET", &path, "n2")
        .send(&simulator)
        .await
        .json();
    assert_eq!(shown["Data"]["TaskStatus"], "ONGOING");
}

#[tokio::test]
async fn a_meeting_in_realtime_is_started_and_stopped() {
    let simulator = simulator().await;
    let mut start = Call::new("CreateTask", "PUT", TASKS, "n1");
    start.query = "operation=start&type=realtime";
    start.body = json!({ "AppKey": "demo", "Input": { "Format": "pcm", "SampleRate": 16000, "SourceLanguage": "cn" } }).to_string();
    let started = start.send(&simulator).await.json();
    assert!(
        started["Data"]["MeetingJoinUrl"]
            .as_str()
            .unwrap()
            .starts_with("ws://")
    );
    let id = started["Data"]["TaskId"].as_str().unwrap();
    let path = format!("{TASKS}/{id}");
    let running = Call::new("GetTaskInfo", "GET", &path, "n2")
        .send(&simulator)
        .await
        .json();
    assert_eq!(running["Data"]["TaskStatus"], "ONGOING");
    let mut stop = Call::new("CreateTask", "PUT", TASKS, "n3");
    stop.query = "operation=stop&type=realtime";
    stop.body = json!({ "AppKey": "demo", "Input": { "TaskId": id } }).to_string();
    assert_eq!(stop.send(&simulator).await.status, 200);
    let over = Call::new("GetTaskInfo", "GET", &path, "n4")
        .send(&simulator)
        .await
        .json();
    assert_eq!(over["Data"]["TaskStatus"], "COMPLETED");
}

#[tokio::test]
async fn lists_of_phrases_are_kept() {
    let simulator = simulator().await;
    let phrases = "/openapi/tingwu/v2/resources/phrases";
    let mut create = Call::new("CreateTranscriptionPhrases", "POST", phrases, "n1");
    create.body = json!({ "Name": "words", "WordWeights": "{\"炼台\":3}" }).to_string();
    let created = create.send(&simulator).await.json();
    let id = created["Data"]["PhraseId"].as_str().unwrap();
    let path = format!("{phrases}/{id}");
    let shown = Call::new("GetTranscriptionPhrases", "GET", &path, "n2")
        .send(&simulator)
        .await
        .json();
    assert_eq!(shown["Data"]["Phrases"][0]["WordWeights"], "{\"炼台\":3}");
    let mut update = Call::new("UpdateTranscriptionPhrases", "PUT", &path, "n3");
    update.body = json!({ "Name": "other", "WordWeights": "{}" }).to_string();
    assert_eq!(update.send(&simulator).await.status, 200);
    let listed = Call::new("ListTranscriptionPhrases", "GET", phrases, "n4")
        .send(&simulator)
        .await
        .json();
    assert_eq!(listed["Data"]["Phrases"][0]["Name"], "other");
    let deleted = Call::new("DeleteTranscriptionPhrases", "DELETE", &path, "n5")
        .send(&simulator)
        .await;
    assert_eq!(deleted.status, 200);
    let gone = Call::new("GetTranscriptionPhrases", "GET", &path, "n6")
        .send(&simulator)
        .await;
    assert_eq!(gone.status, 400);
}
