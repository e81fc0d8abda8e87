//! `GET /api/v1/models` and `/api/v1/models/limits`: what there is, what it costs, how often it may be asked.

use std::iter;

use axum::{extract::Query, response::Response};
use serde_json::{Value, json};

use crate::{
    Refusal,
    models::{Kind, Model, Thinking},
    offers::{self, Offer, Tier},
    protocol::{entry::Entry, reply},
};

/// The parameters of the address; some may stand there more than once.
pub(super) type Wanted = Query<Vec<(String, String)>>;

/// The models that fit, page by page.
pub(super) async fn list(Query(wanted): Wanted, entry: Entry) -> Result<Response, Refusal> {
    let offers = offers()?;
    let known = |model: &Model| offers.iter().find(|offer| offer.id == model.id).cloned();
    let models = entry.handle.models().iter();
    let items: Vec<Value> = models
        .map(|model| item(model, &known(model).unwrap_or_default()))
        .filter(|item| fits(item, &wanted))
        .collect();
    Ok(page(&entry, &wanted, "models", &items))
}

/// The rates that hold for the account.
pub(super) async fn limits(Query(wanted): Wanted, entry: Entry) -> Result<Response, Refusal> {
    let workspace = entry
        .header("x-dashscope-workspace")
        .unwrap_or("llm-simulated")
        .to_owned();
    let quota = |offer: &Offer| {
        let rate = &offer.limit;
        json!({
            "model": offer.id,
            "workspace_id": workspace,
            "model_limit": {
                "request_limit": rate.requests,
                "request_limit_period": rate.requests_period_s,
                "usage_limit": rate.tokens,
                "usage_limit_field": "total_tokens",
                "usage_limit_period": rate.tokens_period_s,
                "async_user_queue_limit": null,
                "async_user_concurrency_limit": null,
            },
            "workspace_limit": null,
        })
    };
    let items: Vec<Value> = offers()?
        .iter()
        .filter(|offer| offer.limit.requests.or(offer.limit.tokens).is_some())
        .map(quota)
        .filter(|item| fits(item, &wanted))
        .collect();
    Ok(page(&entry, &wanted, "quotas", &items))
}

fn offers() -> Result<Vec<Offer>, Refusal> {
    offers::all().map_err(|_| Refusal::internal())
}

fn page(entry: &Entry, wanted: &[(String, String)], name: &str, items: &[Value]) -> Response {
    let number = |name: &str, usual: usize| {
        let told = all(wanted, name).next().and_then(|text| text.parse().ok());
        told.filter(|number| *number > 0).unwrap_or(usual)
    };
    let (page_no, page_size) = (number("page_no", 1), number("page_size", 20));
    let from = (page_no - 1).saturating_mul(page_size);
    let shown: Vec<&Value> = items.iter().skip(from).take(page_size).collect();
    let output = json!({
        "total": items.len(), "page_no": page_no, "page_size": page_size, name: shown,
    });
    reply::json(
        200,
        &json!({
            "code": null, "message": null, "success": true,
            "output": output, "request_id": entry.id.0,
        }),
    )
}

/// Whether an item has what is asked for: one of several values of a parameter, and something for every parameter.
fn fits(item: &Value, wanted: &[(String, String)]) -> bool {
    let text = |field: &str| item[field].as_str().unwrap_or_default().to_lowercase();
    let holds = |field: &str, value: &str| match &item[field] {
        Value::Array(list) => list.iter().any(|one| one == value),
        one => one == value,
    };
    let one_of = |name: &str, field: &str| {
        let mut values = all(wanted, name).peekable();
        values.peek().is_none() || values.any(|value| holds(field, value))
    };
    all(wanted, "name").all(|part| {
        let part = part.to_lowercase();
        text("model").contains(&part) || text("name").contains(&part)
    }) && one_of("model", "model")
        && one_of("providers", "provider")
        && one_of("inference_providers", "inference_provider")
        && one_of("capabilities", "capabilities")
        && one_of("features", "features")
        && all(wanted, "context_window").all(|least| {
            let window = item["model_info"]["context_window"].as_u64();
            least.parse().is_ok_and(|least: u64| window >= Some(least))
        })
}

