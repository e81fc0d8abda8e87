use super::*;

fn prices(catalogue: &Catalogue) -> Prices<'_> {
    Prices {
        catalogue,
        region: &Region::Beijing,
    }
}

/// What was reserved is enough for whatever the model could have answered.
#[test]
fn nothing_costs_more_than_was_reserved() {
    let catalogue = Catalogue::built_in();
    let extent = Extent {
        text_bytes: 4_000,
        output_tokens: Some(500),
        ..Extent::default()
    };
    let mut looked_at = 0;
    for card in catalogue.models() {
        let Some(at_most) = prices(&catalogue).at_most(&card.id, Operation::Chat, extent) else {
            continue;
        };
        if card.token_prices.is_empty() {
            continue;
        }
        looked_at += 1;
        let reasons = !matches!(card.thinking, None | Some(Thinking::Never | Thinking::Off));
        for reasoning in if reasons { &[0, 400][..] } else { &[0] } {
            let used = Reported {
                usage: Usage {
                    prompt_tokens: Some(4_000.min(card.max_input_tokens.unwrap_or(4_000))),
                    completion_tokens: Some(500),
                    completion_tokens_details: Some(CompletionTokensDetails {
                        reasoning_tokens: Some(*reasoning),
                        ..CompletionTokensDetails::default()
                    }),
                    ..Usage::default()
                },
                ..Reported::default()
            };
            let cost = prices(&catalogue).of(&card.id, Operation::Chat, &used);
            if let Some(cost) = cost {
                assert!(cost <= at_most, "{}: {cost} > {at_most}", card.id);
            }
        }
    }
    assert!(looked_at > 50, "{looked_at}");
}

/// The limit that the catalogue has of vectors is one text's.
#[test]
fn vectors_of_many_texts_are_reserved() {
    let catalogue = Catalogue::built_in();
    let (model, operation) = ("text-embedding-v4", Operation::Embedding);
    let extent = Extent {
        text_bytes: 80_000,
        ..Extent::default()
    };
    let at_most = prices(&catalogue).at_most(model, operation, extent);
    let used = Reported {
        usage: Usage {
            total_tokens: Some(80_000),
            ..Usage::default()
        },
        ..Reported::default()
    };
    let cost = prices(&catalogue).of(model, operation, &used);
    assert!(cost.is_some_and(|cost| cost > 0));
    assert!(at_most >= cost, "{at_most:?} < {cost:?}");
}

/// A question is counted with each text that is ranked by it.
#[test]
fn ranks_of_many_texts_are_reserved() {
    let catalogue = Catalogue::built_in();
    let (model, operation) = ("qwen3-rerank", Operation::Rerank);
    let at_most = |text_bytes| {
        let extent = Extent {
            text_bytes,
            ..Extent::default()
        };
        prices(&catalogue).at_most(model, operation, extent)
    };
    let cost_of = |tokens| {
        let used = Reported {
            usage: Usage {
                total_tokens: Some(tokens),
                ..Usage::default()
            },
            ..Reported::default()
        };
        prices(&catalogue).of(model, operation, &used)
    };
    assert!(at_most(2_000) >= cost_of(120_000));
    assert!(at_most(10) < cost_of(120_000));
    assert!(cost_of(120_000).is_some_and(|cost| cost > 0));
}

/// Whoever asks for the longest reasoning has as much of it reserved as the model has room for.
#[test]
fn reasoning_is_reserved_as_long_as_it_can_get() {
    let card = |context_tokens, max_thinking_tokens| ModelCard {
        thinking: Some(Thinking::On),
        context_tokens,
        max_thinking_tokens,
        max_output_tokens: Some(65_536),
        ..ModelCard::default()
    };
    let asked = |budget| Extent {
        thinking: (Some(true), budget),
        ..Extent::default()
    };
    for (context, known, budget, most) in [
        (Some(1_000_000), None, Some(262_144), 262_144),
        (Some(131_072), None, Some(262_144), 131_072),
        (Some(1_000_000), Some(81_920), Some(262_144), 81_920),
        (Some(131_072), Some(262_144), None, 131_072),
        (None, None, Some(262_144), 262_144),
        (Some(1_000_000), None, None, 65_536),
    ] {
        let card = card(context, known);
        assert_eq!(
            thinking_at_most(&card, asked(budget)),
            most,
            "{context:?} {known:?}"
        );
    }
}

/// An application that asked two models is paid for by what each of them costs.
#[test]
fn several_models_cost_what_each_of_them_does() {
    let catalogue = Catalogue::built_in();
    let part = |model: &str| Reported {
        usage: Usage {
            prompt_tokens: Some(1_000),
            completion_tokens: Some(1_000),
            ..Usage::default()
        },
        model: Some(model.to_owned()),
        ..Reported::default()
    };
    let operation = Operation::Application;
    let cost = |model: &str| {
        prices(&catalogue)
            .of(model, operation, &part(model))
            .unwrap()
    };
    let both = [part("qwen-max"), part("qwen-flash")];
    let together = prices(&catalogue).of_each(operation, &both);
    assert_eq!(together, Some(cost("qwen-max") + cost("qwen-flash")));
    assert_ne!(cost("qwen-max"), cost("qwen-flash"));
    let unknown = [part("qwen-max"), part("unheard-of")];
    assert_eq!(prices(&catalogue).of_each(operation, &unknown), None);
}

#[test]
fn a_call_costs_what_the_pages_say() {
    let catalogue = Catalogue::built_in();
    let plus = Usage {
        prompt_tokens: Some(1_000_000 / 10),
        completion_tokens: Some(1_000),
        ..Usage::default()
    };
    let used = Reported {
        usage: plus.clone(),
        ..Reported::default()
    };
    let expected = catalogue
        .price("qwen-plus", &plus, &Region::Beijing)
        .unwrap();
    let cost = prices(&catalogue).of("qwen-plus", Operation::Chat, &used);
    assert_eq!(cost, Some(as_micros(expected)));
    assert_eq!(
        prices(&catalogue).of("unheard-of", Operation::Chat, &used),
        None
    );
    // The catalogue's own price of a batch, half of the usual one.
    let in_batch = prices(&catalogue).of("qwen-plus", Operation::Batch, &used);
    assert_eq!(in_batch.map(|half| half * 2), cost);
    let vectors = Reported {
        usage: Usage {
            total_tokens: Some(1_000),
            ..Usage::default()
        },
        ..Reported::default()
    };
    let cost = prices(&catalogue).of("text-embedding-v4", Operation::Embedding, &vectors);
    assert_eq!(cost, Some(500));
}
