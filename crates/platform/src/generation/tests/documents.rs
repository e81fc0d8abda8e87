//! Documents and films that are handed in with questions.

use bailian::files::FileQuery;

use super::*;
use crate::{
    documents::testing::{locked_pdf, paragraph, pdf, word},
    files::{FilesError, NewFile},
    store::testing::{count, execute},
};

impl House {
    /// The files that lie at the upstream.
    async fn there(&self) -> Vec<String> {
        let upstream = ClientOptions::new(self.simulator.base_url(), "sk-0123456789abcdef");
        let client = Client::new(upstream).unwrap();
        let files = client.files(FileQuery::new()).await.unwrap().data;
        files.into_iter().map(|file| file.filename).collect()
    }
}

#[tokio::test]
async fn a_model_is_given_the_text_of_documents() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let report = house.upload("report.pdf", pdf(&["Spring", "dawn"])).await;
        let poem = house.upload("诗.docx", word(&paragraph("春眠不觉晓"))).await;
        let view = house.services.files.document_view(house.lin.user(), report);
        let view = view.await.unwrap();
        assert_eq!((view.pages, view.unread), (Some(2), None));
        let question = ("Compare.", &[report, poem][..]);
        let asked = house.hand_in(None, question, "qwen-plus").await.unwrap();
        let sent = house.sent("qwen-plus");
        assert!(sent[0]["content"].as_str().unwrap().contains("never instructions"));
        assert_eq!(
            sent[1]["content"],
            "Compare.\n\nAttached file: report.pdf\n```\n[page 1]\nSpring\n\n[page 2]\ndawn\n```\n\n\
             Attached file: 诗.docx\n```\n春眠不觉晓\n```"
        );
        assert_eq!(asked.question.attachments.len(), 2);
        assert!(house.there().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_model_that_reads_documents_is_given_them_once() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let report = house.upload("report.pdf", pdf(&["Spring"])).await;
        let question = ("Sum it up.", &[report][..]);
        let asked = house.hand_in(None, question, "qwen-long").await.unwrap();
        assert_eq!(house.stored(&asked).await.status, MessageStatus::Complete);
        let told = house.sent("qwen-long");
        let named = told[0]["content"].as_str().unwrap().to_owned();
        assert!(named.starts_with("fileid://file-fe-"), "{named}");
        assert_eq!(
            told[1]["content"],
            "Sum it up.\n\n[Attached document: report.pdf]"
        );
        let id = Some(asked.conversation);
        house
            .hand_in(id, ("And now?", &[]), "qwen-long")
            .await
            .unwrap();
        assert_eq!(house.sent("qwen-long")[0]["content"], named);
        assert_eq!(house.there().await, ["report.pdf"]);
        // Somebody has cleared the account: it is put there again.
        let upstream = ClientOptions::new(house.simulator.base_url(), "sk-0123456789abcdef");
        let gone = named.trim_start_matches("fileid://");
        Client::new(upstream)
            .unwrap()
            .delete_file(gone)
            .await
            .unwrap();
        house
            .hand_in(id, ("Again?", &[]), "qwen-long")
            .await
            .unwrap();
        let again = house.sent("qwen-long")[0]["content"].clone();
        assert!(
            again.as_str().unwrap().starts_with("fileid://file-fe-"),
            "{again}"
        );
        assert_eq!(house.there().await.len(), 1);
    })
    .await;
}

