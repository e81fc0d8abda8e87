//! `/admin/usage`: what everybody used and what it cost, by person, model and key.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{Permission, Session};

use crate::{
    admin::subject::{Subject, if_permitted},
    api::usage::{UsageView, load_site_usage},
    language::use_words,
    pages::usage::{Place, Usage, asked},
    session::use_session,
    ui::area::PageHead,
};

const EVERYBODY: Place = Place {
    path: "/admin/usage",
    export: "/admin/usage/export",
    everybody: true,
};

/// Everybody's.
#[component]
pub fn SiteUsagePage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(asked));
    let found = Resource::new_blocking(
        move || asked.get(),
        move |asked| if_permitted(session, Permission::UsageRead, || load_site_usage(asked)),
    );
    view! {
        <Subject
            what=found
            view=move |found: UsageView, _session: Session| {
                view! {
                    <PageHead title=words.usage lead=words.usage_site_lead/>
                    <Usage found form=asked.get_untracked() place=EVERYBODY/>
                }
            }
        />
    }
}
