use proptest::prelude::*;
use serde_json::json;

use super::*;

fn prices(tiers: &serde_json::Value) -> TokenPrices {
    serde_json::from_value(json!({"region": "cn-beijing", "tiers": tiers})).unwrap()
}

fn used(json: serde_json::Value) -> Usage {
    serde_json::from_value(json).unwrap()
}

fn plus() -> TokenPrices {
    prices(&json!([
        {"up_to": 100, "input": 800_000, "output": 2_000_000, "thinking_output": 8_000_000, "cache_hit": 160_000, "cache_write": 1_000_000, "cache_read": 80_000, "batch_input": 400_000, "batch_output": 1_000_000},
        {"up_to": 200, "input": 2_400_000, "output": 20_000_000},
    ]))
}

#[test]
fn the_pages_rules_hold() {
    for (usage, band, expected) in [
        (
            json!({"prompt_tokens": 100, "completion_tokens": 10}),
            Band::Usual,
            Some(100),
        ),
        // The input's length chooses the tier for everything.
        (
            json!({"prompt_tokens": 101, "completion_tokens": 10}),
            Band::Usual,
            Some(443),
        ),
        (
            json!({"prompt_tokens": 100, "completion_tokens": 10, "completion_tokens_details": {"reasoning_tokens": 1}}),
            Band::Usual,
            Some(160),
        ),
        (
            json!({"prompt_tokens": 100, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 50}}),
            Band::Usual,
            Some(48),
        ),
        (
            json!({"prompt_tokens": 100, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 40, "cache_creation_input_tokens": 40, "cache_type": "ephemeral"}}),
            Band::Usual,
            Some(60),
        ),
        (
            json!({"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 50}}),
            Band::Batch,
            Some(50),
        ),
        // More was cached than was sent: the provider's figures are wrong, not negative.
        (
            json!({"prompt_tokens": 10, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 99}}),
            Band::Usual,
            Some(2),
        ),
        (
            json!({"prompt_tokens": 0, "completion_tokens": 0}),
            Band::Usual,
            Some(0),
        ),
        (
            json!({"prompt_tokens": 150, "completion_tokens": 1}),
            Band::Batch,
            None,
        ),
        (json!({"completion_tokens": 10}), Band::Usual, None),
        (json!({"prompt_tokens": 10}), Band::Usual, None),
        (
            json!({"prompt_tokens": u64::MAX, "completion_tokens": u64::MAX}),
            Band::Usual,
            Some(u64::MAX),
        ),
    ] {
        let price = plus().price(&used(usage.clone()), band).map(MicroYuan::get);
        assert_eq!(price, expected, "{usage}");
    }
}

#[test]
fn modalities_hours_and_vectors_have_prices_of_their_own() {
    let omni = prices(
        &json!([{"input": 1_000_000, "audio_input": 10_000_000, "image_input": 2_000_000, "output": 3_000_000, "multimodal_output": 6_000_000, "audio_output": 50_000_000}]),
    );
    for (usage, expected) in [
        (
            json!({"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens_details": {"text_tokens": 10}}),
            Some(13),
        ),
        (
            json!({"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens_details": {"text_tokens": 4, "audio_tokens": 5, "image_tokens": 1}}),
            Some(62),
        ),
        (
            json!({"prompt_tokens": 10, "completion_tokens": 9, "prompt_tokens_details": {"text_tokens": 10}, "completion_tokens_details": {"text_tokens": 7, "audio_tokens": 2}}),
            Some(110),
        ),
        // Ten tokens of what?
        (json!({"prompt_tokens": 10, "completion_tokens": 1}), None),
    ] {
        let price = omni
            .price(&used(usage.clone()), Band::Usual)
            .map(MicroYuan::get);
        assert_eq!(price, expected, "{usage}");
    }
    let banded = prices(
        &json!([{"input": 1_000_000, "output": 1_000_000, "peak_input": 2_000_000, "peak_output": 2_000_000}]),
    );
    let usage = used(json!({"prompt_tokens": 10, "completion_tokens": 10}));
    assert_eq!(banded.price(&usage, Band::Usual), Some(MicroYuan::new(40)));
    assert_eq!(
        banded.price(&usage, Band::OffPeak),
        Some(MicroYuan::new(20))
    );
    let vectors = prices(&json!([{"input": 500_000}]));
    let usage = used(json!({"prompt_tokens": 3}));
    assert_eq!(vectors.price(&usage, Band::Usual), Some(MicroYuan::new(2)));
}

#[test]
fn units_are_counted_and_never_mixed() {
    let prices = |unit: &str, amounts: serde_json::Value| -> UnitPrices {
        let row = json!({"region": "cn-beijing", "unit": unit, "amounts": amounts});
        serde_json::from_value(row).unwrap()
    };
    let films = prices("second", json!({"720P": 600_000, "1080P": 1_000_000}));
    let film = |measure, variant| films.price(measure, variant).map(MicroYuan::get);
    assert_eq!(
        film(Measure::Milliseconds(5_500), Some("720P")),
        Some(3_300_000)
    );
    assert_eq!(film(Measure::Milliseconds(5_500), None), None);
    assert_eq!(film(Measure::Images(1), Some("720P")), None);
    let speech = prices("ten_thousand_characters", json!({"": 800_000}));
    let spoken = speech.price(Measure::Characters(1), Some("any"));
    assert_eq!(spoken, Some(MicroYuan::new(80)));
}

proptest! {
    #[test]
    fn a_price_is_the_exact_sum_rounded_up_once(
        input in 0_u64..200, output in 0_u64..1_000_000, rates in prop::array::uniform2(0_u64..100_000_000),
    ) {
        let prices = prices(&json!([{"input": rates[0], "output": rates[1]}]));
        let usage = used(json!({"prompt_tokens": input, "completion_tokens": output}));
        let price = prices.price(&usage, Band::Usual).unwrap().get();
        let exact = u128::from(input) * u128::from(rates[0]) + u128::from(output) * u128::from(rates[1]);
        prop_assert!(u128::from(price) * 1_000_000 >= exact);
        prop_assert!(u128::from(price) * 1_000_000 < exact + 1_000_000);
    }

    #[test]
    fn no_figures_make_it_panic_or_cost_more_than_without_discounts(
        figures in prop::array::uniform6(any::<u64>()), output in any::<u64>(),
    ) {
        let [input, cached, written, audio, image, video] = figures;
        let usage = used(json!({
            "prompt_tokens": input, "completion_tokens": output,
            "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": audio, "image_tokens": image, "video_tokens": video},
        }));
        let plain = used(json!({"prompt_tokens": input, "completion_tokens": output}));
        let discounted = plus().price(&usage, Band::Usual);
        prop_assert!(discounted.is_some() && discounted <= plus().price(&plain, Band::Usual));
        let mut usage = usage;
        usage.prompt_tokens_details.as_mut().unwrap().cache_creation_input_tokens = Some(written);
        prop_assert!(plus().price(&usage, Band::Usual).is_some());
    }

    #[test]
    fn more_costs_no_less_within_a_tier(input in 0_u64..100, more in 0_u64..100, output in 0_u64..1_000) {
        let price = |input, output| plus().price(&used(json!({"prompt_tokens": input, "completion_tokens": output})), Band::Usual);
        prop_assert!(price(input, output) <= price(input.max(more), output));
        prop_assert!(price(input, output) <= price(input, output + more));
    }
}
