//! The library of what is remembered of users.

use serde_json::{Value, json};
use simulator::Simulator;

use crate::support::{send, simulator, with};

async fn call(simulator: &Simulator, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let path = format!("/api/v2/apps/memory/{path}");
    let reply = send(simulator, method, &path, &body.to_string()).await;
    (reply.status, reply.json())
}

async fn good(simulator: &Simulator, method: &str, path: &str, body: &Value) -> Value {
    let (status, answer) = call(simulator, method, path, body).await;
    assert_eq!(status, 200, "{path}: {answer}");
    assert!(answer["request_id"].is_string());
    answer
}

fn said(text: &str) -> Value {
    json!({ "user_id": "u1", "messages": [
        { "role": "user", "content": text },
        { "role": "assistant", "content": "Noted." },
    ] })
}

#[tokio::test]
async fn what_users_say_is_found_again() {
    let simulator = simulator().await;
    let added = good(
        &simulator,
        "POST",
        "add",
        &said("I drink green tea every morning"),
    )
    .await;
    let node = &added["memory_nodes"][0];
    assert_eq!(node["event"], "ADD");
    let id = node["memory_node_id"].as_str().expect("an id").to_owned();
    assert_eq!(id.len(), 32);
    let custom = json!({ "user_id": "u1", "custom_content": "Lives in Hangzhou", "meta_data": { "from": "form" } });
    good(&simulator, "POST", "add", &custom).await;

    let again = good(
        &simulator,
        "POST",
        "add",
        &said("I drink black and green tea every morning"),
    )
    .await;
    assert_eq!(again["memory_nodes"][0]["event"], "UPDATE");
    assert_eq!(
        again["memory_nodes"][0]["old_content"],
        "I drink green tea every morning"
    );

    let found = good(
        &simulator,
        "POST",
        "memory_nodes/search",
        &said("Which tea do I drink?"),
    )
    .await;
    assert_eq!(found["memory_nodes"].as_array().map(Vec::len), Some(1));
    assert_eq!(found["memory_nodes"][0]["memory_node_id"], id);
    assert!(found["memory_nodes"][0]["created_at"].is_u64());
    let strict = with(said("tea"), json!({ "min_score": 1 }));
    let found = good(&simulator, "POST", "memory_nodes/search", &strict).await;
    assert_eq!(found["memory_nodes"], json!([]));

    let listed = good(
        &simulator,
        "GET",
        "memory_nodes?user_id=u1&page_size=1",
        &json!({}),
    )
    .await;
    assert_eq!(
        (&listed["total"], &listed["page_num"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        listed["memory_nodes"][0]["meta_data"],
        json!({ "from": "form" })
    );

    let path = format!("memory_nodes/{id}");
    let change = json!({ "user_id": "u1", "custom_content": "Drinks coffee" });
    good(&simulator, "PATCH", &path, &change).await;
    good(&simulator, "DELETE", &path, &json!({})).await;
    assert_eq!(call(&simulator, "DELETE", &path, &json!({})).await.0, 404);
}

#[tokio::test]
async fn strangers_and_faulty_requests_are_refused() {
    let simulator = simulator().await;
    let (status, refused) = call(&simulator, "POST", "memory_nodes/search", &said("hi")).await;
    assert_eq!((status, &refused["code"]), (404, &json!("UserNotFound")));
    for body in [
        json!({ "messages": [] }),
        json!({ "user_id": "u".repeat(65), "custom_content": "x" }),
        json!({ "user_id": "u1", "custom_content": "x".repeat(513) }),
        json!({ "user_id": "u1", "messages": [{ "role": "system", "content": "x" }] }),
    ] {
        let (status, refused) = call(&simulator, "POST", "add", &body).await;
        assert_eq!(
            (status, &refused["code"]),
            (400, &json!("InvalidParameter")),
            "{body}"
        );
    }
}

#[tokio::test]
async fn profiles_fill_as_users_speak() {
    let simulator = simulator().await;
    let schema = json!({ "name": "person", "description": "who it is", "attributes": [
        { "name": "age", "description": "in years" }, { "name": "plan", "default_value": "free" }, { "name": "city" },
    ] });
    let made = good(&simulator, "POST", "profile_schemas", &schema).await;
    let id = made["profile_schema_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let learning = with(said("my age is 27"), json!({ "profile_schema": id }));
    good(&simulator, "POST", "add", &learning).await;

    let path = format!("profile_schemas/{id}");
    let profile = good(
        &simulator,
        "GET",
        &format!("{path}/user_profile?user_id=u1"),
        &json!({}),
    )
    .await;
    let values: Vec<_> = profile["profile"]["attributes"]
        .as_array()
        .expect("attributes")
        .iter()
        .map(|attribute| attribute.get("value").and_then(Value::as_str))
        .collect();
    assert_eq!(values, [Some("27"), Some("free"), None]);
    assert_eq!(profile["profile"]["schema_name"], "person");

    let shown = good(&simulator, "GET", &path, &json!({})).await;
    let attribute = |at: usize| shown["attributes"][at]["attribute_id"].clone();
    let change = json!({ "name": "human", "attributes_operations": [
        { "op": "add", "name": "food" },
        { "op": "update", "attribute_id": attribute(1), "name": "tariff" },
        { "op": "delete", "attribute_id": attribute(2) },
    ] });
    good(&simulator, "PATCH", &path, &change).await;
    let shown = good(&simulator, "GET", &path, &json!({})).await;
    let names: Vec<_> = shown["attributes"]
        .as_array()
        .expect("attributes")
        .iter()
        .map(|a| a["name"].clone())
        .collect();
    assert_eq!(names, ["age", "tariff", "food"]);
    let listed = good(
        &simulator,
        "GET",
        "profile_schemas?page_num=1&page_size=10",
        &json!({}),
    )
    .await;
    assert_eq!(
        (&listed["total"], &listed["profile_schemas"][0]["name"]),
        (&json!(1), &json!("human"))
    );
    good(&simulator, "DELETE", &path, &json!({})).await;
    assert_eq!(call(&simulator, "GET", &path, &json!({})).await.0, 404);
}
