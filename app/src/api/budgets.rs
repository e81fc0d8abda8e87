//! What may be spent.

use leptos::prelude::*;
use model::{BudgetLine, Page};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A budget as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetForm {
    /// Whose: `site`, `group` or `user`.
    pub whom: String,
    /// A group's id, when it is a group's.
    #[serde(default)]
    pub group: String,
    /// A person's address, when it is a person's.
    #[serde(default)]
    pub email: String,
    /// `day`, `month` or `total`.
    pub period: String,
    /// Yuan with at most six decimals.
    pub amount: String,
}

/// A page of budgets, all or those of one scope, with what is spent and reserved of each.
#[server(prefix = "/fn", endpoint = "budgets.list", output = super::encoding::Answer)]
pub async fn load_budgets(
    #[server(default)] scope: String,
    #[server(default)] after: String,
) -> Result<Page<BudgetLine>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    // What is no scope narrows nothing, as in the other lists' addresses.
    let scope = model::BudgetScope::from_name(&scope);
    let ledger = glue::services()?.ledger;
    let page = ledger.budget_page(&caller, scope, &after).await;
    page.map_err(glue::refuse)
}

/// Sets a budget or changes it.
#[server(prefix = "/fn", endpoint = "budgets.set", output = super::encoding::Answer)]
pub async fn set_budget(budget: BudgetForm) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let services = glue::services()?;
    let draft = typed::draft(&caller, &services, budget).await?;
    services
        .ledger
        .set_budget(&caller, draft)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Takes a budget away.
#[server(prefix = "/fn", endpoint = "budgets.unset", output = super::encoding::Answer)]
pub async fn unset_budget(
    scope: String,
    #[server(default)] id: String,
    period: String,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let (scope, period) = (typed::scope(&scope)?, typed::period(&period)?);
    let ledger = glue::services()?.ledger;
    ledger
        .unset_budget(&caller, scope, &id, period)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

#[cfg(feature = "ssr")]
mod typed {
    use model::{BudgetPeriod, BudgetScope, Email, FailureCode};
    use platform::{Services, identity::Caller, ledger::BudgetDraft};

    use super::BudgetForm;
    use crate::{error::AppError, glue, ui::figures::micro_yuan};

    pub(super) fn scope(name: &str) -> Result<BudgetScope, AppError> {
        BudgetScope::from_name(name).ok_or_else(|| glue::refuse_text(FailureCode::BadRequest))
    }

    pub(super) fn period(name: &str) -> Result<BudgetPeriod, AppError> {
        BudgetPeriod::from_name(name).ok_or_else(|| glue::refuse_text(FailureCode::BadRequest))
    }

    pub(super) async fn draft(
        caller: &Caller,
        services: &Services,
        form: BudgetForm,
    ) -> Result<BudgetDraft, AppError> {
        let scope = scope(&form.whom)?;
        let period = period(&form.period)?;
        let limit = micro_yuan(&form.amount)
            .ok_or_else(|| glue::refuse_text(FailureCode::InvalidNumber))?;
        let id = match scope {
            BudgetScope::Site => String::new(),
            BudgetScope::Group => form.group,
            BudgetScope::User => person(caller, services, &form.email).await?,
            // What a key may spend is set with the key.
            BudgetScope::Key => return Err(glue::refuse_text(FailureCode::BadRequest)),
        };
        Ok(BudgetDraft {
            scope,
            id,
            period,
            limit,
        })
    }

    async fn person(caller: &Caller, services: &Services, email: &str) -> Result<String, AppError> {
        let email = Email::parse(email.trim());
        let email = email.map_err(|_| glue::refuse_text(FailureCode::InvalidEmail))?;
        let found = services.people.of_address(caller, &email).await;
        found.map(|id| id.to_string()).map_err(glue::refuse)
    }
}
