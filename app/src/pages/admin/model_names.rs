//! `/admin/models`: names that programs can ask for, with the models behind each, and setting one.

use leptos::{either::Either, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use model::{ModelRoute, Permission, Session};
use server_fn::ServerFn;

use crate::{
    address::with_query,
    admin::{
        form::sends,
        subject::{Subject, if_permitted},
    },
    api::model_names::{SetModelName, UnsetModelName, load_model_names},
    error::{AppError, Field},
    language::use_words,
    session::use_session,
    ui::{
        area::PageHead,
        confirm::Confirm,
        lines::LinesField,
        shown_anew::show_anew,
        submission::Submission,
        table::{Cell, Table},
        text_field::{Kind, TextField},
    },
};

type Names = Vec<ModelRoute>;

const PATH: &str = "/admin/models";

/// In the address, before the name that is to be changed.
const CHANGE: &str = "change";

type Found = Resource<Result<Names, AppError>>;

/// The names, and the form for one.
#[component]
pub fn ModelNamesPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let found: Found = Resource::new_blocking(
        || (),
        move |()| if_permitted(session, Permission::UsageRead, load_model_names),
    );
    let query = use_query_map();
    let changed = Memo::new(move |_| query.with(|query| query.get(CHANGE).unwrap_or_default()));
    view! {
        <Subject
            what=found
            view=move |names: Names, session: Session| {
                let can_write = session.permissions.contains(Permission::GatewayWrite);
                let known = names.clone();
                let form = move || {
                    let asked = changed.get();
                    match known.iter().find(|route| route.name == asked).cloned() {
                        Some(route) => Either::Left(view! { <Change route found/> }),
                        None => Either::Right(view! { <New found/> }),
                    }
                };
                view! {
                    <PageHead title=words.model_names lead=words.model_names_lead/>
                    <List names found can_write/>
                    {can_write.then_some(form)}
                }
            }
        />
    }
}

#[component]
fn List(names: Names, found: Found, can_write: bool) -> impl IntoView {
    let words = use_words();
    if names.is_empty() {
        return Either::Left(view! { <p class="panel__note">{words.model_names_none}</p> });
    }
    let mut columns = vec![words.model_name, words.model_chain];
    if can_write {
        columns.push(words.acts);
    }
    let rows = names
        .into_iter()
        .map(|route| view! { <Row route found can_write/> })
        .collect_view();
    Either::Right(view! { <Table label=words.model_names columns>{rows}</Table> })
}

#[component]
fn Row(route: ModelRoute, found: Found, can_write: bool) -> impl IntoView {
    let words = use_words();
    let ModelRoute { name, models } = route;
    let models = models.into_iter();
    let models = models
        .map(|model| view! { <li class="chain__model"><code>{model}</code></li> })
        .collect_view();
    let acts = can_write.then(|| {
        let name = name.clone();
        let href = format!("{}#change-model-name", with_query(PATH, &[(CHANGE, &name)]));
        let label = format!("{}: {name}", words.model_name_change);
        view! {
            <Cell heading=words.acts>
                <div class="panel__row">
                    <a class="button" href=href aria-label=label>{words.model_name_change}</a>
                    <Remove name found/>
                </div>
            </Cell>
        }
    });
    view! {
        <tr>
            <Cell heading=words.model_name><code>{name}</code></Cell>
            <Cell heading=words.model_chain><ol class="chain">{models}</ol></Cell>
            {acts}
        </tr>
    }
}

#[component]
fn Remove(name: String, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let remove = sends::<UnsetModelName>(submission, move |()| found.refetch());
    let of = name.clone();
    view! {
        <Confirm label=words.remove of question=words.model_name_remove_question>
            <form method="post" action=UnsetModelName::PATH on:submit=remove>
                <input type="hidden" name="name" value=name/>
                {submission.view()}
                <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.remove}</button>
            </form>
        </Confirm>
    }
}

/// Other models behind a name that is there.
#[component]
fn Change(route: ModelRoute, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Models]);
    let navigate = use_navigate();
    let set = sends::<SetModelName>(submission, move |()| {
        found.refetch();
        if !submission.is_gone() {
            navigate("/admin/models?done=1", NavigateOptions::default());
        }
    });
    let ModelRoute { name, models } = route;
    let models = models.join("\n");
    // Another name's models, or what somebody else has put there meanwhile, take the place of what was typed for this one.
    let form = NodeRef::new();
    show_anew(form, format!("{name}\n{models}"));
    view! {
        <section class="panel" aria-labelledby="change-model-name">
            <h2 id="change-model-name">{words.model_name_change} ": " <code>{name.clone()}</code></h2>
            <form class="form" method="post" action=SetModelName::PATH node_ref=form on:submit=set>
                <input type="hidden" name="name" value=name/>
                <input type="hidden" name="change" value="true"/>
                {submission.view()}
                <LinesField
                    name="models"
                    label=words.model_chain
                    value=RwSignal::new(models)
                    required=true
                    hint=words.model_chain_hint
                    problem=submission.problem_of(Field::Models)
                />
                <div class="panel__row">
                    <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.model_name_set}</button>
                    <a class="button" href=PATH>{words.cancel}</a>
                </div>
            </form>
        </section>
    }
}

#[component]
fn New(found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Name, Field::Models]);
    let set = sends::<SetModelName>(submission, move |()| found.refetch());
    view! {
        <section class="panel" aria-labelledby="new-model-name">
            <h2 id="new-model-name">{words.model_name_new}</h2>
            <form class="form" method="post" action=SetModelName::PATH on:submit=set>
                {submission.view()}
                <TextField
                    name="name"
                    label=words.model_name
                    kind=Kind::Line("off")
                    value=RwSignal::new(String::new())
                    hint=words.model_name_hint
                    problem=submission.problem_of(Field::Name)
                />
                <LinesField
                    name="models"
                    label=words.model_chain
                    value=RwSignal::new(String::new())
                    required=true
                    hint=words.model_chain_hint
                    problem=submission.problem_of(Field::Models)
                />
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.model_name_set}</button>
            </form>
        </section>
    }
}
