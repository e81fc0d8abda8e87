//! The command line's hands.

use model::{BuiltIn, FailureCode, Password, PersonState};
use secrecy::ExposeSecret;

use super::{House, code};
use crate::{identity::testing::visitor, mail::Language, people::Finding, store::testing::on_both};

const PASSWORD: &str = "four lamps by the river";

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

#[tokio::test]
async fn accounts_are_governed_from_the_command_line_and_it_is_written_down() {
    on_both(async |db| {
        let house = House::on(&db);
        let operator = house.people.operator();
        let address = "lin@example.com";
        assert_eq!(house.people.examine().await.unwrap(), [Finding::NoOwner]);
        operator.add("Lin", address, password(PASSWORD), "Owner").await.unwrap();
        assert_eq!(house.people.examine().await.unwrap(), []);
        assert_eq!(
            code(operator.add("Lin", "LIN@example.com", password(PASSWORD), "member").await).err(),
            Some(FailureCode::EmailTaken)
        );
        let common = operator.add("Max", "max@example.com", password("password"), "member").await;
        assert_eq!(code(common).err(), Some(FailureCode::PasswordTooCommon));
        operator.add("Mia", "mia@example.com", password(PASSWORD), "member").await.unwrap();
        assert!(house.identity.sign_in("mia@example.com", PASSWORD, &visitor()).await.is_ok());

        let other = "six boats on the lake";
        operator.set_password("Mia@example.com", password(other)).await.unwrap();
        assert!(house.identity.sign_in("mia@example.com", PASSWORD, &visitor()).await.is_err());
        assert!(house.identity.sign_in("mia@example.com", other, &visitor()).await.is_ok());

        assert!(operator.set_role("mia@example.com", "auditor", true).await.unwrap());
        assert!(!operator.set_role("mia@example.com", "auditor", true).await.unwrap());
        assert!(operator.set_disabled("mia@example.com", true).await.unwrap());
        let page = operator.list("mia", None).await.unwrap();
        assert_eq!(page.items[0].state, PersonState::Disabled);
        assert_eq!(page.items[0].roles.len(), 2);
        assert!(operator.set_disabled("mia@example.com", false).await.unwrap());
        assert_eq!(
            code(operator.set_disabled("nobody@example.com", true).await).err(),
            Some(FailureCode::NotFound)
        );
        let others = house.count("SELECT COUNT(*) FROM audit_log WHERE via <> 'command_line' AND action <> 'session.begin'").await;
        assert_eq!(others, 0);
        for action in ["user.register", "password.change", "user.role.grant", "user.disable", "user.enable"] {
            assert!(house.lines(action, "done").await >= 1, "{action}");
        }
    })
    .await;
}

/// SE-08: whoever had got in has begun to change the address; that ends with the password that is set here, and with the account.
#[tokio::test]
async fn another_password_or_a_closed_account_voids_the_link_to_another_address() {
    on_both(async |db| {
        let house = House::on(&db);
        let operator = house.people.operator();
        let mia = house.signed_up("mia", BuiltIn::Member).await;
        let links = "SELECT COUNT(*) FROM one_time_tokens";
        let begin = async || {
            let new = "thief@example.com";
            let begun = house.identity.change_email(&mia, new, Language::En);
            begun.await.unwrap();
            assert_eq!(house.count(links).await, 1);
        };
        let address = "mia@example.com";
        begin().await;
        operator
            .set_password(address, password(PASSWORD))
            .await
            .unwrap();
        assert_eq!(house.count(links).await, 0);
        begin().await;
        assert!(operator.set_disabled(address, true).await.unwrap());
        assert!(operator.set_disabled(address, false).await.unwrap());
        assert_eq!(house.count(links).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_key_from_the_command_line_is_its_owners() {
    on_both(async |db| {
        let house = House::on(&db);
        house.person("mia", BuiltIn::Member).await;
        house.person("gus", BuiltIn::Guest).await;
        let operator = house.people.operator();
        let key = operator
            .add_key("mia@example.com", "laptop", None)
            .await
            .unwrap();
        let caller = house
            .identity
            .bearer(key.expose_secret(), &visitor())
            .await
            .unwrap();
        assert_eq!(caller.permissions(), BuiltIn::Member.permissions());
        assert_eq!(house.lines("api_key.create", "done").await, 1);
        let refused = operator.add_key("gus@example.com", "laptop", None).await;
        assert_eq!(code(refused).err(), Some(FailureCode::Forbidden));
    })
    .await;
}

/// SE-07: opening what is open signs nobody out, and is nothing to write down.
#[tokio::test]
async fn opening_an_open_account_on_the_command_line_signs_nobody_out() {
    on_both(async |db| {
        let house = House::on(&db);
        let mia = house.signed_up("mia", BuiltIn::Member).await;
        let operator = house.people.operator();
        let opened = operator.set_disabled("mia@example.com", false).await;
        assert!(!opened.unwrap());
        assert!(house.identity.still_valid(&mia).await.unwrap());
        assert_eq!(house.lines("user.enable", "done").await, 0);
    })
    .await;
}
