//! `/playground`: models tried by hand, by the way that programs take, and the same request as code. The key that is typed
//! stays in the page: it goes to the gateway and nowhere else.

mod answer;
mod ask;
mod run;

use leptos::{either::Either, ev, prelude::*};
use model::Session;

use crate::{
    api::playground::{PlaygroundView, load_playground},
    language::use_words,
    ui::{
        area::PageHead,
        check::Check,
        figures::count,
        lines::LinesField,
        loaded::Loaded,
        snippets::{Snippet, USUAL_MODEL},
        text_field::{Kind, TextField},
    },
};
use answer::Refusal;
use ask::{Ask, Way};
use run::Run;

/// The page.
#[component]
pub fn PlaygroundPage() -> impl IntoView {
    let words = use_words();
    let found = Resource::new_blocking(|| (), |()| load_playground());
    view! {
        <PageHead title=words.playground lead=words.playground_lead/>
        <Loaded
            what=found
            view=move |found: PlaygroundView, _session: Session| view! { <Playground found/> }
        />
    }
}

/// What is typed.
#[derive(Clone, Copy, Debug)]
struct Typed {
    key: RwSignal<String>,
    model: RwSignal<String>,
    system: RwSignal<String>,
    message: RwSignal<String>,
    temperature: RwSignal<String>,
    max_tokens: RwSignal<String>,
    is_streamed: RwSignal<bool>,
}

impl Typed {
    fn new(model: &str, hello: &str) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Self {
            key: text(""),
            model: text(model),
            system: text(""),
            message: text(hello),
            temperature: text(""),
            max_tokens: text(""),
            is_streamed: RwSignal::new(true),
        }
    }

    /// The question; a number that is none is left out, and its field says so.
    fn ask(self) -> Ask {
        Ask {
            model: self.model.with(|model| model.trim().to_owned()),
            system: self.system.with(|text| text.trim().to_owned()),
            message: self.message.get(),
            temperature: self
                .temperature
                .with(|text| temperature(text))
                .ok()
                .flatten(),
            max_tokens: self.max_tokens.with(|text| max_tokens(text)).ok().flatten(),
            is_streamed: self.is_streamed.get(),
        }
    }
}

/// From 0 up to, but not including, 2.
fn temperature(text: &str) -> Result<Option<f64>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .ok()
            .filter(|number| (0.0..2.0).contains(number))
            .map(Some)
            .ok_or(()),
    }
}

fn max_tokens(text: &str) -> Result<Option<u32>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .ok()
            .filter(|count| *count > 0)
            .map(Some)
            .ok_or(()),
    }
}

