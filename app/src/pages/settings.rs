//! `/settings`: everything around one's own account. `/usage` and `/playground` stand in the same frame.

mod appearance;
pub mod confirm;
mod default_model;
mod import;
mod instructions;
mod keys;
mod memory;
mod privacy;
mod profile;
mod security;
mod shares;

use leptos::prelude::*;
use leptos_router::components::Outlet;
use model::{Permission, Session};

pub use appearance::AppearancePage;
pub use confirm::ConfirmPage;
pub use import::ImportPage;
pub use instructions::InstructionsPage;
pub use keys::{KeyPage, KeysPage};
pub use memory::MemoryPage;
pub use privacy::PrivacyPage;
pub use profile::ProfilePage;
pub use security::{FreshFirst, SecurityPage, TotpPage};
pub use shares::SharesPage;

use crate::{
    language::{Words, use_words},
    ui::area::{Area, AreaPage},
};

/// The frame of the settings.
#[component]
pub fn Settings() -> impl IntoView {
    let words = use_words();
    view! {
        <Area title=words.settings pages>
            <Outlet/>
        </Area>
    }
}

/// Those of its pages that the reader may see.
pub fn pages(words: &'static Words, session: &Session) -> Vec<AreaPage> {
    let page = |path, label| AreaPage { path, label };
    let mut pages = vec![
        page("/settings", words.settings_profile),
        page("/settings/appearance", words.appearance),
        page("/settings/security", words.settings_security),
        page("/settings/instructions", words.instructions),
        page("/settings/memory", words.memory),
    ];
    if session.permissions.contains(Permission::ApiKeysUse) {
        pages.push(page("/settings/keys", words.settings_keys));
    }
    if session.permissions.contains(Permission::GatewayUse) {
        pages.push(page("/playground", words.playground));
    }
    if session.permissions.contains(Permission::MediaShare) {
        pages.push(page("/settings/shares", words.shares));
    }
    if session.permissions.contains(Permission::ChatUse) {
        pages.push(page("/settings/import", words.import));
    }
    pages.push(page("/usage", words.usage));
    pages.push(page("/settings/privacy", words.settings_privacy));
    pages
}
