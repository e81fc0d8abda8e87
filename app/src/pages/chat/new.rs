//! `/`: a conversation that has not begun.

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
    params::ParamsMap,
};
use model::{Asked, AssistantView, Draft, FailureCode};

use super::frame::{JustAsked, LoadFailed, PageOffer};
use crate::{
    address::with_query,
    api::{assistants::load_assistant, conversations::load_draft, generation::Offer},
    browser,
    chat::{
        attachments::{Attaching, Offered},
        beginning::{AssistantIntro, Beginning, Called},
        composer::{Composer, Writing},
        drafts::keep_behind,
        empty::Greeting,
        header::Header,
        sidebar::Sidebar,
        temporary::{TemporaryNote, TemporarySwitch},
        transcript::PendingQuestion,
    },
    error::AppError,
    language::use_words,
    over::{Over, shortcuts::WRITING},
    ui::{
        awaited::awaited,
        notice::{Notice, problem_in_query},
    },
};

/// What another app hands over, as the manifest names it: a title, a text, an address.
const SHARED: [&str; 3] = ["share_title", "share_text", "share_url"];

/// What else the address can say of a conversation that begins: with whom, and that nothing of it is kept.
const BEGINS: [&str; 2] = ["assistant", "temporary"];

/// The same page, with what was handed over.
fn with_shared(query: &ParamsMap) -> String {
    let fields = SHARED.map(|name| (name, query.get_str(name).unwrap_or_default()));
    with_query("/", &fields)
}

/// The same page with all that was asked for: for who must sign in first.
pub(super) fn with_all(query: &ParamsMap) -> String {
    let names = SHARED.iter().chain(&BEGINS);
    let fields: Vec<(&str, &str)> = names
        .map(|name| (*name, query.get_str(name).unwrap_or_default()))
        .collect();
    with_query("/", &fields)
}

/// What to begin with: the draft and what was handed over, unless that is in the draft already. Nothing of it is sent.
fn beginning(draft: String, query: &ParamsMap) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in SHARED.iter().filter_map(|name| query.get_str(name)) {
        let line = line.trim();
        if !line.is_empty() && !lines.iter().any(|known| known.contains(line)) {
            lines.push(line);
        }
    }
    let shared = lines.join("\n");
    if draft.contains(&shared) {
        draft
    } else if draft.is_empty() {
        shared
    } else {
        format!("{draft}\n\n{shared}")
    }
}

/// A greeting and the composer.
#[component]
pub fn NewConversationPage() -> impl IntoView {
    let words = use_words();
    let PageOffer(offer) = expect_context();
    let query = use_query_map();
    let key = Memo::new(move |_| {
        query.with(|query| query.get_str("assistant").unwrap_or_default().to_owned())
    });
    // The composer is drawn anew with another assistant, and begins with what was kept by then.
    let draft = Resource::new_blocking(move || key.get(), |_| load_draft(None));
    let assistant = Resource::new_blocking(
        move || key.get(),
        |key| async move {
            if key.is_empty() {
                return Ok(None);
            }
            load_assistant(key).await.map(Some)
        },
    );
    view! {
        <Title text=words.product/>
        {awaited(move || async move {
            match offer.await {
                // A draft that can't be read must not keep anyone from writing.
                Ok(offer) => {
                    let kept = draft.await.unwrap_or_default();
                    let draft = query.with_untracked(|query| beginning(kept.text.clone(), query));
                    let assistant = assistant.await;
                    Either::Left(view! { <NewConversation offer assistant draft kept/> })
                }
                Err(error) => Either::Right(view! { <LoadFailed error/> }),
            }
        })}
    }
}

/// Takes what was handed over out of the address once it stands in the composer, so that nothing hands it over again.
fn leave_shared(query: Memo<ParamsMap>) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        if query.with_untracked(|query| with_shared(query) != "/") {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate("/", options);
        }
    });
}

