//! Sharing something by a link: a disclosure with how long it works, and the link once it is made.

use leptos::prelude::*;
use model::{Medium, NewShare, Permission, ShareLife, Shareable, SharedKind};
use server_fn::ServerFn;

use crate::{
    admin::form::sends_quietly,
    api::shares::CreateShare,
    language::{Words, use_words},
    session::use_session,
    ui::{once::Secret, submission::Submission},
};

impl Words {
    /// How long a link works.
    pub fn share_life(&self, life: ShareLife) -> &'static str {
        match life {
            ShareLife::Day => self.share_day,
            ShareLife::Week => self.share_week,
            ShareLife::Month => self.share_month,
            ShareLife::Endless => self.share_endless,
        }
    }

    /// What a link is to.
    pub fn shared_kind(&self, kind: SharedKind) -> &'static str {
        match kind {
            SharedKind::Image => self.one_image,
            SharedKind::Video => self.one_video,
            SharedKind::Speech => self.one_speech,
            SharedKind::Transcript => self.one_transcript,
            SharedKind::Conversation => self.one_conversation,
            SharedKind::File => self.library_file,
        }
    }

    /// What a file is, by what is in it.
    pub fn one_file(&self, medium: Option<Medium>) -> &'static str {
        match medium {
            Some(Medium::Image) => self.one_image,
            Some(Medium::Video) => self.one_video,
            Some(Medium::Audio) => self.one_sound,
            None => self.library_file,
        }
    }
}

/// The disclosure, for who may share. Only below a `Suspense` that has awaited the session.
#[component]
pub fn ShareBox(
    thing: Shareable,
    /// A link was made.
    #[prop(into, optional)]
    done: Option<Callback<()>>,
) -> impl IntoView {
    let words = use_words();
    let session = use_session().get_untracked().and_then(Result::ok);
    let session = session.unwrap_or_default();
    let question = match thing {
        Shareable::Work(_) => words.share_work,
        Shareable::Transcript(_) => words.share_transcript,
        Shareable::Conversation(_) => words.share_conversation,
        Shareable::File(_) => words.share_file,
    };
    session
        .permissions
        .contains(Permission::MediaShare)
        .then(|| view! { <Sharing thing question may_be_endless=session.endless_shares done/> })
}

#[component]
fn Sharing(
    thing: Shareable,
    question: &'static str,
    may_be_endless: bool,
    done: Option<Callback<()>>,
) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let made = RwSignal::new(None::<String>);
    let create = sends_quietly::<CreateShare>(submission, move |new: NewShare| {
        made.try_set(Some(new.link));
        if let Some(done) = done {
            done.try_run(());
        }
    });
    let lives = ShareLife::ALL
        .iter()
        .filter(|life| may_be_endless || **life != ShareLife::Endless)
        .map(|life| {
            let is_usual = *life == ShareLife::Week;
            view! { <option value=life.as_str() selected=is_usual>{words.share_life(*life)}</option> }
        })
        .collect_view();
    // Sending closes the disclosure, so the link stands beneath it.
    view! {
        <div class="share">
            <details class="confirm">
                <summary class="button">{words.share}</summary>
                <div class="confirm__question" data-tone="calm">
                    <p>{question}</p>
                    <form class="panel__row" method="post" action=CreateShare::PATH on:submit=create>
                        <input type="hidden" name="kind" value=thing.kind()/>
                        <input type="hidden" name="id" value=thing.id()/>
                        <select class="field__line" name="life" aria-label=words.share_for>{lives}</select>
                        <button class="button" data-tone="primary" aria-busy=submission.busy()>{words.share_make}</button>
                    </form>
                    {submission.view_as("")}
                    <p class="field__hint"><a href="/settings/shares">{words.shares_all}</a></p>
                </div>
            </details>
            {move || {
                made.get().map(|link| view! { <Secret label=words.share_link secret=link hint=words.share_link_hint/> })
            }}
        </div>
    }
}
