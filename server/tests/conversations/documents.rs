//! Documents that are handed in with questions, over HTTP: read by a process of the binary, shown as text and given out as files.

use http::StatusCode;
use model::{DocumentView, FailureCode, FileView};

use crate::support::{Reply, TestApp, TestResult, databases};

/// A PDF of one page with that on it, and more in its trailer.
fn pdf(text: &str, trailer: &str) -> Vec<u8> {
    let drawn = format!("BT /F1 12 Tf 72 770 Td ({text}) Tj ET");
    let length = drawn.len();
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Length {length} >>\nstream\n{drawn}\nendstream"),
    ];
    let (mut file, mut places) = ("%PDF-1.7\n".to_owned(), Vec::new());
    for (place, object) in objects.iter().enumerate() {
        places.push(format!("{:010} 00000 n \n", file.len()));
        let number = (place + 1).to_string();
        file.extend([number.as_str(), " 0 obj\n", object, "\nendobj\n"]);
    }
    let (begins, table) = (file.len(), places.concat());
    let end = format!(
        "xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R {trailer} >>\nstartxref\n{begins}\n%%EOF\n"
    );
    [file, end].concat().into_bytes()
}

/// FI-07, FI-09, IO-22.
#[tokio::test]
async fn what_was_read_is_shown_as_text_and_the_document_is_given_out_to_keep() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
        let hostile = "<script>alert\\(1\\)</script>";
        let file = lin.keep("报告.pdf", pdf(hostile, "")).await?;
        assert_eq!(file.mime, "application/pdf");
        let id = file.id.to_string();
        let known: DocumentView = lin.call("files.document", &[("id", &id)]).await?.json()?;
        assert_eq!((known.pages, known.unread), (Some(1), None));
        let page = Reply::to(lin.get(&format!("/documents/{id}"))).await?;
        let text = page.text();
        assert!(text.contains("[page 1]"), "{text}");
        assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(!text.contains("<script>alert"));
        let content = lin.content(file.id).await?;
        let disposition = content.header("content-disposition").unwrap_or_default();
        assert!(disposition.starts_with("attachment"), "{disposition}");
        assert_eq!(content.header("x-content-type-options"), Some("nosniff"));
        // FI-12: it is kept to the letter, which is said where a link to it is made.
        let way = format!("/settings/shares?file={id}");
        let asked = Reply::to(lin.get(&way).header("accept", "text/html")).await?;
        let said = asked.text();
        assert!(
            said.contains("This document goes out as it was handed in"),
            "{said}"
        );
        // AC-03.
        let stolen = eve.call("files.document", &[("id", &id)]).await?;
        assert_eq!(stolen.failure()?, FailureCode::NotFound);
        let stolen = Reply::to(eve.get(&format!("/documents/{id}"))).await?;
        assert_eq!(stolen.status, StatusCode::NOT_FOUND);
    }
    Ok(())
}

/// FI-07.
#[tokio::test]
async fn a_locked_document_is_refused_and_nothing_is_kept() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let key = "7a".repeat(32);
    let lock = format!(
        "/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] \
         /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O <{key}> /U <{key}> >>"
    );
    let refused = Reply::to(lin.sending("a.pdf", pdf("secret", &lock))).await?;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.text(), FailureCode::FileLocked.as_str());
    let open: FileView = lin.keep("b.pdf", pdf("open", "")).await?;
    assert_eq!(open.name, "b.pdf");
    Ok(())
}
