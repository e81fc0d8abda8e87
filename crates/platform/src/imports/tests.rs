//! Files from elsewhere, on both databases.

use std::{
    io::{Cursor, Write as _},
    sync::Mutex,
};

use bytes::Bytes;
use futures_util::stream;
use model::{
    BuiltIn, ConversationId, FailureCode, ImportEnd, ImportFormat, ImportId, ImportOutcome,
    ImportReport, LeftOut, MessageView, Millis, Narrowed, Speaker, UserId, import::LARGEST_IMPORT,
};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{A_DAY, Turn, put_down};
use crate::{
    Error,
    files::FilesError,
    identity::Caller,
    store::{
        KEPT_REPORTS,
        testing::{count, execute, on_both},
    },
    works::testing::Site,
};

const CHATGPT: &str = include_str!("tests/chatgpt.json");
const OPEN_WEBUI: &str = include_str!("tests/open_webui.json");
const LOBECHAT: &str = include_str!("tests/lobechat.json");

/// Sends a file in pieces, as a browser does.
async fn send(
    site: &Site,
    caller: &Caller,
    name: &str,
    file: &[u8],
) -> Result<ImportReport, Error> {
    let pieces: Vec<Result<Bytes, std::io::Error>> = file
        .chunks(1_000)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let imports = &site.services.imports;
    imports.take(caller, name, stream::iter(pieces)).await
}

async fn taken(site: &Site, file: &str) -> ImportReport {
    let report = send(site, &site.lin, "file.json", file.as_bytes()).await;
    report.unwrap()
}

/// The conversation of that line, as it opens.
async fn opened(site: &Site, report: &ImportReport, line: usize) -> (String, Vec<MessageView>) {
    let id: ConversationId = report.lines[line].conversation.unwrap();
    let view = site.services.conversations.open(&site.lin, id).await;
    let view = view.unwrap();
    (view.title.into(), view.messages.items)
}

/// What a message says, as it is shown.
fn said(message: &MessageView) -> String {
    match message.speaker {
        Speaker::User => message.text.clone(),
        Speaker::Assistant => message.blocks.concat(),
    }
}

fn left_out(report: &ImportReport, reason: LeftOut) -> u32 {
    let found = report.left_out.iter().find(|one| one.reason == reason);
    found.map_or(0, |one| one.count)
}

/// IO-05 … IO-07.
#[tokio::test]
async fn a_conversation_of_chatgpt_keeps_its_branches_its_times_and_nothing_that_was_hidden() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let report = taken(&site, CHATGPT).await;
        assert_eq!(report.format, Some(ImportFormat::ChatGpt));
        assert_eq!((report.taken, report.empty, report.already), (2, 1, 0));
        assert_eq!((report.messages, report.end), (4, None));
        assert_eq!(left_out(&report, LeftOut::Attachment), 1);
        // The hidden context, the call, and what the tool said.
        assert_eq!(left_out(&report, LeftOut::Machinery), 3);

        let (title, messages) = opened(&site, &report, 0).await;
        assert_eq!(title, "Tea & <b>rain</b>");
        let [question, answer] = &messages[..] else {
            panic!("{messages:?}");
        };
        assert_eq!(said(question), "Which tea goes with rain?");
        assert_eq!(question.created_at.get(), 1_700_000_000_500);
        let html = said(answer);
        assert!(
            html.contains("Let me look.") && html.contains("Pu-erh."),
            "{html}"
        );
        assert!(
            html.contains("&lt;script&gt;") && !html.contains("<script"),
            "{html}"
        );
        assert!(answer.reasoning.concat().contains("Rain is cold."));
        let model = answer.model.as_ref().map(model::ModelName::as_str);
        assert_eq!(model, Some("gpt-5-thinking"));
        assert_eq!((answer.branch.index, answer.branch.count), (1, 2));

        let (title, messages) = opened(&site, &report, 2).await;
        assert_eq!(
            (title.as_str(), said(&messages[0])),
            ("背一首诗", "背一首诗".to_owned())
        );
        assert_eq!(report.lines[1].outcome, ImportOutcome::Empty);
        for hidden in ["spy", "Be brief", "search(", "tea.example", "Thought for"] {
            let kept = format!(
                "SELECT COUNT(*) FROM messages WHERE CAST(parts AS TEXT) LIKE '%{hidden}%'"
            );
            assert_eq!(count(&db, &kept).await, 0, "{hidden}");
        }
    })
    .await;
}

