//! One server of tools: where it is, what is on it, and who may use that.

use leptos::{either::Either, prelude::*};
use model::{RoleRef, ServerTool, ToolServer};
use server_fn::ServerFn;

use super::Found;
use crate::{
    admin::{choices::Tick, form::sends},
    api::tool_servers::{ChangeToolServer, CheckToolServer, RemoveToolServer, SetServerTool},
    error::Field,
    language::use_words,
    ui::{confirm::Confirm, moment::Moment, shown_anew::show_anew, submission::Submission},
};

/// A server with what is on it.
#[component]
pub fn Server(server: ToolServer, roles: Vec<RoleRef>, found: Found) -> impl IntoView {
    let words = use_words();
    let name = String::from(server.name.clone());
    let heading = format!("tool-server-{}", server.id);
    let labelled = heading.clone();
    let failure = server.failure;
    let tools = server.tools.clone();
    let list = if tools.is_empty() {
        Either::Left(view! { <p class="panel__note">{words.server_tools_none}</p> })
    } else {
        let tools = tools.into_iter();
        Either::Right(
            tools
                .map(|tool| view! { <Tool tool roles=roles.clone() found/> })
                .collect_view(),
        )
    };
    view! {
        <section class="panel" aria-labelledby=labelled>
            <h2 id=heading>{name}</h2>
            <p class="panel__note"><code>{server.address.clone()}</code></p>
            <p class="panel__note">
                {match server.checked_at {
                    Some(at) => Either::Left(view! {
                        {words.tool_server_checked} " " <Moment at/>
                    }),
                    None => Either::Right(words.tool_server_unchecked),
                }}
            </p>
            {failure.map(|code| view! { <p class="notice" data-tone="danger">{words.failure(code)}</p> })}
            {list}
            <Acts server found/>
        </section>
    }
}

#[component]
fn Acts(server: ToolServer, found: Found) -> impl IntoView {
    let words = use_words();
    let id = server.id.to_string();
    let name = String::from(server.name.clone());
    let checking = Submission::new(&[]);
    let check = sends::<CheckToolServer>(checking, move |()| found.refetch());
    let removing = Submission::new(&[]);
    let remove = sends::<RemoveToolServer>(removing, move |()| found.refetch());
    let (of_check, of_remove) = (id.clone(), id);
    view! {
        <div class="tool-server__acts">
            <form method="post" action=CheckToolServer::PATH on:submit=check>
                <input type="hidden" name="id" value=of_check/>
                {checking.view_as("")}
                <button class="button" aria-busy=checking.busy()>{words.tool_server_check}</button>
            </form>
            <details class="confirm">
                <summary class="button">{words.tool_server_change}</summary>
                <div class="confirm__question"><Change server found/></div>
            </details>
            <Confirm label=words.remove of=name question=words.tool_server_remove_question>
                <form method="post" action=RemoveToolServer::PATH on:submit=remove>
                    <input type="hidden" name="id" value=of_remove/>
                    {removing.view()}
                    <button class="button" data-tone="danger" aria-busy=removing.busy()>{words.remove}</button>
                </form>
            </Confirm>
        </div>
    }
}

#[component]
fn Change(server: ToolServer, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Address, Field::Token]);
    let change = sends::<ChangeToolServer>(submission, move |()| found.refetch());
    let has_token = server.has_token;
    // No server is given what was typed for another one, least of all its token.
    let form = NodeRef::new();
    let state = (has_token, server.is_on, server.checked_at);
    show_anew(form, format!("{} {} {state:?}", server.id, server.address));
    let address_id = format!("tool-server-address-{}", server.id);
    let token_id = format!("tool-server-token-{}", server.id);
    let hint = if has_token {
        words.tool_server_token_kept
    } else {
        words.tool_server_token_hint
    };
    view! {
        <form class="form" method="post" action=ChangeToolServer::PATH node_ref=form on:submit=change>
            {submission.view()}
            <input type="hidden" name="id" value=server.id.to_string()/>
            <Line
                id=address_id
                name="server[address]"
                label=words.tool_server_address
                value=server.address
                hint=words.tool_server_address_hint
                is_required=true
                problem=submission.problem_of(Field::Address)
            />
            <Line
                id=token_id
                name="server[token]"
                label=words.tool_server_token
                hint
                problem=submission.problem_of(Field::Token)
            />
            {has_token.then(|| view! { <Tick name="forget_token" value="yes" label=words.tool_server_forget_token/> })}
            <Tick name="is_on" value="yes" label=words.tool_server_on checked=server.is_on/>
            <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
        </form>
    }
}

/// A field of a form of which each server has one, and so with an id of its own.
#[component]
fn Line(
    id: String,
    name: &'static str,
    label: &'static str,
    #[prop(optional)] value: String,
    hint: &'static str,
    #[prop(optional)] is_required: bool,
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let (labelled, told) = (id.clone(), format!("{id}-told"));
    let described = told.clone();
    view! {
        <div class="field" data-kind="line">
            <label class="field__label" for=labelled>{label}</label>
            <input
                class="field__line"
                id=id
                name=name
                required=is_required
                autocomplete="off"
                value=value
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=described
            />
            <div id=told>
                <p class="field__hint">{hint}</p>
                {move || problem.get().map(|text| view! { <p class="field__problem" role="alert">{text}</p> })}
            </div>
        </div>
    }
}

#[component]
fn Tool(tool: ServerTool, roles: Vec<RoleRef>, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let set = sends::<SetServerTool>(submission, move |()| found.refetch());
    let name = String::from(tool.name.clone());
    // What was ticked for a tool that is no longer there says nothing of the one in its place.
    let form = NodeRef::new();
    let state = (tool.is_on, tool.asks_first, &tool.roles);
    show_anew(form, format!("{name} {state:?}"));
    let chosen = tool.roles.clone();
    let ticks = roles.into_iter();
    let ticks = ticks
        .map(|role| {
            let label = words.role_name(role.id, &role.name);
            let checked = chosen.contains(&role.id);
            view! { <Tick name="roles[]" value=role.id.to_string() label checked/> }
        })
        .collect_view();
    view! {
        <details class="tool" data-on=tool.is_on.then_some("true")>
            <summary class="tool__summary">
                <code class="tool__name">{name.clone()}</code>
                <span class="tool__state">{tool.is_on.then_some(words.server_tool_on)}</span>
            </summary>
            <p class="panel__note">{tool.description}</p>
            <form class="form" method="post" action=SetServerTool::PATH node_ref=form on:submit=set>
                {submission.view()}
                <input type="hidden" name="tool" value=name/>
                <Tick name="is_on" value="yes" label=words.server_tool_on checked=tool.is_on/>
                <Tick name="asks_first" value="yes" label=words.server_tool_asks_first checked=tool.asks_first/>
                <fieldset class="fieldset">
                    <legend class="field__label">{words.server_tool_roles}</legend>
                    <div class="checks">{ticks}</div>
                </fieldset>
                <button class="button" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </details>
    }
}
