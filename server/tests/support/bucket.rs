//! A bucket that speaks as much of S3 as files need, with its objects in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Query, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use server::config::{S3Config, Secret};
use tokio::net::TcpListener;

type Objects = BTreeMap<String, Vec<u8>>;

/// Parts by their upload and number.
type Parts = BTreeMap<(String, u32), Vec<u8>>;

/// A running bucket.
#[derive(Clone, Default)]
pub(crate) struct Bucket {
    objects: Arc<Mutex<Objects>>,
    parts: Arc<Mutex<Parts>>,
}

impl Bucket {
    /// Starts one, and what the configuration says to use it.
    pub(crate) async fn start() -> anyhow::Result<(Self, S3Config)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let bucket = Self::default();
        let router = Router::new()
            .fallback(answer)
            .layer(DefaultBodyLimit::disable())
            .with_state(bucket.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let config = S3Config {
            endpoint,
            bucket: "files".to_owned(),
            region: "somewhere-1".to_owned(),
            access_key: "name-of-key".to_owned(),
            secret_key: Secret::from("the-key-itself".to_owned()),
            path_style: true,
        };
        Ok((bucket, config))
    }

    /// Names of what is in it.
    pub(crate) fn names(&self) -> Vec<String> {
        self.objects().keys().cloned().collect()
    }

    fn objects(&self) -> std::sync::MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn parts(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, u32), Vec<u8>>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const TAG: [(header::HeaderName, &str); 2] = [
    (header::ETAG, "\"tag\""),
    (header::LAST_MODIFIED, "Sat, 29 Nov 2025 00:00:00 GMT"),
];

async fn answer(
    State(bucket): State<Bucket>,
    method: Method,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signed = headers.get(header::AUTHORIZATION);
    let signed = signed.and_then(|value| value.to_str().ok()).unwrap_or("");
    if !signed.starts_with("AWS4-HMAC-SHA256 Credential=name-of-key/")
        || !signed.contains("/somewhere-1/s3/aws4_request")
    {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(key) = uri.path().strip_prefix("/files") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let key = key.trim_start_matches('/').to_owned();
    let asked = |name: &str| query.get(name).cloned();
    match method.as_str() {
        "PUT" => {
            match asked("partNumber").and_then(|number| number.parse().ok()) {
                Some(number) => bucket.parts().insert((key, number), body.to_vec()),
                None => bucket.objects().insert(key, body.to_vec()),
            };
            TAG.into_response()
        }
        "POST" if query.contains_key("uploads") => xml(
            "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
        ),
        "POST" if query.contains_key("uploadId") => {
            let mut parts = bucket.parts();
            let (mine, others) = std::mem::take(&mut *parts)
                .into_iter()
                .partition(|((of, _), _)| *of == key);
            *parts = others;
            let mine: BTreeMap<(String, u32), Vec<u8>> = mine;
            let whole = mine.into_values().flatten().collect();
            bucket.objects().insert(key, whole);
            xml("<CompleteMultipartUploadResult><ETag>tag</ETag></CompleteMultipartUploadResult>")
        }
        "POST" if query.contains_key("delete") => {
            let text = String::from_utf8_lossy(&body).into_owned();
            for named in text.split("<Key>").skip(1) {
                let name = named.split("</Key>").next().unwrap_or_default();
                bucket.objects().remove(name);
            }
            xml("<DeleteResult></DeleteResult>")
        }
        "GET" if query.contains_key("list-type") => {
            let prefix = asked("prefix").unwrap_or_default();
            let objects = bucket.objects();
            let listed = objects.iter().filter(|(name, _)| name.starts_with(&prefix));
            let listed = listed.map(|(name, content)| {
                let size = content.len();
                format!(
                    "<Contents><Key>{name}</Key><Size>{size}</Size><ETag>\"tag\"</ETag>\
                     <LastModified>2025-11-29T00:00:00.000Z</LastModified></Contents>"
                )
            });
            let listed = listed.collect::<Vec<_>>().concat();
            xml(&format!("<ListBucketResult>{listed}</ListBucketResult>"))
        }
        "GET" => match bucket.objects().get(&key) {
            Some(content) => part(content, headers.get(header::RANGE)),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        "DELETE" => StatusCode::NO_CONTENT.into_response(),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn part(content: &[u8], range: Option<&header::HeaderValue>) -> Response {
    let range = range.and_then(|range| range.to_str().ok()?.strip_prefix("bytes="));
    let range = range.and_then(|range| {
        let (first, last) = range.split_once('-')?;
        Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?))
    });
    let Some((first, last)) = range else {
        return (TAG, Body::from(content.to_vec())).into_response();
    };
    let says = format!("bytes {first}-{last}/{}", content.len());
    let body = content[first..=last].to_vec();
    (
        StatusCode::PARTIAL_CONTENT,
        TAG,
        [(header::CONTENT_RANGE, says)],
        body,
    )
        .into_response()
}

fn xml(text: &str) -> Response {
    ([(header::CONTENT_TYPE, "application/xml")], text.to_owned()).into_response()
}