#[tokio::test]
async fn chats_of_open_webui_come_with_their_tree_or_as_the_list_that_there_is() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let report = taken(&site, OPEN_WEBUI).await;
        assert_eq!(report.format, Some(ImportFormat::OpenWebUi));
        assert_eq!((report.taken, report.messages), (2, 6));
        assert_eq!(left_out(&report, LeftOut::Machinery), 1);
        assert_eq!(left_out(&report, LeftOut::Attachment), 1);

        let (title, messages) = opened(&site, &report, 0).await;
        assert_eq!(title, "Lanterns");
        let [_, shown] = &messages[..] else {
            panic!("{messages:?}");
        };
        assert!(
            said(shown).contains("Of paper."),
            "the branch that was shown there"
        );
        let id = report.lines[0].conversation.unwrap();
        let other = shown.branch.next.unwrap();
        let conversations = &site.services.conversations;
        conversations
            .show_branch(&site.lin, id, other)
            .await
            .unwrap();
        let (_, messages) = opened(&site, &report, 0).await;
        assert_eq!(messages.len(), 3);
        assert!(messages[1].reasoning.concat().contains("Silk lasts."));
        assert!(!said(&messages[1]).contains("Thought for"));
        assert_eq!(said(&messages[2]), "And of glass?");

        let (_, messages) = opened(&site, &report, 1).await;
        let all: Vec<_> = messages.iter().map(said).collect();
        assert!(all[0] == "Ahoy?" && all[1].contains("Ahoy!"), "{all:?}");
    })
    .await;
}

#[tokio::test]
async fn topics_of_lobechat_become_conversations() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let since = LOBECHAT.replace("\"state\"", "\"data\"");
        for file in [LOBECHAT, &since] {
            execute(&db, "DELETE FROM imported_conversations").await;
            let report = taken(&site, file).await;
            assert_eq!(report.format, Some(ImportFormat::LobeChat));
            assert_eq!((report.taken, report.messages), (2, 5));
            let (title, messages) = opened(&site, &report, 0).await;
            assert_eq!((title.as_str(), messages.len()), ("茶师", 1));
            let (title, messages) = opened(&site, &report, 1).await;
            assert_eq!(title, "下雨天的茶");
            let all: Vec<_> = messages.iter().map(said).collect();
            assert_eq!(all[0], "喝什么茶？");
            assert!(all[1].contains("红茶。") && all[2] == "那就龙井", "{all:?}");
            assert_eq!((messages[1].branch.index, messages[1].branch.count), (2, 2));
        }
        let secret = "SELECT COUNT(*) FROM imports WHERE CAST(report AS TEXT) LIKE '%sk-never%'";
        assert_eq!(count(&db, secret).await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_same_again_is_there_already_until_it_is_thrown_away() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let first = taken(&site, CHATGPT).await;
        let again = taken(&site, CHATGPT).await;
        assert_eq!((again.taken, again.already, again.empty), (0, 2, 1));
        assert_eq!(again.lines[0].outcome, ImportOutcome::Already);
        let all = "SELECT COUNT(*) FROM conversations";
        assert_eq!(count(&db, all).await, 2);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM messages").await, 4);

        let thrown = first.lines[0].conversation.unwrap();
        let conversations = &site.services.conversations;
        conversations.delete(&site.lin, thrown).await.unwrap();
        let back = taken(&site, CHATGPT).await;
        assert_eq!((back.taken, back.already), (1, 1));
        assert_eq!(count(&db, all).await, 3);

        // What somebody else has is nobody's hint.
        let wang = site
            .services
            .identity
            .signed_up("wang", BuiltIn::Member)
            .await;
        let theirs = send(&site, &wang, "a.json", CHATGPT.as_bytes()).await;
        assert_eq!(theirs.unwrap().taken, 2);
        let listed = site.services.imports.list(&site.lin).await.unwrap();
        assert_eq!(listed, [back, again, first]);
        assert_eq!(site.services.imports.list(&wang).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_in_is_found_and_goes_on() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let report = taken(&site, CHATGPT).await;
        let id = report.lines[0].conversation.unwrap();
        let conversations = &site.services.conversations;
        for words in ["oolong", "rain", "背一"] {
            let everywhere = Narrowed::default();
            let found = conversations.search(&site.lin, words, everywhere, None);
            let found = found.await.unwrap();
            assert!(!found.hits.items.is_empty(), "{words}");
        }
        let view = conversations.open(&site.lin, id).await.unwrap();
        assert_eq!(
            view.model.as_str(),
            "qwen-plus",
            "what answered there is not offered here"
        );
        let listed = conversations.list(&site.lin, None, 0).await.unwrap();
        assert!(listed.items.iter().any(|line| line.id == id));
    })
    .await;
}

