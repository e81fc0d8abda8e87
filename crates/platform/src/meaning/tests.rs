//! What finding by meaning promises, with the simulator for Bailian and on both databases. Its vectors are near where texts share
//! words or pieces of them.

mod ranking;

use model::{
    BudgetPeriod, BudgetScope, BuiltIn, LibraryId, Related, RelatedState, TranscriptId, WorkFilter,
    WorkView,
    transcript::{Notes, NotesState, TranscriptLine},
};
use simulator::FaultOrder;

use crate::{
    identity::Caller,
    ledger::BudgetDraft,
    store::{
        Db,
        testing::{count, execute, on_both},
    },
    works::{
        WorksOptions,
        testing::{Site, image_of},
    },
};

const MODEL: &str = "text-embedding-v4";
const SHIP: &str = "The ship sails to Hangzhou";
const PANCAKES: &str = "A recipe for pancakes with butter";
/// Near to the ship, and does not stand in its prompt.
const SAILING: &str = "ships sailing to Hangzhou";

const DUE: &str = "SELECT COUNT(*) FROM vectors_due";
const CALLS: &str = "SELECT COUNT(*) FROM calls WHERE operation = 'embedding'";

async fn making(db: &Db) -> Site {
    let site = Site::at_rest(db).await;
    site.begin();
    site
}

/// Reads all that is due. How many times there was something.
async fn read_all(site: &Site) -> usize {
    let mut rounds = 0;
    while site.services.meanings.read_some(MODEL).await.unwrap() {
        rounds += 1;
        assert!(rounds < 50, "it never ends");
    }
    rounds
}

async fn works(site: &Site, caller: &Caller, words: &str) -> Related<WorkView> {
    let filter = WorkFilter {
        kind: None,
        words: Some(words.to_owned()),
    };
    let found = site.services.meanings.works(caller, &filter).await;
    found.unwrap()
}

async fn transcripts(site: &Site, words: &str) -> Related<TranscriptLine> {
    let found = site.services.meanings.transcripts(&site.lin, words).await;
    found.unwrap()
}

fn prompts(found: &Related<WorkView>) -> Vec<&str> {
    found.items.iter().map(|work| &*work.prompt).collect()
}

/// The next request for vectors is refused so.
fn refuse(site: &Site, fault: &str) {
    let order = FaultOrder::once(fault.parse().unwrap());
    site.simulator.order_faults(FaultOrder {
        path: "/compatible-mode/v1/embeddings".to_owned(),
        ..order
    });
}

/// The member is in a group that has no model but this one.
async fn may_have_only(site: &Site, model: &str) {
    let (group, lin) = ("01990000-0000-7000-8000-0000000000bb", site.lin.user());
    let few = format!(
        "INSERT INTO groups (id, name, name_key, description, models, created_at, updated_at) \
         VALUES ('{group}', 'few', 'few', '', '[\"{model}\"]', 0, 0)"
    );
    execute(&site.db, &few).await;
    let member = format!(
        "INSERT INTO group_members (group_id, user_id, added_at) VALUES ('{group}', '{lin}', 0)"
    );
    execute(&site.db, &member).await;
}

