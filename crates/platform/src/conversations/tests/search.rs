//! Both databases find the same, and no more than is shown.

use model::{FolderId, FolderName, Narrowed, Piece, SearchHit, SearchResults, TagName};

use super::*;

/// An id of that moment.
fn made_at(moment: u64) -> uuid::Uuid {
    uuid::Builder::from_unix_timestamp_millis(moment, &[0; 10]).into_uuid()
}

/// The texts of a conversation's messages, one below the other; its title is the first. What has a larger number is newer.
async fn conversation(
    house: &House,
    owner: &Caller,
    number: u64,
    texts: &[&str],
) -> ConversationId {
    let id = ConversationId::from_uuid(made_at(number * 1_000));
    let json = |text: &str| {
        let parts = serde_json::json!([{ "type": "text", "text": text }]);
        parts.to_string().replace('\'', "''")
    };
    let (owner, first) = (owner.user(), texts[0].replace('\'', "''"));
    let last = made_at(number * 1_000 + u64::try_from(texts.len()).unwrap());
    let sql = format!(
        "INSERT INTO conversations (id, owner_id, title, title_source, model, leaf_id, created_at, updated_at)
         VALUES ('{id}', '{owner}', '{first}', 'question', 'qwen-plus', '{last}', 0, {number})"
    );
    testing::execute(&house.db, &sql).await;
    let mut parent = "NULL".to_owned();
    for (place, text) in (1..).zip(texts) {
        let message = made_at(number * 1_000 + place);
        let role = if place % 2 == 1 { "user" } else { "assistant" };
        let sql = format!(
            "INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, created_at, updated_at)
             VALUES ('{message}', '{id}', {parent}, '{role}', 'complete', '{}', {place}, {place})",
            json(text)
        );
        testing::execute(&house.db, &sql).await;
        parent = format!("'{message}'");
    }
    id
}

async fn search(house: &House, words: &str, after: Option<&str>) -> SearchResults {
    search_in(house, words, Narrowed::default(), after).await
}

async fn search_in(
    house: &House,
    words: &str,
    narrowed: Narrowed,
    after: Option<&str>,
) -> SearchResults {
    let service = &house.conversations;
    let found = service.search(&house.lin, words, narrowed, after).await;
    found.unwrap()
}

/// Marked text in brackets.
fn written(pieces: &[Piece]) -> String {
    let written = pieces.iter().map(|piece| {
        if piece.found {
            format!("[{}]", piece.text)
        } else {
            piece.text.clone()
        }
    });
    written.collect()
}

fn shown(hit: &SearchHit) -> String {
    match &hit.message {
        Some(message) => written(&message.passage),
        None => format!("# {}", written(&hit.title)),
    }
}

async fn taken_in(house: &House) {
    while house.conversations.take_in().await.unwrap() {}
}

#[tokio::test]
async fn titles_come_first_then_messages_and_both_are_marked() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let poems = ["背一首春天的诗", "春眠不觉晓，处处闻啼鸟。"];
        conversation(&house, &house.lin, 1, &poems).await;
        let code = ["Rust 编程入门", "先装好 `rustup`，再读 <b>The Book</b>"];
        let code = conversation(&house, &house.lin, 2, &code).await;
        let wangs = ["春天的秘密", "春眠"];
        conversation(&house, &house.wang, 3, &wangs).await;
        taken_in(&house).await;
        for (words, expected) in [
            ("春天", &["# 背一首[春天]的诗", "背一首[春天]的诗"][..]),
            (
                "春",
                &[
                    "# 背一首[春]天的诗",
                    "[春]眠不觉晓，处处闻啼鸟。",
                    "背一首[春]天的诗",
                ],
            ),
            ("啼鸟 春眠", &["[春眠]不觉晓，处处闻[啼鸟]。"]),
            ("眠晓", &[]),
            ("rust编程", &["# [Rust 编程]入门", "[Rust 编程]入门"]),
            (
                "RUST",
                &[
                    "# [Rust] 编程入门",
                    "先装好 `[rust]up`，再读 <b>The Book</b>",
                    "[Rust] 编程入门",
                ],
            ),
            ("ust", &[]),
            ("<b>", &["先装好 `rustup`，再读 <[b]>The [B]ook</[b]>"]),
            ("' OR 1=1 --", &[]),
            ("\" AND *", &[]),
            ("秘密", &[]),
        ] {
            let results = search(&house, words, None).await;
            let hits: Vec<_> = results.hits.items.iter().map(shown).collect();
            assert_eq!(hits, expected, "{words}");
            assert_eq!(results.hits.next, None, "{words}");
            assert!(!results.is_blank && !results.is_indexing, "{words}");
        }
        let hit = &search(&house, "rustup", None).await.hits.items[0];
        assert_eq!((hit.conversation, hit.at), (code, Millis::new(2)));
        assert_eq!(written(&hit.title), "Rust 编程入门");
        assert!(search(&house, "……", None).await.is_blank);
    })
    .await;
}

