//! A configuration that can't be meant stops the start, and says where.

use crate::support::{Database, TestResult, config, serve_in_vain, write_config};

#[tokio::test]
async fn an_unknown_key_in_the_file_is_named() -> TestResult {
    let database = Database::sqlite()?;
    let file = write_config(&database, &config(&database))?;
    let text = std::fs::read_to_string(&file)?;
    std::fs::write(&file, text.replace("[server]", "[server]\nadress = 1"))?;
    let ended = serve_in_vain(&file, &[]).await?;
    assert_eq!(ended.code, Some(1));
    assert!(ended.log.contains("adress"), "{}", ended.log);
    Ok(())
}

#[tokio::test]
async fn an_unknown_variable_is_named() -> TestResult {
    let database = Database::sqlite()?;
    let file = write_config(&database, &config(&database))?;
    let ended = serve_in_vain(&file, &[("LIANTAI__SERVER__ADRESS", "127.0.0.1:0")]).await?;
    assert_eq!(ended.code, Some(1));
    assert!(ended.log.contains("adress"), "{}", ended.log);
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() -> TestResult {
    let database = Database::sqlite()?;
    let file = database.folder.path().join("nowhere.toml");
    let ended = serve_in_vain(&file, &[]).await?;
    assert_eq!(ended.code, Some(1));
    assert!(ended.log.contains("nowhere.toml"), "{}", ended.log);
    Ok(())
}

#[tokio::test]
async fn two_processes_do_not_share_a_file() -> TestResult {
    let database = Database::sqlite()?;
    let app = crate::support::TestApp::start_on(database).await?;
    let file = write_config(&app.database, &config(&app.database))?;
    let ended = serve_in_vain(&file, &[]).await?;
    assert_eq!(ended.code, Some(1));
    assert!(ended.log.contains("another process"), "{}", ended.log);
    Ok(())
}
