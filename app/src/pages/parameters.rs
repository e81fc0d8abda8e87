//! `/parameters`: how the answers of a conversation are to be written. In the chat the same form stands in a dialog.

mod form;
pub(super) mod tools;
mod unsaved;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{ParametersView, Session};

use crate::{
    api::parameters::load_parameters,
    chat::{header::Header, parameters::ParametersOf},
    language::use_words,
    ui::{area::PageHead, loaded::Loaded},
};
use form::{ParametersForms, Setting};
use tools::ToolsForm;

/// The page.
#[component]
pub fn ParametersPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let conversation = Memo::new(move |_| {
        query.with(|query| query.get_str("conversation").unwrap_or_default().to_owned())
    });
    let view = Resource::new_blocking(
        move || conversation.get(),
        |conversation| load_parameters(conversation, String::new()),
    );
    let setting = Setting::new();
    view! {
        <Header>
            <span class="topbar__title">{words.parameters}</span>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                <PageHead title=words.parameters/>
                <Loaded
                    what=view
                    view=move |shown: ParametersView, _session: Session| {
                        let back = shown.conversation.map_or_else(|| "/".to_owned(), |id| format!("/c/{id}"));
                        view! {
                            <section class="panel" aria-label=words.parameters>
                                <ParametersForms
                                    shown
                                    setting
                                    saved=Callback::new(move |()| view.refetch())
                                    reset=Callback::new(move |()| view.refetch())
                                />
                            </section>
                            <a class="button" href=back>{words.parameters_back}</a>
                        }
                    }
                />
                <section class="panel">
                    <ToolsForm conversation model=String::new()/>
                </section>
            </div>
        </div>
    }
}

/// What the dialog in the chat shows. It closes when what is set was saved.
#[component]
pub fn ParametersPanel() -> impl IntoView {
    let of: ParametersOf = expect_context();
    let id = of.conversation.map(|id| id.to_string()).unwrap_or_default();
    let model = of.model.get_untracked();
    let conversation = Signal::stored(id.clone());
    let asked = String::from(model.clone());
    let view = Resource::new(
        move || (id.clone(), model.clone()),
        |(id, model)| load_parameters(id, model.into()),
    );
    let setting = Setting::new();
    view! {
        <Loaded
            what=view
            view=move |shown: ParametersView, _session: Session| {
                view! {
                    <ParametersForms
                        shown
                        setting
                        keeps=true
                        saved=Callback::new(move |()| of.open.set(false))
                        reset=Callback::new(move |()| view.refetch())
                    />
                }
            }
        />
        <ToolsForm conversation model=asked/>
    }
}
