//! Files are kept, listed and given back.

use serde_json::{Value, json};
use simulator::Simulator;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::support::{Reply, read, send, simulator};

pub const FILES: &str = "/compatible-mode/v1/files";

/// Sends a form with a file and its purpose.
pub async fn upload(simulator: &Simulator, name: &str, purpose: &str, content: &str) -> Reply {
    let body = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\n{purpose}\r\n--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n{content}\r\n--edge--\r\n"
    );
    form(simulator, FILES, &body).await
}

/// Sends a form whose parts are cut by `--edge`.
pub async fn form(simulator: &Simulator, path: &str, body: &str) -> Reply {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: simulator\r\nconnection: close\r\nauthorization: Bearer sk-test\r\ncontent-type: multipart/form-data; boundary=edge\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let Ok(mut stream) = TcpStream::connect(simulator.addr()).await else {
        panic!("nobody listens")
    };
    assert!(stream.write_all((head + body).as_bytes()).await.is_ok());
    read(stream).await.0
}

async fn get(simulator: &Simulator, path: &str) -> Value {
    send(simulator, "GET", path, "").await.json()
}

#[tokio::test]
async fn a_file_is_kept_shown_listed_and_deleted() {
    let simulator = simulator().await;
    let file = upload(&simulator, "test.txt", "file-extract", "春眠不觉晓")
        .await
        .json();
    let id = file["id"].as_str().unwrap();
    assert!(id.starts_with("file-fe-"), "{id}");
    assert_eq!(
        (&file["bytes"], &file["filename"], &file["status"]),
        (&json!(15), &json!("test.txt"), &json!("processed"))
    );
    assert_eq!(get(&simulator, &format!("{FILES}/{id}")).await, file);
    assert_eq!(get(&simulator, FILES).await["data"], json!([file]));
    let content = send(&simulator, "GET", &format!("{FILES}/{id}/content"), "").await;
    assert_eq!(content.status, 400);
    let gone = send(&simulator, "DELETE", &format!("{FILES}/{id}"), "").await;
    assert_eq!(
        gone.json(),
        json!({ "object": "file", "deleted": true, "id": id })
    );
    for method in ["GET", "DELETE"] {
        let unknown = send(&simulator, method, &format!("{FILES}/{id}"), "").await;
        assert_eq!(unknown.status, 404, "{method}");
    }
}

#[tokio::test]
async fn a_list_of_files_is_filtered_and_has_pages() {
    let simulator = simulator().await;
    for number in 0..3 {
        upload(&simulator, &format!("{number}.jsonl"), "batch", "{}").await;
    }
    upload(&simulator, "one.md", "file-extract", "# One").await;
    let names = |list: &Value| -> Vec<String> {
        let data = list["data"].as_array().unwrap();
        data.iter()
            .map(|file| file["filename"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = get(&simulator, &format!("{FILES}?purpose=batch&limit=2")).await;
    assert_eq!(
        (names(&first), first["has_more"].as_bool()),
        (vec!["2.jsonl".to_owned(), "1.jsonl".to_owned()], Some(true))
    );
    let last = first["data"][1]["id"].as_str().unwrap();
    let next = get(&simulator, &format!("{FILES}?purpose=batch&after={last}")).await;
    assert_eq!(
        (names(&next), next["has_more"].as_bool()),
        (vec!["0.jsonl".to_owned()], Some(false))
    );
    let none = get(&simulator, &format!("{FILES}?create_before=2025-11-12")).await;
    assert_eq!(names(&none), Vec::<String>::new());
    let all = get(
        &simulator,
        &format!("{FILES}?create_after=20250306123000&create_before=2125-11-12%2010:10:10"),
    )
    .await;
    assert_eq!(names(&all).len(), 4);
    for wrong in ["limit=0", "limit=2001", "create_after=soon"] {
        let refused = send(&simulator, "GET", &format!("{FILES}?{wrong}"), "").await;
        assert_eq!(refused.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_file_that_no_purpose_takes_is_refused() {
    let simulator = simulator().await;
    for (name, purpose, code) in [
        ("a.txt", "fine-tune", "invalid_parameter_error"),
        ("a.exe", "file-extract", "BadRequest.UnsupportedFileFormat"),
        ("a.txt", "batch", "BadRequest.UnsupportedFileFormat"),
    ] {
        let reply = upload(&simulator, name, purpose, "x").await;
        assert_eq!(
            (reply.status, reply.json()["error"]["code"].as_str()),
            (400, Some(code))
        );
    }
    let plain = send(&simulator, "POST", FILES, "{}").await;
    assert_eq!(plain.status, 400);
}
