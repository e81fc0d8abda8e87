//! Whatever changes a title or a text changes what finds it.

use model::{Folder, FolderId, FolderName, Narrowed, Tag, TagId, TagName};

use super::*;
use crate::{
    search::Sought,
    store::{
        DbOptions, TextEntry,
        db::Pool,
        testing::{execute, on_both, on_both_empty},
    },
};

const ENTRIES: &str = "SELECT COUNT(*) FROM search_entries";

/// Neither a folder nor a tag.
const ALL: Narrowed = Narrowed {
    folder: None,
    tag: None,
};

fn sought(words: &str) -> Sought {
    Sought::parse(words).unwrap()
}

async fn titles(db: &Db, owner: UserId, words: &str) -> Vec<ConversationId> {
    titles_of(db, owner, words, ALL).await
}

pub(super) async fn texts(db: &Db, owner: UserId, words: &str) -> Vec<MessageId> {
    texts_of(db, owner, words, ALL).await
}

async fn titles_of(db: &Db, owner: UserId, words: &str, narrowed: Narrowed) -> Vec<ConversationId> {
    let sought = sought(words);
    let found = db.titles_with(owner, &sought, narrowed, i64::MAX, 50);
    let found = found.await.unwrap();
    found.iter().map(|title| title.conversation).collect()
}

async fn texts_of(db: &Db, owner: UserId, words: &str, narrowed: Narrowed) -> Vec<MessageId> {
    let sought = sought(words);
    let found = db.texts_with(owner, &sought, narrowed, i64::MAX, 50);
    let found = found.await.unwrap();
    found.iter().map(|text| text.message).collect()
}

/// Rows of the index itself, which SQLite keeps apart from the entries.
async fn indexed(db: &Db) -> i64 {
    match db.reader() {
        Pool::Sqlite(_) => testing::count(db, "SELECT COUNT(*) FROM search_terms_docsize").await,
        Pool::Postgres(_) => testing::count(db, ENTRIES).await,
    }
}

#[tokio::test]
async fn a_question_is_found_at_once_and_its_answer_when_it_ends() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.ask(lin, None).await;
        assert_eq!(titles(&db, lin, "spring").await, [turn.conversation]);
        assert_eq!(texts(&db, lin, "一首").await, [turn.question]);
        desk.grow(turn, &["春眠", "不觉"]).await;
        assert_eq!(texts(&db, lin, "不觉").await, []);
        desk.end(turn, MessageStatus::Complete).await;
        assert_eq!(texts(&db, lin, "不觉").await, [turn.answer]);
        assert_eq!(texts(&db, lin, "眠不 晓").await, [turn.answer]);
        assert_eq!(
            texts(&db, lin, "想").await,
            [],
            "the reasoning is not searched"
        );
    })
    .await;
}

#[tokio::test]
async fn what_a_dead_process_left_is_found() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.ask(lin, None).await;
        desk.grow(turn, &["处处", "闻啼鸟"]).await;
        db.interrupt_abandoned(NOW.plus(MINUTE), NOW).await.unwrap();
        assert_eq!(texts(&db, lin, "处闻").await, [turn.answer]);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_was_continued_is_found_by_all_of_it_once() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, model) = (desk.person().await, model());
        let turn = desk.answered(lin, None, MessageStatus::Stopped).await;
        let more = desk.answer(turn.answer, &model);
        let (generation, id) = (more.generation, turn.conversation);
        assert!(db.reopen_answer(lin, id, more).await.unwrap());
        let mut whole = end(Turn { generation, ..turn }, MessageStatus::Complete);
        whole.parts = parts_of(String::new(), "春眠不觉晓，夜来风雨声".to_owned());
        db.commit_progress(&[], &[whole]).await.unwrap();
        assert_eq!(texts(&db, lin, "春眠 风雨").await, [turn.answer]);
        assert_eq!(testing::count(&db, ENTRIES).await, 3);
        assert_eq!(indexed(&db).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_conversation_is_found_by_the_title_that_it_has_now() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let id = desk.ask(lin, None).await.conversation;
        assert!(db.title_conversation(id, &title("古诗一首")).await.unwrap());
        assert_eq!(titles(&db, lin, "spring").await, []);
        assert_eq!(titles(&db, lin, "古诗").await, [id]);
        let named = title("Rain & wind");
        assert!(db.rename_conversation(lin, id, &named).await.unwrap());
        assert_eq!(titles(&db, lin, "古诗").await, []);
        assert_eq!(titles(&db, lin, "win").await, [id]);
        assert!(!db.title_conversation(id, &title("late")).await.unwrap());
        assert_eq!(titles(&db, lin, "late").await, []);
        assert_eq!(indexed(&db).await, 2);
    })
    .await;
}

