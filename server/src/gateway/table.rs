//! Every address of the gateway: what is spoken there, what is asked for, where it is at Bailian, and whose it is.

use http::Method;
use model::{Operation, Protocol};
use platform::gateway::{ObjectKind, Weight, scan::UsageShape};

/// The form in which refusals are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    OpenAi,
    Anthropic,
    Native,
}

/// What a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carries {
    Nothing,
    /// JSON that names the model to ask.
    Question,
    /// JSON that names no model.
    Json,
    /// A form with files, handed on as it comes.
    Files,
}

/// What a route has to do with things at the upstream that belong to whoever made them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owns {
    Nothing,
    /// The answer's JSON has the new thing's id at one of these places; a star stands for everything in a list.
    Makes(ObjectKind, &'static [&'static str]),
    /// The address has its id.
    Needs(ObjectKind),
    /// The answer lists them: in this array, under this name.
    Lists(ObjectKind, &'static str, &'static str),
}

/// An address.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) method: Method,
    /// As the router matches it.
    pub(super) path: String,
    /// The beginning of the path here and at Bailian.
    pub(super) prefixes: (&'static str, &'static str),
    pub(super) protocol: Protocol,
    pub(super) dialect: Dialect,
    pub(super) operation: Asks,
    pub(super) carries: Carries,
    pub(super) shape: UsageShape,
    pub(super) owns: Owns,
}

impl Route {
    /// What a request to it asks of this process: what carries nothing (looking, taking away, cancelling) is light.
    pub(super) fn weight(&self) -> Weight {
        match self.carries {
            Carries::Nothing => Weight::Light,
            Carries::Question | Carries::Json | Carries::Files => Weight::Call,
        }
    }
}

/// What is asked for there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    Always(Operation),
    /// What the model does.
    WhatTheModelDoes,
}

const JSON_ID: &[&str] = &["/id"];
const NATIVE_FILES: &[&str] = &["/data/uploaded_files/*/file_id"];

/// One of several that differ in a few respects only.
#[derive(Clone, Copy)]
struct Line {
    method: Verb,
    path: &'static str,
    asks: Asks,
    carries: Carries,
    owns: Owns,
}

#[derive(Clone, Copy)]
enum Verb {
    Get,
    Post,
    Delete,
}

const fn asks(path: &'static str, operation: Operation) -> Line {
    Line {
        method: Verb::Post,
        path,
        asks: Asks::Always(operation),
        carries: Carries::Question,
        owns: Owns::Nothing,
    }
}

const fn reads(path: &'static str, owns: Owns) -> Line {
    Line {
        method: Verb::Get,
        path,
        asks: Asks::Always(Operation::Other),
        carries: Carries::Nothing,
        owns,
    }
}

const fn deletes(path: &'static str, kind: ObjectKind) -> Line {
    Line {
        method: Verb::Delete,
        ..reads(path, Owns::Needs(kind))
    }
}

const fn sends(path: &'static str, carries: Carries, owns: Owns) -> Line {
    Line {
        method: Verb::Post,
        carries,
        ..reads(path, owns)
    }
}

/// OpenAI's, below `/v1` and `/compatible-mode/v1`.
const OPENAI: &[Line] = &[
    asks("/chat/completions", Operation::Chat),
    asks("/completions", Operation::Completion),
    asks("/embeddings", Operation::Embedding),
    asks("/systemone", Operation::Chat),
    sends(
        "/files",
        Carries::Files,
        Owns::Makes(ObjectKind::File, JSON_ID),
    ),
    reads("/files", Owns::Lists(ObjectKind::File, "/data", "id")),
    reads("/files/{id}", Owns::Needs(ObjectKind::File)),
    deletes("/files/{id}", ObjectKind::File),
    reads("/files/{id}/content", Owns::Needs(ObjectKind::File)),
    Line {
        asks: Asks::Always(Operation::Batch),
        ..sends(
            "/batches",
            Carries::Json,
            Owns::Makes(ObjectKind::Batch, JSON_ID),
        )
    },
    reads("/batches", Owns::Lists(ObjectKind::Batch, "/data", "id")),
    reads("/batches/{id}", Owns::Needs(ObjectKind::Batch)),
    sends(
        "/batches/{id}/cancel",
        Carries::Nothing,
        Owns::Needs(ObjectKind::Batch),
    ),
];

