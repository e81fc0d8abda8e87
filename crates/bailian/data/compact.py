"""Writes models.json from the two tables of models that were read from the documentation.

    python3 compact.py MODELS MEDIA_MODELS > models.json

Money becomes whole micro-yuan, free text becomes numbers, and what the pages say about single models beside
their tables (aliases, thinking, limits of embeddings) is added here.
"""

import json
import re
import sys
from decimal import Decimal

# "Models and prices", notes.
ALIASES = {
    "qwen3.8-max-0902": ["qwen3.8-max-2026-09-02"],
    "qwen3.7-max": ["qwen3.7-max-2026-05-20"],
    "qwen3.7-plus": ["qwen3.7-plus-2026-05-26"],
    "qwen3.6-plus": ["qwen3.6-plus-2026-04-02"],
    "qwen3.5-plus": ["qwen3.5-plus-2026-02-15"],
    "qwen3-max": ["qwen3-max-2026-01-23"],
    "qwen-plus": ["qwen-plus-2025-12-01"],
    "qwen3-vl-plus": ["qwen3-vl-plus-2025-12-19"],
    "qwen3-vl-flash": ["qwen3-vl-flash-2026-01-22"],
}
# Where two official pages differ, the larger: a request is refused here only if no page allows it.
MAX_OUTPUT = {"qwen-long": 32768, "deepseek-v3": 16384, "MiniMax-M2.5": 131072}
MOST_PIXELS = {"wan2.6-t2i": {"most_pixels": 4096 * 4096}}
HYBRID_OFF = {"qwen-plus", "qwen-plus-latest", "qwen-flash", "qwen-turbo", "qwen3-max", "qwen3-max-preview", "qwen3-vl-plus", "qwen3-vl-flash", "qwen3-omni-flash"}
OPEN_HYBRID = {"qwen3-235b-a22b", "qwen3-30b-a3b", "qwen3-32b", "qwen3-14b", "qwen3-8b"}
ALWAYS = re.compile(r"-thinking|^qwq-|^qvq-|deepseek-r1|-think$|^kimi-k2\.7-code$|^qwen3\.7-max-preview$|^glm-5\.3$")
NEVER = re.compile(r"^qwen.*-instruct|^qwen3-coder|^qwen-coder|^qwen-mt-|^qwen-math-|^qwen-long|^qwen-max$|^qwen2\.5-")
DIMENSIONS = {
    "text-embedding-v4": [1024, 2048, 1536, 768, 512, 256, 128, 64],
    "text-embedding-v3": [1024, 768, 512, 256, 128, 64],
    "text-embedding-v2": [1536],
    "text-embedding-v1": [1536],
    "qwen3-vl-embedding": [2560, 2048, 1536, 1024, 768, 512, 256],
    "qwen2.5-vl-embedding": [1024, 2048, 768, 512],
    "tongyi-embedding-vision-plus": [1152, 1024, 512, 256, 128, 64],
    "tongyi-embedding-vision-flash": [768, 512, 256, 128, 64],
    "multimodal-embedding-v1": [1024],
}
MAX_ITEMS = {"text-embedding-v4": 10, "text-embedding-v3": 10, "text-embedding-v2": 25, "text-embedding-v1": 25, "qwen3-rerank": 500, "gte-rerank-v2": 500, "qwen3-vl-rerank": 100}
# The page of ranking, which is newer than the list of models: all of one request.
MAX_INPUT = {"qwen3-rerank": 120_000}
CHAT = {"chat", "vision-chat", "omni-chat", "ocr", "translation", "research"}
RATES = {
    "input": "input", "text_input": "input", "text_image_video_input": "input",
    "output": "output", "text_output": "output", "text_output_text_only_input": "output",
    "text_output_multimodal_input": "multimodal_output",
    "input_thinking": "thinking_input", "text_input_thinking": "thinking_input", "output_thinking": "thinking_output",
    "cache_hit": "cache_hit", "cache_create": "cache_write", "cache_read": "cache_read",
    "batch_input": "batch_input", "batch_output": "batch_output",
    "batch_input_thinking": "batch_thinking_input", "batch_output_thinking": "batch_thinking_output",
    "image_input": "image_input", "vision_input": "image_input",
    "audio_input": "audio_input", "audio_output": "audio_output",
    "input_peak": "peak_input", "output_peak": "peak_output", "cache_hit_peak": "peak_cache_hit",
    "audio_in": "audio_input", "image_in": "image_input", "text_out": "output", "audio_out": "audio_output",
}
UNITS = {"image": "image", "second": "second", "10k_characters": "ten_thousand_characters", "voice": "voice"}


def micro(yuan):
    amount = Decimal(str(yuan)) * 1_000_000
    assert amount == int(amount), yuan
    return int(amount)


def tier(row):
    rates = {RATES[name]: micro(value) for name, value in row.items() if name in RATES and value is not None}
    return {"up_to": row["up_to_input_tokens"], **rates} if row.get("up_to_input_tokens") else rates


def token_prices(price):
    lists = [(price["region"], price["tiers"])]
    if price.get("international"):
        lists.append((price["international"]["region"], price["international"]["tiers"]))
    return [{"region": region, "tiers": tiers} for region, rows in lists if (tiers := [t for t in map(tier, rows) if set(t) - {"up_to"}])]


def thinking(row):
    name = row["id"]
    if row["kind"] not in CHAT:
        return None
    if ALWAYS.search(name):
        return "always"
    if name in HYBRID_OFF:
        return "off"
    if name in OPEN_HYBRID or re.match(r"qwen3\.[5-9]", name) and not re.match(r"qwen3\.5-omni", name):
        return "on"
    return "never" if NEVER.search(name) else None


