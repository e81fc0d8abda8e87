//! `/admin/budgets`: what may be spent, by whom, and how much of it is; setting one.

mod form;

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{BudgetLine, BudgetPeriod, BudgetScope, Page, Permission, Session};
use server_fn::ServerFn;

use crate::{
    address::with_query,
    admin::{
        filters::or_all,
        form::sends,
        known::{Known, WithKnown, use_known},
        subject::{Subject, if_permitted},
    },
    api::budgets::{UnsetBudget, load_budgets},
    error::AppError,
    language::{Words, use_words},
    session::use_session,
    ui::{
        area::PageHead,
        confirm::Confirm,
        figures::{exact_yuan, percent, tenths, yuan},
        select::Select,
        submission::Submission,
        table::{Cell, Table},
    },
};
use form::New;

type Lines = Page<BudgetLine>;

const PATH: &str = "/admin/budgets";

type Found = Resource<Result<Lines, AppError>>;

/// The budgets, and the form that sets one.
#[component]
pub fn BudgetsPage() -> impl IntoView {
    let words = use_words();
    let session = use_session();
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let text = |name| query.with(|query| query.get(name).unwrap_or_default());
        (text("scope"), text("after"))
    });
    let found: Found = Resource::new_blocking(
        move || asked.get(),
        move |(scope, after)| {
            if_permitted(session, Permission::UsageRead, || {
                load_budgets(scope, after)
            })
        },
    );
    let known = use_known(session);
    view! {
        <Subject
            what=found
            view=move |lines: Lines, session: Session| {
                let can_write = session.permissions.contains(Permission::GatewayWrite);
                let finds_people = session.permissions.contains(Permission::UsersRead);
                let new = move |known: Known| view! { <New groups=known.groups finds_people found/> };
                view! {
                    <PageHead title=words.budgets lead=words.budgets_lead/>
                    <Set lines asked=asked.get_untracked() found can_write/>
                    {can_write.then(|| view! { <WithKnown known view=new/> })}
                }
            }
        />
    }
}

/// Those that are set.
#[component]
fn Set(lines: Lines, asked: (String, String), found: Found, can_write: bool) -> impl IntoView {
    let words = use_words();
    let (scope, after) = asked;
    let is_first = after.is_empty();
    let is_narrowed = !scope.is_empty();
    let first = (!is_first).then(|| {
        let href = with_query(PATH, &[("scope", &scope)]);
        view! { <a class="button" href=href>{words.first_page}</a> }
    });
    let next = lines.next.map(|next| {
        let href = with_query(PATH, &[("scope", &scope), ("after", &next)]);
        view! { <a class="button" href=href rel="next">{words.next_page}</a> }
    });
    // One page is seen at a glance.
    let is_long = is_narrowed || !is_first || next.is_some();
    let filter = is_long.then(|| view! { <Filter scope/> });
    let steps = is_long.then(|| view! { <div class="panel__row">{first} {next}</div> });
    if lines.items.is_empty() {
        let nothing = if is_narrowed || !is_first {
            words.budgets_none_such
        } else {
            words.budgets_none
        };
        return Either::Left(view! {
            {filter}
            <p class="panel__note">{nothing}</p>
            {steps}
        });
    }
    let mut columns = vec![
        words.budget_whom,
        words.budget_period,
        words.budget_limit,
        words.budget_spent,
        words.budget_held,
    ];
    if can_write {
        columns.push(words.acts);
    }
    let rows = lines
        .items
        .into_iter()
        .map(|line| view! { <Row line found can_write/> })
        .collect_view();
    Either::Right(view! {
        {filter}
        <Table label=words.budgets columns>{rows}</Table>
        {steps}
    })
}

/// Those of whom are shown.
#[component]
fn Filter(scope: String) -> impl IntoView {
    let words = use_words();
    let is_narrowed = !scope.is_empty();
    let scopes = [
        (BudgetScope::Site, words.budget_site),
        (BudgetScope::Group, words.budget_group),
        (BudgetScope::User, words.budget_person),
        (BudgetScope::Key, words.budget_key),
    ];
    let scopes = scopes.map(|(scope, label)| (scope.as_str().to_owned(), label.to_owned()));
    let scopes = or_all(words, scopes);
    view! {
        <form class="filters" method="get" action=PATH role="search">
            <Select name="scope" label=words.budget_whom value=RwSignal::new(scope) options=scopes/>
            <button class="button">{words.filter}</button>
            {is_narrowed.then(|| view! { <a class="button" href=PATH>{words.filter_clear}</a> })}
        </form>
    }
}

