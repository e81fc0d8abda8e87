//! The object store: permissions, uploads, and addresses that expire.
#![expect(clippy::expect_used, reason = "what fails here fails the test")]

use std::{fmt::Write as _, time::Duration};

use serde_json::Value;
use simulator::Simulator;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::support::{Reply, read, send, simulator};

/// The fields of an upload in the order in which the service wants them.
struct Form(Vec<(&'static str, String)>);

impl Form {
    fn of(grant: &Value) -> Self {
        let text = |name: &str| grant[name].as_str().expect("text").to_owned();
        Self(vec![
            ("OSSAccessKeyId", text("oss_access_key_id")),
            ("Signature", text("signature")),
            ("policy", text("policy")),
            ("key", format!("{}/a.txt", text("upload_dir"))),
            ("x-oss-object-acl", text("x_oss_object_acl")),
            ("x-oss-forbid-overwrite", text("x_oss_forbid_overwrite")),
            ("success_action_status", "200".to_owned()),
            ("x-oss-content-type", "text/plain".to_owned()),
        ])
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        for field in self.0.iter_mut().filter(|field| field.0 == name) {
            value.clone_into(&mut field.1);
        }
        self
    }

    async fn upload(self, simulator: &Simulator) -> Reply {
        let mut body = String::new();
        for (name, value) in self.0 {
            write!(
                body,
                "--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .expect("a string");
        }
        body.push_str("--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--edge--\r\n");
        let mut stream = TcpStream::connect(simulator.addr())
            .await
            .expect("a connection");
        let length = body.len();
        let head = format!(
            "POST /oss/dashscope-file-mgr HTTP/1.1\r\nhost: simulator\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary=edge\r\ncontent-length: {length}\r\n\r\n"
        );
        stream
            .write_all((head + &body).as_bytes())
            .await
            .expect("sent");
        read(stream).await.0
    }
}

async fn grant(simulator: &Simulator) -> Value {
    let path = "/api/v1/uploads?action=getPolicy&model=qwen-vl-plus";
    let reply = send(simulator, "GET", path, "").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["data"].take()
}

#[tokio::test]
async fn a_permission_says_where_and_how_to_upload() {
    let simulator = simulator().await;
    let path = "/api/v1/uploads?action=getPolicy&model=qwen-vl-plus";
    let answer = send(&simulator, "GET", path, "").await.json();
    let (grant, id) = (
        &answer["data"],
        answer["request_id"].as_str().expect("an id"),
    );
    assert!(
        grant["upload_dir"]
            .as_str()
            .is_some_and(|dir| dir.ends_with(id) && dir.starts_with("dashscope-instant/"))
    );
    assert_eq!(grant["expire_in_seconds"], 300);
    assert_eq!(grant["x_oss_object_acl"], "private");
    assert!(
        grant["upload_host"]
            .as_str()
            .is_some_and(|host| host.starts_with(simulator.base_url()))
    );
    for (query, status) in [
        ("action=getPolicy", 400),
        ("model=qwen-plus", 400),
        ("action=getPolicy&model=gpt-5", 404),
    ] {
        let reply = send(&simulator, "GET", &format!("/api/v1/uploads?{query}"), "").await;
        assert_eq!(reply.status, status, "{query}");
    }
}

#[tokio::test]
async fn a_file_is_uploaded_once() {
    let simulator = simulator().await;
    let grant = grant(&simulator).await;
    let reply = Form::of(&grant).upload(&simulator).await;
    assert_eq!((reply.status, reply.text().as_str()), (200, ""));
    let again = Form::of(&grant).upload(&simulator).await;
    assert_eq!(again.status, 409);
    assert!(again.text().contains("<Code>FileAlreadyExists</Code>"));
    let path = format!(
        "/results/{}/a.txt?Expires=9999999999&Signature=guessed",
        grant["upload_dir"].as_str().expect("text")
    );
    let private = send(&simulator, "GET", &path, "").await;
    assert!((400..404).contains(&private.status), "{}", private.status);
}

#[tokio::test]
async fn an_upload_that_the_permission_does_not_cover_is_refused_as_xml() {
    let simulator = simulator().await;
    let cases = [
        ("Signature", "AAAA", "SignatureDoesNotMatch"),
        ("OSSAccessKeyId", "LTAI5tSomebodyElse", "InvalidAccessKeyId"),
        ("key", "elsewhere/a.txt", "AccessDenied"),
        ("x-oss-object-acl", "public-read", "AccessDenied"),
        ("policy", "", "InvalidArgument"),
    ];
    for (name, value, code) in cases {
        let grant = grant(&simulator).await;
        let reply = Form::of(&grant).with(name, value).upload(&simulator).await;
        assert!(
            reply.head.contains("content-type: application/xml"),
            "{name}"
        );
        assert!(
            reply.text().contains(&format!("<Code>{code}</Code>")),
            "{name}: {}",
            reply.text()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_permission_lasts_five_minutes() {
    let simulator = simulator().await;
    let grant = grant(&simulator).await;
    tokio::time::advance(Duration::from_mins(5)).await;
    let late = Form::of(&grant).upload(&simulator).await;
    assert_eq!(late.status, 403);
    assert!(
        late.text()
            .contains("Invalid according to Policy: Policy expired.")
    );
}