/// OpenAI's newer protocol, at the same places.
const RESPONSES: &[Line] = &[
    Line {
        owns: Owns::Makes(ObjectKind::Response, JSON_ID),
        ..asks("/responses", Operation::Response)
    },
    reads("/responses/{id}", Owns::Needs(ObjectKind::Response)),
    deletes("/responses/{id}", ObjectKind::Response),
    reads(
        "/responses/{id}/input_items",
        Owns::Needs(ObjectKind::Response),
    ),
    sends(
        "/conversations",
        Carries::Json,
        Owns::Makes(ObjectKind::Conversation, JSON_ID),
    ),
    reads("/conversations/{id}", Owns::Needs(ObjectKind::Conversation)),
    sends(
        "/conversations/{id}",
        Carries::Json,
        Owns::Needs(ObjectKind::Conversation),
    ),
    deletes("/conversations/{id}", ObjectKind::Conversation),
    reads(
        "/conversations/{id}/items",
        Owns::Needs(ObjectKind::Conversation),
    ),
    sends(
        "/conversations/{id}/items",
        Carries::Json,
        Owns::Needs(ObjectKind::Conversation),
    ),
    reads(
        "/conversations/{id}/items/{item}",
        Owns::Needs(ObjectKind::Conversation),
    ),
    deletes("/conversations/{id}/items/{item}", ObjectKind::Conversation),
];

const ANTHROPIC: &[Line] = &[
    asks("/v1/messages", Operation::Chat),
    asks("/v1/messages/count_tokens", Operation::Other),
];

/// Bailian's own, below `/api/v1`.
const NATIVE: &[Line] = &[
    Line {
        asks: Asks::WhatTheModelDoes,
        ..asks("/services/{*service}", Operation::Other)
    },
    Line {
        carries: Carries::Json,
        owns: Owns::Makes(ObjectKind::Session, &["/output/session_id"]),
        ..asks("/apps/{app}/completion", Operation::Application)
    },
    asks("/tokenizer", Operation::Other),
    reads("/tasks/{id}", Owns::Needs(ObjectKind::Task)),
    sends(
        "/tasks/{id}",
        Carries::Nothing,
        Owns::Needs(ObjectKind::Task),
    ),
    sends(
        "/tasks/{id}/cancel",
        Carries::Nothing,
        Owns::Needs(ObjectKind::Task),
    ),
    reads("/tasks", Owns::Lists(ObjectKind::Task, "/data", "task_id")),
    reads("/tasks/", Owns::Lists(ObjectKind::Task, "/data", "task_id")),
    sends(
        "/files",
        Carries::Files,
        Owns::Makes(ObjectKind::File, NATIVE_FILES),
    ),
    reads(
        "/files",
        Owns::Lists(ObjectKind::File, "/data/files", "file_id"),
    ),
    reads("/files/{id}", Owns::Needs(ObjectKind::File)),
    deletes("/files/{id}", ObjectKind::File),
    reads(
        "/uploads",
        Owns::Makes(ObjectKind::Upload, &["/data/upload_dir"]),
    ),
];

