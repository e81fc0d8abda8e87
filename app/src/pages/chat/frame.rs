//! What surrounds every conversation.

use leptos::{ev, prelude::*};
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::{use_location, use_query_map},
};
use model::{Asked, ConversationId, Lacking, Session};

use super::new::with_all;
use crate::{
    address::with_query,
    api::{
        conversations::list_conversations,
        generation::{Offer, load_offer},
    },
    browser,
    chat::{
        deleted::DeletedToast,
        ended::EndedToast,
        menus::fold_menus,
        sidebar::{Sidebar, SidebarSwitch, SidebarView},
        swipe::follow_fingers,
    },
    error::AppError,
    habits::InTheDocument,
    language::use_words,
    over::{Over, shortcuts},
    routes::over::OverThePage,
    session::use_session,
    ui::{
        awaited::awaited,
        part_failed::Again,
        step_up::{StepUp, StepUpDialog},
    },
};

/// What *Send* made on the page of a new conversation, for the page that it leads to.
#[derive(Clone, Copy)]
pub struct JustAsked {
    /// The question and its answer, where nothing else needs to be known of the conversation.
    pub asked: StoredValue<Option<Asked>>,
    /// What was typed on while it was on its way.
    pub typed: StoredValue<Option<(ConversationId, String)>>,
    /// Whether one was writing there, with keys that are none of the screen's.
    pub writes: StoredValue<bool>,
}

/// The models on offer, loaded once.
#[derive(Clone, Copy)]
pub struct PageOffer(pub Resource<Result<Offer, AppError>>);

/// Sidebar and outlet for those who are signed in; the others are led to sign in.
///
/// Whatever loads is begun here and not inside a `Suspend`, which runs again as its parts arrive and would load
/// again each time.
#[component]
pub fn Chat() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let sidebar = Sidebar::new();
    provide_context(sidebar);
    list_anew_on_return(sidebar);
    provide_context(StepUp::new());
    provide_context(JustAsked {
        asked: StoredValue::new(None),
        typed: StoredValue::new(None),
        writes: StoredValue::new(false),
    });
    provide_context(PageOffer(Resource::new_blocking(|| (), |()| load_offer())));
    let list = Resource::new_blocking(|| (), |()| list_conversations(None));
    Effect::new(|_| browser::remember_time_zone());
    let over = Over::new();
    provide_context(over);
    shortcuts::listen(over);
    follow_fingers();
    fold_menus();
    // The router would only scroll there.
    let skip = |event: ev::MouseEvent| {
        if browser::focus("main") {
            event.prevent_default();
        }
    };
    view! {
        <a class="skip" href="#main" on:click=skip>{words.skip}</a>
        <SidebarSwitch/>
        <div class="frame">
            <SidebarView session list/>
            <main class="frame__main">
                {awaited(move || async move {
                    let session = session.await.ok()?;
                    let simulated = session
                        .simulated
                        .then(|| view! { <p class="simulated">{words.simulated}</p> });
                    Some(view! {
                        <InTheDocument habits=session.habits/>
                        {simulated}
                    })
                })}
                <Outlet/>
            </main>
        </div>
        <DeletedToast/>
        <EndedToast/>
        <StepUpDialog/>
        <OverThePage/>
        <FirstThings/>
    }
}

/// What was begun, named or deleted on another device, or in another window, is listed when somebody comes back to this one: a conversation
/// that is not open tells nobody.
fn list_anew_on_return(sidebar: Sidebar) {
    Effect::new(move |_| {
        let back = window_event_listener(ev::focus, move |_| sidebar.look_again());
        on_cleanup(move || back.remove());
    });
}

/// Leads those who must do something first to where it is done: to sign in and, from there, back; to the second step of
/// that; to the letter; to the settings of second factors.
#[component]
fn FirstThings() -> impl IntoView {
    let session = use_session();
    let path = use_location().pathname;
    let query = use_query_map();
    awaited(move || {
        let path = match path.get().as_str() {
            "/" => query.with(with_all),
            path => path.to_owned(),
        };
        async move {
            let session = session.await.ok()?;
            first_thing(&session, &path).map(|path| view! { <Redirect path/> })
        }
    })
}

/// Where somebody at `path` must go first.
fn first_thing(session: &Session, path: &str) -> Option<String> {
    if session.account.is_none() {
        let way = if session.awaited.is_empty() {
            "/login"
        } else {
            "/login/factor"
        };
        return Some(if path.contains('?') {
            with_query(way, &[("next", path)])
        } else {
            format!("{way}?next={path}")
        });
    }
    match session.lacking? {
        Lacking::VerifiedEmail => Some("/verify".to_owned()),
        Lacking::SecondFactor => {
            let is_there =
                path.starts_with("/settings/security") || path.starts_with("/settings/confirm");
            (!is_there).then(|| "/settings/security".to_owned())
        }
    }
}

/// The page's subject could not be loaded.
#[component]
pub fn LoadFailed(
    error: AppError,
    /// Loads once more what failed; otherwise the whole page is, as where no scripts run.
    #[prop(optional, into)]
    again: Option<Callback<()>>,
) -> impl IntoView {
    let words = use_words();
    // Whoever is not signed in any more is led there by the page.
    let again = again.filter(|_| error.code != model::FailureCode::SignInNeeded);
    #[cfg(feature = "ssr")]
    if error.code != model::FailureCode::SignInNeeded {
        // The redirect to sign in has a status of its own.
        crate::glue::page_status(error.code);
    }
    view! {
        <section class="empty" id="main">
            <h1>{words.load_failed}</h1>
            <p>{words.failure(error.code)}</p>
            {error.reference.map(|id| view! { <p class="notice__reference">{words.reference(&id)}</p> })}
            <Again again/>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use model::{Account, DisplayName, Email, Factor, UserId};

    use super::*;

    fn somebody(lacking: Option<Lacking>) -> Option<Session> {
        Some(Session {
            account: Some(Account {
                id: UserId::from_uuid(uuid::Uuid::nil()),
                name: DisplayName::parse("Lin").ok()?,
                email: Email::parse("lin@example.com").ok()?,
            }),
            lacking,
            ..Session::default()
        })
    }

    #[test]
    fn whoever_owes_something_is_led_there_from_everywhere_else() {
        let stranger = Some(Session::default());
        let half_in = Some(Session {
            awaited: vec![Factor::Totp],
            ..Session::default()
        });
        let (all_in, unverified, factorless) = (
            somebody(None),
            somebody(Some(Lacking::VerifiedEmail)),
            somebody(Some(Lacking::SecondFactor)),
        );
        for (session, path, expected) in [
            (&stranger, "/c/1", Some("/login?next=/c/1")),
            (
                &stranger,
                "/?share_text=a",
                Some("/login?next=%2F%3Fshare_text%3Da"),
            ),
            (&half_in, "/", Some("/login/factor?next=/")),
            (&all_in, "/settings", None),
            (&unverified, "/settings/security", Some("/verify")),
            (&factorless, "/", Some("/settings/security")),
            (&factorless, "/settings", Some("/settings/security")),
            (&factorless, "/settings/security/totp", None),
            (&factorless, "/settings/confirm", None),
        ] {
            let found = session
                .as_ref()
                .and_then(|session| first_thing(session, path));
            assert_eq!(found.as_deref(), expected, "{path}");
        }
    }
}
