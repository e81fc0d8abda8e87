//! Servers of tools, with one of a few lines for them: it speaks the protocol as its pages describe it.

mod changing;

use std::sync::{Arc, Mutex};

use model::{BuiltIn, ServerTool, ToolServerDraft};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{
    store::testing::{count, on_both, rows},
    works::testing::Site,
};

/// A server that knows one tool, wants a token, and remembers what it was called with.
#[derive(Clone, Default)]
struct Shop {
    called: Arc<Mutex<Vec<Value>>>,
    describes: Arc<Mutex<Vec<Value>>>,
}

const TOKEN: &str = "secret-of-the-shop";

impl Shop {
    async fn open(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let shop = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shop = shop.clone();
                tokio::spawn(async move { shop.serve(stream).await });
            }
        });
        format!("http://{at}/mcp")
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut read = Vec::new();
        loop {
            let mut piece = [0; 4_096];
            let Ok(length @ 1..) = stream.read(&mut piece).await else {
                return;
            };
            read.extend_from_slice(&piece[..length]);
            let text = String::from_utf8_lossy(&read).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let head = head.to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if body.len() < length {
                continue;
            }
            let answer = self.answer(&head, body);
            let _ = stream.write_all(answer.as_bytes()).await;
            return;
        }
    }

    fn answer(&self, head: &str, body: &str) -> String {
        let told = |status: &str, body: &str| {
            let length = body.len();
            format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
        };
        if !head.contains(&format!("authorization: bearer {TOKEN}")) {
            return told("401 Unauthorized", "");
        }
        if !head.starts_with("post") {
            return told("405 Method Not Allowed", "");
        }
        let asked: Value = serde_json::from_str(body).unwrap();
        let Some(id) = asked.get("id") else {
            return told("202 Accepted", "");
        };
        let result = match asked["method"].as_str().unwrap() {
            "initialize" => json!({
                "protocolVersion": "2025-06-18",
                "capabilities": { "tools": {} },
                "serverInfo": { "name": "shop", "version": "1" },
            }),
            "tools/list" => json!({ "tools": *self.describes.lock().unwrap() }),
            "tools/call" => {
                self.called.lock().unwrap().push(asked["params"].clone());
                json!({ "content": [{ "type": "text", "text": "三件" }] })
            }
            other => {
                let error = json!({ "code": -32601, "message": format!("no {other}") });
                let answer = json!({ "jsonrpc": "2.0", "id": id, "error": error });
                return told("200 OK", &answer.to_string());
            }
        };
        let answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
        told("200 OK", &answer.to_string())
    }
}

fn describes(name: &str) -> Value {
    json!({
        "name": name,
        "description": "Counts what is there",
        "inputSchema": { "type": "object", "required": ["what"], "properties": { "what": { "type": "string" } } },
    })
}

fn draft(address: &str, token: &str) -> ToolServerDraft {
    ToolServerDraft {
        name: "shop".to_owned(),
        address: address.to_owned(),
        token: token.to_owned(),
    }
}

fn code<T>(result: Result<T, Error>) -> Option<FailureCode> {
    result.err().map(|error| error.code())
}

