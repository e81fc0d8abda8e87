//! `/settings/import`: taking conversations in from elsewhere, and what came of that.

use leptos::{either::Either, ev, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{
    FailureCode, ImportEnd, ImportFormat, ImportId, ImportLine, ImportOutcome, ImportReport,
    LeftOut, LeftOutCount, Session,
};

use crate::{
    api::imports::load_imports,
    browser::upload,
    error::AppError,
    language::{Words, use_words},
    ui::{
        area::PageHead,
        loaded::Loaded,
        moment::Moment,
        notice::Notice,
        table::{Cell, Table},
    },
};

/// The largest file, in bytes, as the browser counts them.
const LARGEST: f64 = 64.0 * 1024.0 * 1024.0;

impl Words {
    /// Where a file of conversations comes from: names of products.
    fn import_format(&self, format: Option<ImportFormat>) -> &'static str {
        match format {
            Some(ImportFormat::ChatGpt) => "ChatGPT",
            Some(ImportFormat::OpenWebUi) => "Open WebUI",
            Some(ImportFormat::LobeChat) => "LobeChat",
            Some(ImportFormat::Liantai) => self.product,
            None => self.import_unknown,
        }
    }

    /// What became of a conversation.
    fn import_result(&self, outcome: ImportOutcome) -> &'static str {
        match outcome {
            ImportOutcome::Taken => self.outcome_taken,
            ImportOutcome::Already => self.outcome_already,
            ImportOutcome::Empty => self.outcome_empty,
        }
    }

    /// Why a file was not read to its end.
    fn import_end(&self, end: ImportEnd) -> &'static str {
        match end {
            ImportEnd::Unreadable => self.import_end_unreadable,
            ImportEnd::TooMany => self.import_end_too_many,
            ImportEnd::TooLarge => self.import_end_too_large,
        }
    }

    /// What was left out, and how often.
    fn left_out(&self, left_out: LeftOutCount) -> String {
        let count = left_out.count.to_string();
        match left_out.reason {
            LeftOut::Machinery => self.left_out_machinery(&count),
            LeftOut::Attachment => self.left_out_attachment(&count),
            LeftOut::Cut => self.left_out_cut(&count),
            LeftOut::Beyond => self.left_out_beyond(&count),
        }
    }
}

/// What was brought along so far.
type Known = Vec<ImportReport>;

/// The page.
#[component]
pub fn ImportPage() -> impl IntoView {
    let words = use_words();
    let reports = Resource::new_blocking(|| (), |()| load_imports());
    view! {
        <PageHead title=words.import lead=words.import_lead/>
        <Loaded
            what=reports
            view=move |reports: Known, _session: Session| {
                view! {
                    <FileForm/>
                    <Reports reports/>
                }
            }
        />
    }
}

/// The browser posts the form itself. A script says before that what is too large, and that it takes its time.
#[component]
fn FileForm() -> impl IntoView {
    let words = use_words();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<AppError>);
    let is_too_large = RwSignal::new(false);
    let choose = move |event: ev::Event| {
        let file = upload::chosen(&event);
        is_too_large.set(file.is_some_and(|file| file.size() > LARGEST));
        problem.set(None);
    };
    let send = move |event: ev::SubmitEvent| {
        if is_too_large.get_untracked() || busy.get_untracked() {
            event.prevent_default();
            if is_too_large.get_untracked() {
                problem.set(Some(AppError::new(FailureCode::TooLarge)));
            }
        } else {
            busy.set(true);
        }
    };
    view! {
        <section class="panel" aria-labelledby="import-heading">
            <h2 id="import-heading">{words.import_file}</h2>
            <p class="panel__note">{words.import_limit}</p>
            <p class="panel__note">{words.import_what}</p>
            <form
                class="form"
                method="post"
                action="/conversations/import"
                enctype="multipart/form-data"
                on:submit=send
            >
                <Notice error=problem/>
                <label class="field">
                    <span class="field__label">{words.import_file}</span>
                    <input
                        class="field__file"
                        type="file"
                        name="file"
                        required
                        accept=".json,.zip,application/json,application/zip"
                        aria-describedby="import-note"
                        on:change=choose
                    />
                </label>
                <p class="field__hint" id="import-note" role="status">
                    {move || {
                        if is_too_large.get() {
                            words.import_too_large
                        } else if busy.get() {
                            words.import_running
                        } else {
                            ""
                        }
                    }}
                </p>
                <button class="button" data-tone="primary" aria-busy=move || busy.get().then_some("true")>
                    {words.import_begin}
                </button>
            </form>
        </section>
    }
}

