//! The call log: a line for each call, the newest first.

use leptos::{either::Either, prelude::*};
use model::{CallLine, CallOutcome, Page, UsageBy, UsageSource};

use super::{Place, kept::kept};
use crate::{
    api::usage::UsageForm,
    language::use_words,
    ui::{
        figures::{count, duration, yuan},
        moment::Moment,
        segments::{Segment, Segments},
        table::{Cell, Table},
        text_field::{Kind, TextField},
    },
};

/// A page of the log.
#[component]
pub fn Calls(form: UsageForm, place: Place, page: Page<CallLine>) -> impl IntoView {
    let words = use_words();
    let choice = |label: &str, failed: &str| Segment {
        label: label.to_owned(),
        chosen: form.failed == failed,
        href: UsageForm {
            failed: failed.to_owned(),
            after: String::new(),
            ..form.clone()
        }
        .link(place.path),
    };
    let choices = vec![choice(words.calls_all, ""), choice(words.calls_failed, "1")];
    view! {
        <section class="panel" aria-labelledby="usage-calls">
            <h2 id="usage-calls">{words.calls_title}</h2>
            <div class="panel__row"><Segments label=words.calls_which choices/></div>
            <Period form=form.clone() place/>
            <Lines form=form.clone() place page/>
            <Export form place/>
        </section>
    }
}

/// The days of calls that are listed: a form of the browser's own, so that the address says them and can be kept.
#[component]
fn Period(form: UsageForm, place: Place) -> impl IntoView {
    let words = use_words();
    let clear = form.has_period().then(|| {
        let href = UsageForm {
            from: String::new(),
            to: String::new(),
            after: String::new(),
            ..form.clone()
        }
        .link(place.path);
        view! { <a class="button" href=href>{words.calls_period_clear}</a> }
    });
    let backwards = form
        .is_backwards()
        .then(|| words.error_invalid_period.to_owned());
    let problem = Signal::derive(move || backwards.clone());
    let kept = kept(&form, &["from", "to"]);
    let (from, to) = (RwSignal::new(form.from), RwSignal::new(form.to));
    view! {
        <form class="filters" method="get" action=place.path>
            {kept}
            <TextField name="from" label=words.calls_from kind=Kind::Day value=from/>
            <TextField name="to" label=words.calls_to kind=Kind::Day value=to problem/>
            <button class="button">{words.calls_period}</button>
            {clear}
        </form>
    }
}

#[component]
fn Lines(form: UsageForm, place: Place, page: Page<CallLine>) -> impl IntoView {
    let words = use_words();
    let at = |after: &str| {
        let after = after.to_owned();
        UsageForm {
            after,
            ..form.clone()
        }
        .link(place.path)
    };
    let newest = (!form.after.is_empty())
        .then(|| view! { <a class="button" href=at("")>{words.calls_newest}</a> });
    if page.items.is_empty() {
        return Either::Left(view! {
            <p class="panel__note">{words.calls_none}</p>
            <div class="panel__row">{newest}</div>
        });
    }
    let whose = if place.everybody {
        words.calls_who
    } else {
        words.usage_by_key
    };
    let columns = vec![
        words.calls_when,
        words.usage_by_model,
        whose,
        words.usage_tokens,
        words.usage_cost,
        words.calls_outcome,
    ];
    let lines = page.items.into_iter();
    let lines = lines
        .map(|line| view! { <Line line place/> })
        .collect_view();
    let older = page.next.map(|next| {
        view! { <a class="button" href=at(&next) rel="next">{words.calls_older}</a> }
    });
    Either::Right(view! {
        <Table label=words.calls_title columns>{lines}</Table>
        <nav class="panel__row" aria-label=words.calls_title>{newest} {older}</nav>
    })
}

