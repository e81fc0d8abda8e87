//! Roles that follow from what a provider says.

use model::BuiltIn;
use serde_json::json;

use super::{super::RoleRule, Site};
use crate::store::testing::{count, execute, on_both, rows};

const HELD: &str =
    "SELECT r.name FROM user_roles u JOIN roles r ON r.id = u.role_id ORDER BY r.name";

fn rule(value: &str, role: &str) -> RoleRule {
    RoleRule {
        claim: "groups".to_owned(),
        value: value.to_owned(),
        role: role.to_owned(),
    }
}

#[tokio::test]
async fn rules_give_and_take_their_roles_at_every_sign_in_and_leave_the_others() {
    on_both(async |db| {
        let site = Site::with(&db, |corp| {
            corp.role_rules = vec![
                rule("ops", "operator"),
                rule("staff", "operator"),
                rule("books", "Auditor"),
            ];
        })
        .await;
        site.provider.claim("groups", json!(["staff"]));
        let lin = site.enter().await;
        assert_eq!(rows(&db, HELD).await, ["operator"]);

        let guest = BuiltIn::Guest.id();
        let give = format!(
            "INSERT INTO user_roles (user_id, role_id, granted_at) VALUES ('{}', '{guest}', 0)",
            lin.user()
        );
        execute(&db, &give).await;
        site.provider.claim("groups", json!(["books"]));
        site.enter().await;
        assert_eq!(rows(&db, HELD).await, ["auditor", "guest"]);
        let logged = "SELECT COUNT(*) FROM audit_log WHERE action = 'user.role.revoke'";
        assert_eq!(count(&db, logged).await, 1);
        site.enter().await;
        assert_eq!(count(&db, logged).await, 1, "nothing changed");
    })
    .await;
}

#[tokio::test]
async fn whom_the_rules_leave_without_a_role_is_a_member() {
    on_both(async |db| {
        let site = Site::with(&db, |corp| corp.role_rules = vec![rule("ops", "operator")]).await;
        site.provider.claim("groups", json!("ops"));
        site.enter().await;
        assert_eq!(rows(&db, HELD).await, ["operator"]);
        site.provider.claim("groups", json!([]));
        site.enter().await;
        assert_eq!(rows(&db, HELD).await, ["member"]);
    })
    .await;
}

/// AC-09.
#[tokio::test]
async fn no_rule_makes_or_unmakes_an_owner() {
    on_both(async |db| {
        let site = Site::with(&db, |corp| corp.role_rules = vec![rule("ops", "owner")]).await;
        site.provider.claim("groups", json!(["ops"]));
        let lin = site.enter().await;
        assert_eq!(lin.rank(), BuiltIn::Member.rank());
    })
    .await;
}
