//! `POST {upload_host}`: a form with a file, as browsers send it.

use axum::response::Response;

use super::{
    super::{
        entry::{Entry, Field},
        reply,
    },
    ACCESS_KEY_ID, LARGEST_UPLOAD_MB, xml,
};
use crate::uploads::UPLOAD_LIFE;

pub(super) async fn take(entry: Entry) -> Response {
    store(&entry).await.unwrap_or_else(
        |Refused {
             status,
             code,
             message,
         }| { xml::error(&entry, status, code, &message, "") },
    )
}

struct Refused {
    status: u16,
    code: &'static str,
    message: String,
}

fn refused(status: u16, code: &'static str, message: impl Into<String>) -> Refused {
    let message = message.into();
    Refused {
        status,
        code,
        message,
    }
}

async fn store(entry: &Entry) -> Result<Response, Refused> {
    let malformed = |_| {
        let message = "The body of your POST request is not well-formed multipart/form-data.";
        refused(400, "MalformedPOSTRequest", message)
    };
    let fields = entry.form().await.map_err(malformed)?;
    // Whatever follows the file is not read.
    let Some(place) = fields.iter().position(|field| field.name == "file") else {
        let message = "POST requires exactly one file upload per request.";
        return Err(refused(400, "IncorrectNumberOfFilesInPOSTRequest", message));
    };
    let (file, form) = (&fields[place], Form(&fields[..place]));
    let grant = entry.handle.uploads().of_policy(&form.required("policy")?);
    let key_id = form.required("OSSAccessKeyId")?;
    if key_id != ACCESS_KEY_ID {
        let message = "The OSS Access Key Id you provided does not exist in our records.";
        return Err(refused(403, "InvalidAccessKeyId", message));
    }
    let signature = form.required("Signature")?;
    let grant = grant.filter(|grant| grant.signature == signature).ok_or_else(|| {
        let message = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        refused(403, "SignatureDoesNotMatch", message)
    })?;
    if grant.is_over() {
        return Err(against_policy("Policy expired."));
    }
    let key = form
        .required("key")?
        .replace("${filename}", file.file_name.as_deref().unwrap_or_default());
    if !key.starts_with(&grant.folder) {
        let condition = format!("[\"starts-with\", \"$key\", \"{}\"]", grant.folder);
        return Err(against_policy(&format!(
            "Policy Condition failed: {condition}"
        )));
    }
    for (name, value) in [
        ("x-oss-object-acl", "private"),
        ("x-oss-forbid-overwrite", "true"),
    ] {
        if form.get(name).as_deref() != Some(value) {
            let condition = format!("[\"eq\", \"${name}\", \"{value}\"]");
            return Err(against_policy(&format!(
                "Policy Condition failed: {condition}"
            )));
        }
    }
    if file.bytes.len() as u64 > LARGEST_UPLOAD_MB << 20 {
        let message = "Your proposed upload exceeds the maximum allowed size.";
        return Err(refused(400, "EntityTooLarge", message));
    }
    if entry.handle.results().get(&key).is_some() {
        let message = "The object you specified already exists and can not be overwritten.";
        return Err(refused(409, "FileAlreadyExists", message));
    }
    let kind = form
        .get("x-oss-content-type")
        .or_else(|| file.content_type.clone());
    let kind = kind.unwrap_or_else(|| "application/octet-stream".to_owned());
    let results = entry.handle.results();
    results.put(key, kind, file.bytes.clone(), UPLOAD_LIFE);
    let status = form
        .get("success_action_status")
        .and_then(|status| status.parse().ok());
    let status = status
        .filter(|status| [200, 201].contains(status))
        .unwrap_or(204);
    Ok(reply::body(status, "application/xml", ""))
}

fn against_policy(reason: &str) -> Refused {
    refused(
        403,
        "AccessDenied",
        format!("Invalid according to Policy: {reason}"),
    )
}

/// The fields before the file.
struct Form<'a>(&'a [Field]);

impl Form<'_> {
    fn get(&self, name: &str) -> Option<String> {
        let field = self.0.iter().find(|field| field.name == name)?;
        String::from_utf8(field.bytes.to_vec()).ok()
    }

    fn required(&self, name: &str) -> Result<String, Refused> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| {
                let message = format!("Bucket POST must contain the field named '{name}'.");
                refused(400, "InvalidArgument", message)
            })
    }
}
