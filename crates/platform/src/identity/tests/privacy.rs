mod everywhere;
mod paged;

use std::{collections::BTreeMap, io::Read as _};

use model::BuiltIn;

use super::{
    sessions::{caller, in_each_store, member, sign_in},
    *,
};
use crate::{
    identity::{Caller, Credential},
    store::testing::on_both,
};

use everywhere::{called, made, settled};

const HOUR: i64 = 60 * 60 * 1000;

fn unpacked(zip: Vec<u8>) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (
                file.name().unwrap().into_owned(),
                String::from_utf8_lossy(&bytes).into_owned(),
            )
        })
        .collect()
}

async fn house_on(db: &Db) -> House {
    let house = House::with(db, cheap());
    house.identity.0.vault.prove(db).await.unwrap();
    house
}

/// DP-08.
#[tokio::test]
async fn an_export_holds_everything_of_ones_own_and_no_secret() {
    on_both(async |db| {
        let house = house_on(&db).await;
        let tao = house.identity.signed_up("tao", BuiltIn::Member).await;
        let other = "INSERT INTO conversations (id, owner_id, title, title_source, model, created_at, updated_at)";
        let other = format!("{other} VALUES ('of-tao', '{}', 'Secret plans', 'question', 'm', 0, 0)", tao.user());
        testing::execute(&house.db, &other).await;
        made(&house.db, tao.user(), "tao").await;
        called(&house.db, tao.user(), "model-of-tao").await;
        let lin = settled(&house).await;
        let files = unpacked(house.identity.export(&lin).await.unwrap());

        let first = testing::nth(1);
        let json = &files[&format!("conversations/{first}.json")];
        assert_eq!(json.lines().count(), 451, "the head and every message");
        let last: serde_json::Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
        assert_eq!(last["parts"][0]["text"], "words");
        let readable = &files[&format!("conversations/{first}.md")];
        assert_eq!(readable.matches("words").count(), 450);
        let trash = uuid::Uuid::from_u128(77);
        assert!(files[&format!("conversations/{trash}.md")].contains("扔掉的话"));
        assert!(files[&format!("conversations/{trash}.json")].contains("引用的文档"));
        assert!(files[&format!("conversations/{trash}.json")].contains("单问的助手"));
        assert!(files[&format!("conversations/{trash}.json")].contains("答得押韵些"));

        let account = &files["account.json"];
        for known in ["lin@example.com", "member", "Poets", "Script", "lt-abcd…wxyz", "4711", "Laptop", "没写完", "我的学生", "排着的话", "4712", "我教语文", "说得好", "抽屉", "抽掉的", "标签甲", "我养了一只猫", "qwen-own-choice", "Lin 的录音.webm", "4713", "copied-Lin"] {
            assert!(account.contains(known), "{known} is not in {account}");
        }
        assert!(files["sessions.json"].contains("Chrome · Linux"));
        assert!(files["sessions.json"].contains("Phone"));
        assert!(files["activity.jsonl"].contains("account.export"));
        assert!(files.contains_key("picture.png"));
        assert!(files["files.jsonl"].contains("Lin.png"));
        assert!(files["attachments.jsonl"].contains("Lin 的笔记.md"));
        assert!(files["works.jsonl"].contains("Lin 的灯塔"));
        let makings: Vec<serde_json::Value> = files["makings.jsonl"]
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(makings.len(), 2);
        assert_eq!(makings[0]["wish"]["prompt"], "Lin 没画成的");
        assert_eq!(makings[0]["failure"]["code"], "upstream_unavailable");
        assert_eq!(makings[1]["kind"], "transcript");
        assert_eq!(makings[1]["state"], "queued", "it is on its way");
        assert!(files["translations/t-Lin.jsonl"].contains("What Lin said"));
        assert!(!files.contains_key("translations/u-Lin.jsonl"), "nothing is translated there");
        let calls: Vec<&str> = files["calls.csv"].lines().collect();
        assert_eq!(calls.len(), 2, "a head and a call");
        for known in ["model-of-lin", "succeeded", "4714", "1.234567"] {
            assert!(calls[1].contains(known), "{known} is not in {}", calls[1]);
        }
        assert!(files["prompts.jsonl"].contains("Lin 的提示词"));
        assert!(files["tool_calls.jsonl"].contains("Lin 的算式"));
        assert!(files["assistants.jsonl"].contains("Lin 的助手"));
        assert!(files.contains_key("assistants/as-Lin.png") && !files.contains_key("assistants/as-tao.png"));
        assert!(files["shares.jsonl"].contains("Lin 的旧标题"));
        let shown = &files["shares/s-Lin.jsonl"];
        assert!(shown.contains("Lin 给人看的话") && shown.contains("Lin 的出处"));
        // What can be brought back is kept, so it is taken along, as what it is.
        for (entry, discarded) in [
            ("files.jsonl", "Lin 丢掉的.png"),
            ("works.jsonl", "Lin 丢掉的灯塔"),
            ("transcripts/u-Lin.jsonl", "Lin 丢掉的周会"),
        ] {
            let line = files[entry].lines().find(|line| line.contains(discarded));
            assert!(line.unwrap().contains("\"deleted_at\":5"), "{entry}: {line:?}");
        }
        assert!(files["transcripts/u-Lin.jsonl"].contains("Lin 丢掉的话"));
        assert!(files["works.jsonl"].contains("\"deleted_at\":null"));
        assert!(files[&format!("conversations/{trash}.md")].contains("deleted 1970-01-01"));
        assert!(!files[&format!("conversations/{first}.md")].contains("deleted"));
        let transcript = &files["transcripts/t-Lin.jsonl"];
        assert_eq!(transcript.lines().count(), 2);
        assert!(transcript.contains("Lin 的周会") && transcript.contains("Lin 说的话"));

        tells_of_all(&files);

        let all = files.values().cloned().collect::<String>();
        for secret in ["hash-of-", "credential-id", "a passkey", "Secret plans", "tao"] {
            assert!(!all.contains(secret), "{secret}");
        }
    })
    .await;
}