#[component]
fn Reports(reports: Vec<ImportReport>) -> impl IntoView {
    let words = use_words();
    let asked: Option<ImportId> =
        use_query_map().with_untracked(|query| query.get_str("report")?.parse().ok());
    let shown = if reports.is_empty() {
        Either::Left(view! { <p class="panel__note">{words.imports_none}</p> })
    } else {
        Either::Right(
            reports
                .into_iter()
                .map(|report| {
                    let is_asked = Some(report.id) == asked;
                    view! { <Report report is_asked/> }
                })
                .collect_view(),
        )
    };
    view! {
        <section class="panel" aria-labelledby="imports-heading">
            <h2 id="imports-heading">{words.imports}</h2>
            {shown}
        </section>
    }
}

#[component]
fn Report(report: ImportReport, is_asked: bool) -> impl IntoView {
    let words = use_words();
    let format = words.import_format(report.format);
    let file = words.import_of(&report.file, format);
    let met = report.met();
    let some = |count: u32, text: String| (count > 0).then(|| view! { <p>{text}</p> });
    let already = some(
        report.already,
        words.import_already(&report.already.to_string()),
    );
    let empty = some(report.empty, words.import_empty(&report.empty.to_string()));
    let taken = words.import_taken(&report.taken.to_string(), &report.messages.to_string());
    let left_out = (!report.left_out.is_empty()).then(|| {
        let reasons = report
            .left_out
            .iter()
            .map(|one| view! { <li>{words.left_out(*one)}</li> })
            .collect_view();
        view! {
            <p>{words.import_left_out}</p>
            <ul class="import__reasons">{reasons}</ul>
        }
    });
    let end = report.end.map(|end| {
        view! { <p class="notice" data-tone="danger">{words.import_end(end)}</p> }
    });
    let listed = report.lines.len();
    let first = (listed < met as usize)
        .then(|| view! { <p class="field__hint">{words.import_first(&listed.to_string())}</p> });
    let lines = (listed > 0).then(|| {
        let columns = vec![words.title, words.import_outcome, words.import_messages];
        let rows = report
            .lines
            .into_iter()
            .map(|line| view! { <Line line/> })
            .collect_view();
        view! {
            <details class="import__lines" open=is_asked>
                <summary>{words.import_lines}</summary>
                <Table label=words.import_lines columns>{rows}</Table>
                {first}
            </details>
        }
    });
    view! {
        <section class="import" role=is_asked.then_some("status")>
            <div class="import__head">
                <h3 dir="auto">{file}</h3>
                <Moment at=report.at/>
            </div>
            {end}
            <p>{taken}</p>
            {already}
            {empty}
            {left_out}
            {lines}
        </section>
    }
}

#[component]
fn Line(line: ImportLine) -> impl IntoView {
    let words = use_words();
    let title = if line.title.is_empty() {
        words.import_untitled.to_owned()
    } else {
        line.title
    };
    let title = match line.conversation {
        Some(id) => Either::Left(view! { <a href=format!("/c/{id}")><bdi>{title}</bdi></a> }),
        None => Either::Right(view! { <bdi>{title}</bdi> }),
    };
    let left_out = (line.left_out > 0).then(|| {
        let left_out = format!("{} {}", words.import_left_out, line.left_out);
        view! { <span class="badge" data-tone="calm">{left_out}</span> }
    });
    view! {
        <tr>
            <Cell heading=words.title>{title}</Cell>
            <Cell heading=words.import_outcome>{words.import_result(line.outcome)} {left_out}</Cell>
            <Cell heading=words.import_messages>{line.messages.to_string()}</Cell>
        </tr>
    }
}
