//! No line, no act.

use model::{BuiltIn, FailureCode, Password};

use super::{House, code, role_draft};
use crate::{
    mail::Language,
    store::testing::{on_both, try_execute},
};

/// What must be the same before and after.
const STATE: &[&str] = &[
    "SELECT COUNT(*) FROM users",
    "SELECT COUNT(*) FROM users WHERE disabled = TRUE",
    "SELECT COUNT(*) FROM users WHERE password_hash IS NOT NULL",
    "SELECT COUNT(*) FROM user_roles",
    "SELECT COUNT(*) FROM roles",
    "SELECT COUNT(*) FROM roles WHERE requires_second_factor = TRUE",
    "SELECT COUNT(*) FROM groups",
    "SELECT COUNT(*) FROM group_members",
    "SELECT COUNT(*) FROM group_roles",
    "SELECT COUNT(*) FROM sessions",
    "SELECT COUNT(*) FROM totp_factors",
    "SELECT COUNT(*) FROM one_time_tokens",
    "SELECT COUNT(*) FROM api_keys",
    "SELECT COUNT(*) FROM audit_log",
    "SELECT MAX(seq) FROM audit_head",
];

async fn state(house: &House) -> Vec<i64> {
    let mut numbers = Vec::new();
    for sql in STATE {
        numbers.push(house.count(sql).await);
    }
    numbers
}

/// LO-06.
#[tokio::test]
async fn what_cannot_be_logged_does_not_happen() {
    on_both(async |db| {
        let house = House::on(&db);
        let owner = house.signed_up("olga", BuiltIn::Owner).await;
        let mia = house.signed_up("mia", BuiltIn::Member).await.user();
        let max = house.person("max", BuiltIn::Member).await;
        let role = house.role(&owner, "Helper", 30).await;
        let group = house.group(&owner, "Tea", vec![role]).await;
        house.people.set_groups(&owner, max, vec![group]).await.unwrap();
        let seed = format!("INSERT INTO totp_factors (user_id, secret, last_step, created_at, confirmed_at) VALUES ('{mia}', '', 0, 0, 0)");
        try_execute(&db, &seed).await.unwrap();

        let before = state(&house).await;
        let close = if db.is_shared() {
            "ALTER TABLE audit_log ADD CONSTRAINT closed CHECK (seq < 0) NOT VALID"
        } else {
            "CREATE TRIGGER closed BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'closed'); END"
        };
        try_execute(&db, close).await.unwrap();
        let people = &house.people;
        let operator = people.operator();
        let (new, address) = ("new@example.com", "mia@example.com");
        let password = || Password::parse("four lamps by the river").unwrap();
        let other = || model::GroupDraft { name: "Other".to_owned(), ..Default::default() };
        let factor = model::RoleDraft { requires_second_factor: true, ..Default::default() };
        let outcomes = [
            ("create", code(people.create(&owner, "New", new, vec![], vec![], Language::En).await.map(drop))),
            ("disable", code(people.set_disabled(&owner, &[mia], true).await.map(drop))),
            ("delete", code(people.delete(&owner, &[mia], "1").await.map(drop))),
            ("reset factors", code(people.reset_factors(&owner, mia).await)),
            ("send reset", code(people.send_reset(&owner, mia, Language::En).await)),
            ("end sessions", code(people.end_sessions(&owner, &[mia]).await.map(drop))),
            ("set roles", code(people.set_roles(&owner, mia, vec![role]).await)),
            ("set groups", code(people.set_groups(&owner, mia, vec![group]).await)),
            ("create role", code(people.create_role(&owner, role_draft("x", 30)).await.map(drop))),
            ("update role", code(people.update_role(&owner, BuiltIn::Member.id(), factor).await)),
            ("delete role", code(people.delete_role(&owner, role).await)),
            ("create group", code(people.create_group(&owner, other()).await.map(drop))),
            ("update group", code(people.update_group(&owner, group, other()).await)),
            ("delete group", code(people.delete_group(&owner, group).await)),
            ("add members", code(people.add_members(&owner, group, &[mia]).await.map(drop))),
            ("remove members", code(people.remove_members(&owner, group, &[max]).await.map(drop))),
            ("export", code(people.export_audit(&owner, model::AuditFilter::default(), crate::people::AuditFormat::Csv).await.map(drop))),
            ("user add", code(operator.add("New", new, password(), "member").await.map(drop))),
            ("user passwd", code(operator.set_password(address, password()).await)),
            ("user role", code(operator.set_role(address, "guest", true).await.map(drop))),
            ("user disable", code(operator.set_disabled(address, true).await.map(drop))),
            ("key add", code(operator.add_key(address, "x", None).await.map(drop))),
        ];
        for (act, outcome) in outcomes {
            assert_eq!(outcome, Err(FailureCode::StoreUnavailable), "{act}");
        }
        assert_eq!(state(&house).await, before);
    })
    .await;
}
