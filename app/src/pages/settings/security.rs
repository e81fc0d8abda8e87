//! `/settings/security`: how one gets in, and where one is in.

mod links;
mod passkeys;
mod password;
mod recovery_codes;
mod sessions;
mod totp;

use leptos::prelude::*;
use model::{Lacking, SecurityOverview, Session, SessionSummary};

use crate::{
    api::{
        account::{ShownOnce, load_sessions, take_shown_once},
        security::load_security,
    },
    error::AppError,
    language::use_words,
    session::use_session,
    ui::{area::PageHead, loaded::Loaded, once::Codes},
};

pub use totp::TotpPage;

/// What the parts of the page share: they load it anew, and show what is shown once.
#[derive(Clone, Copy)]
struct Security {
    overview: Resource<Result<SecurityOverview, AppError>>,
    sessions: Resource<Result<Vec<SessionSummary>, AppError>>,
    codes: RwSignal<Option<Vec<String>>>,
}

/// The page.
#[component]
pub fn SecurityPage() -> impl IntoView {
    let words = use_words();
    let security = Security {
        overview: Resource::new_blocking(|| (), |()| load_security()),
        sessions: Resource::new_blocking(|| (), |()| load_sessions()),
        codes: RwSignal::new(None),
    };
    provide_context(security);
    view! {
        <PageHead title=words.settings_security/>
        <OwedFactor/>
        <NewCodes/>
        <Loaded
            what=security.overview
            view=move |overview: SecurityOverview, session: Session| {
                let has_factor = overview.totp || !overview.passkeys.is_empty();
                view! {
                    <FreshFirst fresh=overview.fresh/>
                    <password::PasswordPanel
                        has_password=overview.has_password
                        account=session.account.clone()
                    />
                    <totp::TotpPanel is_on=overview.totp/>
                    <passkeys::PasskeysPanel passkeys=overview.passkeys/>
                    {has_factor
                        .then(|| view! { <recovery_codes::RecoveryPanel left=overview.recovery_codes/> })}
                    <links::LinksPanel linked=overview.linked providers=session.providers/>
                }
            }
        />
        <sessions::SessionsPanel/>
    }
}

/// Why one is here and nowhere else.
#[component]
fn OwedFactor() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let lacking = session.await.unwrap_or_default().lacking;
                (lacking == Some(Lacking::SecondFactor))
                    .then(|| view! { <p class="notice" role="status">{words.lacking_factor}</p> })
            })}
        </Suspense>
    }
}

/// Without scripts nothing can be asked between a form and its answer, so the proof comes first.
#[component]
pub fn FreshFirst(fresh: bool) -> impl IntoView {
    let words = use_words();
    let path = leptos_router::hooks::use_location().pathname;
    (!fresh).then(|| {
        let confirm = format!("/settings/confirm?next={}", path.get_untracked());
        view! {
            <p class="notice" data-needs="no-script">
                {words.confirm_first} " " <a href=confirm>{words.confirm_first_link}</a>
            </p>
        }
    })
}

/// Recovery codes, when there are new ones: from a script's answer, or from the form before this page.
#[component]
fn NewCodes() -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let once = Resource::new_blocking(|| (), |()| take_shown_once());
    let shown = move |codes: Vec<String>| {
        view! {
            <Codes codes/>
            <a class="button" href="/settings/security" rel="external">{words.recovery_kept}</a>
        }
    };
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match once.await {
                    Ok(Some(ShownOnce::RecoveryCodes(codes))) => Some(shown(codes)),
                    Ok(Some(ShownOnce::ApiKey(_) | ShownOnce::Link(_)) | None) | Err(_) => None,
                }
            })}
        </Suspense>
        {move || security.codes.get().map(shown)}
    }
}
