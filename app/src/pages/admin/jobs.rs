//! `/admin/jobs`: what is being made for whom, what waits, and what failed. Never what was wished for.

use std::time::Duration;

use leptos::{either::Either, prelude::*};
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use model::{JobKind, JobLine, JobState, Page, Permission, Session};
use server_fn::ServerFn;

use crate::{
    address::with_query,
    admin::{
        filters::or_all,
        form::sends,
        subject::{Subject, if_permitted},
    },
    api::jobs::{DoJobAgain, JobsForm, JobsView, PutJobFirst, StopJob, load_jobs},
    browser,
    error::AppError,
    language::{Words, use_words},
    session::use_session,
    ui::{
        area::PageHead,
        confirm::Confirm,
        figures::yuan,
        moment::Moment,
        select::Select,
        submission::Submission,
        table::{Cell, Table},
    },
};

type Found = Resource<Result<JobsView, AppError>>;

const PATH: &str = "/admin/jobs";

/// So often it is looked whether jobs have come on.
const EVERY: Duration = Duration::from_secs(10);

/// Everybody's jobs.
#[component]
pub fn JobsPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(asked));
    let found: Found = Resource::new_blocking(
        move || asked.get(),
        move |asked| if_permitted(session, Permission::JobsRead, || load_jobs(asked)),
    );
    refresh(found);
    view! {
        <Subject
            what=found
            view=move |view: JobsView, session: Session| {
                let can_stop = session.permissions.contains(Permission::JobsWrite);
                let asked = asked.get_untracked();
                // Whose alone they are is else to be seen in the address only.
                let owner = view.lines.items.first().map(|line| line.owner_name.clone());
                let theirs = owner.filter(|_| !asked.person.is_empty()).map(|name| {
                    view! { <p class="panel__note">{words.usage_only_theirs(&name)}</p> }
                });
                view! {
                    <PageHead title=words.jobs lead=words.jobs_lead/>
                    {theirs}
                    <p role="status">
                        {words.jobs_unfinished(&view.running.to_string(), &view.waiting.to_string())}
                    </p>
                    <Filters asked=asked.clone()/>
                    <Lines page=view.lines asked can_stop found/>
                }
            }
        />
    }
}

/// Loads them anew every few seconds while some are unfinished and somebody looks, but not under the hands of who is about to press something.
fn refresh(found: Found) {
    Effect::new(move |_| {
        let again = move || {
            let loaded = found.try_get_untracked().flatten();
            let goes_on = matches!(&loaded, Some(Ok(view)) if view.running + view.waiting > 0);
            let is_in_use = browser::has("details.confirm[open]")
                || browser::has_keyboard("#main form *, #main summary");
            if goes_on && !is_in_use && !browser::is_hidden() {
                found.refetch();
            }
        };
        if let Ok(timer) = set_interval_with_handle(again, EVERY) {
            on_cleanup(move || timer.clear());
        }
    });
}

fn asked(query: &ParamsMap) -> JobsForm {
    let text = |name| query.get_str(name).unwrap_or_default().to_owned();
    JobsForm {
        state: text("state"),
        kind: text("kind"),
        person: text("person"),
        after: text("after"),
    }
}

fn link(asked: &JobsForm, after: &str) -> String {
    with_query(
        PATH,
        &[
            ("state", &asked.state),
            ("kind", &asked.kind),
            ("person", &asked.person),
            ("after", after),
        ],
    )
}

#[component]
fn Filters(asked: JobsForm) -> impl IntoView {
    let words = use_words();
    let value = RwSignal::new;
    let is_filtered = asked != JobsForm::default();
    let state = |state: &JobState| {
        (
            state.as_str().to_owned(),
            words.job_state(*state).to_owned(),
        )
    };
    let states = or_all(words, JobState::ALL.iter().map(state));
    let kind = |kind: &JobKind| (kind.as_str().to_owned(), words.job_kind(*kind).to_owned());
    let kinds = or_all(words, JobKind::ALL.iter().map(kind));
    view! {
        <form class="filters" method="get" action=PATH role="search">
            <Select name="state" label=words.jobs_state value=value(asked.state) options=states/>
            <Select name="kind" label=words.jobs_kind value=value(asked.kind) options=kinds/>
            <input type="hidden" name="person" value=asked.person/>
            <button class="button">{words.filter}</button>
            {is_filtered.then(|| view! { <a class="button" href=PATH>{words.filter_clear}</a> })}
        </form>
    }
}

#[component]
fn Lines(page: Page<JobLine>, asked: JobsForm, can_stop: bool, found: Found) -> impl IntoView {
    let words = use_words();
    let first = (!asked.after.is_empty())
        .then(|| view! { <a class="button" href=link(&asked, "")>{words.first_page}</a> });
    if page.items.is_empty() {
        return Either::Left(view! {
            <p class="panel__note">{words.jobs_none}</p>
            <div class="panel__row">{first}</div>
        });
    }
    let mut columns = vec![
        words.jobs_when,
        words.jobs_whose,
        words.jobs_what,
        words.jobs_state,
        words.jobs_cost,
    ];
    if can_stop {
        columns.push(words.acts);
    }
    let rows = page
        .items
        .into_iter()
        .map(|line| view! { <Line line can_stop found/> })
        .collect_view();
    let next = page.next.map(|next| {
        view! { <a class="button" href=link(&asked, &next) rel="next">{words.next_page}</a> }
    });
    Either::Right(view! {
        <Table label=words.jobs columns>{rows}</Table>
        <div class="panel__row">{first} {next}</div>
    })
}

