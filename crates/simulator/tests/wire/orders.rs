//! What becomes of an order: its place in the lists, its end, and the address of its result.

use serde_json::json;

use crate::{
    pictures::{TEXT, download, prompt, task},
    support::{send, simulator},
};

#[tokio::test]
async fn a_result_is_served_in_parts_until_it_expires() {
    let simulator = simulator().await;
    let body = prompt("wan2.2-t2i-flash", json!({ "n": 1, "size": "512*512" }));
    let url = task(&simulator, TEXT, &body).await["output"]["results"][0]["url"].take();
    let path = url
        .as_str()
        .expect("an address")
        .strip_prefix(simulator.base_url())
        .expect("here");
    let whole = download(&simulator, &url).await;
    assert!(whole.head.contains("accept-ranges: bytes"));

    let ask = |method: &'static str, path: String, headers: &'static str| {
        let simulator = &simulator;
        async move {
            use tokio::io::AsyncWriteExt;
            let mut stream = tokio::net::TcpStream::connect(simulator.addr())
                .await
                .expect("a connection");
            let request = format!(
                "{method} {path} HTTP/1.1\r\nhost: simulator\r\nconnection: close\r\n{headers}\r\n"
            );
            stream.write_all(request.as_bytes()).await.expect("sent");
            crate::support::read(stream).await.0
        }
    };
    let part = ask("GET", path.to_owned(), "range: bytes=1-3\r\n").await;
    assert_eq!(
        (part.status, part.body.as_slice()),
        (206, b"PNG".as_slice())
    );
    assert!(
        part.head
            .contains(&format!("content-range: bytes 1-3/{}", whole.body.len()))
    );
    let head = ask("HEAD", path.to_owned(), "").await;
    assert!(
        head.head
            .contains(&format!("content-length: {}", whole.body.len())),
        "{}",
        head.head
    );
    assert_eq!(head.body, b"");
    let beyond = ask("GET", path.to_owned(), "range: bytes=99999999-\r\n").await;
    assert_eq!(beyond.status, 416);
    let keyed = ask("GET", path.to_owned(), "authorization: Bearer sk-test\r\n").await;
    assert_eq!(keyed.status, 400);
    let forged = ask("GET", path.replace("Signature=", "Signature=0"), "").await;
    assert!(forged.text().contains("SignatureDoesNotMatch"));
    let (before, after) = path.split_once("Expires=").expect("an expiry");
    let rest = after.split_once('&').expect("more").1;
    let late = ask("GET", format!("{before}Expires=1700000000&{rest}"), "").await;
    assert_eq!(late.status, 403);
    assert!(
        late.text()
            .contains("<Message>Request has expired.</Message>"),
        "{}",
        late.text()
    );
}

#[tokio::test]
async fn tasks_are_listed_queried_and_called_off() {
    let simulator = simulator().await;
    simulator.hold_tasks();
    let body = prompt("wan2.2-t2i-flash", json!({ "n": 1, "size": "512*512" }));
    let waiting = task(&simulator, TEXT, &body).await;
    assert_eq!(waiting["output"]["task_status"], "PENDING");
    let id = waiting["output"]["task_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let cancel = format!("/api/v1/tasks/{id}/cancel");
    let called_off = send(&simulator, "POST", &cancel, "").await;
    assert_eq!(called_off.status, 200);
    let again = send(&simulator, "POST", &cancel, "").await;
    assert_eq!(
        (again.status, &again.json()["code"]),
        (400, &json!("UnsupportedOperation"))
    );
    let query = send(&simulator, "POST", &format!("/api/v1/tasks/{id}"), "")
        .await
        .json();
    assert_eq!(query["output"]["task_status"], "CANCELED");
    let unknown = send(&simulator, "GET", "/api/v1/tasks/1111", "")
        .await
        .json();
    assert_eq!(
        unknown["output"],
        json!({ "task_id": "1111", "task_status": "UNKNOWN" })
    );

    simulator.finish_tasks();
    for _ in 0..2 {
        task(&simulator, TEXT, &body).await;
    }
    let list = send(
        &simulator,
        "GET",
        "/api/v1/tasks/?page_size=2&page_no=2",
        "",
    )
    .await
    .json();
    assert_eq!(
        (&list["total"], &list["total_page"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(list["data"][0]["task_id"], id.as_str());
    assert_eq!(list["data"][0]["status"], "CANCELED");
    assert_eq!(
        list["data"][0]["user_api_unique_key"],
        "apikey:v1:aigc:text2image:image-synthesis:wan2.2-t2i-flash"
    );
    assert!(
        list["data"][0]["gmt_create"]
            .as_u64()
            .is_some_and(|created| created > 1_700_000_000_000)
    );
    for (filter, count) in [
        ("status=PENDING", 2),
        ("model_name=wanx-v1", 0),
        (&*format!("task_id={id}"), 1),
    ] {
        let list = send(&simulator, "GET", &format!("/api/v1/tasks?{filter}"), "")
            .await
            .json();
        assert_eq!(list["total"], count, "{filter}");
    }
}