/// AC-07.
#[tokio::test]
async fn what_means_the_same_is_found_among_ones_own_alone() {
    on_both(async |db| {
        let site = making(&db).await;
        site.made(&image_of(SHIP)).await;
        site.made(&image_of(PANCAKES)).await;
        let before = works(&site, &site.lin, SAILING).await;
        assert_eq!((prompts(&before).len(), before.unread), (0, 2));

        // Both at once, in one call.
        assert_eq!(read_all(&site).await, 1);
        assert_eq!(count(&db, DUE).await, 0);
        let found = works(&site, &site.lin, SAILING).await;
        assert_eq!(prompts(&found), [SHIP]);
        assert_eq!((found.state, found.unread), (RelatedState::Ready, 0));
        // What has the words in it is found by them.
        let by_words = works(&site, &site.lin, "ship SAILS").await;
        assert_eq!(prompts(&by_words).len(), 0);
        // Three searches and the reading: all booked, nothing left open.
        assert_eq!((count(&db, CALLS).await, site.held().await), (4, 0));

        let eve = site.services.identity.signed_up("eve", BuiltIn::Member);
        let eve = eve.await;
        let foreign = works(&site, &eve, SAILING).await;
        assert_eq!((prompts(&foreign).len(), foreign.unread), (0, 0));

        let id = found.items[0].id;
        let deleted = site.services.works.delete(&site.lin, &[id]).await;
        assert_eq!(deleted.unwrap(), 1);
        let after = works(&site, &site.lin, SAILING).await;
        assert_eq!(prompts(&after).len(), 0);
        // What comes back is found again; what is known of it goes with it.
        let library = &site.services.library;
        let thing = LibraryId::Work(id);
        assert_eq!(library.restore(&site.lin, &[thing]).await.unwrap(), 1);
        let back = works(&site, &site.lin, SAILING).await;
        assert_eq!(prompts(&back), [SHIP]);
        library.delete(&site.lin, &[thing]).await.unwrap();
        library.erase(&site.lin, &[thing]).await.unwrap();
        assert_eq!(count(&db, "SELECT COUNT(*) FROM work_vectors").await, 1);
    })
    .await;
}

#[tokio::test]
async fn who_lacks_the_model_or_the_money_searches_by_words_alone() {
    on_both(async |db| {
        let site = making(&db).await;
        site.made(&image_of(SHIP)).await;
        let lin = site.lin.user();
        may_have_only(&site, "qwen-plus").await;
        read_all(&site).await;
        let found = works(&site, &site.lin, SAILING).await;
        assert_eq!(found.state, RelatedState::Off);
        assert_eq!(count(&db, CALLS).await, 0);
        assert_eq!(count(&db, DUE).await, 1, "it is read once they may");

        execute(&db, "DELETE FROM group_members").await;
        execute(&db, "UPDATE vectors_due SET due_at = 0").await;
        // SE-07: nothing is read, nor paid, for whose account is closed.
        let set = |closed| format!("UPDATE users SET disabled = {closed} WHERE id = '{lin}'");
        execute(&db, &set("TRUE")).await;
        assert_eq!(read_all(&site).await, 1);
        assert_eq!((count(&db, CALLS).await, count(&db, DUE).await), (0, 1));
        execute(&db, &set("FALSE")).await;
        execute(&db, "UPDATE vectors_due SET due_at = 0").await;
        let olga = site.services.identity.signed_up("olga", BuiltIn::Owner);
        let olga = olga.await;
        let budget = BudgetDraft {
            scope: BudgetScope::User,
            id: lin.to_string(),
            period: BudgetPeriod::Day,
            limit: 1,
        };
        let set = site.services.ledger.set_budget(&olga, budget);
        set.await.unwrap();
        read_all(&site).await;
        let found = works(&site, &site.lin, SAILING).await;
        assert_eq!(found.state, RelatedState::Off);
        assert_eq!(count(&db, DUE).await, 1);
        assert_eq!(site.requests("/embeddings"), 0);
    })
    .await;
}