#[tokio::test]
async fn nobody_finds_what_is_somebody_elses() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let lins = desk.answered(lin, None, MessageStatus::Complete).await;
        let wangs = desk.answered(wang, None, MessageStatus::Complete).await;
        assert_eq!(titles(&db, lin, "spring").await, [lins.conversation]);
        assert_eq!(texts(&db, lin, "春眠").await, [lins.answer]);
        assert_eq!(titles(&db, wang, "spring").await, [wangs.conversation]);
        assert_eq!(texts(&db, wang, "春眠").await, [wangs.answer]);
    })
    .await;
}

/// Terms begin with a few digits of the owner's id, which two people may share.
#[tokio::test]
async fn people_whose_ids_end_alike_are_told_apart() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let twin = UserId::from_uuid(uuid::Uuid::from_u128(lin.as_uuid().as_u128() ^ (1 << 100)));
        testing::person(&db, twin).await;
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        assert_eq!(texts(&db, twin, "春眠").await, []);
        assert_eq!(titles(&db, twin, "spring").await, []);
        assert_eq!(texts(&db, lin, "春眠").await, [turn.answer]);
    })
    .await;
}

#[tokio::test]
async fn what_is_in_the_trash_is_not_found_until_it_is_back() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        let id = turn.conversation;
        assert!(db.delete_conversation(lin, id, NOW).await.unwrap());
        assert_eq!(titles(&db, lin, "spring").await, []);
        assert_eq!(texts(&db, lin, "春眠").await, []);
        assert!(db.restore_conversation(lin, id).await.unwrap());
        assert_eq!(titles(&db, lin, "spring").await, [id]);
        assert_eq!(texts(&db, lin, "春眠").await, [turn.answer]);
    })
    .await;
}

#[tokio::test]
async fn within_a_conversation_neither_others_nor_what_was_deleted_is_found() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let complete = MessageStatus::Complete;
        let before = desk.answered(lin, None, complete).await;
        let turn = desk.answered(lin, None, complete).await;
        let id = turn.conversation;
        desk.answered(lin, None, complete).await;
        let later = desk.answered(lin, Some(id), complete).await;
        desk.answered(wang, None, complete).await;
        let within = async |owner, conversation| {
            let sought = sought("春眠");
            let found = db.texts_within(owner, conversation, &sought, i64::MAX, 50);
            let found = found.await.unwrap();
            found.iter().map(|text| text.message).collect::<Vec<_>>()
        };
        assert_eq!(within(lin, id).await, [later.answer, turn.answer]);
        let other = before.conversation;
        assert_eq!(within(lin, other).await, [before.answer]);
        assert_eq!(within(wang, id).await, []);
        let gone = format!(
            "UPDATE messages SET deleted_at = 1 WHERE id = '{}'",
            later.answer
        );
        execute(&db, &gone).await;
        assert_eq!(within(lin, id).await, [turn.answer]);
        assert!(db.delete_conversation(lin, id, NOW).await.unwrap());
        assert_eq!(within(lin, id).await, []);
    })
    .await;
}

impl Desk {
    /// A folder of that person's with these conversations.
    async fn folder(&self, owner: UserId, name: &str, ids: &[ConversationId]) -> FolderId {
        let folder = Folder {
            id: FolderId::from_uuid(self.ids.next()),
            name: FolderName::parse(name).unwrap(),
        };
        assert!(self.db.create_folder(owner, &folder, NOW).await.unwrap());
        let put = self.db.put_in_folder(owner, Some(folder.id), ids);
        put.await.unwrap().unwrap();
        folder.id
    }

    /// A word that the person puts to these conversations.
    async fn tag(&self, owner: UserId, name: &str, ids: &[ConversationId]) -> TagId {
        let tag = Tag {
            id: TagId::from_uuid(self.ids.next()),
            name: TagName::parse(name).unwrap(),
        };
        let tagged = self.db.tag_conversations(owner, &tag, ids, NOW).await;
        tagged.unwrap();
        tag.id
    }
}

