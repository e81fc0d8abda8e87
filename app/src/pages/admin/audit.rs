//! `/admin/audit`: what was done, by whom, to what; the newest first.

use leptos::{either::Either, prelude::*};
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use model::{AuditEntry, AuditOutcome, Page, Permission, Session};

use crate::{
    address::with_query,
    admin::{
        actions,
        filters::or_all,
        subject::{Subject, if_permitted},
    },
    api::audit::{AuditQuery, load_audit},
    language::use_words,
    session::use_session,
    ui::{
        area::PageHead,
        moment::Moment,
        select::Select,
        table::{Cell, Table},
        text_field::{Kind, TextField},
    },
};

type FoundLines = Page<AuditEntry>;

/// The log.
#[component]
pub fn AuditPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(asked));
    let found = Resource::new_blocking(
        move || asked.get(),
        move |asked| if_permitted(session, Permission::AuditRead, || load_audit(asked)),
    );
    view! {
        <Subject
            what=found
            view=move |page: FoundLines, _session: Session| {
                let asked = asked.get_untracked();
                view! {
                    <PageHead title=words.audit lead=words.audit_lead/>
                    <Filters asked=asked.clone()/>
                    <Lines page asked=asked.clone()/>
                    <Export asked/>
                }
            }
        />
    }
}

fn asked(query: &ParamsMap) -> AuditQuery {
    let text = |name| query.get_str(name).unwrap_or_default().to_owned();
    AuditQuery {
        person: text("person"),
        action: text("action"),
        object: text("object"),
        from: text("from"),
        until: text("until"),
        after: text("after"),
    }
}

#[component]
fn Filters(asked: AuditQuery) -> impl IntoView {
    let words = use_words();
    let value = RwSignal::new;
    let no_person = asked.is_of_no_person();
    let no_person = Signal::derive(move || no_person.then(|| words.audit_person_wrong.to_owned()));
    let is_filtered = asked != AuditQuery::default();
    let options = actions::all(words).map(|(name, label)| (name.to_owned(), label.to_owned()));
    let options = or_all(words, options);
    view! {
        <form class="filters" method="get" action="/admin/audit" role="search">
            <Select name="action" label=words.audit_what value=value(asked.action) options/>
            <TextField name="from" label=words.audit_from kind=Kind::Day value=value(asked.from)/>
            <TextField name="until" label=words.audit_until kind=Kind::Day value=value(asked.until)/>
            <TextField
                name="person"
                label=words.audit_person
                kind=Kind::Optional("off")
                value=value(asked.person)
                hint=words.audit_person_hint
                problem=no_person
            />
            <TextField
                name="object"
                label=words.audit_object_id
                kind=Kind::Optional("off")
                value=value(asked.object)
            />
            <button class="button">{words.filter}</button>
            {is_filtered.then(|| view! { <a class="button" href="/admin/audit">{words.filter_clear}</a> })}
        </form>
    }
}

fn link(asked: &AuditQuery, after: &str) -> String {
    with_query(
        "/admin/audit",
        &[
            ("person", &asked.person),
            ("action", &asked.action),
            ("object", &asked.object),
            ("from", &asked.from),
            ("until", &asked.until),
            ("after", after),
        ],
    )
}

#[component]
fn Lines(page: Page<AuditEntry>, asked: AuditQuery) -> impl IntoView {
    let words = use_words();
    let first = (!asked.after.is_empty())
        .then(|| view! { <a class="button" href=link(&asked, "")>{words.first_page}</a> });
    if page.items.is_empty() {
        return Either::Left(view! {
            <p class="panel__note">{words.audit_none}</p>
            <div class="panel__row">{first}</div>
        });
    }
    let columns = vec![
        words.audit_when,
        words.audit_who,
        words.audit_what,
        words.audit_object,
        words.audit_more,
    ];
    let rows = page
        .items
        .into_iter()
        .map(|entry| view! { <Line entry/> })
        .collect_view();
    let next = page.next.map(|next| {
        view! { <a class="button" href=link(&asked, &next) rel="next">{words.next_page}</a> }
    });
    Either::Right(view! {
        <Table label=words.audit columns>{rows}</Table>
        <div class="panel__row">{first} {next}</div>
    })
}