#[tokio::test]
async fn what_fails_is_read_later_and_what_is_refused_keeps_nothing_else_back() {
    on_both(async |db| {
        let site = making(&db).await;
        site.made(&image_of(SHIP)).await;
        site.made(&image_of(PANCAKES)).await;
        refuse(&site, "access-denied");
        read_all(&site).await;
        assert_eq!(count(&db, DUE).await, 2);
        let pending = "SELECT COUNT(*) FROM vectors_due WHERE due_at > 0 AND attempts = 1";
        assert_eq!(count(&db, pending).await, 2);
        refuse(&site, "access-denied");
        let found = works(&site, &site.lin, SAILING).await;
        assert_eq!(found.state, RelatedState::Failed);

        execute(&db, "UPDATE vectors_due SET due_at = 0").await;
        // Together they are refused; of each alone the first is, and the other one is read.
        refuse(&site, "inspection");
        refuse(&site, "inspection");
        read_all(&site).await;
        assert_eq!(count(&db, DUE).await, 0);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM work_vectors").await, 1);
        assert_eq!(site.held().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_transcript_is_read_in_passages_and_only_what_has_changed_again() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let (lin, meanings) = (site.lin.user(), &site.services.meanings);
        let id: TranscriptId = "01990000-0000-7000-8000-0000000000aa".parse().unwrap();
        let transcript = format!(
            "INSERT INTO transcripts (id, owner_id, title, wish, state, language, duration_ms, sentences, speakers, version, \
             notes_state, notes, translating, created_at) VALUES ('{id}', '{lin}', 'Weekly', '{{}}', 'ready', 'en', 9000, 2, '[]', 0, \
             'none', '{{}}', 'none', 1)"
        );
        execute(&db, &transcript).await;
        let long = "something else entirely, ".repeat(24);
        for (position, text) in [(0, SHIP), (1, long.as_str())] {
            let sentence = format!(
                "INSERT INTO transcript_sentences (transcript_id, position, begin_ms, end_ms, text, words, version) \
                 VALUES ('{id}', {position}, {position}000, 900, '{text}', '[]', 0)"
            );
            execute(&db, &sentence).await;
        }
        let notes = Notes {
            summary: "About the harbour.".to_owned(),
            ..Notes::default()
        };
        let noted = db.note_transcript(lin, id, NotesState::Ready, Some(&notes), None);
        noted.await.unwrap();
        assert_eq!(count(&db, DUE).await, 1);
        read_all(&site).await;
        assert_eq!(count(&db, DUE).await, 0);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM transcript_vectors").await, 3);
        let found = transcripts(&site, SAILING).await;
        assert_eq!(found.items.len(), 1);
        let hit = found.items[0].hit.as_ref().unwrap();
        assert_eq!((hit.sentence, hit.text.as_str()), (0, SHIP));
        let by_words = transcripts(&site, "ship sails").await;
        assert!(by_words.items.is_empty());

        // One sentence is put right: one passage is read anew.
        let before = tokens(&db).await;
        let edited = db.edit_sentence(lin, id, (0, 0), (PANCAKES, &[])).await;
        assert!(edited.unwrap());
        read_all(&site).await;
        let told = tokens(&db).await - before;
        assert!((1..20).contains(&told), "{told}");
        assert!(transcripts(&site, SAILING).await.items.is_empty());
        let found = transcripts(&site, "pancake recipes with butter").await;
        assert_eq!(found.items.len(), 1);

        // What changes while it is read is read again.
        let (_, due) = {
            let title = db.change_transcript(lin, id, "Monthly", &[], 0);
            assert!(title.await.unwrap());
            let taken = db.take_unread(model::Millis::new(1), model::Millis::new(2), 10);
            taken.await.unwrap().unwrap()
        };
        let again = db.change_transcript(lin, id, "Yearly", &[], 1).await;
        assert!(again.unwrap());
        db.read_done(&due[0]).await.unwrap();
        assert_eq!(count(&db, DUE).await, 1);
        assert!(meanings.read_some(MODEL).await.unwrap());
        assert_eq!(count(&db, DUE).await, 0);
    })
    .await;
}

/// Tokens of all calls so far.
async fn tokens(db: &Db) -> i64 {
    count(db, "SELECT CAST(SUM(input_tokens) AS BIGINT) FROM calls").await
}

#[tokio::test]
async fn another_model_reads_all_anew_and_none_is_no_search() {
    on_both(async |db| {
        let site = making(&db).await;
        site.made(&image_of(SHIP)).await;
        read_all(&site).await;
        assert_eq!(db.reread_for(MODEL).await.unwrap(), 0);
        assert_eq!(db.reread_for("text-embedding-v3").await.unwrap(), 1);
        assert_eq!(db.reread_for("text-embedding-v3").await.unwrap(), 0);
        assert_eq!(count(&db, DUE).await, 1);
        site.closing.cancel();

        let options = WorksOptions {
            embedding_model: None,
            ..WorksOptions::default()
        };
        let off = Site::with(&db, "bo", options).await;
        let found = works(&off, &off.lin, SAILING).await;
        assert_eq!(found.state, RelatedState::Off);
    })
    .await;
}
