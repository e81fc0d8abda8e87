//! One key, and what can be done about it.

use leptos::{either::Either, prelude::*};
use model::{KeyLine, KeyState, ModelName};
use server_fn::ServerFn;

use super::{Found, Reader};
use crate::{
    admin::form::sends,
    api::site_keys::RevokeKey,
    language::use_words,
    ui::{
        confirm::Confirm, figures::count, key_bounds::key_bounds, moment::Moment,
        submission::Submission, table::Cell,
    },
};

/// So many models are named in the line; more of them are folded.
const NAMED: usize = 3;

/// The line.
#[component]
pub fn Row(line: KeyLine, reader: Reader, found: Found) -> impl IntoView {
    let words = use_words();
    let KeyLine {
        key,
        owner,
        owner_name,
        owner_email,
        state,
        can_revoke,
    } = line;
    let tone = match state {
        KeyState::Active => "accent",
        KeyState::Expired => "calm",
        KeyState::OwnerDisabled => "danger",
    };
    let time = move |at| match at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(words.never),
    };
    let scopes: Vec<&str> = key
        .scopes
        .iter()
        .map(|scope| words.permission(scope))
        .collect();
    let scopes = if scopes.is_empty() {
        words.person_may_nothing.to_owned()
    } else {
        scopes.join(" · ")
    };
    let bounds = key_bounds(words, &key).unwrap_or_else(|| "—".to_owned());
    let owner_name = String::from(owner_name);
    let of = format!("{}, {owner_name}", key.name);
    let id = key.id.to_string();
    let used = reader.reads_usage.then(|| {
        let label = format!("{}: {of}", words.usage);
        view! { <a class="button" href=format!("/admin/usage?key={id}") aria-label=label>{words.usage}</a> }
    });
    let is_own = reader.id == Some(owner);
    let own = is_own.then(|| {
        view! { <a class="button" href="/settings/keys">{words.site_keys_yours}</a> }
    });
    let out_of_reach = (reader.writes && !can_revoke && !is_own)
        .then(|| view! { <span class="panel__note">{words.site_keys_too_high}</span> });
    let revoke = can_revoke.then(|| {
        let question = words.site_keys_revoke_question(&key.name, &owner_name);
        view! { <Revoke id=id.clone() of=of.clone() question found/> }
    });
    let models = key.models;
    view! {
        <tr>
            <Cell heading=words.site_keys_key>
                <span class="who">
                    <span class="who__name">{key.name}</span>
                    <code class="who__address">{key.hint}</code>
                </span>
                <span class="badge" data-tone=tone>{words.key_state(state)}</span>
            </Cell>
            <Cell heading=words.site_keys_whose>
                <span class="who">
                    <a class="who__name" href=format!("/admin/users/{owner}")>{owner_name}</a>
                    <span class="who__address">{String::from(owner_email)}</span>
                </span>
            </Cell>
            <Cell heading=words.key_scopes><span>{scopes}</span> <Models models/></Cell>
            <Cell heading=words.key_limits>{bounds}</Cell>
            <Cell heading=words.site_keys_times>
                <span class="panel__note">{words.used} ": " {time(key.used_at)}</span>
                <span class="panel__note">{words.key_expires} ": " {time(key.expires_at)}</span>
                <span class="panel__note">{words.created} ": " <Moment at=key.created_at/></span>
            </Cell>
            <Cell heading=words.acts>{used} {own} {revoke} {out_of_reach}</Cell>
        </tr>
    }
}

/// The models that it may be used for.
#[component]
fn Models(models: Option<Vec<ModelName>>) -> impl IntoView {
    let words = use_words();
    let Some(models) = models else {
        return Either::Left(
            view! { <span class="panel__note">{words.site_keys_all_models}</span> },
        );
    };
    let names: Vec<&str> = models.iter().map(ModelName::as_str).collect();
    let all = names.join(" · ");
    Either::Right(if names.len() <= NAMED {
        Either::Left(view! { <span class="panel__note">{all}</span> })
    } else {
        let told = words.site_keys_models(&count(i64::try_from(names.len()).unwrap_or(i64::MAX)));
        Either::Right(view! {
            <details class="more">
                <summary>{told}</summary>
                <p class="panel__note">{all}</p>
            </details>
        })
    })
}

/// Revokes it, for good.
#[component]
fn Revoke(id: String, of: String, question: String, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let revoke = sends::<RevokeKey>(submission, move |()| found.refetch());
    view! {
        <Confirm label=words.site_keys_revoke of question>
            <form method="post" action=RevokeKey::PATH on:submit=revoke>
                <input type="hidden" name="id" value=id/>
                {submission.view()}
                <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.site_keys_revoke}</button>
            </form>
        </Confirm>
    }
}