#[tokio::test]
async fn many_hits_are_paged_and_few_among_many_candidates_too() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.long(130).await;
        taken_in(&house).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = search(&house, "wor", after.as_deref()).await.hits;
            let ids = page.items.iter().filter_map(|hit| hit.message.as_ref());
            seen.extend(ids.map(|message| message.id.as_uuid()));
            after = page.next;
            if after.is_none() {
                break;
            }
            assert_eq!(page.items.len(), 20);
        }
        seen.sort_unstable();
        let expected: Vec<_> = (1..=130).map(testing::nth).collect();
        assert_eq!(seen, expected);
    })
    .await;
}

/// The index knows of neighbours, not of three in a row: what it believes is looked at.
#[tokio::test]
async fn what_only_seems_to_have_the_words_is_passed_over_within_bounds() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let texts: Vec<&str> = (0..600)
            .map(|n| {
                if n == 3 {
                    "春眠不"
                } else {
                    "眠不，春眠"
                }
            })
            .collect();
        conversation(&house, &house.lin, 1, &texts).await;
        taken_in(&house).await;
        let first = search(&house, "春眠不", None).await.hits;
        assert_eq!(first.items, []);
        let second = search(&house, "春眠不", first.next.as_deref()).await.hits;
        let hits: Vec<_> = second.items.iter().map(shown).collect();
        assert_eq!(hits, ["[春眠不]"]);
        assert_eq!(second.next, None);
    })
    .await;
}

