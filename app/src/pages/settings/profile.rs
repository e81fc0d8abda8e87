//! `/settings`: what one is called, looks like, and how the page speaks to one.

use leptos::{either::Either, prelude::*};
use model::{Profile, Session};
use server_fn::ServerFn;

use crate::{
    api::{
        account::{RemovePicture, UpdateProfile, load_profile, remove_picture, update_profile},
        recovery::{ChangeEmail, change_email},
    },
    browser,
    error::Field,
    language::use_words,
    ui::{
        area::PageHead,
        loaded::Loaded,
        picture::{Picture, PictureUpload},
        select::Select,
        submission::Submission,
        text_field::{Kind, TextField},
        time_zones::TimeZones,
    },
};

/// One's profile.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let words = use_words();
    let profile = Resource::new_blocking(|| (), |()| load_profile());
    view! {
        <PageHead title=words.settings_profile/>
        <Loaded
            what=profile
            view=move |profile: Profile, session: Session| {
                view! {
                    <PictureForms session profile=profile.clone()/>
                    <ProfileForm profile=profile.clone()/>
                    <EmailPanel
                        email=profile.email.as_str().to_owned()
                        awaited=profile.new_email.map(String::from)
                    />
                }
            }
        />
    }
}

/// The picture.
#[component]
fn PictureForms(session: Session, profile: Profile) -> impl IntoView {
    let words = use_words();
    let removal = Submission::new(&[]);
    let has_picture = profile.picture.is_some();
    let id = session.account.map(|account| account.id);
    view! {
        <section class="panel">
            <h2>{words.picture}</h2>
            <div class="panel__picture">
                <Picture user=id name=String::from(profile.name) changed=profile.picture large=true/>
                <PictureUpload action="/account/picture".to_owned()/>
            </div>
            {if has_picture {
                let remove = removal.on_submit(remove_picture, |()| browser::go_to("/settings"));
                Either::Left(view! {
                    <form method="post" action=RemovePicture::PATH on:submit=remove>
                        {removal.view()}
                        <button class="button" aria-busy=removal.busy()>{words.picture_remove}</button>
                    </form>
                })
            } else {
                Either::Right(())
            }}
        </section>
    }
}

#[component]
fn ProfileForm(profile: Profile) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Name, Field::TimeZone]);
    let name = RwSignal::new(String::from(profile.name));
    let language = RwSignal::new(profile.language.unwrap_or_default());
    let theme = RwSignal::new(profile.theme.unwrap_or_default());
    let time_zone = RwSignal::new(profile.time_zone.unwrap_or_default());
    let save = submission.on_submit(
        move || {
            update_profile(
                name.get_untracked(),
                language.get_untracked(),
                theme.get_untracked(),
                time_zone.get_untracked(),
            )
        },
        // Another language is another page.
        |()| browser::go_to("/settings?done=1"),
    );
    view! {
        <section class="panel">
            <h2>{words.settings_profile}</h2>
            <form class="form" method="post" action=UpdateProfile::PATH on:submit=save>
                {submission.view()}
                <TextField
                    name="name"
                    label=words.name
                    kind=Kind::Line("name")
                    value=name
                    problem=submission.problem_of(Field::Name)
                />
                <Select
                    name="language"
                    label=words.language
                    value=language
                    options=vec![
                        (String::new(), words.as_browser.to_owned()),
                        ("zh".to_owned(), "中文".to_owned()),
                        ("en".to_owned(), "English".to_owned()),
                    ]
                />
                <Select
                    name="theme"
                    label=words.theme
                    value=theme
                    options=vec![
                        (String::new(), words.as_chosen_here.to_owned()),
                        ("light".to_owned(), words.theme_light.to_owned()),
                        ("dark".to_owned(), words.theme_dark.to_owned()),
                        ("system".to_owned(), words.theme_system.to_owned()),
                    ]
                />
                <TimeZones value=time_zone problem=submission.problem_of(Field::TimeZone)/>
                <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.save}</button>
            </form>
        </section>
    }
}

/// Another address to sign in with.
#[component]
fn EmailPanel(email: String, awaited: Option<String>) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[Field::Email]);
    let new_email = RwSignal::new(String::new());
    let change = submission.on_submit(move || change_email(new_email.get_untracked()), |()| ());
    view! {
        <section class="panel" aria-labelledby="email-heading">
            <h2 id="email-heading">{words.email_change}</h2>
            <p class="panel__note">{words.email_is(&email)}</p>
            {awaited.map(|awaited| view! { <p class="panel__note">{words.email_waits(&awaited)}</p> })}
            <form class="form" method="post" action=ChangeEmail::PATH on:submit=change>
                {submission.view_as(words.email_change_sent)}
                <TextField
                    name="new_email"
                    label=words.email_new
                    kind=Kind::Email
                    value=new_email
                    problem=submission.problem_of(Field::Email)
                />
                <button class="button" aria-busy=submission.busy()>{words.email_change_button}</button>
            </form>
        </section>
    }
}
