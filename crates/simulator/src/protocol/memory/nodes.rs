//! Single things that are remembered.

use axum::{extract::Path, response::Response};
use serde_json::{Map, Value, json};

use super::{Wanted, answer, done, invalid, not_found, object, optional, page, text};
use crate::{Refusal, memories::Node, protocol::entry::Entry, relevance, state::unix_seconds};

const LONGEST_USER: usize = 64;
const LONGEST_CONTENT: usize = 512;
const MOST_MESSAGES: usize = 50;
/// What says nearly the same takes the place of what is remembered.
const SAME: f64 = 0.75;

/// Remembers what is given, or what the user's messages say.
pub(super) async fn add(entry: Entry) -> Result<Response, Refusal> {
    let fields = object(&entry)?;
    let user = text(&fields, "user_id", LONGEST_USER)?;
    let contents = match fields.get("custom_content") {
        Some(Value::Null) | None => said(&fields)?,
        Some(_) => vec![text(&fields, "custom_content", LONGEST_CONTENT)?],
    };
    let (library, project) = (
        optional(&fields, "memory_library_id"),
        optional(&fields, "project_id"),
    );
    let details = details(&fields);
    let mut dice = entry.dice().and("memory");
    let now = unix_seconds();
    let mut store = entry.handle.memories().store();
    let mut events = Vec::new();
    for content in contents {
        if let Some(schema) = optional(&fields, "profile_schema") {
            store.learn(&schema, &user, &content);
        }
        let known = store.nodes.iter_mut().find(|node| {
            node.user == user
                && node.library == library
                && relevance::score(&content, &node.content) > SAME
        });
        if let Some(node) = known {
            let old = std::mem::replace(&mut node.content, content);
            node.updated = now;
            node.details.extend(details.clone());
            events.push(json!({
                "memory_node_id": node.id, "content": node.content, "event": "UPDATE",
                "old_content": old,
            }));
            continue;
        }
        let node = Node {
            id: dice.hex(32),
            library: library.clone(),
            project: project.clone(),
            user: user.clone(),
            content,
            details: details.clone(),
            created: now,
            updated: now,
        };
        events.push(json!({ "memory_node_id": node.id, "content": node.content, "event": "ADD" }));
        store.nodes.push(node);
    }
    drop(store);
    Ok(answer(&entry, json!({ "memory_nodes": events })))
}

/// The things that fit the last question, best first.
pub(super) async fn search(entry: Entry) -> Result<Response, Refusal> {
    let fields = object(&entry)?;
    let user = text(&fields, "user_id", LONGEST_USER)?;
    let question = said(&fields)?.pop().unwrap_or_default();
    let most = match fields.get("top_k") {
        None => 10,
        Some(told) => told
            .as_u64()
            .and_then(|most| usize::try_from(most).ok())
            .filter(|most| (1..=100).contains(most))
            .ok_or_else(|| invalid("top_k"))?,
    };
    let least = match fields.get("min_score") {
        None => 0.3,
        Some(told) => told
            .as_f64()
            .filter(|least| (0.0..=1.0).contains(least))
            .ok_or_else(|| invalid("min_score"))?,
    };
    let library = optional(&fields, "memory_library_id");
    let projects = fields.get("project_ids").and_then(Value::as_array);
    let nodes = of_user(&entry, &user, library.as_deref())?;
    let mut scored: Vec<(f64, &Node)> = nodes
        .iter()
        .filter(|node| is_of(node, projects))
        .map(|node| (relevance::score(&question, &node.content), node))
        .filter(|(score, _)| *score >= least)
        .collect();
    scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let found: Vec<Value> = scored
        .iter()
        .take(most)
        .map(|(_, node)| item(node))
        .collect();
    Ok(answer(&entry, json!({ "memory_nodes": found })))
}

/// All that is remembered of a user, newest first.
pub(super) async fn list(wanted: Wanted, entry: Entry) -> Result<Response, Refusal> {
    let (number, size) = page(&wanted)?;
    let user = wanted.get("user_id").ok_or_else(|| invalid("user_id"))?;
    let library = wanted.get("memory_library_id").map(String::as_str);
    let mut nodes = of_user(&entry, user, library)?;
    nodes.reverse();
    if let Some(project) = wanted.get("project_id") {
        nodes.retain(|node| node.project.as_ref() == Some(project));
    }
    let shown: Vec<Value> = nodes
        .iter()
        .skip((number - 1).saturating_mul(size))
        .take(size)
        .map(|node| {
            let mut item = item(node);
            item["meta_data"] = node.details.clone().into();
            item
        })
        .collect();
    let fields = json!({
        "memory_nodes": shown, "page_num": number, "page_size": size, "total": nodes.len(),
    });
    Ok(answer(&entry, fields))
}

/// Replaces what is remembered.
pub(super) async fn change(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    let fields = object(&entry)?;
    let user = text(&fields, "user_id", LONGEST_USER)?;
    let content = text(&fields, "custom_content", LONGEST_CONTENT)?;
    let library = optional(&fields, "memory_library_id");
    let stamp = fields.get("timestamp").and_then(Value::as_u64);
    {
        let mut store = entry.handle.memories().store();
        let node = store
            .nodes
            .iter_mut()
            .find(|node| node.id == id && node.user == user && node.library == library)
            .ok_or_else(not_found)?;
        node.content = content;
        node.updated = stamp.unwrap_or_else(unix_seconds);
        node.details.extend(details(&fields));
    }
    Ok(done(&entry))
}

/// Forgets.
pub(super) async fn delete(
    Path(id): Path<String>,
    wanted: Wanted,
    entry: Entry,
) -> Result<Response, Refusal> {
    let library = wanted.get("memory_library_id");
    {
        let mut store = entry.handle.memories().store();
        let before = store.nodes.len();
        store
            .nodes
            .retain(|node| node.id != id || node.library.as_ref() != library);
        if store.nodes.len() == before {
            return Err(not_found());
        }
    }
    Ok(done(&entry))
}

/// What the user said in the messages.
fn said(fields: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let messages = fields
        .get("messages")
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty() && list.len() <= MOST_MESSAGES)
        .ok_or_else(|| invalid("messages"))?;
    let mut said = Vec::new();
    for message in messages {
        let content = message["content"]
            .as_str()
            .ok_or_else(|| invalid("messages"))?;
        match message["role"].as_str() {
            Some("user") => said.push(content.chars().take(LONGEST_CONTENT).collect()),
            Some("assistant") => {}
            Some(_) | None => return Err(invalid("messages")),
        }
    }
    Ok(said)
}

fn details(fields: &Map<String, Value>) -> Map<String, Value> {
    let details = fields.get("meta_data").and_then(Value::as_object);
    details.cloned().unwrap_or_default()
}

fn of_user(entry: &Entry, user: &str, library: Option<&str>) -> Result<Vec<Node>, Refusal> {
    let store = entry.handle.memories().store();
    if store.nodes.iter().all(|node| node.user != user) {
        return Err(Refusal::new(404, "UserNotFound", "user not found"));
    }
    Ok(store.of(user, library).cloned().collect())
}

fn is_of(node: &Node, projects: Option<&Vec<Value>>) -> bool {
    projects.is_none_or(|projects| {
        let of = |project: &Value| project.as_str() == node.project.as_deref();
        projects.is_empty() || projects.iter().any(of)
    })
}

fn item(node: &Node) -> Value {
    json!({
        "memory_node_id": node.id,
        "content": node.content,
        "created_at": node.created,
        "updated_at": node.updated,
    })
}
