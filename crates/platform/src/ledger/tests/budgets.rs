//! Budgets are set by those who may, and bind whom they name.

use model::{Budget, BudgetLine, BudgetPeriod, BudgetScope, BuiltIn, FailureCode};

use super::{House, end};
use crate::{
    ledger::{Bound, BudgetDraft},
    store::testing::on_both,
};

fn draft(bound: Bound) -> BudgetDraft {
    BudgetDraft {
        scope: bound.scope,
        id: bound.id,
        period: bound.period,
        limit: bound.limit,
    }
}

#[tokio::test]
async fn a_budget_that_is_set_later_knows_what_was_spent() {
    on_both(async |db| {
        let mut house = House::on(&db);
        let ledger = house.node("here");
        let owner = house.identity.signed_up("owner", BuiltIn::Owner).await;
        house.lin = house.identity.person("lin", BuiltIn::Member).await;
        let open = ledger.open(house.call(&[])).await.unwrap();
        open.close(end(42)).await.unwrap();
        let user = house.bound(BudgetScope::User, BudgetPeriod::Month, 150);
        let site = house.bound(BudgetScope::Site, BudgetPeriod::Total, 9_000);
        for bound in [&user, &site] {
            let draft = draft(bound.clone());
            ledger.set_budget(&owner, draft).await.unwrap();
        }
        let bounds = ledger.budgets_of(None, house.lin, &[]).await.unwrap();
        assert_eq!(*bounds, [user.clone(), site.clone()]);
        let key = Some((house.key, Some(7)));
        let bounds = ledger
            .budgets_of(key, house.lin, &[house.group])
            .await
            .unwrap();
        let own = house.bound(BudgetScope::Key, BudgetPeriod::Month, 7);
        assert_eq!(*bounds, [own, user.clone(), site]);

        let mut call = house.call(&[]);
        call.budgets = ledger.budgets_of(None, house.lin, &[]).await.unwrap();
        let open = ledger.open(call.clone()).await.unwrap();
        call.id = model::CallId::from_uuid(house.ids.next());
        assert!(ledger.open(call).await.is_err());
        let shown = |limit, held| BudgetLine {
            budget: Budget {
                scope: BudgetScope::User,
                id: house.lin.to_string(),
                period: BudgetPeriod::Month,
                limit,
                spent: 42,
                held,
            },
            name: Some("lin".to_owned()),
            hint: None,
        };
        let budgets = ledger.budgets(&owner).await.unwrap();
        assert!(budgets.contains(&shown(150, 100)), "{budgets:?}");
        open.close(end(0)).await.unwrap();
        let changed = BudgetDraft {
            limit: 200,
            ..draft(user.clone())
        };
        ledger.set_budget(&owner, changed).await.unwrap();
        let budgets = ledger.budgets(&owner).await.unwrap();
        assert!(budgets.contains(&shown(200, 0)), "{budgets:?}");
        // A page of them, those of one kind, and what comes after the last.
        let page = |scope, after: &'static str| ledger.budget_page(&owner, scope, after);
        assert_eq!(page(None, "").await.unwrap().items, budgets);
        let theirs = page(Some(BudgetScope::User), "").await.unwrap();
        assert_eq!((theirs.items, theirs.next), (vec![shown(200, 0)], None));
        let groups = page(Some(BudgetScope::Group), "").await.unwrap();
        assert!(groups.items.is_empty());
        assert!(page(None, "zz~~").await.unwrap().items.is_empty());
        let wrong = page(None, "user").await.unwrap_err();
        assert_eq!(wrong.code(), FailureCode::BadRequest);

        let unset = || ledger.unset_budget(&owner, user.scope, &user.id, user.period);
        unset().await.unwrap();
        assert_eq!(unset().await.unwrap_err().code(), FailureCode::NotFound);
        assert_eq!(ledger.budgets(&owner).await.unwrap().len(), 1);
        for (action, lines) in [("budget.set", 3), ("budget.delete", 1)] {
            let sql = format!("SELECT COUNT(*) FROM audit_log WHERE action = '{action}'");
            assert_eq!(house.count(&sql).await, lines, "{action}");
        }
        ledger.close_down().await;
    })
    .await;
}

#[tokio::test]
async fn who_may_not_set_budgets_is_refused_and_written_down() {
    on_both(async |db| {
        let mut house = House::on(&db);
        let ledger = house.node("here");
        let owner = house.identity.signed_up("owner", BuiltIn::Owner).await;
        let member = house.identity.signed_up("lin", BuiltIn::Member).await;
        house.lin = member.user();
        let bound = house.bound(BudgetScope::User, BudgetPeriod::Day, 5);
        let refused = ledger.set_budget(&member, draft(bound.clone())).await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::Forbidden);
        let refused = ledger.unset_budget(&member, bound.scope, &bound.id, bound.period);
        assert_eq!(refused.await.unwrap_err().code(), FailureCode::Forbidden);
        let refused = ledger.budgets(&member).await;
        assert_eq!(refused.unwrap_err().code(), FailureCode::Forbidden);
        let lines =
            "SELECT COUNT(*) FROM audit_log WHERE action LIKE 'budget.%' AND outcome = 'refused'";
        assert_eq!(house.count(lines).await, 2);

        let changed = |change: fn(&mut BudgetDraft)| {
            let mut draft = draft(bound.clone());
            change(&mut draft);
            draft
        };
        let table = [
            (
                changed(|draft| draft.limit = -1),
                FailureCode::InvalidNumber,
            ),
            (
                changed(|draft| draft.limit = i64::MAX),
                FailureCode::InvalidNumber,
            ),
            (
                changed(|draft| draft.id = "x\0".to_owned()),
                FailureCode::NotFound,
            ),
            (
                changed(|draft| draft.scope = BudgetScope::Group),
                FailureCode::NotFound,
            ),
            (
                changed(|draft| draft.scope = BudgetScope::Site),
                FailureCode::NotFound,
            ),
        ];
        for (draft, code) in table {
            let refused = ledger.set_budget(&owner, draft.clone()).await;
            assert_eq!(refused.unwrap_err().code(), code, "{draft:?}");
        }
        assert_eq!(house.count("SELECT COUNT(*) FROM budgets").await, 0);
        ledger.close_down().await;
    })
    .await;
}
