//! `/settings/keys`: keys that let programs act for one, and `/settings/keys/{id}`, where one is changed.

mod form;

use leptos::{either::Either, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};
use model::{ApiKey, ApiKeySecret, Permission, Session};
use server_fn::ServerFn;

use super::security::FreshFirst;
use crate::{
    api::{
        account::{ShownOnce, take_shown_once},
        keys::{
            CreateKey, DeleteKey, UpdateKey, create_key, delete_key, load_address, load_keys,
            update_key,
        },
        security::load_security,
    },
    browser,
    error::{AppError, Field},
    language::use_words,
    ui::{
        area::PageHead,
        confirm::Confirm,
        key_bounds::key_bounds,
        loaded::Loaded,
        moment::Moment,
        once::Secret,
        snippets::{Snippets, USUAL_MODEL},
        submission::Submission,
        table::{Cell, Table},
    },
};
use form::{KeyFields, Typed};

type Found = Vec<ApiKey>;
type Keys = Resource<Result<Found, AppError>>;

const FIELDS: &[Field] = &[Field::Name, Field::Networks, Field::Expiry];

/// The keys, and the form for a new one.
#[component]
pub fn KeysPage() -> impl IntoView {
    let words = use_words();
    let keys: Keys = Resource::new_blocking(|| (), |()| load_keys());
    let fresh = Resource::new_blocking(|| (), |()| load_security());
    let made = RwSignal::new(None::<ApiKeySecret>);
    view! {
        <PageHead title=words.settings_keys lead=words.keys_lead/>
        <p class="panel__note">{words.keys_gateway}</p>
        <Suspense>
            {move || Suspend::new(async move {
                let fresh = fresh.await.is_ok_and(|overview| overview.fresh);
                view! { <FreshFirst fresh/> }
            })}
        </Suspense>
        <NewSecret made keys/>
        <Loaded
            what=keys
            view=move |found: Found, session: Session| {
                let may_make = session.permissions.contains(Permission::ApiKeysUse);
                view! {
                    <section class="panel" aria-labelledby="keys-heading">
                        <h2 id="keys-heading">{words.settings_keys}</h2>
                        {if found.is_empty() {
                            Either::Left(view! { <p class="panel__note">{words.keys_none}</p> })
                        } else {
                            Either::Right(view! { <KeyTable found keys/> })
                        }}
                    </section>
                    {may_make.then(|| view! { <NewKey session keys made/> })}
                }
            }
        />
    }
}

/// The key that was just made, by a script's answer or the form before this page, and how to call a model with it, if it may.
#[component]
fn NewSecret(made: RwSignal<Option<ApiKeySecret>>, keys: Keys) -> impl IntoView {
    let words = use_words();
    let once = Resource::new_blocking(|| (), |()| take_shown_once());
    let address = Resource::new_blocking(|| (), |()| load_address());
    let shown = move |secret: String, key: Option<ApiKey>, origin: Option<String>| {
        let model = key
            .as_ref()
            .map_or_else(|| USUAL_MODEL.to_owned(), model_of);
        let may = key.is_none_or(|key| key.scopes.contains(Permission::GatewayUse));
        let origin = origin.filter(|_| may);
        let key = secret.clone();
        view! {
            <Secret label=words.key_secret secret hint=words.key_once/>
            {origin.map(|origin| view! { <Snippets origin model key/> })}
        }
    };
    view! {
        <Suspense>
            {move || {
                let made = made.get();
                Suspend::new(async move {
                    let origin = address.await.ok();
                    let kept = match once.await {
                        Ok(Some(ShownOnce::ApiKey(secret))) => Some(secret),
                        Ok(Some(ShownOnce::RecoveryCodes(_) | ShownOnce::Link(_)) | None) | Err(_) => None,
                    };
                    let new = match (made, kept) {
                        (Some(new), _) => Some((new.secret, Some(new.key))),
                        (None, Some(secret)) => {
                            let found = keys.await.unwrap_or_default();
                            let key = found.into_iter().find(|key| is_hint_of(&key.hint, &secret));
                            Some((secret, key))
                        }
                        (None, None) => None,
                    };
                    new.map(|(secret, key)| shown(secret, key, origin))
                })
            }}
        </Suspense>
    }
}

/// Whether a key begins and ends so.
fn is_hint_of(hint: &str, secret: &str) -> bool {
    hint.split_once('…')
        .is_some_and(|(first, last)| secret.starts_with(first) && secret.ends_with(last))
}

#[component]
fn KeyTable(found: Vec<ApiKey>, keys: Keys) -> impl IntoView {
    let words = use_words();
    let columns = vec![
        words.key_name,
        words.created,
        words.key_expires,
        words.used,
        words.acts,
    ];
    let rows = found
        .into_iter()
        .map(|key| view! { <Row key keys/> })
        .collect_view();
    view! { <Table label=words.settings_keys columns>{rows}</Table> }
}