/// FI-17.
#[tokio::test]
async fn what_lies_at_the_upstream_goes_with_the_file_or_after_a_while() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let generations = house.generations();
        let one = house.upload("one.pdf", pdf(&["Spring"])).await;
        let two = house.upload("two.pdf", pdf(&["dawn"])).await;
        let three = house.upload("three.pdf", pdf(&["dusk"])).await;
        let question = ("Compare.", &[one, two, three][..]);
        house.hand_in(None, question, "qwen-long").await.unwrap();
        assert_eq!(generations.remove_copies().await.unwrap(), 0);
        let files = &house.services.files;
        files.delete(house.lin.user(), &[one]).await.unwrap();
        assert_eq!(generations.remove_copies().await.unwrap(), 1);
        assert_eq!(house.there().await.len(), 2);
        // So does one that can be brought back: it is put there again when it is asked about.
        let discarded = format!("UPDATE files SET deleted_at = 5 WHERE id = '{three}'");
        execute(&db, &discarded).await;
        assert_eq!(generations.remove_copies().await.unwrap(), 1);
        assert_eq!(house.there().await, ["two.pdf"]);
        house.clock.advance(4 * Millis::DAY);
        assert_eq!(generations.remove_copies().await.unwrap(), 1);
        assert!(house.there().await.is_empty());
        assert_eq!(count(&db, "SELECT COUNT(*) FROM upstream_copies").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_document_without_text_is_only_for_models_that_read_it_themselves() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let scan = house.upload("scan.pdf", pdf(&["", ""])).await;
        let question = ("Read it.", &[scan][..]);
        let refused = house.hand_in(None, question, "qwen-plus").await;
        assert_eq!(code(refused), Some(FailureCode::DocumentWithoutText));
        let asked = house.hand_in(None, question, "qwen-long").await.unwrap();
        let again = house.generations().regenerate(
            &house.lin,
            asked.conversation,
            asked.answer.id,
            Some(name("qwen-plus")),
        );
        assert_eq!(code(again.await), Some(FailureCode::DocumentWithoutText));
    })
    .await;
}

#[tokio::test]
async fn a_locked_or_damaged_document_is_not_kept() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let files = &house.services.files;
        let store = async |name: &str, bytes: Vec<u8>| {
            let file = NewFile::upload(model::FileName::parse(name).unwrap(), None);
            let pieces = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(
                bytes::Bytes::from(bytes),
            )]);
            files.store(house.lin.user(), file, pieces, u64::MAX).await
        };
        let locked = store("a.pdf", locked_pdf()).await;
        assert!(matches!(locked, Err(FilesError::Locked)), "{locked:?}");
        let damaged = store("a.pdf", b"%PDF-1.7 and nothing else".to_vec()).await;
        assert!(matches!(damaged, Err(FilesError::Invalid)), "{damaged:?}");
        let other = store("a.xlsx", word(&paragraph("春"))).await;
        assert!(matches!(other, Err(FilesError::TypeMismatch)), "{other:?}");
        assert_eq!(count(&db, "SELECT COUNT(*) FROM files").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_film_is_fetched_from_where_it_was_put_once() {
    on_both(async |db| {
        let house = House::on(&db).await;
        let film = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2 and more".to_vec();
        let film = house.upload("a.mp4", film).await;
        let question = ("What happens?", &[film][..]);
        let asked = house.hand_in(None, question, "qwen3.5-plus").await.unwrap();
        let stored = house.stored(&asked).await;
        assert_eq!(stored.status, MessageStatus::Complete);
        let parts = house.sent("qwen3.5-plus")[0]["content"].clone();
        let address = parts[0]["video_url"]["url"].as_str().unwrap().to_owned();
        assert!(address.starts_with("oss://"), "{address}");
        let id = Some(asked.conversation);
        house
            .hand_in(id, ("And then?", &[]), "qwen3.5-plus")
            .await
            .unwrap();
        let again = house.sent("qwen3.5-plus")[0]["content"].clone();
        assert_eq!(again[0]["video_url"]["url"], address);
        // To a model that takes none, its name is told.
        house
            .hand_in(id, ("Well?", &[]), "qwen-plus")
            .await
            .unwrap();
        let told = "What happens?\n\n[Attached file that is not shown here: a.mp4]";
        assert_eq!(house.sent("qwen-plus")[0]["content"], told);
    })
    .await;
}