#[tokio::test]
async fn a_search_is_narrowed_to_what_is_ones_own() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (lin, service) = (&house.lin, &house.conversations);
        let first = conversation(&house, lin, 1, &["春天的诗", "春眠不觉晓"]).await;
        let second = conversation(&house, lin, 2, &["春天的雨", "好雨知时节"]).await;
        conversation(&house, lin, 3, &["春天的花"]).await;
        let wangs = conversation(&house, &house.wang, 4, &["春天的秘密"]).await;
        taken_in(&house).await;
        let filed = async |who: &Caller, ids: &[ConversationId]| {
            let name = FolderName::parse("Work").unwrap();
            let folder = service.create_folder(who, name).await.unwrap();
            let put = service.put_in_folder(who, Some(folder), ids).await;
            assert_eq!(put.ok(), u64::try_from(ids.len()).ok());
            folder
        };
        let work = filed(lin, &[first, second]).await;
        let theirs = filed(&house.wang, &[wangs]).await;
        let poems = TagName::parse("诗").unwrap();
        service.tag(lin, poems, &[first]).await.unwrap();
        let tag = service.cabinet(lin).await.unwrap().tags[0].id;
        let folder = |folder| Narrowed {
            folder: Some(folder),
            tag: None,
        };
        let tagged = |folder| Narrowed {
            folder,
            tag: Some(tag),
        };
        let poem = ["# [春天]的诗", "[春天]的诗"];
        for (narrowed, expected) in [
            (
                folder(work),
                &["# [春天]的雨", "# [春天]的诗", "[春天]的雨", "[春天]的诗"][..],
            ),
            (tagged(None), &poem),
            (tagged(Some(work)), &poem),
            (folder(theirs), &[]),
            (tagged(Some(theirs)), &[]),
            (folder(FolderId::from_uuid(made_at(9))), &[]),
        ] {
            let found = search_in(&house, "春天", narrowed, None).await;
            let hits: Vec<_> = found.hits.items.iter().map(shown).collect();
            assert_eq!(hits, expected, "{narrowed:?}");
            let blank = search_in(&house, "……", narrowed, None).await;
            assert!(blank.is_blank, "{narrowed:?}");
        }
        // Where it was, nothing is left behind.
        service.put_in_folder(lin, None, &[first]).await.unwrap();
        let found = search_in(&house, "诗", folder(work), None).await;
        assert_eq!(found.hits.items, []);
        assert_eq!(search(&house, "诗", None).await.hits.items.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_narrowed_search_is_paged_to_its_end_among_many_others() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (lin, service) = (&house.lin, &house.conversations);
        testing::many_texts(&db, lin.user(), 400, 5).await;
        taken_in(&house).await;
        let name = FolderName::parse("Work").unwrap();
        let folder = service.create_folder(lin, name).await.unwrap();
        let filed: Vec<_> = (151..=180)
            .map(|row| ConversationId::from_uuid(testing::nth(row)))
            .collect();
        let put = service.put_in_folder(lin, Some(folder), &filed);
        put.await.unwrap();
        let narrowed = Narrowed {
            folder: Some(folder),
            tag: None,
        };
        for (words, expected) in [("words", 150), ("title", 30)] {
            let (mut seen, mut after) = (Vec::new(), None::<String>);
            loop {
                let page = search_in(&house, words, narrowed, after.as_deref());
                let page = page.await.hits;
                assert!(
                    page.items
                        .iter()
                        .all(|hit| filed.contains(&hit.conversation))
                );
                seen.extend(page.items.iter().map(|hit| {
                    let message = hit.message.as_ref();
                    (hit.conversation, message.map(|message| message.id))
                }));
                after = page.next;
                if after.is_none() {
                    break;
                }
                assert_eq!(page.items.len(), 20, "{words}");
            }
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), expected, "{words}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_that_no_search_gave_leads_nowhere() {
    on_both(async |db| {
        let house = House::on(&db).await;
        for cursor in ["", "t", "x.1", "m.", "m.x", "t.99999999999999999999"] {
            let (service, all) = (&house.conversations, Narrowed::default());
            let found = service.search(&house.lin, "春", all, Some(cursor));
            assert_eq!(code(found.await), Some(FailureCode::NotFound), "{cursor}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_taken_in_yet_is_said() {
    on_both(async |db| {
        let house = House::on(&db).await;
        house.long(250).await;
        assert!(house.conversations.take_in().await.unwrap());
        let page = search(&house, "words", None).await;
        assert!(page.is_indexing && page.hits.items.len() == 20);
        taken_in(&house).await;
        assert!(!search(&house, "words", None).await.is_indexing);
    })
    .await;
}

#[tokio::test]
async fn within_one_conversation_only_its_messages_are_found() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let (lin, service) = (&house.lin, &house.conversations);
        conversation(&house, lin, 1, &["春天在哪里", "春眠不觉晓"]).await;
        let poems = ["背一首春天的诗", "春眠不觉晓，处处闻啼鸟。"];
        let id = conversation(&house, lin, 2, &poems).await;
        conversation(&house, lin, 3, &["春天的雨", "夜来风雨声"]).await;
        taken_in(&house).await;
        for (words, expected) in [
            (
                "春",
                &["[春]眠不觉晓，处处闻啼鸟。", "背一首[春]天的诗"][..],
            ),
            ("春天", &["背一首[春天]的诗"]),
            ("春眠 啼鸟", &["[春眠]不觉晓，处处闻[啼鸟]。"]),
            ("眠晓", &[]),
            ("风雨", &[]),
            ("' OR 1=1 --", &[]),
        ] {
            let found = service.find(lin, id, words, None).await.unwrap();
            let hits: Vec<_> = found.hits.items.iter().map(shown).collect();
            assert_eq!(hits, expected, "{words}");
            assert_eq!(found.within, Some(title(poems[0])), "{words}");
        }
        let blank = service.find(lin, id, "……", None).await.unwrap();
        assert!(blank.is_blank);
        assert_eq!(blank.within, Some(title(poems[0])));
        assert_eq!(search(&house, "春", None).await.within, None);
    })
    .await;
}

#[tokio::test]
async fn all_of_a_conversation_is_found_page_by_page_on_every_branch() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(130).await;
        let (other, parent) = (testing::nth(131), testing::nth(3));
        let sql = format!(
            "INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, created_at, updated_at)
             SELECT '{other}', conversation_id, '{parent}', role, status, parts, created_at, updated_at
             FROM messages WHERE parent_id = '{parent}'"
        );
        testing::execute(&db, &sql).await;
        taken_in(&house).await;
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let found = house
                .conversations
                .find(&house.lin, id, "wor", after.as_deref());
            let page = found.await.unwrap().hits;
            let ids = page.items.iter().filter_map(|hit| hit.message.as_ref());
            seen.extend(ids.map(|message| message.id.as_uuid()));
            after = page.next;
            if after.is_none() {
                break;
            }
            assert_eq!(page.items.len(), 20);
        }
        seen.sort_unstable();
        let expected: Vec<_> = (1..=131).map(testing::nth).collect();
        assert_eq!(seen, expected);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_found_in_a_conversation_that_one_can_not_open() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = conversation(&house, &house.lin, 1, &["春眠"]).await;
        taken_in(&house).await;
        let found = async |caller, after| house.conversations.find(caller, id, "春眠", after).await;
        assert!(found(&house.lin, None).await.is_ok());
        let refused = Some(FailureCode::NotFound);
        assert_eq!(code(found(&house.wang, None).await), refused);
        assert_eq!(code(found(&house.lin, Some("t.9")).await), refused);
        testing::execute(&db, "UPDATE conversations SET expires_at = 9").await;
        assert_eq!(code(found(&house.lin, None).await), refused, "temporary");
        testing::execute(&db, "UPDATE conversations SET expires_at = NULL").await;
        house.conversations.delete(&house.lin, id).await.unwrap();
        assert_eq!(code(found(&house.lin, None).await), refused, "in the trash");
    })
    .await;
}