def streaming(row):
    name = row["id"]
    if row["kind"] == "omni-chat" and "audio" in row["output_modalities"] or re.match(r"qwq-|qvq-", name):
        return "required"
    return "required_for_thinking" if name in OPEN_HYBRID else None


def service(row):
    if row["id"] == "qwen-audio-turbo":
        return "multimodal"
    if row["provider"] != "qwen" or row["kind"] not in CHAT:
        return None
    return "text" if row["kind"] in {"chat", "translation", "research"} else "multimodal"


def text_model(row):
    name = row["id"]
    return {
        "id": name, "aliases": ALIASES.get(name, []), "kind": row["kind"], "provider": row["provider"],
        "input": row["input_modalities"], "output": row["output_modalities"],
        "context_tokens": MAX_INPUT.get(name, row["context_tokens"]), "max_input_tokens": MAX_INPUT.get(name, row["max_input_tokens"]),
        "max_output_tokens": MAX_OUTPUT.get(name, row["max_output_tokens"]), "max_thinking_tokens": row["max_thinking_tokens"],
        "features": [f for f in row["features"] if f != "fune-tuning"],
        "thinking": thinking(row), "streaming": streaming(row), "service": service(row),
        "dimensions": DIMENSIONS.get(name, []), "max_items": MAX_ITEMS.get(name),
        "native_only": name == "qwen-audio-turbo" or row["kind"] in {"multimodal-embedding", "omni-realtime"} or name in {"gte-rerank-v2", "qwen3-vl-rerank"},
        "token_prices": token_prices(row["price"]), "as_of": row["as_of"],
    }


def span(text):
    """The numbers of `1..4`, `5|10` or `5`; nothing where it depends on more."""
    if isinstance(text, int):
        return {"least": text, "most": text}
    if not isinstance(text, str) or not re.fullmatch(r"[\d.|]+", text):
        return None
    if "|" in text:
        return {"one_of": [int(n) for n in text.split("|")]}
    least, _, most = text.partition("..")
    return {"least": int(least), "most": int(most or least)}


def duration(text):
    """A bare number is the longest that is taken."""
    return {"most": text} if isinstance(text, int) else span(text)


def size(limits):
    if "sizes" in limits:
        return {"one_of": limits["sizes"]}
    text = limits.get("size", "")
    if pixels := re.match(r"total pixels (\d+)\*(\d+)\.\.(\d+)\*(\d+)(?:, ratio 1:(\d+)\.\.\d+:1)?", text):
        a, b, c, d, ratio = (int(n) if n else None for n in pixels.groups())
        return {"least_pixels": a * b, "most_pixels": c * d} | ({"most_ratio": ratio} if ratio else {})
    if side := re.match(r"(\d+)\.\.(\d+) per side", text):
        return {"least_side": int(side[1]), "most_side": int(side[2])}
    return None


def unit_prices(row):
    found = []
    for price, region in ((row["price"], "cn-beijing"), (row["price_international"], "ap-southeast-1")):
        if not price or price["unit"] == "million_tokens":
            continue
        amounts = {"": micro(price["value"])} if "value" in price else {}
        if "with_prompt_extend" in price:
            amounts["prompt_extend"] = micro(price["with_prompt_extend"])
        for variants in ("by_resolution", "by_mode"):
            amounts |= {"" if name == "any" else name: micro(value) for name, value in price.get(variants, {}).items()}
        found.append({"region": region, "unit": UNITS[price["unit"]], "amounts": amounts})
    return found


def media_token_prices(row):
    pairs = ((row["price"], "cn-beijing"), (row["price_international"], "ap-southeast-1"))
    return [{"region": region, "tiers": [tier(price)]} for price, region in pairs if price and price["unit"] == "million_tokens"]


def media_model(row):
    # A task named in the input is an ordinary call.
    limits, mode = row["limits"], row["mode"].replace("async through input.task", "sync")
    paths = row["path"] if isinstance(row["path"], list) else [row["path"]] if row["path"] else []
    calls = [call for call, word in (("sync", "sync"), ("async", "async"), ("stream", "sse"), ("socket", "websocket"), ("sync", "http"), ("stream", "http")) if re.search(rf"(^|[+ ]){word}", mode)]
    media = {
        "n": span(limits.get("n")), "size": size(limits) and size(limits) | MOST_PIXELS.get(row["id"], {}), "duration_s": duration(limits.get("duration_s")),
        "resolutions": limits.get("resolutions", []), "input_images": span(limits.get("input_images")),
        "prompt_chars": limits.get("prompt_chars"), "characters": limits.get("chars_per_message"),
    }
    return {
        "id": row["id"], "kind": row["kind"], "paths": paths, "calls": sorted(set(calls)),
        "media": {k: v for k, v in media.items() if v} or None,
        "token_prices": media_token_prices(row), "unit_prices": unit_prices(row), "as_of": row["as_of"],
    }


def main():
    with open(sys.argv[1]) as texts, open(sys.argv[2]) as media:
        rows = [text_model(row) for row in json.load(texts)]
        rows += [media_model(row) for row in json.load(media)["models"] if "*" not in row["id"]]
    ids = [name for row in rows for name in (row["id"], *row.get("aliases", []))]
    assert len(ids) == len(set(ids))
    lines = [json.dumps({k: v for k, v in row.items() if v not in (None, [], False)}, ensure_ascii=False) for row in rows]
    print("[\n  " + ",\n  ".join(lines) + "\n]")


main()
