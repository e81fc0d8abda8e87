//! The model that one begins conversations with.

use leptos::{either::EitherOf3, prelude::*};
use model::ModelName;
use server_fn::ServerFn;

use crate::{
    admin::form::sends_quietly,
    api::preferences::{DefaultModel, SetDefaultModel, load_default_model},
    error::AppError,
    language::use_words,
    pages::chat::PageOffer,
    ui::{
        awaited::awaited_anew,
        part_failed::{PartFailed, is_not_theirs},
        select::Select,
        skeleton::Shape,
        submission::Submission,
    },
};

/// What there is to choose from, as it is loaded.
pub(super) type Offered = Resource<Result<DefaultModel, AppError>>;

/// Begins to load it. By the page itself: what is drawn when something else has come may be drawn twice on the server, each time with
/// another number for what it loads, of which the browser would take the first.
pub(super) fn load() -> Offered {
    Resource::new_blocking(|| (), |()| load_default_model())
}

/// For who may ask models.
#[component]
pub(super) fn DefaultModelPanel(offered: Offered) -> impl IntoView {
    let words = use_words();
    awaited_anew(Shape::default(), move || async move {
        match offered.await {
            Ok(offered) => EitherOf3::A(view! { <DefaultModelForm offered/> }),
            // Who may ask none has none to choose.
            Err(error) if is_not_theirs(error.code) => EitherOf3::B(()),
            Err(error) => {
                let again = Callback::new(move |()| offered.refetch());
                EitherOf3::C(view! {
                    <section class="panel" aria-labelledby="default-model-heading">
                        <h2 id="default-model-heading">{words.default_model}</h2>
                        <PartFailed error again/>
                    </section>
                })
            }
        }
    })
}

#[component]
fn DefaultModelForm(offered: DefaultModel) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    // The next conversation begins with it.
    let PageOffer(offer) = expect_context();
    let save = sends_quietly::<SetDefaultModel>(submission, move |()| offer.refetch());
    let is_there = |name: &ModelName| offered.models.iter().any(|choice| choice.name == *name);
    // One that is not on offer any more is passed over, as it is where conversations begin.
    let gone = offered.chosen.as_ref().filter(|chosen| !is_there(chosen));
    let gone = gone.map(|gone| words.default_model_gone(gone.as_str()));
    let chosen = offered.chosen.clone().filter(|chosen| is_there(chosen));
    let chosen = chosen.map(String::from).unwrap_or_default();
    let mut options = vec![(String::new(), words.default_model_site.to_owned())];
    let models = offered.models.into_iter();
    options.extend(models.map(|choice| (choice.name.into(), choice.label)));
    view! {
        <section class="panel" aria-labelledby="default-model-heading">
            <h2 id="default-model-heading">{words.default_model}</h2>
            <p class="panel__note">{words.default_model_lead}</p>
            {gone.map(|gone| view! { <p class="notice" role="status">{gone}</p> })}
            <form class="form" method="post" action=SetDefaultModel::PATH on:submit=save>
                {submission.view()}
                <Select name="model" label=words.default_model value=RwSignal::new(chosen) options/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </section>
    }
}