#[component]
fn Line(line: JobLine, can_stop: bool, found: Found) -> impl IntoView {
    let words = use_words();
    let tone = match line.state {
        JobState::Failed => "danger",
        JobState::Queued | JobState::Running => "accent",
        JobState::Succeeded | JobState::Cancelled => "calm",
    };
    let theirs = with_query(PATH, &[("person", &line.owner.to_string())]);
    let why = line.failure.as_ref().map(|failure| {
        let upstream = failure.upstream_code.clone();
        view! {
            <span class="panel__note">{words.failure(failure.code)}</span>
            {upstream.map(|code| view! { " " <code>{code}</code> })}
        }
    });
    let again = (line.attempts > 1).then(|| words.jobs_attempts(&line.attempts.to_string()));
    let act = can_stop.then(|| {
        let stop = (!line.state.is_final()).then(|| {
            let id = line.id.to_string();
            view! { <Stop id of=line.owner_name.clone() found/> }
        });
        let first = (line.state == JobState::Queued).then(|| {
            let id = line.id.to_string();
            view! { <First id of=line.owner_name.clone() is_first=line.first found/> }
        });
        let once_more = (line.state == JobState::Failed).then(|| {
            let id = line.id.to_string();
            view! { <Again id of=line.owner_name.clone() found/> }
        });
        view! { <Cell heading=words.acts><div class="panel__row">{first} {stop} {once_more}</div></Cell> }
    });
    let is_first = (line.first && line.state == JobState::Queued).then(|| {
        view! { " " <span class="badge" data-tone="accent" title=words.jobs_put_first_hint>{words.jobs_is_first}</span> }
    });
    view! {
        <tr>
            <Cell heading=words.jobs_when><Moment at=line.created_at/></Cell>
            <Cell heading=words.jobs_whose>
                <a href=theirs title=words.jobs_only_theirs>{line.owner_name}</a>
            </Cell>
            <Cell heading=words.jobs_what>{words.job_kind(line.kind)} " " <code>{line.model}</code></Cell>
            <Cell heading=words.jobs_state>
                <span class="badge" data-tone=tone>{words.job_state(line.state)}</span>
                {is_first}
                " "
                {why}
                {again}
            </Cell>
            <Cell heading=words.jobs_cost>
                <span class="usage__figure">{line.cost.map_or_else(|| "—".to_owned(), yuan)}</span>
            </Cell>
            {act}
        </tr>
    }
}

/// Puts a job that waits before all others, or back among them.
#[component]
fn First(id: String, of: String, is_first: bool, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let put = sends::<PutJobFirst>(submission, move |()| found.refetch());
    let (label, first, hint) = if is_first {
        (words.jobs_put_back, "", None)
    } else {
        (words.jobs_put_first, "1", Some(words.jobs_put_first_hint))
    };
    view! {
        <form method="post" action=PutJobFirst::PATH on:submit=put>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="first" value=first/>
            <button class="button" title=hint aria-label=format!("{label}: {of}") aria-busy=submission.busy()>{label}</button>
            {submission.view_as("")}
        </form>
    }
}

#[component]
fn Stop(id: String, of: String, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let stop = sends::<StopJob>(submission, move |()| found.refetch());
    view! {
        <Confirm label=words.stop of question=words.jobs_stop_question>
            <form method="post" action=StopJob::PATH on:submit=stop>
                <input type="hidden" name="id" value=id/>
                {submission.view()}
                <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.stop}</button>
            </form>
        </Confirm>
    }
}

/// Has a job that failed done once more.
#[component]
fn Again(id: String, of: String, found: Found) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let again = sends::<DoJobAgain>(submission, move |()| found.refetch());
    view! {
        <Confirm label=words.try_again of question=words.jobs_again_question>
            <form method="post" action=DoJobAgain::PATH on:submit=again>
                <input type="hidden" name="id" value=id/>
                {submission.view()}
                <button class="button" aria-busy=submission.busy()>{words.try_again}</button>
            </form>
        </Confirm>
    }
}

impl Words {
    /// Where a job is in its life.
    pub fn job_state(&self, state: JobState) -> &'static str {
        match state {
            JobState::Queued => self.job_queued,
            JobState::Running => self.job_running,
            JobState::Succeeded => self.job_succeeded,
            JobState::Failed => self.job_failed,
            JobState::Cancelled => self.job_cancelled,
        }
    }

    /// What a job makes.
    pub fn job_kind(&self, kind: JobKind) -> &'static str {
        match kind {
            JobKind::Image => self.job_kind_image,
            JobKind::Video => self.job_kind_video,
            JobKind::Speech => self.job_kind_speech,
            JobKind::Transcript => self.job_kind_transcript,
        }
    }
}
