//! Sign-ins that are unlike those before.

use super::*;
use crate::store::testing::on_both;

const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0";

async fn sign_in(house: &House, user: UserId, from: &Visitor) {
    let proof = Proof {
        user,
        awaited: Vec::new(),
        by: "password",
    };
    let session = house.session(None);
    house.identity.enter(&session, proof, from).await.unwrap();
}

/// AU-42.
#[tokio::test]
async fn a_sign_in_from_an_unknown_device_and_network_is_told_and_no_other_is() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let home = visitor();
        let travelling = Visitor {
            address: AWAY,
            ..home.clone()
        };
        let another_browser = Visitor {
            user_agent: FIREFOX.to_owned(),
            ..home.clone()
        };
        let elsewhere = Visitor {
            address: "198.51.100.7".parse().unwrap(),
            user_agent: "curl/8.5 <b>".to_owned(),
            request_id: String::new(),
        };
        for known in [&home, &home, &travelling, &another_browser] {
            sign_in(&house, lin.id, known).await;
        }
        assert!(house.mail.letters().await.is_empty());
        sign_in(&house, lin.id, &elsewhere).await;
        let letter = house.mail.newest("new-sign-in").await;
        assert_eq!(letter.to, "Lin@example.com");
        assert!(letter.text.contains("198.51.100.7"));
        assert!(letter.text.contains("UTC"));
        sign_in(&house, lin.id, &elsewhere).await;
        assert_eq!(house.mail.letters().await.len(), 1, "it is known by now");
    })
    .await;
}

#[tokio::test]
async fn what_is_known_of_one_person_says_nothing_of_another() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        let tao = Registration::parse("Tao", "tao@example.com", PASSWORD).unwrap();
        let tao = entered(house.register(tao, None).await).unwrap().user;
        sign_in(&house, lin.id, &visitor()).await;
        sign_in(
            &house,
            tao,
            &Visitor {
                user_agent: FIREFOX.to_owned(),
                ..Visitor::at(AWAY)
            },
        )
        .await;
        sign_in(&house, tao, &visitor()).await;
        assert_eq!(house.mail.newest("new-sign-in").await.to, "tao@example.com");
        let clear = "SELECT COUNT(*) FROM known_places WHERE LENGTH(place_hash) <> 64";
        assert_eq!(house.count(clear).await, 0);
        assert_eq!(
            house
                .count("SELECT COUNT(DISTINCT place_hash) FROM known_places")
                .await,
            6
        );
    })
    .await;
}

/// AU-42: in the language that they chose.
#[tokio::test]
async fn people_are_written_to_in_their_language() {
    on_both(async |db| {
        let house = House::on(&db);
        let lin = house.lin().await;
        testing::execute(&db, "UPDATE users SET language = 'zh'").await;
        sign_in(&house, lin.id, &visitor()).await;
        let far = Visitor {
            user_agent: FIREFOX.to_owned(),
            ..Visitor::at(AWAY)
        };
        sign_in(&house, lin.id, &far).await;
        let letter = house.mail.newest("new-sign-in").await;
        assert!(
            letter.text.contains("有人使用从未见过的设备"),
            "{}",
            letter.text
        );
    })
    .await;
}
