//! The object store: upload policies, uploads, results.

mod serve;
mod upload;
mod xml;

use axum::{
    Router,
    extract::Query,
    response::Response,
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::json;

pub(crate) use self::serve::{NoFile, look_up};
use super::{entry::Entry, reply};
use crate::{
    Handle, Refusal,
    calendar::Stamp,
    dice::Dice,
    models,
    uploads::{GRANT_LIFE, Grant},
};

/// Where uploads go, and what they are put into.
const UPLOAD_PATH: &str = "/oss/dashscope-file-mgr";
const BUCKET: &str = "dashscope-file-mgr";
/// The id that signatures are made with.
const ACCESS_KEY_ID: &str = "LTAI5tSimulated";
/// The folder of the pretended account.
const ACCOUNT: &str = "00112233445566778899aabbccddeeff";
/// The larger of the two sizes that are documented would not fit the memory of a demonstration.
const LARGEST_UPLOAD_MB: u64 = 100;

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
        .route("/api/v1/uploads", get(policy))
        .route(UPLOAD_PATH, post(upload::take))
        .route("/oss/dashscope-file-mgr/", post(upload::take))
        .route("/results/{*path}", get(serve::serve))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    action: String,
    model: String,
}

/// `GET /api/v1/uploads`: a permission to upload files for one model.
async fn policy(Query(wanted): Query<Wanted>, entry: Entry) -> Result<Response, Refusal> {
    if wanted.action != "getPolicy" {
        return Err(missing("action"));
    }
    if wanted.model.is_empty() {
        return Err(missing("model"));
    }
    if models::find(entry.handle.models(), &wanted.model).is_none() {
        return Err(Refusal::new(
            404,
            "ModelNotFound",
            "Model can not be found.",
        ));
    }
    let now = Stamp::now();
    let id = &entry.id.0;
    let folder = format!("dashscope-instant/{ACCOUNT}/{}/{id}", now.beijing_day());
    let policy = document(&folder, now.after(GRANT_LIFE));
    let signature = signature(&entry.handle, &policy);
    entry.claim(&folder);
    let grant = Grant::new(folder, wanted.model, policy, signature);
    let answer = json!({
        "data": {
            "policy": grant.policy,
            "signature": grant.signature,
            "upload_dir": grant.folder,
            "upload_host": format!("{}{UPLOAD_PATH}", entry.handle.origin()),
            "expire_in_seconds": GRANT_LIFE.as_secs(),
            "max_file_size_mb": LARGEST_UPLOAD_MB,
            "capacity_limit_mb": 999_999_999,
            "oss_access_key_id": ACCESS_KEY_ID,
            "x_oss_object_acl": "private",
            "x_oss_forbid_overwrite": "true",
        },
        "request_id": id,
    });
    entry.handle.uploads().give(grant);
    Ok(reply::json(200, &answer))
}

/// What is signed; slashes are escaped as the service escapes them.
fn document(folder: &str, expiration: Stamp) -> String {
    let document = json!({
        "expiration": expiration.iso(),
        "conditions": [
            ["content-length-range", 0, LARGEST_UPLOAD_MB << 20],
            ["starts-with", "$key", folder],
            { "bucket": BUCKET },
            { "x-oss-object-acl": "private" },
            { "x-oss-forbid-overwrite": "true" },
        ],
    });
    BASE64_STANDARD.encode(document.to_string().replace('/', "\\/"))
}

/// Twenty bytes in base64, as long as the real one.
fn signature(handle: &Handle, policy: &str) -> String {
    let mut dice = Dice::new(handle.options().seed).and(policy);
    let bytes: Vec<u8> = (0..3)
        .flat_map(|_| dice.next().to_be_bytes())
        .take(20)
        .collect();
    BASE64_STANDARD.encode(bytes)
}

fn missing(name: &str) -> Refusal {
    Refusal::invalid_parameter(format!(
        "Required parameter({name}) missing or invalid, please check the request parameters."
    ))
}
