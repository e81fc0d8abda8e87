//! Who or what used most.

use leptos::{either::Either, prelude::*};
use model::{UsageBy, UsageShare, UsageSum};

use super::Place;
use crate::{
    api::usage::{Measure, UsageForm},
    language::use_words,
    ui::{
        figures::{count, percent, tenths, yuan},
        table::{Cell, Table},
    },
};

/// The largest shares, each with what it is of the whole.
#[component]
pub fn Shares(
    form: UsageForm,
    place: Place,
    total: UsageSum,
    shares: Vec<UsageShare>,
) -> impl IntoView {
    let words = use_words();
    let (by, measure) = (form.by(place.everybody), form.measure());
    let heading = words.usage_largest(words.told_apart_by(by));
    let columns = vec![
        words.told_apart_by(by),
        words.usage_share,
        words.usage_cost,
        words.usage_calls,
        words.usage_tokens,
    ];
    let rows = shares.into_iter().map(|share| {
        let name = words.share_name(by, &share.id, &share.name);
        let href = narrowed(&form, by, &share.id).map(|form| form.link(place.path));
        let name = match href {
            Some(href) => Either::Left(view! { <a href=href>{name}</a> }),
            None => Either::Right(name),
        };
        let sum = share.sum;
        let failed = (sum.failures > 0).then(|| {
            let failed = words.usage_failed_of(&count(sum.failures));
            view! { <span class="usage__aside">{failed}</span> }
        });
        view! {
            <tr>
                <Cell heading=words.told_apart_by(by)>{name}</Cell>
                <Cell heading=words.usage_share><Bar measure sum total/></Cell>
                <Cell heading=words.usage_cost><span class="usage__figure">{yuan(sum.cost)}</span></Cell>
                <Cell heading=words.usage_calls>
                    <span class="usage__figure">{count(sum.calls)}</span> " " {failed}
                </Cell>
                <Cell heading=words.usage_tokens>
                    <span class="usage__figure">{count(sum.tokens())}</span>
                </Cell>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel" aria-labelledby="usage-shares">
            <h2 id="usage-shares">{heading.clone()}</h2>
            <Table label=heading columns>{rows}</Table>
        </section>
    }
}

/// The page about that share alone; calls without a key can't be asked for.
fn narrowed(form: &UsageForm, by: UsageBy, id: &str) -> Option<UsageForm> {
    let mut narrowed = UsageForm {
        after: String::new(),
        ..form.clone()
    };
    let filter = match by {
        UsageBy::Model => &mut narrowed.model,
        UsageBy::Key => &mut narrowed.key,
        UsageBy::User => {
            UsageBy::Model.as_str().clone_into(&mut narrowed.by);
            &mut narrowed.person
        }
    };
    id.clone_into(filter);
    (!id.is_empty()).then_some(narrowed)
}

/// What it is of the whole, as a bar and in per cent.
#[component]
fn Bar(measure: Measure, sum: UsageSum, total: UsageSum) -> impl IntoView {
    let (part, whole) = (measure.of(&sum), measure.of(&total));
    view! {
        <span class="bar">
            <svg class="bar__drawing" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="bar__whole" width="1000" height="10"/>
                <rect class="bar__part" width=tenths(part, whole) height="10"/>
            </svg>
            <span class="bar__percent">{percent(part, whole)}</span>
        </span>
    }
}
