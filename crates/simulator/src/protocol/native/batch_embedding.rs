//! Vectors of a whole file of texts, one a line, as a task.

use std::io::{self, Write};

use axum::response::Response;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use super::{
    body::Body,
    embeddings::{check_text_type, out_of_definition},
};
use crate::{
    Handle, Refusal,
    protocol::{entry::Entry, medium, tasks},
    state::Billed,
    tasks::{TaskOrder, TaskOutcome},
    tokens, vectors,
};

const PATH: &str = "/api/v1/services/embeddings/text-embedding/text-embedding";

/// Takes the file and answers with a task.
pub(super) async fn submit(entry: &Entry, body: &Body<'_>) -> Result<Response, Refusal> {
    tasks::must_be_asynchronous(entry)?;
    check_text_type(body.parameter("text_type"))?;
    let url = body
        .input("url")
        .and_then(Value::as_str)
        .filter(|url| !url.is_empty())
        .ok_or_else(|| out_of_definition("url"))?;
    medium::check_address(entry, url)?;
    // What can't be read is found out by the task, not by the request for it.
    let file = medium::fetch(entry, body.model_id, url).await;
    let order = TaskOrder::new(body.model_id, PATH).parts(0);
    let handle = entry.handle.clone();
    let model = body.model_id.to_owned();
    let dimensions = body.model.dimensions.first().copied().unwrap_or(1536);
    let (most, url, request) = (body.model.max_texts, url.to_owned(), entry.id.0.clone());
    Ok(tasks::submit(entry, order, move || {
        let Ok(file) = file else {
            let message = format!("Failed to download the input file: {url}.");
            return TaskOutcome::failed("BadRequest.InputDownloadFailed", message);
        };
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        if lines.is_empty() || lines.len() > most {
            let message = "The input file is empty or has too many lines.";
            return TaskOutcome::failed("InvalidParameter", message);
        }
        finish(&handle, &model, &request, &lines, dimensions)
    }))
}

/// A compressed file with a line of JSON for every text.
fn finish(
    handle: &Handle,
    model: &str,
    request: &str,
    lines: &[&str],
    dimensions: usize,
) -> TaskOutcome {
    let total: u32 = lines.iter().map(|line| tokens::count(line).max(1)).sum();
    let Ok(packed) = pack(lines, dimensions) else {
        return TaskOutcome::failed("InternalError.Algo", "inference internal error.");
    };
    let path = format!("text-embedding/{request}_output.txt.gz");
    let url = handle.publish(&path, "application/gzip", packed);
    let usage = json!({ "total_tokens": total });
    let billed = Billed {
        model: model.to_owned(),
        input_tokens: total.into(),
        ..Billed::default()
    };
    TaskOutcome::succeeded(json!({ "url": url }), Some(usage), billed)
}

fn pack(lines: &[&str], dimensions: usize) -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    for (index, line) in lines.iter().enumerate() {
        let vector = vectors::text(line, dimensions);
        let item = json!({ "output": { "embedding": vector, "text_index": index } });
        writeln!(packed, "{item}")?;
    }
    packed.finish()
}