#[component]
fn Line(entry: AuditEntry) -> impl IntoView {
    let words = use_words();
    let action = actions::label(words, &entry.action);
    let refused = (entry.outcome == AuditOutcome::Refused)
        .then(|| view! { <span class="badge" data-tone="danger">{words.audit_refused}</span> });
    let who = match (entry.actor_id, entry.actor_name.clone()) {
        (Some(id), name) => {
            let name = name.unwrap_or_else(|| words.audit_gone.to_owned());
            let link = with_query("/admin/audit", &[("person", &id.to_string())]);
            let title = words.audit_only_theirs(&name);
            Either::Left(view! { <a href=link title=title>{name}</a> })
        }
        (None, _) if entry.via == "command_line" => Either::Right(words.via_command_line),
        (None, _) => Either::Right(words.audit_nobody),
    };
    let (at, kind, id) = (entry.at, entry.object_kind.clone(), entry.object_id.clone());
    view! {
        <tr>
            <Cell heading=words.audit_when><Moment at/></Cell>
            <Cell heading=words.audit_who>{who}</Cell>
            <Cell heading=words.audit_what>{action} " " {refused}</Cell>
            <Cell heading=words.audit_object><Object kind id/></Cell>
            <Cell heading=words.audit_more><Details entry/></Cell>
        </tr>
    }
}

/// What it is about, with the way there.
#[component]
fn Object(kind: String, id: String) -> impl IntoView {
    let words = use_words();
    let short: String = id.chars().take(8).collect();
    let (label, path) = match kind.as_str() {
        "user" => (words.area_people, format!("/admin/users/{id}")),
        "group" => (words.group, format!("/admin/groups/{id}")),
        "role" => (words.role, format!("/admin/roles/{id}")),
        "invitation" => (words.invitations, "/admin/invitations".to_owned()),
        "model_route" if !id.is_empty() => return Either::Left(id),
        "site" => (words.budget_site, String::new()),
        _ if id.is_empty() => return Either::Left("—".to_owned()),
        _ => return Either::Left(format!("{kind} {short}")),
    };
    if id.is_empty() {
        Either::Left(label.to_owned())
    } else {
        Either::Right(view! { <a href=path>{label} " " <code>{short}</code></a> })
    }
}

#[component]
fn Details(entry: AuditEntry) -> impl IntoView {
    let words = use_words();
    let said = match &entry.details {
        serde_json::Value::Object(details) if !details.is_empty() => {
            let details = details.iter().map(|(name, value)| {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                view! { <div><dt>{name.clone()}</dt><dd>{value}</dd></div> }
            });
            Some(details.collect_view())
        }
        _ => None,
    };
    let label = format!("{} {}", words.audit_more, entry.seq);
    view! {
        <details class="more">
            <summary aria-label=label>{words.audit_more}</summary>
            <dl class="facts">
                <div><dt>{words.audit_line}</dt><dd>{entry.seq}</dd></div>
                <div><dt>{words.audit_what}</dt><dd><code>{entry.action}</code></dd></div>
                <div><dt>{words.audit_result}</dt><dd>{words.audit_outcome(entry.outcome)}</dd></div>
                <div><dt>{words.audit_via}</dt><dd>{words.audit_via(&entry.via)}</dd></div>
                <div><dt>{words.audit_address}</dt><dd>{entry.address}</dd></div>
                <div><dt>{words.audit_request}</dt><dd><code>{entry.request_id}</code></dd></div>
                <div><dt>{words.audit_object_id}</dt><dd><code>{entry.object_id}</code></dd></div>
                {said}
                <div><dt>{words.audit_hash}</dt><dd><code>{entry.hash}</code></dd></div>
            </dl>
        </details>
    }
}

/// What is filtered, as a file. The browser posts it by itself, with and without scripts.
#[component]
fn Export(asked: AuditQuery) -> impl IntoView {
    let words = use_words();
    view! {
        <form method="post" action="/admin/audit/export">
            <input type="hidden" name="person" value=asked.person/>
            <input type="hidden" name="action" value=asked.action/>
            <input type="hidden" name="object" value=asked.object/>
            <input type="hidden" name="from" value=asked.from/>
            <input type="hidden" name="until" value=asked.until/>
            <button class="button">{words.audit_export}</button>
        </form>
        <p class="panel__note">{words.audit_export_note}</p>
    }
}
