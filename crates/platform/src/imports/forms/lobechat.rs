//! The export of LobeChat: all messages in one list, each with the session and the topic that it belongs to. Before it had a database
//! in the browser the lists stood in `state`, since then in `data`.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{Millis, ModelName};
use serde::Deserialize;

use super::{Entry, planted, speaker};
use crate::imports::{
    draft::Draft,
    lenient::{List, MANY, Part, Text},
    plant::Node,
};

/// The lists.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Store {
    messages: List<Part<Entry>, MANY>,
    sessions: List<Part<Named>, MANY>,
    topics: List<Part<Named>, MANY>,
}

/// A session or a topic.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    id: Text,
    title: Text,
    meta: Part<Meta>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Meta {
    title: Text,
}

/// What older versions put beside a message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Extra {
    #[serde(rename = "fromModel")]
    model: Text,
}

/// The session, and the topic in it; without one, what was said outside of topics.
type Place = (String, String);

pub(super) fn drafts(store: Store) -> Vec<Draft> {
    let names = |all: List<Part<Named>, MANY>| -> HashMap<String, String> {
        let all = all.0.into_iter().filter_map(|one| one.0);
        all.map(|one| {
            let meta = one.meta.0.unwrap_or_default().title.0;
            let name = if one.title.0.is_empty() {
                meta
            } else {
                one.title.0
            };
            (one.id.0, name)
        })
        .collect()
    };
    let (sessions, topics) = (names(store.sessions), names(store.topics));
    let mut places: BTreeMap<Place, Vec<Entry>> = BTreeMap::new();
    for entry in store.messages.0.into_iter().filter_map(|entry| entry.0) {
        let place = (entry.session.0.clone(), entry.topic.0.clone());
        places.entry(place).or_default().push(entry);
    }
    let each = places.into_iter().map(|((session, topic), mut entries)| {
        entries.sort_by_key(|entry| entry.made_at.0);
        let name = topics.get(&topic).or_else(|| sessions.get(&session));
        draft(name.map_or("", String::as_str), entries)
    });
    each.collect()
}

/// In the order of time, each on the one that it names, and otherwise on the one before.
fn draft(name: &str, entries: Vec<Entry>) -> Draft {
    let mut nodes: Vec<Node> = Vec::with_capacity(entries.len());
    let mut known = HashSet::new();
    for entry in entries {
        let before = nodes.last().map(|last| last.key.clone());
        let named = Some(entry.parent_id.0).filter(|parent| known.contains(parent));
        let speaker = speaker(&entry.role.0);
        let model = if entry.model.0.is_empty() {
            entry.extra.0.unwrap_or_default().model.0
        } else {
            entry.model.0
        };
        known.insert(entry.id.0.clone());
        let files = u32::try_from(entry.files.0.len()).unwrap_or(u32::MAX);
        nodes.push(Node {
            key: entry.id.0,
            parent: named.or(before).unwrap_or_default(),
            speaker,
            text: entry.content.text,
            reasoning: match speaker {
                Some(_) => entry.reasoning.0,
                None => String::new(),
            },
            things: entry.content.things.max(files),
            model: ModelName::parse(model).ok(),
            at: entry.made_at.0.map(Millis::new),
            ..Node::default()
        });
    }
    planted(name, &nodes, "")
}