/// Each entry has its line in the table, and what goes on below stands in its column.
fn tells_of_all(files: &BTreeMap<String, String>) {
    const COLUMN: usize = 21;
    let (_, table) = files["README.txt"].split_once("\n\n").unwrap();
    let mut told = Vec::new();
    for line in table.lines() {
        let name: String = line.chars().take(COLUMN).collect();
        let text = line.chars().nth(COLUMN);
        assert!(
            name.ends_with(' ') && text.is_some_and(|first| first != ' '),
            "{line}"
        );
        told.push(name.trim().to_owned());
    }
    for entry in files.keys().filter(|name| *name != "README.txt") {
        let kind = match entry.rsplit_once('/') {
            Some((folder, name)) => {
                let (_, ending) = name.rsplit_once('.').unwrap();
                format!("{folder}/*.{ending}")
            }
            None => entry.clone(),
        };
        assert!(told.contains(&kind), "{kind} is not in {told:?}");
    }
}

/// SE-11.
#[tokio::test]
async fn taking_along_and_leaving_need_a_fresh_proof() {
    on_both(async |db| {
        let house = house_on(&db).await;
        let (_, cookie) = member(&house).await;
        house.clock.advance(HOUR);
        let lin = caller(&house, cookie).await.unwrap();
        let answer = house.identity.export(&lin).await;
        assert_eq!(code(answer.map(drop)), Err(FailureCode::StepUpNeeded));
        let answer = house.identity.delete_account(&lin, "lin@example.com").await;
        assert_eq!(code(answer), Err(FailureCode::StepUpNeeded));
    })
    .await;
}

/// A key says nothing of who holds it now.
#[tokio::test]
async fn a_key_opens_nothing_of_ones_own_matters() {
    on_both(async |db| {
        let house = house_on(&db).await;
        let lin = house.identity.signed_up("lin", BuiltIn::Member).await;
        let access = db.access(lin.user()).await.unwrap();
        let id = model::ApiKeyId::from_uuid(house.identity.0.ids.next());
        let visitor = Visitor::at(HOME);
        let key = Caller::new(lin.user(), access, Credential::Key { id }, visitor);
        let identity = &house.identity;
        let refused = Err(FailureCode::Forbidden);
        assert_eq!(code(identity.export(&key).await.map(drop)), refused);
        assert_eq!(
            code(identity.delete_account(&key, "lin@example.com").await),
            refused
        );
        assert_eq!(code(identity.sessions(&key).await.map(drop)), refused);
        assert_eq!(
            code(identity.end_other_sessions(&key).await.map(drop)),
            refused
        );
        assert_eq!(code(identity.profile(&key).await.map(drop)), refused);
        assert_eq!(code(identity.set_picture(&key, b"").await), refused);
        assert_eq!(code(identity.remove_picture(&key).await), refused);
    })
    .await;
}