#[tokio::test]
async fn tools_of_a_server_are_used_by_those_who_may_and_as_it_was_decided() {
    on_both(async |db| {
        let house = Site::at_rest(&db).await;
        let tools = &house.services.tools;
        let identity = &house.services.identity;
        let chief = identity.signed_up("chief", BuiltIn::Administrator).await;
        let shop = Shop::default();
        shop.describes
            .lock()
            .unwrap()
            .extend([describes("count.things"), describes("other")]);
        let address = shop.open().await;
        let id = tools
            .add_server(&chief, &draft(&address, TOKEN))
            .await
            .unwrap();
        let (servers, roles) = tools.servers(&chief).await.unwrap();
        assert_eq!(servers[0].failure, None);
        assert!(servers[0].has_token && servers[0].checked_at.is_some());
        let names: Vec<_> = servers[0]
            .tools
            .iter()
            .map(|tool| tool.name.as_str())
            .collect();
        assert_eq!(names, ["shop__count_things", "shop__other"]);
        assert!(
            servers[0]
                .tools
                .iter()
                .all(|tool| !tool.is_on && tool.asks_first)
        );
        // The token is nowhere in the clear, and no line of the log has it.
        let sealed = rows(&db, "SELECT CAST(details AS TEXT) FROM audit_log").await;
        assert!(!sealed.concat().contains(TOKEN));

        let name = servers[0].tools[0].name.clone();
        let knows = async |caller: &Caller| {
            let known = tools.choices(caller, None).await.unwrap().0;
            known.iter().any(|tool| tool.name == name)
        };
        assert!(!knows(&house.lin).await, "what was found is off");
        let set = |is_on: bool, asks_first: bool, roles: &[RoleId]| ServerTool {
            name: name.clone(),
            description: String::new(),
            is_on,
            asks_first,
            roles: roles.to_vec(),
        };
        let operators = BuiltIn::Operator.id();
        assert!(roles.iter().any(|role| role.id == operators));
        tools
            .set_tool(&chief, &set(true, true, &[operators]))
            .await
            .unwrap();
        assert!(!knows(&house.lin).await, "she is no operator");
        tools.set_tool(&chief, &set(true, true, &[])).await.unwrap();
        assert!(knows(&house.lin).await);

        tools
            .choose(&house.lin, None, std::slice::from_ref(&name))
            .await
            .unwrap();
        let known = tools.known(&house.lin).await.unwrap();
        let toolbox = Toolbox(known);
        let judge = |arguments: &str| toolbox.judge(name.as_str(), arguments);
        assert_eq!(judge(r#"{"what":"茶"}"#), Judged::Asks);
        assert!(matches!(judge("{}"), Judged::Refused(_)));
        let occasion = Occasion {
            caller: &house.lin,
            conversation: ConversationId::from_uuid(uuid::Uuid::nil()),
            message: MessageId::from_uuid(uuid::Uuid::nil()),
            call: ToolCallId::from_uuid(uuid::Uuid::nil()),
        };
        let wanted = (name.as_str(), r#"{"what":"茶"}"#);
        let called = tools.call(&toolbox, occasion, wanted).await;
        assert_eq!(called.as_deref(), Ok("三件"));
        let call = shop.called.lock().unwrap().pop().unwrap();
        assert_eq!(
            (&call["name"], &call["arguments"]["what"]),
            (&json!("count.things"), &json!("茶"))
        );

        // What was decided stays, what is gone is forgotten.
        shop.describes.lock().unwrap().pop();
        tools.check_server(&chief, id).await.unwrap();
        let (servers, _) = tools.servers(&chief).await.unwrap();
        assert_eq!(servers[0].tools.len(), 1);
        assert!(servers[0].tools[0].is_on);
        tools.remove_server(&chief, id).await.unwrap();
        let gone = tools.call(&toolbox, occasion, wanted).await;
        assert!(gone.is_err_and(|wrong| wrong.contains("not available")));
        assert_eq!(count(&db, "SELECT COUNT(*) FROM server_tools").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_was_decided_about_a_tool_holds_for_what_it_said_and_where_it_was() {
    on_both(async |db| {
        let house = Site::at_rest(&db).await;
        let tools = &house.services.tools;
        let identity = &house.services.identity;
        let chief = identity.signed_up("chief", BuiltIn::Administrator).await;
        let shop = Shop::default();
        shop.describes.lock().unwrap().push(describes("count"));
        let address = shop.open().await;
        let added = tools.add_server(&chief, &draft(&address, TOKEN)).await;
        let id = added.unwrap();
        let known = async || {
            let (servers, _) = tools.servers(&chief).await.unwrap();
            servers[0].tools[0].clone()
        };
        let decided = async || {
            let tool = known().await;
            (tool.is_on, tool.asks_first)
        };
        let trusted = ServerTool {
            is_on: true,
            asks_first: false,
            ..known().await
        };
        tools.set_tool(&chief, &trusted).await.unwrap();
        tools.check_server(&chief, id).await.unwrap();
        assert_eq!(decided().await, (true, false));
        shop.describes.lock().unwrap()[0]["description"] = json!("Buys what is there");
        tools.check_server(&chief, id).await.unwrap();
        assert_eq!(decided().await, (true, true), "it says something else");
        tools.set_tool(&chief, &trusted).await.unwrap();
        let elsewhere = draft(&shop.open().await, TOKEN);
        let moved = tools.change_server(&chief, id, &elsewhere, (true, false));
        moved.await.unwrap();
        assert_eq!(decided().await, (false, true), "another answers there");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_away_or_refuses_is_told_of_and_stops_nothing() {
    on_both(async |db| {
        let house = Site::at_rest(&db).await;
        let tools = &house.services.tools;
        let identity = &house.services.identity;
        let chief = identity.signed_up("chief", BuiltIn::Administrator).await;
        let shop = Shop::default();
        shop.describes.lock().unwrap().push(describes("count"));
        let address = shop.open().await;
        let id = tools
            .add_server(&chief, &draft(&address, "wrong"))
            .await
            .unwrap();
        let failure = async || tools.servers(&chief).await.unwrap().0[0].failure;
        assert_eq!(failure().await, Some(FailureCode::ToolServerRefused));
        let right = (true, false);
        tools
            .change_server(&chief, id, &draft(&address, TOKEN), right)
            .await
            .unwrap();
        assert_eq!(failure().await, None);
        // A token is never sent to another address than the one it was given for.
        tools
            .change_server(&chief, id, &draft(&shop.open().await, ""), right)
            .await
            .unwrap();
        assert_eq!(failure().await, Some(FailureCode::ToolServerRefused));
        assert!(!tools.servers(&chief).await.unwrap().0[0].has_token);
        tools
            .change_server(&chief, id, &draft("http://127.0.0.1:9/", ""), right)
            .await
            .unwrap();
        assert_eq!(failure().await, Some(FailureCode::ToolServerUnavailable));
        assert_eq!(
            tools.servers(&chief).await.unwrap().0[0].tools.len(),
            1,
            "what is known stays"
        );

        let again = tools.add_server(&chief, &draft(&address, "")).await;
        assert_eq!(code(again), Some(FailureCode::NameTaken));
        for (wrong, expected) in [
            (draft("ftp://a/", ""), FailureCode::InvalidToolServerAddress),
            (
                draft("http://a:b@c/", ""),
                FailureCode::InvalidToolServerAddress,
            ),
            (draft("天", ""), FailureCode::InvalidToolServerAddress),
            (draft(&address, "a b"), FailureCode::InvalidServerToken),
            (
                ToolServerDraft {
                    name: "店".to_owned(),
                    ..draft(&address, "")
                },
                FailureCode::InvalidToolServerName,
            ),
        ] {
            assert_eq!(
                code(tools.add_server(&chief, &wrong).await),
                Some(expected),
                "{wrong:?}"
            );
        }
        for refused in [
            code(tools.servers(&house.lin).await),
            code(tools.add_server(&house.lin, &draft(&address, "")).await),
            code(tools.remove_server(&house.lin, id).await),
            code(tools.check_server(&house.lin, id).await),
        ] {
            assert_eq!(refused, Some(FailureCode::Forbidden));
        }
    })
    .await;
}
