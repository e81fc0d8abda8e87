//! `/settings/appearance`: how one likes the page to be, on every device; theme and language of this browser.

use leptos::{either::EitherOf3, prelude::*, task::spawn_local};
use model::{Density, Habits, Profile, SendKey, Session, TextSize};
use server_fn::ServerFn;

use super::default_model::{self, DefaultModelPanel};
use crate::{
    api::{
        account::load_profile,
        preferences::{SetHabits, set_habits},
    },
    browser::{
        self,
        notices::{self, Allowed},
    },
    chat::preferences::{LanguageForm, ThemeForm},
    language::use_words,
    ui::{area::PageHead, check::Check, loaded::Loaded, select::Select, submission::Submission},
};

/// The page.
#[component]
pub fn AppearancePage() -> impl IntoView {
    let words = use_words();
    let profile = Resource::new_blocking(|| (), |()| load_profile());
    let offered = default_model::load();
    view! {
        <PageHead title=words.appearance/>
        <Loaded
            what=profile
            view=move |profile: Profile, _session: Session| {
                view! {
                    <HabitsForm habits=profile.habits/>
                    <DefaultModelPanel offered/>
                    <section class="panel" aria-labelledby="here-heading">
                        <h2 id="here-heading">{words.appearance_here}</h2>
                        <p class="panel__note">{words.appearance_here_lead}</p>
                        <div class="panel__row"><ThemeForm/></div>
                        <div class="panel__row"><LanguageForm/></div>
                    </section>
                }
            }
        />
    }
}

#[component]
fn HabitsForm(habits: Habits) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let density = RwSignal::new(habits.density.as_str().to_owned());
    let text_size = RwSignal::new(habits.text_size.as_str().to_owned());
    let send_key = RwSignal::new(habits.send_key.as_str().to_owned());
    let letter_keys = RwSignal::new(habits.letter_keys);
    let notify = RwSignal::new(habits.notify);
    let ticked = |checked: RwSignal<bool>| checked.get_untracked().then(|| "true".to_owned());
    let save = submission.on_submit(
        move || {
            set_habits(
                density.get_untracked(),
                text_size.get_untracked(),
                send_key.get_untracked(),
                ticked(letter_keys),
                ticked(notify),
            )
        },
        // The document has them.
        |()| browser::go_to("/settings/appearance?done=1"),
    );
    let option = |name: &str, label: &str| (name.to_owned(), label.to_owned());
    view! {
        <section class="panel" aria-labelledby="habits-heading">
            <h2 id="habits-heading">{words.appearance_everywhere}</h2>
            <form class="form" method="post" action=SetHabits::PATH on:submit=save>
                {submission.view()}
                <Select
                    name="density"
                    label=words.density
                    value=density
                    options=vec![
                        option(Density::Comfortable.as_str(), words.density_comfortable),
                        option(Density::Compact.as_str(), words.density_compact),
                    ]
                />
                <Select
                    name="text_size"
                    label=words.text_size
                    value=text_size
                    options=vec![
                        option(TextSize::Small.as_str(), words.text_size_small),
                        option(TextSize::Usual.as_str(), words.text_size_usual),
                        option(TextSize::Large.as_str(), words.text_size_large),
                        option(TextSize::Largest.as_str(), words.text_size_largest),
                    ]
                />
                <Select
                    name="send_key"
                    label=words.send_key
                    value=send_key
                    options=vec![
                        option(SendKey::Enter.as_str(), words.send_hint),
                        option(SendKey::Command.as_str(), words.send_hint_command),
                    ]
                />
                <Check name="letter_keys" value="true" label=words.letter_keys checked=letter_keys/>
                <Check name="notify" value="true" label=words.notify checked=notify/>
                <NoticesHere notify/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </section>
    }
}

/// Whether this browser shows notices. It is asked when the box is ticked, and otherwise only by the button.
#[component]
fn NoticesHere(notify: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let here = RwSignal::new(None::<Allowed>);
    let ask = move || {
        spawn_local(async move {
            let answer = notices::ask().await;
            here.try_set(Some(answer));
        });
    };
    Effect::new(move |before: Option<bool>| {
        let now = notify.get();
        match before {
            None => here.set(Some(notices::allowed())),
            Some(false) if now => ask(),
            Some(_) => {}
        }
        now
    });
    move || {
        let here = here.get().filter(|_| notify.get())?;
        match here {
            Allowed::Yes => None,
            Allowed::NotAsked => Some(EitherOf3::A(view! {
                <p class="field__hint">{words.notify_not_asked}</p>
                <button class="button" type="button" on:click=move |_| ask()>{words.notify_ask}</button>
            })),
            Allowed::No => Some(EitherOf3::B(
                view! { <p class="field__problem" role="status">{words.notify_denied}</p> },
            )),
            Allowed::Never => Some(EitherOf3::C(
                view! { <p class="field__problem" role="status">{words.notify_never}</p> },
            )),
        }
    }
}