/// The composer begins with `draft`, of which the server has `kept`. An assistant that can't be had must not keep anyone from writing.
#[component]
fn NewConversation(
    offer: Offer,
    assistant: Result<Option<AssistantView>, AppError>,
    draft: String,
    kept: Draft,
) -> impl IntoView {
    let words = use_words();
    leave_shared(use_query_map());
    let query = use_query_map();
    let is_temporary = Signal::derive(move || query.with(|query| query.get("temporary").is_some()));
    let sidebar = expect_context::<Sidebar>();
    let just_asked: JustAsked = expect_context();
    expect_context::<Over>().write_when_begun();
    let text = RwSignal::new(draft);
    let problem = problem_in_query().map(AppError::new);
    let (assistant, problem) = match assistant {
        Ok(assistant) => (assistant, problem),
        Err(mut error) => {
            if error.code == FailureCode::NotFound {
                error.code = FailureCode::AssistantGone;
            }
            (None, problem.or(Some(error)))
        }
    };
    let model = RwSignal::new(first_model(&offer, assistant.as_ref()));
    let beginning = Beginning::with(assistant);
    let offered = Offered::new(offer.models.clone(), offer.attaches);
    let writing = Writing {
        conversation: None,
        text,
        model,
        beginning,
        attaching: Attaching::new(offered, model, text).beginning_with(&kept.attachments),

        pending: RwSignal::new(None),
        problem: RwSignal::new(problem),
        being_written: Signal::stored(None),
        queue: None,
        is_temporary,
        several: Signal::stored(None),
    };
    let navigate = use_navigate();
    let asked = move |asked: Asked| {
        let path = format!("/c/{}", asked.conversation);
        let writes = !browser::has_coarse_pointer() && browser::has_keyboard(WRITING);
        just_asked.writes.set_value(writes);
        // The page of a temporary one is told so by the server, and so is with whom one was begun.
        let is_plain = beginning.assistant.with_untracked(Option::is_none);
        let typed = text.try_update(std::mem::take).unwrap_or_default();
        if !typed.is_empty() {
            let id = asked.conversation;
            just_asked.typed.set_value(Some((id, typed.clone())));
            if !is_temporary.get_untracked() {
                keep_behind(Some(id), typed, Vec::new(), Called::default());
            }
        }
        if !is_temporary.get_untracked() {
            just_asked.asked.set_value(Some(asked).filter(|_| is_plain));
            sidebar.reload();
        }
        navigate(&path, NavigateOptions::default());
    };
    view! {
        <Header>
            <span class="topbar__title">
                {move || {
                    let name = beginning.assistant.with(|it| it.as_ref().map(|it| it.assistant.name.clone()));
                    let plain = if is_temporary.get() { words.temporary_chat } else { words.new_chat };
                    name.unwrap_or_else(|| plain.to_owned())
                }}
            </span>
            <TemporarySwitch is_temporary/>
        </Header>
        <div class="conversation-view" data-empty=move || writing.pending.with(Option::is_none).then_some("true")>
            <div class="transcript" id="main" tabindex="-1">
                <div class="transcript__column">
                    {move || match (writing.pending.get(), beginning.assistant.get()) {
                        (Some(text), _) => EitherOf3::A(view! { <PendingQuestion text/> }),
                        (None, Some(view)) => {
                            EitherOf3::B(view! { <AssistantIntro view beginning text=writing.text/> })
                        }
                        (None, None) => EitherOf3::C(view! { <Greeting text=writing.text/> }),
                    }}
                </div>
            </div>
            <div class="dock">
                <Show when=move || is_temporary.get()>
                    <TemporaryNote/>
                </Show>
                <Notice error=writing.problem/>
                <Composer writing offer asked kept/>
            </div>
        </div>
    }
}

/// The model that the assistant begins with, where that is on offer.
fn first_model(offer: &Offer, assistant: Option<&AssistantView>) -> model::ModelName {
    let preset = assistant.and_then(|view| view.assistant.model.clone());
    let on_offer = |name: &model::ModelName| offer.models.iter().any(|it| it.name == *name);
    preset
        .filter(on_offer)
        .unwrap_or_else(|| offer.default.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&'static str, &'static str)]) -> ParamsMap {
        pairs.iter().copied().collect()
    }

    #[test]
    fn what_another_app_hands_over_stands_behind_the_draft_once() {
        let handed = query(&[
            ("share_title", "春晓"),
            ("share_text", "春眠不觉晓"),
            ("share_url", " "),
        ]);
        let shared = "春晓\n春眠不觉晓";
        assert_eq!(beginning(String::new(), &handed), shared);
        let both = beginning("半句".to_owned(), &handed);
        assert_eq!(both, format!("半句\n\n{shared}"));
        assert_eq!(beginning(both.clone(), &handed), both);
        let draft = beginning("半句".to_owned(), &query(&[("other", "x")]));
        assert_eq!(draft, "半句");
    }

    #[test]
    fn some_apps_say_the_address_in_the_text_too() {
        let handed = query(&[
            ("share_text", "see https://example.com/a"),
            ("share_url", "https://example.com/a"),
        ]);
        assert_eq!(
            beginning(String::new(), &handed),
            "see https://example.com/a"
        );
    }

    #[test]
    fn it_is_not_lost_on_the_way() {
        let handed = query(&[("share_text", "a & b"), ("problem", "internal")]);
        assert_eq!(with_shared(&handed), "/?share_text=a%20%26%20b");
        assert_eq!(with_shared(&query(&[])), "/");
        let begun = query(&[("temporary", "1"), ("assistant", "a"), ("share_text", "b")]);
        assert_eq!(with_all(&begun), "/?share_text=b&assistant=a&temporary=1");
        assert_eq!(with_all(&query(&[("problem", "internal")])), "/");
    }
}