#[component]
fn Row(line: BudgetLine, found: Found, can_write: bool) -> impl IntoView {
    let words = use_words();
    let budget = line.budget.clone();
    let period = words.period_of_budget(budget.period);
    let of = format!("{} · {period}", words.owner_of_budget(&line));
    let acts = can_write.then(|| {
        view! {
            <Cell heading=words.acts>
                <Remove scope=budget.scope id=budget.id period=budget.period of found/>
            </Cell>
        }
    });
    view! {
        <tr>
            <Cell heading=words.budget_whom><Whose line/></Cell>
            <Cell heading=words.budget_period>{period}</Cell>
            <Cell heading=words.budget_limit>
                <span class="usage__figure">{exact_yuan(budget.limit)}</span>
            </Cell>
            <Cell heading=words.budget_spent>
                <span class="usage__figure">{yuan(budget.spent)}</span>
                <Meter spent=budget.spent held=budget.held limit=budget.limit/>
            </Cell>
            <Cell heading=words.budget_held>
                <span class="usage__figure">{yuan(budget.held)}</span>
            </Cell>
            {acts}
        </tr>
    }
}

/// Who may spend it, with the way there.
#[component]
fn Whose(line: BudgetLine) -> impl IntoView {
    let words = use_words();
    let name = words.owner_of_budget(&line);
    let kind = match line.budget.scope {
        BudgetScope::Key => Some(words.budget_key),
        BudgetScope::Group => Some(words.group),
        BudgetScope::User | BudgetScope::Site => None,
    };
    let kind = kind.map(|kind| view! { <span class="badge" data-tone="calm">{kind}</span> });
    let is_there = line.name.is_some();
    let path = match line.budget.scope {
        BudgetScope::User => Some("/admin/users/"),
        BudgetScope::Group => Some("/admin/groups/"),
        BudgetScope::Key | BudgetScope::Site => None,
    };
    let name = match path.filter(|_| is_there) {
        Some(path) => {
            let href = format!("{path}{}", line.budget.id);
            Either::Left(view! { <a href=href>{name}</a> })
        }
        None => Either::Right(name),
    };
    let hint = line.hint.map(|hint| view! { <code>{hint}</code> });
    view! { {name} " " {hint} " " {kind} }
}

/// How much of it is spent and, paler, reserved.
#[component]
fn Meter(spent: i64, held: i64, limit: i64) -> impl IntoView {
    // Of nothing, nothing is left.
    let (spent, held, limit) = if limit == 0 {
        (1, 0, 1)
    } else {
        (spent, held, limit)
    };
    let taken = spent.saturating_add(held);
    let tone = (taken >= limit).then_some("danger");
    view! {
        <span class="bar" data-tone=tone>
            <svg class="bar__drawing" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="bar__whole" width="1000" height="10"/>
                <rect class="bar__held" width=tenths(taken, limit) height="10"/>
                <rect class="bar__part" width=tenths(spent, limit) height="10"/>
            </svg>
            <span class="bar__percent">{percent(spent, limit)}</span>
        </span>
    }
}

#[component]
fn Remove(
    scope: BudgetScope,
    id: String,
    period: BudgetPeriod,
    of: String,
    found: Found,
) -> impl IntoView {
    let words = use_words();
    let submission = Submission::new(&[]);
    let remove = sends::<UnsetBudget>(submission, move |()| found.refetch());
    view! {
        <Confirm label=words.remove of question=words.budget_remove_question>
            <form method="post" action=UnsetBudget::PATH on:submit=remove>
                <input type="hidden" name="scope" value=scope.as_str()/>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="period" value=period.as_str()/>
                {submission.view()}
                <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.remove}</button>
            </form>
        </Confirm>
    }
}

impl Words {
    /// In which time.
    fn period_of_budget(&self, period: BudgetPeriod) -> &'static str {
        match period {
            BudgetPeriod::Day => self.budget_period_day,
            BudgetPeriod::Month => self.budget_period_month,
            BudgetPeriod::Total => self.budget_period_total,
        }
    }

    /// What it is called whose budget it is; what is gone has no name any more.
    fn owner_of_budget(&self, line: &BudgetLine) -> String {
        let nameless = match line.budget.scope {
            BudgetScope::Site => self.budget_site,
            BudgetScope::User => self.audit_gone,
            BudgetScope::Group => self.budget_group_gone,
            BudgetScope::Key => self.budget_key_gone,
        };
        line.name.clone().unwrap_or_else(|| nameless.to_owned())
    }
}