#[tokio::test]
async fn in_a_folder_or_with_a_tag_nothing_else_is_found_and_no_strangers_is_either() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let complete = MessageStatus::Complete;
        let mut turns = Vec::new();
        for _ in 0..4 {
            turns.push(desk.answered(lin, None, complete).await);
        }
        let wangs = desk.answered(wang, None, complete).await;
        let ids: Vec<_> = turns.iter().map(|turn| turn.conversation).collect();
        let (filed, tagged) = (&ids[..2], &ids[1..3]);
        let work = desk.folder(lin, "Work", filed).await;
        let folder = Some(work);
        let tag = Some(desk.tag(lin, "诗", tagged).await);
        let theirs = desk.folder(wang, "Work", &[wangs.conversation]).await;
        let their_tag = desk.tag(wang, "诗", &[wangs.conversation]).await;
        for (folder, tag, expected) in [
            (None, None, &[3_usize, 2, 1, 0][..]),
            (folder, None, &[1, 0]),
            (None, tag, &[2, 1]),
            (folder, tag, &[1]),
            (Some(theirs), None, &[]),
            (None, Some(their_tag), &[]),
            (folder, Some(their_tag), &[]),
            (Some(theirs), tag, &[]),
        ] {
            let narrowed = Narrowed { folder, tag };
            let answers: Vec<_> = expected.iter().map(|&nth| turns[nth].answer).collect();
            let titled: Vec<_> = expected.iter().map(|&nth| ids[nth]).collect();
            let texts = texts_of(&db, lin, "春眠", narrowed).await;
            assert_eq!(texts, answers, "{narrowed:?}");
            let titles = titles_of(&db, lin, "spring", narrowed).await;
            assert_eq!(titles, titled, "{narrowed:?}");
        }
        // Whose it is stands in the query, whoever put it where.
        let sql = format!(
            "UPDATE conversations SET folder_id = '{work}' WHERE id = '{}'",
            wangs.conversation
        );
        execute(&db, &sql).await;
        let strangers = Narrowed { folder, tag: None };
        assert_eq!(texts_of(&db, lin, "春眠", strangers).await.len(), 2);
        assert_eq!(titles_of(&db, lin, "spring", strangers).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn by_a_deleted_folder_or_tag_nothing_is_found_until_it_is_back() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        let ids = [turn.conversation];
        let folder = desk.folder(lin, "Work", &ids).await;
        let tag = desk.tag(lin, "诗", &ids).await;
        let filed = Narrowed {
            folder: Some(folder),
            tag: None,
        };
        let tagged = Narrowed {
            folder: None,
            tag: Some(tag),
        };
        let found = async |narrowed: Narrowed| {
            let texts = texts_of(&db, lin, "春眠", narrowed).await.len();
            (texts, titles_of(&db, lin, "spring", narrowed).await.len())
        };
        assert_eq!((found(filed).await, found(tagged).await), ((1, 1), (1, 1)));
        let gone = db.delete_folder(lin, folder, false, NOW).await;
        assert_eq!(gone.unwrap(), Some(Vec::new()));
        assert!(db.delete_tag(lin, tag, NOW).await.unwrap());
        assert_eq!((found(filed).await, found(tagged).await), ((0, 0), (0, 0)));
        assert_eq!(found(ALL).await, (1, 1));
        db.restore_folder(lin, folder).await.unwrap();
        db.restore_tag(lin, tag).await.unwrap();
        assert_eq!((found(filed).await, found(tagged).await), ((1, 1), (1, 1)));
        assert!(
            db.delete_conversation(lin, turn.conversation, NOW)
                .await
                .unwrap()
        );
        assert_eq!((found(filed).await, found(tagged).await), ((0, 0), (0, 0)));
    })
    .await;
}

/// What has the words is mostly elsewhere, before it and behind it; and there is much of it in the folder too.
#[tokio::test]
async fn a_narrowed_search_is_read_on_without_a_gap_among_many_others() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        testing::many_texts(&db, lin, 300, 10).await;
        while db.backfill_search(500).await.unwrap() {}
        let conversation = |nth: u32| ConversationId::from_uuid(testing::nth(nth));
        let within: Vec<_> = (101..=160).map(conversation).collect();
        let folder = desk.folder(lin, "Work", &within).await;
        let tag = desk.tag(lin, "诗", &within[..40]).await;
        for (folder, tag, count) in [
            (None, None, 3_000),
            (Some(folder), None, 600),
            (None, Some(tag), 400),
            (Some(folder), Some(tag), 400),
        ] {
            let narrowed = Narrowed { folder, tag };
            let (mut seen, mut before) = (Vec::new(), i64::MAX);
            loop {
                let sought = sought("words");
                let found = db.texts_with(lin, &sought, narrowed, before, 70).await;
                let found = found.unwrap();
                let Some(last) = found.last() else { break };
                assert!(found.is_sorted_by(|one, next| one.title.number > next.title.number));
                before = last.title.number;
                seen.extend(found.iter().map(|text| text.message));
                let alone =
                    |text: &TextEntry| narrowed == ALL || within.contains(&text.title.conversation);
                assert!(found.iter().all(alone), "{narrowed:?}");
            }
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), count, "{narrowed:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_stays_in_the_index_of_what_was_deleted_for_good() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        desk.answered(wang, None, MessageStatus::Complete).await;
        let id = turn.conversation;
        assert!(db.delete_conversation(lin, id, NOW).await.unwrap());
        assert_eq!(indexed(&db).await, 6);
        assert_eq!(db.purge_conversations(NOW.plus(1)).await.unwrap(), 1);
        assert_eq!(indexed(&db).await, 3);
        execute(&db, "DELETE FROM users").await;
        assert_eq!(testing::count(&db, ENTRIES).await, 0);
        assert_eq!(indexed(&db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn hits_are_read_from_the_newest_on_without_a_gap_or_a_repetition() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        // All of them are of one millisecond and would have the same number.
        testing::long_branch(&db, lin, 3_000).await;
        while db.backfill_search(500).await.unwrap() {}
        let (mut seen, mut before) = (Vec::new(), i64::MAX);
        loop {
            let found = db.texts_with(lin, &sought("words"), ALL, before, 700).await;
            let found = found.unwrap();
            let Some(last) = found.last() else { break };
            assert!(found.is_sorted_by(|one, next| one.title.number > next.title.number));
            before = last.title.number;
            seen.extend(found.iter().map(|text| text.message.as_uuid()));
        }
        seen.sort_unstable();
        let all: Vec<_> = (1..=3_000).map(testing::nth).collect();
        assert_eq!(seen, all);
    })
    .await;
}

