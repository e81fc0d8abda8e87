//! `/admin/keys`: everybody's API keys, what each allows and when it was last used, and revoking one. Never a key itself.

mod row;

use leptos::{either::Either, ev, prelude::*};
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use model::{KeyFilter, KeyLine, KeyOrder, KeyState, Page, Permission, Session, UserId};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::{
    address::with_query,
    admin::{
        filters::{SearchField, or_all},
        subject::{Subject, if_permitted},
    },
    api::site_keys::{SiteKeysForm, load_site_keys},
    error::AppError,
    language::{Words, use_words},
    session::use_session,
    ui::{area::PageHead, select::Select, table::Table},
};
use row::Row;

type FoundKeys = Page<KeyLine>;
type Found = Resource<Result<FoundKeys, AppError>>;

const PATH: &str = "/admin/keys";

/// For how many days a key was not used.
const UNUSED: [&str; 4] = ["7", "30", "90", "365"];

/// What the reader may do beyond seeing the list.
#[derive(Clone, Copy)]
pub struct Reader {
    /// Who it is.
    pub id: Option<UserId>,
    /// Whether everybody's usage is shown to them.
    pub reads_usage: bool,
    /// Whether they may change anything about those below them.
    pub writes: bool,
}

/// Everybody's keys.
#[component]
pub fn SiteKeysPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(asked));
    let found: Found = Resource::new_blocking(
        move || asked.get(),
        move |asked| if_permitted(session, Permission::UsersRead, || load_site_keys(asked)),
    );
    view! {
        <Subject
            what=found
            view=move |page: FoundKeys, session: Session| {
                let asked = asked.get_untracked();
                let may = |permission| session.permissions.contains(permission);
                let reader = Reader {
                    id: session.account.as_ref().map(|account| account.id),
                    reads_usage: may(Permission::UsageRead),
                    writes: may(Permission::UsersWrite),
                };
                let owner = page.items.first().map(|line| line.owner_name.as_str().to_owned());
                let person = asked.person.clone();
                let whose = (!person.is_empty()).then(|| {
                    let name = owner.unwrap_or_else(|| words.site_keys_one.to_owned());
                    view! { <p><a href=format!("/admin/users/{person}")>{name}</a></p> }
                });
                let log = may(Permission::AuditRead).then(|| {
                    view! { " " <a href="/admin/audit?action=api_key.revoke">{words.audit}</a> }
                });
                view! {
                    <PageHead title=words.settings_keys lead=words.site_keys_lead/>
                    {whose}
                    <Filters asked=asked.clone()/>
                    <Lines page asked reader found/>
                    <p class="panel__note">{words.site_keys_revoked_note} {log}</p>
                }
            }
        />
    }
}

/// What the address asks for. Of a whole key, pasted to learn whose it is, no more goes on than how it begins.
fn asked(query: &ParamsMap) -> SiteKeysForm {
    let text = |name| query.get_str(name).unwrap_or_default().to_owned();
    SiteKeysForm {
        search: KeyFilter::cut(&text("search")).to_owned(),
        state: text("state"),
        unused: text("unused"),
        order: text("order"),
        person: text("person"),
        after: text("after"),
    }
}

fn link(asked: &SiteKeysForm, after: &str) -> String {
    with_query(
        PATH,
        &[
            ("search", &asked.search),
            ("state", &asked.state),
            ("unused", &asked.unused),
            ("order", &asked.order),
            ("person", &asked.person),
            ("after", after),
        ],
    )
}

#[component]
fn Filters(asked: SiteKeysForm) -> impl IntoView {
    let words = use_words();
    let value = RwSignal::new;
    let is_filtered = asked != SiteKeysForm::default();
    let state = |state: &KeyState| {
        (
            state.as_str().to_owned(),
            words.key_state(*state).to_owned(),
        )
    };
    let states = or_all(words, KeyState::ALL.iter().map(state));
    let days = |days: &&str| ((*days).to_owned(), words.site_keys_days(days));
    let unused = or_all(words, UNUSED.iter().map(days));
    let orders = vec![
        (String::new(), words.site_keys_newest.to_owned()),
        (
            KeyOrder::LastUsed.as_str().to_owned(),
            words.site_keys_last_used.to_owned(),
        ),
    ];
    view! {
        <form
            class="filters"
            method="get"
            action=PATH
            role="search"
            on:input=move |event| leave_beginning(&event)
        >
            <SearchField
                name="search"
                label=words.site_keys_search
                value=asked.search
                hint=words.site_keys_search_hint
                pattern=KeyFilter::NO_WHOLE_KEY
            />
            <Select name="state" label=words.state value=value(asked.state) options=states/>
            <Select name="unused" label=words.site_keys_unused value=value(asked.unused) options=unused/>
            <Select name="order" label=words.site_keys_order value=value(asked.order) options=orders/>
            <input type="hidden" name="person" value=asked.person/>
            <button class="button">{words.search}</button>
            {is_filtered.then(|| view! { <a class="button" href=PATH>{words.filter_clear}</a> })}
        </form>
    }
}

/// Leaves of a key that is pasted into the field how it begins, before the address of what is found could hold all of it: addresses are kept,
/// by browsers and by what stands before a server. Where no script runs, the browser refuses the whole key.
fn leave_beginning(event: &ev::Event) {
    let Some(field) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
    else {
        return;
    };
    let typed = field.value();
    let kept = KeyFilter::cut(&typed);
    if kept != typed.trim() {
        field.set_value(kept);
    }
}

#[component]
fn Lines(page: FoundKeys, asked: SiteKeysForm, reader: Reader, found: Found) -> impl IntoView {
    let words = use_words();
    let first = (!asked.after.is_empty())
        .then(|| view! { <a class="button" href=link(&asked, "")>{words.first_page}</a> });
    if page.items.is_empty() {
        let none = if asked == SiteKeysForm::default() {
            words.site_keys_none
        } else {
            words.site_keys_none_fit
        };
        return Either::Left(view! {
            <p class="panel__note">{none}</p>
            <div class="panel__row">{first}</div>
        });
    }
    let columns = vec![
        words.site_keys_key,
        words.site_keys_whose,
        words.key_scopes,
        words.key_limits,
        words.site_keys_times,
        words.acts,
    ];
    let rows = page
        .items
        .into_iter()
        .map(|line| view! { <Row line reader found/> })
        .collect_view();
    let next = page.next.map(|next| {
        view! { <a class="button" href=link(&asked, &next) rel="next">{words.next_page}</a> }
    });
    Either::Right(view! {
        <Table label=words.settings_keys columns>{rows}</Table>
        <nav class="panel__row" aria-label=words.next_page>{first} {next}</nav>
    })
}

impl Words {
    /// Whether a key is taken.
    pub fn key_state(&self, state: KeyState) -> &'static str {
        match state {
            KeyState::Active => self.key_state_active,
            KeyState::Expired => self.key_state_expired,
            KeyState::OwnerDisabled => self.key_state_owner_disabled,
        }
    }
}
