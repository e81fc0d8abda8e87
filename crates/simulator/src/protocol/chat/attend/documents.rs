//! `fileid://` in system messages: files that a model for long texts reads.

use crate::{
    Refusal,
    compose::{Role, Sight},
    files::File,
    protocol::{chat::request::Ask, entry::Entry},
    tokens,
};

/// Files of one request.
const MOST_FILES: usize = 100;
/// Of all files and messages together.
const MOST_TOKENS: u32 = 10_000_000;
/// Formats that are text as they are; of others only the size is known.
const PLAIN: [&str; 4] = ["txt", "md", "csv", "json"];
/// Bytes of a document for each token, where its text can't be read.
const BYTES_PER_TOKEN: usize = 8;

/// Reads the files that are referred to, for the models that do.
pub(super) fn read(ask: &mut Ask, entry: &Entry) -> Result<(), Refusal> {
    let reads = ["qwen-long", "qwen-doc"];
    if !reads.iter().any(|name| ask.model_id.starts_with(name)) {
        return Ok(());
    }
    let ids: Vec<String> = ask
        .messages
        .iter()
        .filter(|message| message.role == Role::System)
        .flat_map(|message| message.text.split(','))
        .filter_map(|word| word.trim().strip_prefix("fileid://"))
        .map(str::to_owned)
        .collect();
    if ids.len() >= MOST_FILES {
        return Err(Refusal::invalid_parameter("Too many files provided."));
    }
    for id in ids {
        let file = find(entry, &id)?;
        let (count, sight) = take_in(&file)?;
        ask.prompt_tokens = ask.prompt_tokens.saturating_add(count);
        ask.sights.push(sight);
    }
    if ask.prompt_tokens > MOST_TOKENS {
        return Err(Refusal::invalid_parameter(format!(
            "Total message token length exceed model limit ({MOST_TOKENS} tokens)."
        )));
    }
    Ok(())
}

fn find(entry: &Entry, id: &str) -> Result<File, Refusal> {
    let files = entry.handle.files();
    let is_read = |file: &File| file.purpose == "file-extract" && entry.sees(id);
    let Some(file) = files.get(id).filter(is_read) else {
        let problem = if files.is_deleted(id) {
            format!("File [id:{id}] cannot be found.")
        } else {
            format!("Invalid file [id:{id}].")
        };
        return Err(Refusal::invalid_parameter(problem));
    };
    if !file.is_ready() {
        return Err(Refusal::invalid_parameter(
            "File parsing in progress, please try again later.",
        ));
    }
    Ok(file)
}

fn take_in(file: &File) -> Result<(u32, Sight), Refusal> {
    let (name, id) = (&file.name, &file.id);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if !PLAIN.contains(&ending.to_lowercase().as_str()) {
        let count = u32::try_from(file.bytes.len() / BYTES_PER_TOKEN).unwrap_or(u32::MAX);
        let sight = Sight::Document {
            name: name.clone(),
            opening: "…".to_owned(),
        };
        return Ok((count, sight));
    }
    let text = String::from_utf8_lossy(&file.bytes);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    let Some(first) = first else {
        return Err(Refusal::invalid_parameter(format!(
            "File [id:{id}] content blank."
        )));
    };
    let sight = Sight::Document {
        name: name.clone(),
        opening: first.chars().take(80).collect(),
    };
    Ok((tokens::count(&text), sight))
}