fn all<'a>(wanted: &'a [(String, String)], name: &str) -> impl Iterator<Item = &'a str> {
    let named = wanted.iter().filter(move |(known, _)| known == name);
    named
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}

fn item(model: &Model, offer: &Offer) -> Value {
    let modalities = |list: &[String]| -> Value { list.iter().map(|one| title(one)).collect() };
    let thinks = model.thinking != Thinking::Never;
    let chats = model.kind == Kind::Chat;
    let when = |holds: bool, number: u32| if holds { number.into() } else { Value::Null };
    json!({
        "model": model.id,
        "name": title(&model.id),
        "description": "由本机模拟器提供，仅供演示。",
        "provider": offer.provider,
        "inference_provider": "aliyun-bailian",
        "capabilities": capabilities(model, offer),
        "features": offer.features,
        "prices": prices(&offer.tiers),
        "published_time": null,
        "equivalent_snapshot": null,
        "inference_metadata": {
            "request_modality": modalities(&offer.reads),
            "response_modality": modalities(&offer.writes),
        },
        "model_info": {
            "context_window": offer.context_tokens,
            "max_input_tokens": model.max_input_tokens,
            "max_output_tokens": when(chats, model.max_output_tokens),
            "max_reasoning_tokens": when(thinks, model.max_thinking_tokens),
            "reasoning_max_input_tokens": when(thinks, model.max_input_tokens),
            "reasoning_max_output_tokens": when(thinks, model.max_output_tokens),
        },
    })
}

fn capabilities(model: &Model, offer: &Offer) -> Vec<&'static str> {
    let reads = |what: &str| offer.reads.iter().any(|one| one == what);
    match model.kind {
        Kind::Chat if offer.kind.starts_with("omni") => vec!["Multimodal-Omni"],
        Kind::Chat => [
            ("TG", true),
            ("Reasoning", model.thinking != Thinking::Never),
            ("VU", reads("image")),
        ]
        .iter()
        .filter(|(_, has)| *has)
        .map(|(name, _)| *name)
        .collect(),
        Kind::Embedding if offer.kind == "multimodal-embedding" => vec!["ME"],
        Kind::Embedding | Kind::Rerank => vec!["TR"],
        Kind::Image => vec!["IG"],
        Kind::Video => vec!["VG"],
        Kind::Speech => vec!["TTS"],
        Kind::Recognition => vec!["ASR"],
        Kind::Realtime => vec!["Realtime-Omni"],
        Kind::Decision | Kind::Meeting => Vec::new(),
    }
}

/// Prices are texts, and tiers are named by their bounds.
fn prices(tiers: &[Tier]) -> Value {
    let bounds = tiers.iter().map(|tier| tier.up_to_input_tokens);
    let befores = iter::once(None).chain(bounds);
    let ranges = tiers.iter().zip(befores).map(|(tier, before)| {
        let range = match (before, tier.up_to_input_tokens) {
            _ if tiers.len() == 1 => "Default".to_owned(),
            (None, Some(most)) => format!("Input<={}", short(most)),
            (Some(least), Some(most)) => format!("{}<Input<={}", short(least), short(most)),
            (Some(least), None) => format!("Input>{}", short(least)),
            (None, None) => "Default".to_owned(),
        };
        let prices = tier.prices.iter().map(|(what, price)| {
            let name = match what.as_str() {
                "input" => "输入",
                "output" => "输出",
                "input_thinking" => "输入（思考模式）",
                "output_thinking" => "输出（思考模式）",
                "cache_hit" => "输入（缓存命中）",
                other => other,
            };
            json!({
                "type": format!("{what}_token"), "price": price.to_string(),
                "price_unit": "每百万tokens", "price_name": name,
            })
        });
        json!({ "range_name": range, "prices": prices.collect::<Vec<_>>() })
    });
    ranges.collect()
}

fn short(tokens: u64) -> String {
    if tokens.is_multiple_of(1000) {
        format!("{}k", tokens / 1000)
    } else {
        format!("{}k", tokens / 1024)
    }
}

/// `Qwen3-Max` for `qwen3-max`.
fn title(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let mut rest = word.chars();
        let first = rest.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(rest).collect::<String>()
    });
    words.collect::<Vec<_>>().join("-")
}
