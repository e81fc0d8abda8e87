//! `/admin/ratings`: what people think of answers, by model and one by one; nothing of what was asked and answered.

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{Permission, RatingLine, RatingSum, Ratings, Session};

use crate::{
    address::with_query,
    admin::subject::{Subject, if_permitted},
    api::ratings::load_ratings,
    language::use_words,
    session::use_session,
    ui::{
        area::PageHead,
        moment::Moment,
        table::{Cell, Table},
        visible::visible,
    },
};

const PATH: &str = "/admin/ratings";

/// Sums and ratings.
#[component]
pub fn RatingsPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let query = use_query_map();
    let after = Memo::new(move |_| {
        query.with(|query| query.get_str("after").unwrap_or_default().to_owned())
    });
    let found = Resource::new_blocking(
        move || after.get(),
        move |after| if_permitted(session, Permission::UsageRead, || load_ratings(after)),
    );
    view! {
        <Subject
            what=found
            view=move |ratings: Ratings, _session: Session| {
                let is_first = after.with_untracked(String::is_empty);
                view! {
                    <PageHead title=words.ratings lead=words.ratings_lead/>
                    <Sums sums=ratings.sums/>
                    <Lines items=ratings.page.items next=ratings.page.next is_first/>
                }
            }
        />
    }
}

#[component]
fn Sums(sums: Vec<RatingSum>) -> impl IntoView {
    let words = use_words();
    (!sums.is_empty()).then(|| {
        let columns = vec![words.model, words.rate_good, words.rate_bad];
        let row = |sum: RatingSum| {
            view! {
                <tr>
                    <Cell heading=words.model>{model_name(sum.model)}</Cell>
                    <Cell heading=words.rate_good>{sum.good}</Cell>
                    <Cell heading=words.rate_bad>{sum.bad}</Cell>
                </tr>
            }
        };
        let rows = sums.into_iter().map(row).collect_view();
        view! {
            <section class="panel" aria-labelledby="rating-sums">
                <h2 id="rating-sums">{words.ratings_sums}</h2>
                <Table label=words.ratings_sums columns>{rows}</Table>
            </section>
        }
    })
}

#[component]
fn Lines(items: Vec<RatingLine>, next: Option<String>, is_first: bool) -> impl IntoView {
    let words = use_words();
    if items.is_empty() && is_first {
        return Either::Left(view! { <p class="panel__note">{words.ratings_none}</p> });
    }
    let columns = vec![
        words.rating_when,
        words.rating_opinion,
        words.model,
        words.rating_comment_label,
    ];
    let row = |line: RatingLine| {
        let opinion = if line.rating.good {
            words.rate_good
        } else {
            words.rate_bad
        };
        view! {
            <tr>
                <Cell heading=words.rating_when><Moment at=line.at/></Cell>
                <Cell heading=words.rating_opinion>{opinion}</Cell>
                <Cell heading=words.model>{model_name(line.model)}</Cell>
                <Cell heading=words.rating_comment_label>
                    <span class="rate__said">{visible(line.rating.comment)}</span>
                </Cell>
            </tr>
        }
    };
    let rows = items.into_iter().map(row).collect_view();
    let next = next.map(|next| {
        let link = with_query(PATH, &[("after", &next)]);
        view! { <a class="button" href=link rel="next">{words.next_page}</a> }
    });
    let first = (!is_first).then(|| view! { <a class="button" href=PATH>{words.first_page}</a> });
    Either::Right(view! {
        <Table label=words.ratings columns>{rows}</Table>
        <div class="panel__row">{first} {next}</div>
    })
}

fn model_name(model: Option<model::ModelName>) -> String {
    model.map_or_else(|| "—".to_owned(), String::from)
}