/// All of them.
pub(super) fn routes() -> Vec<Route> {
    let openai = [
        ("/v1", "/compatible-mode/v1"),
        ("/compatible-mode/v1", "/compatible-mode/v1"),
    ];
    let anthropic = [
        ("", "/apps/anthropic"),
        ("/anthropic", "/apps/anthropic"),
        ("/apps/anthropic", "/apps/anthropic"),
    ];
    let mut all = Vec::new();
    for prefixes in openai {
        all.extend(OPENAI.iter().map(|line| line.at(prefixes, Speaks::OPENAI)));
        all.extend(
            RESPONSES
                .iter()
                .map(|line| line.at(prefixes, Speaks::RESPONSES)),
        );
    }
    for prefixes in anthropic {
        all.extend(
            ANTHROPIC
                .iter()
                .map(|line| line.at(prefixes, Speaks::ANTHROPIC)),
        );
    }
    let native = ("/api/v1", "/api/v1");
    all.extend(NATIVE.iter().map(|line| line.at(native, Speaks::NATIVE)));
    for (here, there) in [
        ("/v1/rerank", "/compatible-api/v1/reranks"),
        ("/v1/reranks", "/compatible-api/v1/reranks"),
        ("/compatible-api/v1/reranks", "/compatible-api/v1/reranks"),
    ] {
        all.push(asks("", Operation::Rerank).at((here, there), Speaks::OPENAI));
    }
    all
}

#[derive(Clone, Copy)]
struct Speaks {
    protocol: Protocol,
    dialect: Dialect,
    shape: UsageShape,
}

impl Speaks {
    const OPENAI: Self = Self {
        protocol: Protocol::OpenAi,
        dialect: Dialect::OpenAi,
        shape: UsageShape::OpenAi,
    };
    const RESPONSES: Self = Self {
        shape: UsageShape::Responses,
        ..Self::OPENAI
    };
    const ANTHROPIC: Self = Self {
        protocol: Protocol::Anthropic,
        dialect: Dialect::Anthropic,
        shape: UsageShape::Anthropic,
    };
    const NATIVE: Self = Self {
        protocol: Protocol::DashScope,
        dialect: Dialect::Native,
        shape: UsageShape::Native,
    };
}

impl Line {
    fn at(&self, prefixes: (&'static str, &'static str), speaks: Speaks) -> Route {
        Route {
            method: match self.method {
                Verb::Get => Method::GET,
                Verb::Post => Method::POST,
                Verb::Delete => Method::DELETE,
            },
            path: format!("{}{}", prefixes.0, self.path),
            prefixes,
            protocol: speaks.protocol,
            dialect: speaks.dialect,
            operation: self.asks,
            carries: self.carries,
            shape: speaks.shape,
            owns: self.owns,
        }
    }
}

impl Route {
    /// The same path at Bailian.
    pub(super) fn path_there(&self, path: &str) -> String {
        let rest = path.strip_prefix(self.prefixes.0).unwrap_or(path);
        format!("{}{rest}", self.prefixes.1)
    }

    /// Whether a path can be handed on. What is asked for is decided by how the path reads here, so that it must read the same wherever
    /// it comes by: no way upwards, nothing encoded, nothing that somebody else takes for a slash or leaves out.
    pub(super) fn takes(&self, path: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:/".contains(&byte);
        // Only where that is the address itself, it ends with a slash.
        let path = match path.strip_suffix('/') {
            Some(rest) if self.path.ends_with('/') => rest,
            _ => path,
        };
        let mut parts = path.split('/').skip(1);
        path.bytes().all(is_plain) && parts.all(|part| !matches!(part, "" | "." | ".."))
    }

    /// What stands in the place of `{id}`.
    pub(super) fn id_in<'a>(&self, path: &'a str) -> Option<&'a str> {
        let place = self.path.split('/').position(|part| part == "{id}")?;
        path.split('/').nth(place).filter(|id| !id.is_empty())
    }
}

/// The form of refusals at an address that there is not.
pub(super) fn dialect_of(path: &str) -> Dialect {
    if path.starts_with("/api/") || path.starts_with("/api-ws/") {
        Dialect::Native
    } else if path.starts_with("/v1/messages")
        || path.starts_with("/anthropic")
        || path.starts_with("/apps/anthropic")
    {
        Dialect::Anthropic
    } else {
        Dialect::OpenAi
    }
}

#[cfg(test)]
mod tests;
