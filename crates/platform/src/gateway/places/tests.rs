use std::sync::Arc;

use bailian::{
    Client, ClientOptions, ErrorKind,
    files::Purpose,
    pool::{Pool, Reach, Upstream},
    relay::Relay,
};
use model::{Millis, UserId};
use simulator::{Options, Simulator};

use super::{GatewayError, UPSTREAM, Whereabouts};
use crate::{
    gateway::{Gateway, GatewayOptions},
    store::{Db, testing::on_both},
    works::testing::Site,
};

/// A site with three keys at one simulator, of which the last is of the second one's account.
async fn site(db: &Db) -> (Site, Simulator, [Client; 2]) {
    let simulator = Simulator::start(Options::immediate()).await.unwrap();
    let client = |key: &str| Client::new(ClientOptions::new(simulator.base_url(), key)).unwrap();
    let (first, second) = (client("sk-first"), client("sk-second"));
    let pool = Pool::new([
        Upstream::new(UPSTREAM, first.clone()),
        Upstream::new("second", second.clone()),
        // The simulator knows an account by its key.
        Upstream::new("third", second.clone()).account("second"),
    ])
    .unwrap();
    let options = GatewayOptions {
        pool: Some(pool),
        ..GatewayOptions::default()
    };
    (Site::through(db, options).await, simulator, [first, second])
}

async fn put(client: &Client) -> String {
    let file = client.upload_file(Purpose::FileExtract, "loom.txt", b"A loom.".to_vec());
    file.await.unwrap().id
}

fn reads(id: &str) -> Relay {
    Relay::get(format!("/compatible-mode/v1/files/{id}"))
}

#[tokio::test]
async fn each_thing_is_asked_for_in_its_account() {
    on_both(async |db| {
        let (site, _simulator, [first, second]) = site(&db).await;
        let gateway: &Gateway = &site.services.gateway;
        for (client, account) in [(&first, UPSTREAM), (&second, "second")] {
            let id = put(client).await;
            let here = gateway.account_of(account).unwrap();
            for _ in 0..4 {
                let reach = Reach::Only(Arc::clone(&here));
                let (upstream, answer) = gateway.relay(reads(&id), reach).await;
                assert!(answer.unwrap().refusal.is_none());
                assert_eq!(&*gateway.account_of(&upstream).unwrap(), account);
            }
            // The other account knows nothing of it.
            let other = if account == UPSTREAM {
                "second"
            } else {
                UPSTREAM
            };
            let reach = Reach::Only(gateway.account_of(other).unwrap());
            let (_, answer) = gateway.relay(reads(&id), reach).await;
            let refusal = answer.unwrap().refusal.unwrap();
            assert_eq!(refusal.kind(), &ErrorKind::NotFound);
            assert!(gateway.client_at(account).unwrap().file(&id).await.is_ok());
        }
        let (one, third) = (
            gateway.account_of("second").unwrap(),
            gateway.account_of("third").unwrap(),
        );
        assert_eq!(one, third);
        assert!(gateway.client_at("third").is_some());
        assert!(gateway.client_at("gone").is_none());
        assert!(matches!(
            gateway.account_of("gone"),
            Err(GatewayError::Away)
        ));

        let mut place = Whereabouts::default();
        assert!(place.is_anywhere() && place.reach() == Reach::Any);
        place.add(gateway, "second").unwrap();
        place.add(gateway, "third").unwrap();
        assert_eq!(place.reach(), Reach::Only(one));
        assert!(matches!(
            place.add(gateway, UPSTREAM),
            Err(GatewayError::TwoAccounts)
        ));
    })
    .await;
}

#[tokio::test]
async fn where_somebody_has_things_is_known() {
    on_both(async |db| {
        let owner = |number| UserId::from_uuid(uuid::Uuid::from_u128(number));
        let (lin, mei) = (owner(1), owner(2));
        let things = [
            ("file", "a", lin, UPSTREAM, 1),
            ("file", "b", lin, "second", 3),
            ("file", "c", lin, "second", 2),
            ("file", "d", mei, UPSTREAM, 9),
            ("upload", "dir/of/lin", lin, UPSTREAM, 4),
            ("upload", "dir/of/mei", mei, UPSTREAM, 6),
        ];
        for (kind, id, owner, upstream, at) in things {
            let at = Millis::new(at);
            db.insert_upstream_object(kind, id, owner, None, upstream, at)
                .await
                .unwrap();
        }
        let places = db.upstreams_of("file", lin).await.unwrap();
        assert_eq!(places, [UPSTREAM, "second"]);
        assert!(db.upstreams_of("batch", lin).await.unwrap().is_empty());
        let newest = db.newest_place("file", lin).await.unwrap();
        assert_eq!(newest, Some((3, "second".to_owned())));
        assert_eq!(db.newest_place("task", lin).await.unwrap(), None);
        // Only what is past, and nothing but places for uploads.
        let before = Millis::new(5);
        assert_eq!(db.forget_upstream_uploads(before).await.unwrap(), 1);
        let left = db.upstream_of("upload", "dir/of/mei").await.unwrap();
        assert!(left.is_some());
        let gone = db.upstream_of("upload", "dir/of/lin").await.unwrap();
        assert!(gone.is_none());
        assert_eq!(db.upstreams_of("file", lin).await.unwrap().len(), 2);
    })
    .await;
}
