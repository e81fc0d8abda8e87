//! Lists of what a caller has at Bailian. Each account lists its own, so those in which the caller has something are read one
//! after the other, as if one list stood below the other, and only the caller's own things stay.
//!
//! A page of files or batches in OpenAI's protocol begins behind the thing that the page before ended with, which tells the
//! account as well. Bailian's own lists have numbered pages: those of the second account follow upon those of the first.

pub(super) mod enrolled;

use std::sync::Arc;

use axum::{
    Json,
    extract::Query,
    response::{IntoResponse, Response},
};
use bailian::{
    Error as UpstreamError,
    pool::Reach,
    relay::{Relay, Relayed},
};
use bytes::Bytes;
use http::{StatusCode, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use platform::gateway::{Ending, GatewayError, ObjectKind, Running};
use serde_json::Value;

use super::{
    GatewayState, objects,
    refusal::Refusal,
    relay::{Context, ask},
    request::Incoming,
    table::{Dialect, Owns},
    unanswered::{failed, no_answer, refused_there},
    whole,
};

/// Pages of one account that are read to find something of the caller's among everybody's.
const MOST_PAGES: usize = 20;
/// How many things are asked for at once, at least.
const LONG_PAGE: usize = 100;
/// How many things a numbered page has where nobody says.
const USUAL_PAGE: u64 = 10;

/// Why there is no list.
enum Fault {
    Here(GatewayError),
    Refused(Box<Relayed>, UpstreamError),
    /// What came is no list.
    NoAnswer(StatusCode),
    Upstream(UpstreamError),
}

impl From<GatewayError> for Fault {
    fn from(error: GatewayError) -> Self {
        Self::Here(error)
    }
}

/// A list, of one account or of several. Of an account of which many pages are others' things the caller's older ones are not
/// found.
pub(super) async fn answer(
    state: &GatewayState,
    mut context: Context,
    kind: ObjectKind,
    mut incoming: Incoming,
    mut running: Running,
) -> Response {
    let accounts = state.gateway.accounts_with(&context.principal, kind).await;
    let accounts = match accounts {
        Ok(accounts) => accounts,
        Err(error) => return context.refused(&Refusal::of(&error, context.chinese)),
    };
    let is_numbered = context.route.dialect == Dialect::Native;
    if accounts.is_empty() && !is_numbered && value(&pairs_of(&incoming.relay), "after").is_some() {
        // Behind what is not theirs: whether it is anybody's is nobody's business.
        return context.refused(&Refusal::of(&GatewayError::NotFound, context.chinese));
    }
    // Others' things may fill the first pages of one account too; of numbered pages each is asked for by itself.
    if accounts.is_empty() || (is_numbered && accounts.len() == 1) {
        if let Some(account) = accounts.into_iter().next() {
            incoming.reach = Reach::Only(account);
            context.is_bound = true;
        }
        return ask(state, context, incoming, running).await;
    }
    context.is_bound = true;
    let right_ended = running.right_ended();
    let reading = async {
        if is_numbered {
            numbered(&mut context, &incoming.relay, &accounts).await
        } else {
            behind(&mut context, kind, &incoming.relay, &accounts).await
        }
    };
    let listed = right_ended.run_until_cancelled(reading).await;
    running.answers(None);
    let listed = listed.map(|listed| listed.map(|list| (list, Ending::succeeded(200))));
    told(&context, running, listed).await
}

/// Books how it ended, and tells; `None` if what the caller came in by has ended.
async fn told(
    context: &Context,
    running: Running,
    listed: Option<Result<(Value, Ending), Fault>>,
) -> Response {
    match listed {
        None => {
            let refusal = Refusal::right_ended(context.chinese);
            context.end(running, Ending::cancelled(), refusal).await
        }
        Some(Ok((list, ending))) => {
            let allowed = running.allowed();
            match running.close(ending).await {
                Ok(()) => {
                    let mut response = Json(list).into_response();
                    context.head(response.headers_mut(), allowed);
                    response
                }
                Err(error) => context.refused(&Refusal::of(&error.into(), context.chinese)),
            }
        }
        Some(Err(Fault::Here(error))) => context.refused(&Refusal::of(&error, context.chinese)),
        Some(Err(Fault::NoAnswer(status))) => no_answer(context, running, status).await,
        Some(Err(Fault::Upstream(error))) => failed(context, running, &error).await,
        Some(Err(Fault::Refused(answer, error))) => {
            refused_there(context, running, *answer, &error).await
        }
    }
}

/// Pages that begin behind a thing.
async fn behind(
    context: &mut Context,
    kind: ObjectKind,
    relay: &Relay,
    accounts: &[Arc<str>],
) -> Result<Value, Fault> {
    let pairs = pairs_of(relay);
    let limit = number(&pairs, "limit").and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.filter(|limit| *limit > 0);
    let mut after = value(&pairs, "after").map(str::to_owned);
    let first = match &after {
        None => 0,
        Some(id) => {
            let place = context
                .gateway
                .require_object(&context.principal, kind, id)
                .await?;
            let account = context.gateway.account_of(&place)?;
            let place = accounts.iter().position(|one| *one == account);
            place.ok_or(GatewayError::NotFound)?
        }
    };
    let mut own: Vec<Value> = Vec::new();
    let mut list = Value::Null;
    let mut has_more = false;
    'accounts: for (place, account) in accounts.iter().enumerate().skip(first) {
        for _ in 0..MOST_PAGES {
            let mut asked = pairs.clone();
            asked.retain(|(name, _)| name != "after" && (name != "limit" || limit.is_none()));
            asked.extend(after.take().map(|id| ("after".to_owned(), id)));
            // Most of it may be others'.
            let many = limit.map(|limit| limit.max(LONG_PAGE).to_string());
            asked.extend(many.map(|many| ("limit".to_owned(), many)));
            let page = page(context, relay, &asked, account).await?;
            let last = last_id(&page);
            let goes_on = page.get("has_more").and_then(Value::as_bool) == Some(true);
            list = only_own(context, page).await?;
            let Some(Value::Array(items)) = list.get_mut("data") else {
                // Bailian sometimes refuses with a status that says that all is well.
                return Ok(list);
            };
            own.append(items);
            let limit = limit.unwrap_or(usize::MAX);
            if own.len() > limit || (goes_on && !own.is_empty()) {
                own.truncate(limit);
                has_more = true;
                break 'accounts;
            }
            if !goes_on || last.is_none() {
                has_more = own.len() == limit && place + 1 < accounts.len();
                if has_more {
                    break 'accounts;
                }
                continue 'accounts;
            }
            // Only others' things so far.
            after = last;
        }
        // So many pages of others' things: the next account has its turn.
        after = None;
    }
    if let Value::Object(fields) = &mut list {
        let id = |item: Option<&Value>| item.and_then(|item| item.get("id")).cloned();
        for (name, item) in [("first_id", own.first()), ("last_id", own.last())] {
            if let Some(field) = fields.get_mut(name) {
                *field = id(item).unwrap_or_default();
            }
        }
        fields.insert("has_more".to_owned(), has_more.into());
        fields.insert("data".to_owned(), Value::Array(own));
    }
    Ok(list)
}

