use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

/// What clamd would answer to content with the word in it. It reads as clamd does.
async fn clamd(word: &'static [u8], answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut command = [0; 10];
                stream.read_exact(&mut command).await.unwrap();
                assert_eq!(&command, b"zINSTREAM\0");
                let mut content = Vec::new();
                while let Ok(length @ 1..) = stream.read_u32().await {
                    let mut piece = vec![0; length as usize];
                    stream.read_exact(&mut piece).await.unwrap();
                    content.extend(piece);
                }
                let found = content.windows(word.len()).any(|part| part == word);
                let said = if found { answer } else { "stream: OK\0" };
                stream.write_all(said.as_bytes()).await.unwrap();
            });
        }
    });
    addr
}

/// FI-16.
#[tokio::test]
async fn what_the_scanner_finds_is_refused_and_written_down() {
    on_both(async |db| {
        let addr = clamd(b"EVIL", "stream: Test-Signature FOUND\0").await;
        let desk = Desk::with(&db, |options| options.clamd = Some(addr)).await;
        let mut evil = film(100_000);
        evil[70_000..70_004].copy_from_slice(b"EVIL");
        let mut png = picture(8, 8, ImageFormat::Png);
        png.extend_from_slice(b"EVIL");
        assert_eq!(desk.refusal("a.mp4", evil.clone()).await, FailureCode::FileInfected);
        // What was sent is looked at, not what is kept of it.
        assert_eq!(desk.refusal("a.png", png).await, FailureCode::FileInfected);
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'file.infected' AND outcome = 'refused' \
                     AND details LIKE '%Test-Signature%'";
        assert_eq!(count(&db, lines).await, 2);
        desk.objects(0).await;
        assert!(desk.upload(desk.lin, "a.mp4", film(100_000)).await.is_ok());
        let work = NewFile::work(FileName::parse("a.mp4").unwrap());
        let work = desk.files.store(desk.lin, work, pieces(evil), u64::MAX).await;
        assert!(work.is_ok(), "works come from the upstream");
    })
    .await;
}

#[tokio::test]
async fn while_the_scanner_is_away_or_unsure_nothing_is_taken() {
    on_both(async |db| {
        let desk = Desk::with(&db, |options| {
            options.clamd = Some("127.0.0.1:1".to_owned());
        })
        .await;
        assert_eq!(
            desk.refusal("a.mp4", film(1000)).await,
            FailureCode::ScannerUnavailable
        );
        let addr = clamd(b"isom", "INSTREAM size limit exceeded. ERROR\0").await;
        let desk = Desk::with(&db, |options| options.clamd = Some(addr)).await;
        assert_eq!(
            desk.refusal("a.mp4", film(1000)).await,
            FailureCode::ScannerUnavailable
        );
        desk.objects(0).await;
    })
    .await;
}