/// DP-07: every table that knows people is looked at, also one that is added later.
#[tokio::test]
async fn a_deleted_account_is_gone_from_every_table_but_the_log() {
    on_both(async |db| {
        let house = house_on(&db).await;
        let tao = house.identity.signed_up("tao", BuiltIn::Member).await;
        let lin = settled(&house).await;
        let user = lin.user();
        let identity = &house.identity;
        for wrong in ["", "tao@example.com", "lin@example.co"] {
            let answer = identity.delete_account(&lin, wrong).await;
            assert_eq!(code(answer), Err(FailureCode::NotConfirmed));
        }
        let tables = tables(&db).await;
        for known in ["users", "sessions", "drafts", "api_keys", "conversations", "known_places"] {
            assert!(tables.iter().any(|(table, _)| table == known), "{known}");
        }
        for (table, column) in &tables {
            let of = format!("SELECT COUNT(*) FROM {table} WHERE {column} = '{user}'");
            if house.count(&of).await == 0 {
                // Added later than this test: at least the database is told what to do.
                let told = "CASCADE, SET NULL";
                assert!(told.contains(&*rule(&db, table, column).await), "{table}.{column}");
            }
        }

        identity.delete_account(&lin, " LIN@example.com ").await.unwrap();
        for (table, column) in &tables {
            let of = format!("SELECT COUNT(*) FROM {table} WHERE {column} = '{user}'");
            assert_eq!(house.count(&of).await, 0, "{table}.{column}");
        }
        for table in [
            "conversations",
            "messages",
            "generations",
            "generation_chunks",
            "refresh_tokens",
            "invitations",
            "account_attempts",
        ] {
            let rows = house.count(&format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(rows, 0, "{table}");
        }
        let lines = format!("SELECT COUNT(*) FROM audit_log WHERE action = 'account.delete' AND object_id = '{user}'");
        assert_eq!(house.count(&lines).await, 1);
        let named = "SELECT COUNT(*) FROM audit_log WHERE details LIKE '%lin@%'";
        assert_eq!(house.count(named).await, 0);
        assert!(db.is_enabled(tao.user()).await.unwrap());
        let again = identity.delete_account(&lin, "lin@example.com").await;
        assert_eq!(code(again), Err(FailureCode::SignInNeeded));
    })
    .await;
}

/// SE-07.
#[tokio::test]
async fn who_deleted_their_account_is_out_everywhere() {
    in_each_store(async |house| {
        let (user, first) = member(&house).await;
        let second = sign_in(&house, user).await;
        let lin = caller(&house, first).await.unwrap();
        let stream = tokio::spawn(house.identity.until_ended(&lin));
        let identity = &house.identity;
        identity
            .delete_account(&lin, "lin@example.com")
            .await
            .unwrap();
        tokio::time::timeout(std::time::Duration::from_secs(1), stream)
            .await
            .unwrap()
            .unwrap();
        for cookie in [first, second] {
            let answer = caller(&house, cookie).await;
            assert_eq!(answer.map(drop), Err(FailureCode::SignInNeeded));
        }
        assert!(identity.0.sessions.of(user).await.unwrap().is_empty());
    })
    .await;
}

/// AC-15.
#[tokio::test]
async fn the_last_owner_cannot_leave_and_of_two_who_leave_at_once_one_stays() {
    on_both(async |db| {
        let house = House::with(&db, cheap());
        let identity = &house.identity;
        let one = identity.signed_up("one", BuiltIn::Owner).await;
        let answer = identity.delete_account(&one, "one@example.com").await;
        assert_eq!(code(answer), Err(FailureCode::LastOwner));
        // Who is disabled answers for nothing.
        identity.signed_up("off", BuiltIn::Owner).await;
        house.disable("off@example.com").await;
        let answer = identity.delete_account(&one, "one@example.com").await;
        assert_eq!(code(answer), Err(FailureCode::LastOwner));

        let two = identity.signed_up("two", BuiltIn::Owner).await;
        let (first, second) = tokio::join!(
            identity.delete_account(&one, "one@example.com"),
            identity.delete_account(&two, "two@example.com"),
        );
        let answers = [code(first), code(second)];
        assert!(answers.contains(&Ok(())), "{answers:?}");
        assert!(
            answers.contains(&Err(FailureCode::LastOwner)),
            "{answers:?}"
        );
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'account.delete'";
        assert_eq!(house.count(lines).await, 1);
    })
    .await;
}

/// Tables and columns that refer to people.
async fn tables(db: &Db) -> Vec<(String, String)> {
    use crate::store::testing::rows;
    let found = if db.is_shared() {
        rows(
            db,
            "SELECT c.relname || '.' || a.attname FROM pg_constraint f
             JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
             WHERE f.contype = 'f' AND p.relname = 'users' AND c.relnamespace = CURRENT_SCHEMA::regnamespace",
        )
        .await
    } else {
        rows(
            db,
            "SELECT t.name || '.' || f.\"from\" FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f
             WHERE t.type = 'table' AND f.\"table\" = 'users'",
        )
        .await
    };
    let mut tables: Vec<_> = found
        .iter()
        .filter_map(|name| name.split_once('.'))
        .map(|(table, column)| (table.to_owned(), column.to_owned()))
        .collect();
    tables.push(("users".to_owned(), "id".to_owned()));
    tables
}

/// What becomes of the column when the person is deleted.
async fn rule(db: &Db, table: &str, column: &str) -> String {
    let sql = if db.is_shared() {
        format!(
            "SELECT CASE f.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END
             FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
             WHERE f.contype = 'f' AND c.relname = '{table}' AND a.attname = '{column}'
               AND c.relnamespace = CURRENT_SCHEMA::regnamespace"
        )
    } else {
        format!(
            "SELECT on_delete FROM pragma_foreign_key_list('{table}') WHERE \"from\" = '{column}'"
        )
    };
    testing::rows(db, &sql).await.remove(0)
}