/// Numbered pages.
async fn numbered(
    context: &mut Context,
    relay: &Relay,
    accounts: &[Arc<str>],
) -> Result<Value, Fault> {
    let pairs = pairs_of(relay);
    let wanted = number(&pairs, "page_no").unwrap_or(1).max(1);
    let size = number(&pairs, "page_size").unwrap_or(USUAL_PAGE).max(1);
    let mut page_no = wanted;
    let mut list = Value::Null;
    let mut others_follow = false;
    for (place, account) in accounts.iter().enumerate() {
        let mut asked = pairs.clone();
        asked.retain(|(name, _)| name != "page_no");
        asked.push(("page_no".to_owned(), page_no.to_string()));
        let page = page(context, relay, &asked, account).await?;
        let said = |names: [&str; 2]| {
            let mut names = names.into_iter();
            names.find_map(|name| page.pointer(name)?.as_u64())
        };
        // A page may be shorter than was asked for.
        let size = said(["/page_size", "/data/page_size"]).map_or(size, |size| size.max(1));
        let pages = said(["/total", "/data/total"]).map(|total| total.div_ceil(size));
        let is_last = place + 1 == accounts.len();
        match pages {
            Some(pages) if page_no > pages && !is_last => page_no -= pages,
            _ => {
                list = only_own(context, page).await?;
                others_follow = !is_last;
                break;
            }
        }
    }
    let before = wanted.saturating_sub(page_no);
    for place in ["/page_no", "/data/page_no"] {
        if let Some(number) = list.pointer_mut(place) {
            *number = wanted.into();
        }
    }
    for place in ["/total_page", "/data/total_page"] {
        if let Some(pages) = list.pointer_mut(place) {
            let here = pages.as_u64().unwrap_or(0).saturating_add(before);
            let least = if others_follow {
                wanted.saturating_add(1)
            } else {
                0
            };
            *pages = here.max(least).into();
        }
    }
    Ok(list)
}

/// One page of one account, as it is there.
async fn page(
    context: &mut Context,
    relay: &Relay,
    pairs: &[(String, String)],
    account: &Arc<str>,
) -> Result<Value, Fault> {
    let mut relay = relay.clone();
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let query = pairs.iter();
    let query = query.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    relay.query = Some(query.collect::<Vec<_>>().join("&"));
    asked(context, relay, Reach::Only(account.clone())).await
}

/// What an account within reach answers: an object of JSON.
async fn asked(context: &mut Context, relay: Relay, reach: Reach) -> Result<Value, Fault> {
    let (upstream, answer) = context.gateway.relay(relay, reach).await;
    context.upstream = upstream;
    let mut answer = answer.map_err(Fault::Upstream)?;
    if let Some(error) = answer.refusal.take() {
        return Err(Fault::Refused(Box::new(answer), error));
    }
    let json = whole::read(&mut answer.body);
    let json = json.await.map_err(Fault::Upstream)?;
    let page = serde_json::from_slice::<Value>(&json).ok();
    let page = page.filter(Value::is_object);
    page.ok_or(Fault::NoAnswer(answer.status))
}

/// Without what is others'.
async fn only_own(context: &Context, page: Value) -> Result<Value, Fault> {
    let Owns::Lists(kind, list, name) = context.route.owns else {
        return Ok(page);
    };
    let json = Bytes::from(page.to_string());
    let own = objects::only_own(context, kind, (list, name), json).await?;
    Ok(serde_json::from_slice(&own).unwrap_or_default())
}

fn last_id(page: &Value) -> Option<String> {
    let items = page.get("data")?.as_array()?;
    Some(items.last()?.get("id")?.as_str()?.to_owned())
}

fn pairs_of(relay: &Relay) -> Vec<(String, String)> {
    let query = relay.query.as_deref().unwrap_or_default();
    let uri = Uri::try_from(format!("/?{query}")).unwrap_or_default();
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(&uri);
    pairs.map(|Query(pairs)| pairs).unwrap_or_default()
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(each, _)| each == name);
    found
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

fn number(pairs: &[(String, String)], name: &str) -> Option<u64> {
    value(pairs, name)?.parse().ok()
}
