//! `/admin/tools`: servers of tools, what is on them, and who may use it.

mod server;

use leptos::{either::Either, prelude::*};
use model::{Permission, RoleRef, Session, ToolServer};
use server_fn::ServerFn;

use crate::{
    admin::{
        form::sends,
        subject::{Subject, if_permitted},
    },
    api::tool_servers::{AddToolServer, load_tool_servers},
    error::{AppError, Field},
    language::use_words,
    session::use_session,
    ui::{
        area::PageHead,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};
use server::Server;

type Servers = (Vec<ToolServer>, Vec<RoleRef>);

/// What is shown, to be asked for again.
pub type Found = Resource<Result<Servers, AppError>>;

/// The servers, and the form for one more.
#[component]
pub fn ToolServersPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let found: Found = Resource::new_blocking(
        || (),
        move |()| if_permitted(session, Permission::ToolsWrite, load_tool_servers),
    );
    view! {
        <Subject
            what=found
            view=move |(servers, roles): Servers, _session: Session| {
                view! {
                    <PageHead title=words.tools lead=words.tool_servers_lead/>
                    <List servers roles found/>
                    <New found/>
                }
            }
        />
    }
}

#[component]
fn List(servers: Vec<ToolServer>, roles: Vec<RoleRef>, found: Found) -> impl IntoView {
    let words = use_words();
    if servers.is_empty() {
        return Either::Left(view! { <p class="panel__note">{words.tool_servers_none}</p> });
    }
    let servers = servers.into_iter();
    Either::Right(
        servers
            .map(|server| view! { <Server server roles=roles.clone() found/> })
            .collect_view(),
    )
}

#[component]
fn New(found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Name, Field::Address, Field::Token]);
    let add = sends::<AddToolServer>(submission, move |()| found.refetch());
    view! {
        <section class="panel" aria-labelledby="new-tool-server">
            <h2 id="new-tool-server">{words.tool_server_new}</h2>
            <form class="form" method="post" action=AddToolServer::PATH on:submit=add>
                {submission.view()}
                <TextField
                    name="server[name]"
                    label=words.tool_server_name
                    kind=Kind::Line("off")
                    value=RwSignal::new(String::new())
                    hint=words.tool_server_name_hint
                    problem=submission.problem_of(Field::Name)
                />
                <TextField
                    name="server[address]"
                    label=words.tool_server_address
                    kind=Kind::Line("off")
                    value=RwSignal::new(String::new())
                    hint=words.tool_server_address_hint
                    problem=submission.problem_of(Field::Address)
                />
                <TextField
                    name="server[token]"
                    label=words.tool_server_token
                    kind=Kind::Optional("off")
                    value=RwSignal::new(String::new())
                    hint=words.tool_server_token_hint
                    problem=submission.problem_of(Field::Token)
                />
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.tool_server_add}</button>
            </form>
        </section>
    }
}
