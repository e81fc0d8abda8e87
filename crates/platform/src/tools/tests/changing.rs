//! Servers that several administrators change at once.

use super::*;
use crate::store::{Amended, FoundTool, KeptServer, testing::execute};

/// Where nobody answers.
const NOWHERE: &str = "http://127.0.0.1:9/";

fn called(name: &str) -> ToolServerDraft {
    ToolServerDraft {
        name: name.to_owned(),
        ..draft(NOWHERE, "")
    }
}

#[tokio::test]
async fn there_are_no_more_servers_than_may_be_when_two_are_added_at_once() {
    on_both(async |db| {
        let house = Site::at_rest(&db).await;
        let tools = &house.services.tools;
        let identity = &house.services.identity;
        let chief = identity.signed_up("chief", BuiltIn::Administrator).await;
        let all_but_one = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19)
             INSERT INTO tool_servers (id, name, address, is_on, created_at, updated_at)
             SELECT '01990000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), 's' || CAST(i AS TEXT), '{NOWHERE}', FALSE, 0, 0
             FROM n"
        );
        execute(&db, &all_but_one).await;
        let (one, other) = (called("one"), called("other"));
        let (one, other) = tokio::join!(
            tools.add_server(&chief, &one),
            tools.add_server(&chief, &other)
        );
        let both = [code(one), code(other)];
        assert!(
            both.contains(&None) && both.contains(&Some(FailureCode::TooMany)),
            "{both:?}"
        );
        assert_eq!(count(&db, "SELECT COUNT(*) FROM tool_servers").await, 20);
    })
    .await;
}

/// What was looked at is what is changed: a token that somebody else has given meanwhile is not lost, and nothing is noted of where the
/// server is not any more.
#[tokio::test]
async fn a_server_is_changed_as_it_was_looked_at_or_not_at_all() {
    on_both(async |db| {
        let house = Site::at_rest(&db).await;
        let tools = &house.services.tools;
        let identity = &house.services.identity;
        let chief = identity.signed_up("chief", BuiltIn::Administrator).await;
        let id = tools.add_server(&chief, &called("shop")).await.unwrap();
        let looked_at = db.tool_server(id).await.unwrap().unwrap();
        let right = draft(NOWHERE, TOKEN);
        let changed = tools.change_server(&chief, id, &right, (true, false));
        changed.await.unwrap();

        let record = identity.audit().command_line("tool_server.update");
        let off = KeptServer {
            is_on: false,
            ..looked_at.clone()
        };
        let now = looked_at.checked_at.unwrap();
        let update = async |looked_at: &KeptServer| {
            let updated = db.update_tool_server(&off, looked_at, now, &record);
            updated.await.unwrap()
        };
        assert_eq!(update(&looked_at).await, Amended::Outdated);
        let kept = db.tool_server(id).await.unwrap().unwrap();
        assert!(kept.is_on && kept.token.is_some());

        let found = FoundTool {
            name: kept.name.tool("count").unwrap(),
            own_name: "count".to_owned(),
            description: String::new(),
            parameters: json!({}),
        };
        let found = [found];
        for (address, known) in [("http://127.0.0.1:10/", 0), (NOWHERE, 1)] {
            let noted = db.note_server_tools((id, address), Ok(&found[..]), now);
            noted.await.unwrap();
            let tools = db.server_tools().await.unwrap();
            assert_eq!(tools.len(), known, "{address}");
        }
        assert_eq!(update(&kept).await, Amended::Done);
        tools.remove_server(&chief, id).await.unwrap();
        assert_eq!(update(&kept).await, Amended::NotThere);
    })
    .await;
}
