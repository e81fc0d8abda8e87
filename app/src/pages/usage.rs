//! `/usage`: what one used and what it cost, by day, model and key, and each call. Administrators see the same of everybody.

mod calls;
mod filters;
mod first_call;
mod kept;
mod shares;
mod tiles;
mod words;

use leptos::{either::Either, prelude::*};
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use model::{Session, UsageBy};

use crate::{
    api::usage::{Measure, UsageForm, UsageView, load_usage},
    language::{Words, use_words},
    ui::{
        area::PageHead,
        chart::{Chart, ChartView},
        loaded::Loaded,
        segments::{Segment, Segments},
        skeleton::Shape,
    },
};
use calls::Calls;
use filters::Filters;
use first_call::FirstCall;
use shares::Shares;
use tiles::Tiles;

/// Whose usage a page shows, and where it is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The page's path.
    pub path: &'static str,
    /// Where its calls are had as a file.
    pub export: &'static str,
    /// Whether it is about everybody.
    pub everybody: bool,
}

const OWN: Place = Place {
    path: "/usage",
    export: "/usage/export",
    everybody: false,
};

/// One's own.
#[component]
pub fn UsagePage() -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(asked));
    let found = Resource::new_blocking(move || asked.get(), load_usage);
    view! {
        <PageHead title=words.usage lead=words.usage_lead/>
        <Loaded
            what=found
            shape=Shape::Chart
            view=move |found: UsageView, _session: Session| {
                view! { <Usage found form=asked.get_untracked() place=OWN/> }
            }
        />
    }
}

/// What the page's address asks for.
pub fn asked(query: &ParamsMap) -> UsageForm {
    let text = |name| query.get_str(name).unwrap_or_default().to_owned();
    UsageForm {
        days: text("days"),
        by: text("by"),
        measure: text("measure"),
        key: text("key"),
        model: text("model"),
        person: text("person"),
        failed: text("failed"),
        from: text("from"),
        to: text("to"),
        after: text("after"),
    }
}

/// All of it, under the heading.
#[component]
pub fn Usage(found: UsageView, form: UsageForm, place: Place) -> impl IntoView {
    let UsageView {
        total,
        shares,
        chart,
        choices,
        calls,
        origin,
    } = found;
    let is_unused = total.calls == 0 && calls.items.is_empty() && !form.is_narrowed();
    let is_whole = form.after.is_empty() && !form.is_failed() && !form.has_period();
    if is_unused && !place.everybody && is_whole {
        return Either::Left(view! { <FirstCall origin/> });
    }
    let is_drawn = total.calls > 0;
    Either::Right(view! {
        <Days form=form.clone() place/>
        <Filters form=form.clone() place choices=choices.clone() calls=calls.items.clone()/>
        <Tiles total/>
        {if is_drawn {
            Either::Left(view! {
                <Drawing form=form.clone() place chart/>
                <Shares form=form.clone() place total shares/>
            })
        } else {
            Either::Right(view! { <NothingUsed/> })
        }}
        <Calls form place page=calls/>
    })
}

#[component]
fn NothingUsed() -> impl IntoView {
    let words = use_words();
    view! { <p class="panel__note">{words.usage_none}</p> }
}

/// How many days are shown.
#[component]
fn Days(form: UsageForm, place: Place) -> impl IntoView {
    let words = use_words();
    let choices = UsageForm::DAYS.map(|days| Segment {
        label: words.usage_days(&days.to_string()),
        chosen: form.days() == days,
        href: UsageForm {
            days: days.to_string(),
            after: String::new(),
            ..form.clone()
        }
        .link(place.path),
    });
    view! {
        <div class="panel__row">
            <Segments label=words.usage_span choices=Vec::from(choices)/>
        </div>
    }
}

/// The columns by day, and what is drawn of what.
#[component]
fn Drawing(form: UsageForm, place: Place, chart: Chart) -> impl IntoView {
    let words = use_words();
    let (by, measure) = (form.by(place.everybody), form.measure());
    let title = words.usage_by_day(words.measure(measure), words.told_apart_by(by));
    let measures = Measure::ALL.map(|choice| Segment {
        label: words.measure(choice).to_owned(),
        chosen: choice == measure,
        href: UsageForm {
            measure: choice.name().to_owned(),
            ..form.clone()
        }
        .link(place.path),
    });
    let apart = apart(words, &form, place);
    view! {
        <section class="panel" aria-labelledby="usage-chart">
            <h2 id="usage-chart">{title.clone()}</h2>
            <div class="panel__row">
                <Segments label=words.usage_measure choices=Vec::from(measures)/>
                <Segments label=words.usage_apart choices=apart/>
            </div>
            <ChartView chart title/>
        </section>
    }
}

/// What shares are told apart by: of one's own the person is known.
fn apart(words: &Words, form: &UsageForm, place: Place) -> Vec<Segment> {
    let all = [UsageBy::User, UsageBy::Model, UsageBy::Key];
    let offered = all
        .into_iter()
        .filter(|by| place.everybody || *by != UsageBy::User);
    offered
        .map(|by| Segment {
            label: words.told_apart_by(by).to_owned(),
            chosen: form.by(place.everybody) == by,
            href: UsageForm {
                by: by.as_str().to_owned(),
                ..form.clone()
            }
            .link(place.path),
        })
        .collect()
}