#[component]
fn Row(key: ApiKey, keys: Keys) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let id = key.id.to_string();
    let delete = {
        let id = id.clone();
        submission.on_submit(
            move || delete_key(id.clone()),
            move |()| {
                // The next key comes to stand here, and nobody was asked about that one.
                browser::close_questions();
                keys.refetch();
            },
        )
    };
    let time = move |at| match at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(words.never),
    };
    let from = key
        .used_from
        .as_deref()
        .map(|address| words.key_used_from(address));
    let kept = key
        .cache_seconds
        .map(|seconds| words.key_cached(&seconds.to_string()));
    let bounds = key_bounds(words, &key);
    let bounds = bounds.map(|bounds| view! { <p class="panel__note">{bounds}</p> });
    let edit = format!("{}: {}", words.key_edit, key.name);
    let used = format!("{}: {}", words.usage, key.name);
    let (name, of) = (key.name.clone(), key.name);
    view! {
        <tr>
            <Cell heading=words.key_name>{name} " " <code>{key.hint}</code> " " {kept} {bounds}</Cell>
            <Cell heading=words.created><Moment at=key.created_at/></Cell>
            <Cell heading=words.key_expires>{time(key.expires_at)}</Cell>
            <Cell heading=words.used>{time(key.used_at)} " " {from}</Cell>
            <Cell heading=words.acts>
                <a
                    class="button"
                    href=format!("/settings/keys/{id}")
                    aria-label=edit
                >
                    {words.key_edit}
                </a>
                <a class="button" href=format!("/usage?key={id}") aria-label=used>{words.usage}</a>
                <Confirm label=words.delete of question=words.key_delete_question>
                    <form method="post" action=DeleteKey::PATH on:submit=delete>
                        <input type="hidden" name="id" value=id/>
                        {submission.view()}
                        <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.delete}</button>
                    </form>
                </Confirm>
            </Cell>
        </tr>
    }
}

#[component]
fn NewKey(session: Session, keys: Keys, made: RwSignal<Option<ApiKeySecret>>) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(FIELDS);
    let typed = Typed::new(session.permissions, None, session.utc_offset_minutes);
    let create = submission.on_submit(
        move || create_key(typed.get()),
        move |new: ApiKeySecret| {
            made.try_set(Some(new));
            keys.refetch();
        },
    );
    view! {
        <section class="panel" aria-labelledby="new-key-heading">
            <h2 id="new-key-heading">{words.key_new}</h2>
            <form class="form" method="post" action=CreateKey::PATH on:submit=create>
                {submission.view_as(words.key_once)}
                <KeyFields typed submission/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.key_create}</button>
            </form>
        </section>
    }
}

/// Changing one.
#[component]
pub fn KeyPage() -> impl IntoView {
    let words = use_words();
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    let keys: Keys = Resource::new_blocking(|| (), |()| load_keys());
    let address = Resource::new_blocking(|| (), |()| load_address());
    view! {
        <PageHead title=words.key_edit/>
        <Loaded
            what=keys
            view=move |found: Found, session: Session| {
                match found.into_iter().find(|key| key.id.to_string() == id) {
                    Some(key) => {
                        let (scopes, model) = (key.scopes, model_of(&key));
                        Either::Left(view! {
                            <EditKey key session/>
                            <HowToCall may=scopes.contains(Permission::GatewayUse) model address/>
                        })
                    }
                    None => {
                        Either::Right(view! { <p class="panel__note">{words.error_not_found}</p> })
                    }
                }
            }
        />
        <p><a href="/settings/keys">{words.settings_keys}</a></p>
    }
}

/// The first model that it may be used for.
fn model_of(key: &ApiKey) -> String {
    let first = key.models.as_ref().and_then(|models| models.first());
    first
        .map_or(USUAL_MODEL, model::ModelName::as_str)
        .to_owned()
}

/// How to call a model with it.
#[component]
fn HowToCall(
    may: bool,
    model: String,
    address: Resource<Result<String, AppError>>,
) -> impl IntoView {
    let words = use_words();
    let lacking = (!may).then(|| {
        let text = words.snippets_lacking(words.permission_gateway_use);
        view! { <p class="notice">{text}</p> }
    });
    view! {
        {lacking}
        <Suspense>
            {move || {
                let model = model.clone();
                Suspend::new(async move {
                    address.await.ok().map(|origin| view! { <Snippets origin model/> })
                })
            }}
        </Suspense>
    }
}

#[component]
fn EditKey(key: ApiKey, session: Session) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(FIELDS);
    let id = key.id.to_string();
    let hint = key.hint.clone();
    let typed = Typed::new(session.permissions, Some(key), session.utc_offset_minutes);
    let navigate = use_navigate();
    let update = {
        let id = id.clone();
        submission.on_submit(
            move || update_key(id.clone(), typed.get()),
            move |()| navigate("/settings/keys?done=1", NavigateOptions::default()),
        )
    };
    view! {
        <section class="panel">
            <p><code>{hint}</code></p>
            <form class="form" method="post" action=UpdateKey::PATH on:submit=update>
                <input type="hidden" name="id" value=id/>
                {submission.view()}
                <KeyFields typed submission/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </section>
    }
}