#[tokio::test]
async fn an_archive_is_looked_through_for_conversations() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [
            ("user.json", "{}"),
            ("chat.html", "<script>"),
            ("conversations.json", CHATGPT),
        ] {
            archive
                .start_file(name, SimpleFileOptions::default())
                .unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        let archive = archive.finish().unwrap().into_inner();
        let report = send(&site, &site.lin, "export.zip", &archive)
            .await
            .unwrap();
        assert_eq!((report.taken, report.end), (2, None));
    })
    .await;
}

/// IO-22, IO-23.
#[tokio::test]
async fn what_can_not_be_read_is_said_and_what_could_be_stays() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let cut = &CHATGPT[..CHATGPT.find("\"Nothing\"").unwrap()];
        let report = taken(&site, cut).await;
        assert_eq!((report.taken, report.end), (1, Some(ImportEnd::Unreadable)));
        let deep = "[".repeat(100_000);
        for nonsense in [
            "",
            "hello",
            "[]",
            "{}",
            "[1, \"a\"]",
            "PK\u{3}\u{4}rest",
            deep.as_str(),
        ] {
            let report = taken(&site, nonsense).await;
            assert_eq!(
                (report.met(), report.end),
                (0, Some(ImportEnd::Unreadable)),
                "{nonsense:.20}"
            );
        }
        let guest = site
            .services
            .identity
            .signed_up("auditor", BuiltIn::Auditor)
            .await;
        let refused = send(&site, &guest, "a.json", b"[]").await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::Forbidden);

        let piece = Bytes::from(vec![b' '; 1024 * 1024]);
        let pieces = usize::try_from(LARGEST_IMPORT).unwrap() / piece.len() + 1;
        let pieces = stream::iter(vec![piece; pieces].into_iter().map(Ok::<_, std::io::Error>));
        let refused = site.services.imports.take(&site.lin, "large", pieces).await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::TooLarge);
    })
    .await;
}

#[tokio::test]
async fn only_so_many_reports_are_kept() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        for _ in 0..KEPT_REPORTS + 3 {
            let id = ImportId::from_uuid(site.ids.next());
            let report = ImportReport::begun(id, Millis::new(0), String::new());
            db.insert_import(site.lin.user(), &report).await.unwrap();
        }
        let listed = site.services.imports.list(&site.lin).await.unwrap();
        assert_eq!(listed.len(), 10);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM imports").await, 100);
        // Nobody tries without end what can't be read.
        let refused = send(&site, &site.lin, "a.json", b"[]").await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::TooManyAttempts);
    })
    .await;
}

#[tokio::test]
async fn only_so_many_files_are_taken_in_a_day() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        taken(&site, "[]").await;
        let file = |number: i64| {
            format!(r#"[{{"title":"{number}","messages":[{{"role":"user","content":"a"}}]}}]"#)
        };
        for number in 0..A_DAY {
            assert_eq!(taken(&site, &file(number)).await.taken, 1);
        }
        let another = file(A_DAY);
        let refused = send(&site, &site.lin, "a.json", another.as_bytes()).await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::TooManyAttempts);
        let identity = &site.services.identity;
        let wang = identity.signed_up("wang", BuiltIn::Member).await;
        let theirs = send(&site, &wang, "a.json", another.as_bytes()).await;
        assert_eq!(theirs.unwrap().taken, 1);
    })
    .await;
}

#[tokio::test]
async fn half_a_character_does_not_end_the_rest() {
    on_both(async |db| {
        let site = Site::at_rest(&db).await;
        let file = r#"[{"title":"tea \ud83d","messages":[{"role":"user","content":"half \ud83d"}]},
            {"title":"whole","messages":[{"role":"user","content":"\ud83c\udf75"}]}]"#;
        let report = taken(&site, file).await;
        assert_eq!((report.taken, report.end), (2, None));
        let (_, messages) = opened(&site, &report, 0).await;
        assert_eq!(said(&messages[0]), "half \u{fffd}");
        let (_, messages) = opened(&site, &report, 1).await;
        assert_eq!(said(&messages[0]), "🍵");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_sender_who_stalls_is_not_waited_for() {
    let nothing = stream::pending::<Result<Bytes, std::io::Error>>();
    let refused = put_down(nothing).await;
    assert!(matches!(
        refused,
        Err(Error::Files(FilesError::Interrupted(_)))
    ));
}

#[test]
fn a_person_sends_one_file_at_once() {
    let busy = Mutex::default();
    let [lin, wang] = [1, 2].map(|id| UserId::from_uuid(uuid::Uuid::from_u128(id)));
    let first = Turn::of(lin, &busy);
    assert!(first.is_some());
    for _ in 0..2 {
        assert!(Turn::of(lin, &busy).is_none());
    }
    assert!(Turn::of(wang, &busy).is_some());
    drop(first);
    assert!(Turn::of(lin, &busy).is_some());
}