#[tokio::test]
async fn a_conversation_opens_at_a_message_wherever_it_is() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(200).await;
        let (service, lin) = (&house.conversations, &house.lin);
        let nth = |row| MessageId::from_uuid(testing::nth(row));
        let around = async |row| {
            let view = service.open_at(lin, id, nth(row)).await.unwrap();
            let items = &view.messages.items;
            let ends = (id_of(&items[0]), id_of(&items[items.len() - 1]));
            (ends, view.has_newer)
        };
        let newest = ((testing::nth(151), testing::nth(200)), false);
        assert_eq!(around(190).await, newest);
        assert_eq!(around(151).await, newest);
        assert_eq!(
            around(150).await,
            ((testing::nth(121), testing::nth(170)), true)
        );
        assert_eq!(around(1).await, ((testing::nth(1), testing::nth(21)), true));
        assert_eq!(around(999).await, newest, "one that is not there");
        let stranger = service.open_at(&house.wang, id, nth(1)).await;
        assert_eq!(code(stranger), Some(FailureCode::NotFound));
    })
    .await;
}

#[tokio::test]
async fn a_message_of_another_branch_brings_its_branch() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let id = house.long(4).await;
        let (other, parent) = (testing::nth(9), testing::nth(3));
        let sql = format!(
            "INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, created_at, updated_at)
             VALUES ('{other}', '{id}', '{parent}', 'assistant', 'complete', '[]', 9, 9)"
        );
        testing::execute(&db, &sql).await;
        let (service, lin) = (&house.conversations, &house.lin);
        let other = MessageId::from_uuid(other);
        let view = service.open_at(lin, id, other).await.unwrap();
        assert_eq!(view.messages.items.last().map(|last| last.id), Some(other));
        let now = service.newest(lin, id).await.unwrap();
        assert_eq!(now.items.last().map(|last| last.id), Some(other));
    })
    .await;
}