#[component]
fn Line(line: CallLine, place: Place) -> impl IntoView {
    let words = use_words();
    let call = &line.call;
    let key = words.share_name(
        UsageBy::Key,
        &call.key.map(|id| id.to_string()).unwrap_or_default(),
        &line.key_name,
    );
    let (heading, whose) = if place.everybody {
        let name = words.share_name(UsageBy::User, "", &line.owner_name);
        (
            words.calls_who,
            Either::Left(view! { {name} " " <span class="usage__aside">{key}</span> }),
        )
    } else {
        (words.usage_by_key, Either::Right(key))
    };
    let cost = if call.priced {
        yuan(call.cost)
    } else {
        words.calls_unpriced.to_owned()
    };
    let source = matches!(
        call.usage_source,
        UsageSource::Estimated | UsageSource::Cached
    );
    let source = source.then(|| {
        let source = words.usage_source(call.usage_source);
        view! { <span class="usage__aside">{source}</span> }
    });
    let tokens = call
        .usage
        .input_tokens
        .saturating_add(call.usage.output_tokens);
    let (at, model, operation) = (call.started_at, call.model.clone(), call.operation);
    let outcome = call.outcome;
    let tone = match outcome {
        CallOutcome::Succeeded => None,
        CallOutcome::Cancelled => Some("calm"),
        CallOutcome::Refused | CallOutcome::Failed | CallOutcome::Interrupted => Some("danger"),
    };
    let outcome = match tone {
        Some(tone) => Either::Left(view! {
            <span class="badge" data-tone=tone>{words.call_outcome(outcome)}</span>
        }),
        None => Either::Right(words.call_outcome(outcome)),
    };
    view! {
        <tr>
            <Cell heading=words.calls_when><Moment at/></Cell>
            <Cell heading=words.usage_by_model>
                {model} " " <span class="usage__aside">{words.operation(operation)}</span>
            </Cell>
            <Cell heading>{whose}</Cell>
            <Cell heading=words.usage_tokens>
                <span class="usage__figure">{count(tokens)}</span> " " {source}
            </Cell>
            <Cell heading=words.usage_cost><span class="usage__figure">{cost}</span></Cell>
            <Cell heading=words.calls_outcome>{outcome} " " <Details line/></Cell>
        </tr>
    }
}

/// All that is known of a call.
#[component]
fn Details(line: CallLine) -> impl IntoView {
    let words = use_words();
    let call = line.call;
    let usage = call.usage;
    let label = format!("{} {}", words.calls_more, call.id);
    let number = |label, number: i64| (number > 0).then(|| (label, count(number)));
    let text = |label, text: Option<String>| {
        text.filter(|text| !text.is_empty())
            .map(|text| (label, text))
    };
    let other_model = Some(call.served_model).filter(|served| *served != call.model);
    let facts = [
        Some((
            words.calls_protocol,
            words.protocol(call.protocol).to_owned(),
        )),
        text(words.calls_served_by, other_model),
        number(words.usage_input, usage.input_tokens),
        number(words.usage_cached, usage.cached_tokens),
        number(words.usage_output, usage.output_tokens),
        number(words.usage_reasoning, usage.reasoning_tokens),
        number(words.usage_images, usage.images),
        (usage.media_ms > 0).then(|| (words.usage_media, duration(words, usage.media_ms))),
        number(words.usage_characters, usage.characters),
        Some((
            words.calls_source,
            words.usage_source(call.usage_source).to_owned(),
        )),
        call.first_byte_ms
            .map(|ms| (words.calls_first_byte, duration(words, ms))),
        Some((words.calls_duration, duration(words, call.duration_ms))),
        call.status
            .map(|status| (words.calls_status, status.to_string())),
        text(words.calls_code, call.code),
        text(words.calls_upstream, Some(call.upstream)),
        text(words.calls_request, Some(call.request_id)),
        text(words.calls_upstream_request, call.upstream_request_id),
    ];
    view! {
        <details class="more">
            <summary aria-label=label>{words.calls_more}</summary>
            <dl class="facts">
                {facts
                    .into_iter()
                    .flatten()
                    .map(|(name, text)| view! { <div><dt>{name}</dt><dd>{text}</dd></div> })
                    .collect_view()}
            </dl>
        </details>
    }
}

/// What is filtered, as a file. The browser asks for it by itself, with and without scripts.
#[component]
fn Export(form: UsageForm, place: Place) -> impl IntoView {
    let words = use_words();
    let kept = kept(&form, &["days", "by", "measure"]);
    view! {
        <form method="get" action=place.export>
            {kept}
            <button class="button">{words.calls_export}</button>
        </form>
    }
}
