use model::BuiltIn;
use secrecy::ExposeSecret;

use super::*;
use crate::store::testing::on_both;

async fn link(house: &House) -> String {
    let token = house.identity.setup_token().await.unwrap();
    token.unwrap().expose_secret().to_owned()
}

#[tokio::test]
async fn the_link_makes_an_owner_once_and_none_is_made_after() {
    on_both(|db| async move {
        let house = House::on(&db);
        let token = link(&house).await;
        assert!(house.identity.setup_link_is_valid(&token).await.unwrap());
        let owner = house
            .identity
            .set_up(&token, lin(), &visitor())
            .await
            .unwrap();
        assert_eq!(
            db.access(owner.user).await.unwrap().rank,
            BuiltIn::Owner.rank()
        );
        assert!(
            db.user(owner.user)
                .await
                .unwrap()
                .unwrap()
                .email_verified_at
                .is_some()
        );
        assert!(!house.identity.setup_link_is_valid(&token).await.unwrap());
        let again = Registration::parse("Tao", "tao@example.com", PASSWORD).unwrap();
        let answer = house.identity.set_up(&token, again, &visitor()).await;
        assert_eq!(code(answer).err(), Some(FailureCode::SetupLinkInvalid));
        assert!(house.identity.setup_token().await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn of_many_parallel_uses_one_makes_the_owner() {
    on_both(|db| async move {
        let house = House::on(&db);
        let token = link(&house).await;
        let mut uses = tokio::task::JoinSet::new();
        for number in 0..20 {
            let (identity, token) = (house.identity.clone(), token.clone());
            uses.spawn(async move {
                let email = format!("person{number}@example.com");
                let who = Registration::parse("Somebody", &email, PASSWORD).unwrap();
                code(identity.set_up(&token, who, &visitor()).await)
            });
        }
        let made = uses.join_all().await.iter().filter(|a| a.is_ok()).count();
        assert_eq!(made, 1);
        assert_eq!(house.count("SELECT COUNT(*) FROM users").await, 1);
    })
    .await;
}

#[tokio::test]
async fn only_the_newest_link_is_valid_and_registering_first_makes_no_owner() {
    on_both(|db| async move {
        let house = House::on(&db);
        let lin = house.lin().await;
        assert_eq!(
            db.access(lin.id).await.unwrap().rank,
            BuiltIn::Member.rank()
        );
        let older = link(&house).await;
        let newer = link(&house).await;
        assert_ne!(older, newer);
        assert!(!house.identity.setup_link_is_valid(&older).await.unwrap());
        assert!(house.identity.setup_link_is_valid(&newer).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_refused_owner_does_not_use_the_link_up() {
    on_both(|db| async move {
        let house = House::on(&db);
        house.lin().await;
        let token = link(&house).await;
        let answer = house.identity.set_up(&token, lin(), &visitor()).await;
        assert_eq!(code(answer).err(), Some(FailureCode::EmailTaken));
        assert!(house.identity.setup_link_is_valid(&token).await.unwrap());
    })
    .await;
}