#[component]
fn Playground(found: PlaygroundView) -> impl IntoView {
    let words = use_words();
    let PlaygroundView { origin, models } = found;
    let usual = models.iter().find(|model| *model == USUAL_MODEL);
    let model = usual.or(models.first()).cloned().unwrap_or_default();
    let typed = Typed::new(&model, words.snippets_hello);
    let run = Run::new();
    // Nobody reads on, and each further word costs.
    on_cleanup(move || run.stop());
    let ask = Memo::new(move |_| typed.ask());
    let problem = |fails: bool, text: &'static str| fails.then(|| text.to_owned());
    let of_temperature = Signal::derive(move || {
        let fails = typed.temperature.with(|text| temperature(text).is_err());
        problem(fails, words.playground_temperature_wrong)
    });
    let of_tokens = Signal::derive(move || {
        let fails = typed.max_tokens.with(|text| max_tokens(text).is_err());
        problem(fails, words.playground_tokens_wrong)
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let sound = of_temperature.with_untracked(Option::is_none)
            && of_tokens.with_untracked(Option::is_none);
        if sound {
            let key = typed.key.with_untracked(|key| key.trim().to_owned());
            run.ask(&ask.get_untracked(), key);
        }
    };
    view! {
        <div class="playground">
            <form class="panel playground__question" on:submit=submit>
                <h2>{words.playground_question}</h2>
                <TextField
                    name="key"
                    label=words.playground_key
                    kind=Kind::Password("off")
                    value=typed.key
                    hint=words.playground_key_hint
                />
                <p class="panel__note"><a href="/settings/keys">{words.key_new}</a></p>
                <TextField
                    name="model"
                    label=words.playground_model
                    kind=Kind::Suggested("playground-models")
                    value=typed.model
                />
                <datalist id="playground-models">
                    {models.into_iter().map(|model| view! { <option value=model></option> }).collect_view()}
                </datalist>
                <LinesField name="system" label=words.playground_system value=typed.system/>
                <LinesField name="message" label=words.playground_message value=typed.message required=true/>
                <div class="playground__numbers">
                    <TextField
                        name="temperature"
                        label=words.playground_temperature
                        kind=Kind::Optional("off")
                        value=typed.temperature
                        problem=of_temperature
                    />
                    <TextField
                        name="max_tokens"
                        label=words.playground_tokens
                        kind=Kind::Number
                        value=typed.max_tokens
                        problem=of_tokens
                    />
                </div>
                <Check name="stream" value="true" label=words.playground_stream checked=typed.is_streamed/>
                <div class="panel__row" data-needs="script">
                    {move || {
                        if run.is_running.get() {
                            Either::Left(view! {
                                <button class="button" type="button" on:click=move |_| run.stop()>{words.stop}</button>
                            })
                        } else {
                            Either::Right(view! {
                                <button class="button" data-tone="primary" type="submit">{words.playground_run}</button>
                            })
                        }
                    }}
                </div>
                <noscript><p class="panel__note">{words.playground_no_script}</p></noscript>
            </form>
            <div class="playground__side">
                <Told run/>
                <Code ask origin/>
            </div>
        </div>
    }
}

/// What comes back.
#[component]
fn Told(run: Run) -> impl IntoView {
    let words = use_words();
    let figures = move || {
        let (first, whole) = run.times.get();
        let tokens = run.answer.with(|answer| answer.tokens);
        let seconds = |ms: f64| format!("{:.2}", ms / 1_000.0);
        let grouped = |number: u64| count(i64::try_from(number).unwrap_or(i64::MAX));
        let mut told = Vec::new();
        let is_refused = run.answer.with(|answer| answer.refusal.is_some());
        if let Some(first) = first.filter(|_| !is_refused) {
            told.push(words.playground_first(&seconds(first)));
        }
        if let Some(whole) = whole {
            told.push(words.playground_whole(&seconds(whole)));
        }
        if let Some((input, output)) = tokens {
            told.push(words.playground_used(&grouped(input), &grouped(output)));
        }
        told.join(" · ")
    };
    let refusal = move || run.answer.with(|answer| answer.refusal.clone());
    let part =
        move |of: fn(&answer::Answer) -> &str| run.answer.with(|answer| of(answer).to_owned());
    view! {
        <section class="panel" aria-labelledby="playground-answer">
            <h2 id="playground-answer">{words.playground_answer}</h2>
            {move || (!run.was_asked.get()).then(|| view! { <p class="panel__note">{words.playground_empty}</p> })}
            <div class="playground__answer" aria-live="polite" aria-busy=move || run.is_running.get().to_string()>
                {move || {
                    let reasoning = part(|answer| &answer.reasoning);
                    (!reasoning.is_empty())
                        .then(|| view! { <pre class="playground__reasoning">{reasoning}</pre> })
                }}
                {move || {
                    let text = part(|answer| &answer.text);
                    (!text.is_empty()).then(|| view! { <pre class="playground__text">{text}</pre> })
                }}
                {move || refusal().map(|refusal| view! { <Refused refusal/> })}
            </div>
            <p class="playground__figures" role="status">{figures}</p>
        </section>
    }
}

#[component]
fn Refused(refusal: Refusal) -> impl IntoView {
    let words = use_words();
    let Refusal {
        status,
        code,
        message,
    } = refusal;
    let message = if message.is_empty() {
        words.playground_unreachable.to_owned()
    } else {
        message
    };
    let code = [
        (status > 0).then(|| status.to_string()),
        (!code.is_empty()).then_some(code),
    ];
    let code = code.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <div class="notice" data-tone="danger" role="alert">
            <p>{message}</p>
            {(!code.is_empty()).then(|| view! { <p class="playground__code">{code}</p> })}
        </div>
    }
}

/// The same request as a program writes it.
#[component]
fn Code(ask: Memo<Ask>, origin: String) -> impl IntoView {
    let words = use_words();
    let origin = StoredValue::new(origin);
    view! {
        <section class="panel" aria-labelledby="playground-code">
            <h2 id="playground-code">{words.playground_code}</h2>
            <p class="panel__note">{words.playground_code_lead}</p>
            <div class="snippets">
                {Way::ALL
                    .into_iter()
                    .map(|way| {
                        let text = move || origin.with_value(|origin| ask.get().written(way, origin));
                        view! {
                            <details class="snippets__way" name="snippets" open=way == Way::Curl>
                                <summary class="snippets__label">{way.label()}</summary>
                                {move || view! { <Snippet text=text()/> }}
                            </details>
                        }
                    })
                    .collect_view()}
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::{max_tokens, temperature};

    #[test]
    fn numbers_are_taken_or_refused() {
        assert_eq!(
            (temperature(" "), temperature("0.7")),
            (Ok(None), Ok(Some(0.7)))
        );
        for wrong in ["2", "-1", "warm", "NaN"] {
            assert_eq!(temperature(wrong), Err(()), "{wrong}");
        }
        assert_eq!((max_tokens(""), max_tokens("12")), (Ok(None), Ok(Some(12))));
        for wrong in ["0", "-1", "1.5", "many"] {
            assert_eq!(max_tokens(wrong), Err(()), "{wrong}");
        }
    }
}
