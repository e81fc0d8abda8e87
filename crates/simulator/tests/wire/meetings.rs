//! Meetings through the native protocol.

use serde_json::{Value, json};
use simulator::Simulator;

use crate::{
    support::{Reply, send, simulator},
    tingwu::{ENDPOINT, SAID, document, recording},
};

async fn native(simulator: &Simulator, input: Value, parameters: Value) -> Reply {
    let body = json!({ "model": "tingwu-meeting", "input": input, "parameters": parameters });
    send(simulator, "POST", ENDPOINT, &body.to_string()).await
}

#[tokio::test]
async fn the_native_protocol_tells_the_same_in_its_own_spelling() {
    let simulator = simulator().await;
    let url = recording(&simulator, SAID).await;
    let input =
        json!({ "task": "createTask", "type": "offline", "appId": "tw_demo01", "fileUrl": url });
    let parameters = json!({
        "transcription": { "model": "cn", "translationEnabled": true, "translationTargetLang": ["en"] },
        "analysis": { "fullSummaryEnabled": true, "mindMapEnabled": true, "actionsEnabled": true },
    });
    let created = native(&simulator, input, parameters).await.json();
    let id = &created["output"]["dataId"];
    let shown = native(
        &simulator,
        json!({ "task": "getTask", "dataId": id }),
        json!({}),
    )
    .await
    .json();
    let output = &shown["output"];
    assert_eq!(
        (&output["status"], &output["autoChaptersPath"]),
        (&json!(0), &Value::Null),
        "{shown}"
    );
    let written = document(&simulator, &output["transcriptionPath"]).await;
    assert_eq!(written["paragraphs"][0]["words"][0]["sentenceId"], 1);
    assert!(written.get("taskId").is_none());
    let summary = document(&simulator, &output["summarizationPath"]).await;
    assert!(summary["mindMapSummary"][0]["topic"][0]["beginTime"].is_number());
    assert!(summary.get("conversationalSummary").is_none());
    let actions = document(&simulator, &output["meetingAssistancePath"]).await;
    assert_eq!(actions["actions"][0]["text"], "请小王周五前提交方案。");

    let text = json!({ "task": "createTask", "type": "offline", "appId": "tw", "text": "小王: 你好。\n小李: 早。" });
    let created = native(&simulator, text, json!({})).await.json();
    let wanted = json!({ "task": "getTask", "dataId": created["output"]["dataId"] });
    let shown = native(&simulator, wanted, json!({})).await.json();
    let written = document(&simulator, &shown["output"]["transcriptionPath"]).await;
    assert_eq!(written["paragraphs"][1]["speakerId"], "2");

    let unknown = native(
        &simulator,
        json!({ "task": "getTask", "dataId": "x" }),
        json!({}),
    )
    .await;
    assert_eq!(
        (unknown.status, &unknown.json()["code"]),
        (400, &json!("Agent.InputInvalidDataId"))
    );
}
