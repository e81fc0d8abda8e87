//! `/settings/shares`: one's links to what is shared, and taking them back.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{Page, Session, Share, Shareable};
use server_fn::ServerFn;

use crate::{
    address::with_query,
    admin::form::sends_quietly,
    api::{
        account::{ShownOnce, take_shown_once},
        shares::{RevokeShare, load_shares},
    },
    error::AppError,
    language::use_words,
    ui::{
        area::PageHead,
        confirm::Confirm,
        loaded::Loaded,
        moment::Moment,
        once::Secret,
        submission::Submission,
        table::{Cell, Table},
    },
};

type FoundShares = Page<Share>;
type Found = Resource<Result<FoundShares, AppError>>;

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
            what=found
            view=move |page: FoundShares, _session: Session| {
                let is_first = after.get_untracked().is_empty();
                view! { <Links page is_first found/> }
            }
        />
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
    let what = match share.thing {
        Shareable::Work(_) => Either::Left(share.title.clone()),
        Shareable::Transcript(id) => {
            Either::Right(view! { <a href=format!("/transcripts/{id}")>{share.title.clone()}</a> })
        }
    };
    let until = match share.expires_at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(words.share_endless),
    };
    view! {
        <tr>
            <Cell heading=words.share_what>
                <span class="badge" data-tone="calm">{words.one_work(share.medium)}</span>
                <span class="share__title">{what}</span>
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
