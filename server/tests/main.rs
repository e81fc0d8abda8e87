//! The real server on a port of its own, with its own database and its own simulator.

mod support {
    mod api;
    mod app;
    mod browser;
    mod bucket;
    mod database;
    mod functions;
    mod gateway;
    mod keeper;
    mod line;
    mod process;
    mod tab;
    mod wait;

    pub(crate) use api::{Api, Device, Response as ApiResponse, answered};
    pub(crate) use app::{TestApp, config};
    pub(crate) use browser::{Answer, Browser, PASSWORD, Reply, submission};
    pub(crate) use bucket::Bucket;
    pub(crate) use database::{Database, databases};
    pub(crate) use functions::{Access, FUNCTIONS, Function, Target};
    pub(crate) use gateway::{Program, question};
    pub(crate) use keeper::{PIXEL, film, recording};
    pub(crate) use line::Line;
    pub(crate) use process::{Process, serve_in_vain, upstream, write_config};
    pub(crate) use tab::Tab;
    pub(crate) use wait::{BUDGET, eventually, within};

    /// The model that writes titles, and nothing else in these tests.
    pub(crate) const TITLE_MODEL: &str = "qwen-flash";

    /// What a test returns.
    pub(crate) type TestResult = anyhow::Result<()>;
}

mod conversations {
    mod answers;
    mod assistants;
    mod attachments;
    mod branches;
    mod deletion;
    mod diagrams;
    mod documents;
    mod faults;
    mod finding;
    mod long;
    mod moving;
    mod order;
    mod queueing;
    mod stopping;
    mod submissions;
    mod titles;
    mod tools;
    mod watching;
    mod wishes;
}

mod files {
    mod access;
    mod bucket;
    mod hostile;
    mod memory;
    mod serving;
    mod taking;
    mod uploads;
}

mod gateway {
    mod access;
    mod accounts;
    mod batches;
    mod enrolled;
    mod kept;
    mod lines;
    mod money;
    mod nodes;
    mod observed;
    mod once;
    mod overload;
    mod prices;
    mod references;
    mod slow;
    mod streams;
    mod things;
    mod untouched;
    mod upstreams;
}

mod identity {
    mod administration;
    mod cookies;
    mod credentials;
    mod forms;
    mod sessions;
    mod setup;
    mod site_keys;
}

mod operation {
    mod assets;
    mod configuration;
    mod health;
    mod killed;
    mod leaving;
    mod restart;
    mod rooms;
    mod security_page;
}

mod protection {
    mod cross_site;
    mod headers;
    mod limits;
    mod markup;
    mod matrix;
    mod ownership;
    mod proxies;
    mod redirects;
    mod shared_files;
    mod shares;
}

mod rest {
    mod administration;
    mod assistants;
    mod auth;
    mod docs;
    mod gateway;
    mod matrix;
    mod me;
    mod problems;
    mod site_keys;
    mod transcripts;
    mod works;
}

mod usage {
    mod shown;
}