#[tokio::test]
async fn what_was_written_before_there_was_a_search_is_taken_in() {
    on_both_empty(async |url| {
        let options = DbOptions {
            url,
            connections: 2,
        };
        let db = Db::open(&options).await.unwrap();
        db.migrate_to(8).await.unwrap();
        let lin = UserId::from_uuid(uuid::Uuid::from_u128(7));
        testing::person(&db, lin).await;
        testing::long_branch(&db, lin, 25).await;
        db.migrate().await.unwrap();
        assert_eq!(texts(&db, lin, "words").await, []);
        assert!(db.is_search_incomplete().await.unwrap());

        let desk = Desk::on(&db);
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        let old = ConversationId::from_uuid(testing::nth(1));
        let named = title("A new title");
        assert!(db.rename_conversation(lin, old, &named).await.unwrap());
        let mut steps = 0;
        while db.backfill_search(10).await.unwrap() {
            steps += 1;
        }
        assert_eq!(steps, 3, "27 texts by tens");
        assert!(!db.is_search_incomplete().await.unwrap());
        assert!(!db.backfill_search(10).await.unwrap(), "for ever");
        assert_eq!(texts(&db, lin, "words").await.len(), 25);
        assert_eq!(texts(&db, lin, "春眠").await, [turn.answer]);
        assert_eq!(titles(&db, lin, "new").await, [old]);
        assert_eq!(indexed(&db).await, 29);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_newer_than_the_taking_in_is_not_overwritten_by_it() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let lin = desk.person().await;
        let turn = desk.answered(lin, None, MessageStatus::Complete).await;
        let parts = r#"UPDATE messages SET parts = '[{"type":"text","text":"stale"}]'"#;
        execute(&db, parts).await;
        while db.backfill_search(10).await.unwrap() {}
        assert_eq!(texts(&db, lin, "春眠").await, [turn.answer]);
        assert_eq!(texts(&db, lin, "stale").await, []);
    })
    .await;
}

#[tokio::test]
async fn a_message_is_placed_on_the_branch_that_is_shown() {
    on_both(async |db| {
        let desk = Desk::on(&db);
        let (lin, wang) = (desk.person().await, desk.person().await);
        testing::long_branch(&db, lin, 500).await;
        let id = ConversationId::from_uuid(testing::nth(1));
        let nth = |row| MessageId::from_uuid(testing::nth(row));
        for (row, from_end, below) in [
            (500, 1, 500),
            (490, 11, 500),
            (480, 21, 500),
            (100, 401, 120),
            (1, 500, 21),
        ] {
            let place = db.place_on_branch(lin, id, nth(row), 20).await.unwrap();
            let place = place.map(|place| (place.from_end, place.below));
            assert_eq!(place, Some((from_end, nth(below))), "{row}");
        }
        assert_eq!(
            db.place_on_branch(wang, id, nth(9), 20).await.unwrap(),
            None
        );
        assert_eq!(
            db.place_on_branch(lin, id, nth(501), 20).await.unwrap(),
            None
        );
        let shown = format!("UPDATE conversations SET leaf_id = '{}'", nth(100));
        execute(&db, &shown).await;
        assert_eq!(
            db.place_on_branch(lin, id, nth(101), 20).await.unwrap(),
            None
        );
    })
    .await;
}
