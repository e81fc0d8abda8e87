//! `/settings/shares`: one's links to what is shared, and taking them back. With a conversation or a file in the query, a link to it is
//! made here.

mod file;

use leptos::{
    either::{Either, EitherOf4},
    prelude::*,
};
use leptos_router::hooks::use_query_map;
use model::{ConversationId, Page, Session, Share, SharePreview, Shareable};
use server_fn::ServerFn;

use crate::{
    address::with_query,
    admin::form::sends_quietly,
    api::{
        account::{ShownOnce, take_shown_once},
        shares::{RefreshShare, RevokeShare, load_shares, preview_share},
    },
    error::AppError,
    language::{use_language, use_words},
    ui::{
        area::PageHead,
        confirm::Confirm,
        loaded::Loaded,
        moment::Moment,
        once::Secret,
        submission::Submission,
        table::{Cell, Table},
    },
    works::share::ShareBox,
};
use file::FileToShare;

type FoundShares = Page<Share>;
type Found = Resource<Result<FoundShares, AppError>>;

/// A conversation that a link is to be made to, and what it would show.
type Previewed = Option<(ConversationId, SharePreview)>;

/// The links, and the one that a plain form has just made.
#[component]
pub fn SharesPage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let after = Memo::new(move |_| {
        query.with(|query| query.get_str("after").unwrap_or_default().to_owned())
    });
    let found: Found = Resource::new_blocking(move || after.get(), load_shares);
    let once = Resource::new_blocking(|| (), |()| take_shown_once());
    let conversation = Memo::new(move |_| {
        query.with(|query| {
            query
                .get_str("conversation")?
                .parse::<ConversationId>()
                .ok()
        })
    });
    let preview = Resource::new_blocking(
        move || conversation.get(),
        |id| async move {
            match id {
                Some(id) => Ok(Some((id, preview_share(id.to_string()).await?))),
                None => Ok::<_, AppError>(None),
            }
        },
    );
    view! {
        <PageHead title=words.shares lead=words.shares_lead/>
        <Suspense>
            {move || Suspend::new(async move {
                match once.await {
                    Ok(Some(ShownOnce::Link(link))) => {
                        Some(view! { <Secret label=words.share_link secret=link hint=words.share_link_hint/> })
                    }
                    Ok(_) | Err(_) => None,
                }
            })}
        </Suspense>
        <Loaded
            what=preview
            view=move |preview: Previewed, _session: Session| {
                preview.map(|(id, preview)| view! { <NewLink id preview found/> })
            }
        />
        <FileToShare found/>
        <Loaded
            what=found
            view=move |page: FoundShares, _session: Session| {
                let is_first = after.get_untracked().is_empty();
                view! { <Links page is_first found/> }
            }
        />
    }
}

/// What a link to a conversation would show, and making one.
#[component]
fn NewLink(id: ConversationId, preview: SharePreview, found: Found) -> impl IntoView {
    let words = use_words();
    let language = use_language().name();
    let look = with_query(&format!("/c/{id}/print"), &[("language", language)]);
    view! {
        <section class="panel" aria-labelledby="new-link">
            <h2 id="new-link">{words.share_conversation_title(&preview.title)}</h2>
            <p class="panel__note">
                {words.share_conversation_count(&preview.messages.to_string())} " "
                <a href=look target="_blank" rel="external noopener">{words.share_look}</a>
            </p>
            <ShareBox thing=Shareable::Conversation(id) done=move || found.refetch()/>
        </section>
    }
}

#[component]
fn Links(page: FoundShares, is_first: bool, found: Found) -> impl IntoView {
    let words = use_words();
    let first = (!is_first)
        .then(|| view! { <a class="button" href="/settings/shares">{words.first_page}</a> });
    if page.items.is_empty() {
        return Either::Left(view! {
            <p class="panel__note">{words.shares_none}</p>
            {first}
        });
    }
    let columns = vec![
        words.share_what,
        words.share_made,
        words.share_until,
        words.acts,
    ];
    let rows = page
        .items
        .into_iter()
        .map(|share| view! { <Row share found/> })
        .collect_view();
    let next = page.next.map(|next| {
        let link = with_query("/settings/shares", &[("after", &next)]);
        view! { <a class="button" href=link rel="next">{words.next_page}</a> }
    });
    Either::Right(view! {
        <Table label=words.shares columns>{rows}</Table>
        <div class="panel__row">{first} {next}</div>
    })
}

#[component]
fn Row(share: Share, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let revoke = sends_quietly::<RevokeShare>(submission, move |()| found.refetch());
    let title = share.title.clone();
    let what = match share.thing {
        Shareable::Work(_) => EitherOf4::A(title),
        Shareable::Transcript(id) => {
            EitherOf4::B(view! { <a href=format!("/transcripts/{id}")>{title}</a> })
        }
        Shareable::Conversation(id) => {
            EitherOf4::C(view! { <a href=format!("/c/{id}")>{title}</a> })
        }
        Shareable::File(id) => {
            EitherOf4::D(view! { <a href=format!("/files/{id}") rel="external">{title}</a> })
        }
    };
    let refreshing = Submission::new(&[]);
    let refresh = sends_quietly::<RefreshShare>(refreshing, move |()| found.refetch());
    let id = share.id.to_string();
    let as_of = share.taken_at.map(|at| {
        view! {
            <form class="panel__row" method="post" action=RefreshShare::PATH on:submit=refresh>
                <input type="hidden" name="id" value=id/>
                <span class="share__as-of">{words.share_as_of} " " <Moment at/></span>
                <button
                    class="button"
                    aria-busy=refreshing.busy()
                    aria-label=format!("{}: {}", words.share_refresh, share.title)
                >
                    {words.share_refresh}
                </button>
                {refreshing.view_as(words.share_refreshed)}
            </form>
        }
    });
    let until = match share.expires_at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(words.share_endless),
    };
    view! {
        <tr>
            <Cell heading=words.share_what>
                <span class="badge" data-tone="calm">{words.shared_kind(share.medium)}</span>
                <span class="share__title">{what}</span>
                {as_of}
            </Cell>
            <Cell heading=words.share_made><Moment at=share.created_at/></Cell>
            <Cell heading=words.share_until>{until}</Cell>
            <Cell heading=words.acts>
                <Confirm label=words.share_revoke of=share.title question=words.share_revoke_question>
                    <form method="post" action=RevokeShare::PATH on:submit=revoke>
                        <input type="hidden" name="id" value=share.id.to_string()/>
                        {submission.view()}
                        <button class="button" data-tone="danger" aria-busy=submission.busy()>
                            {words.share_revoke}
                        </button>
                    </form>
                </Confirm>
            </Cell>
        </tr>
    }
}
