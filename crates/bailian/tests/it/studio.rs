//! The pretended service, and a client that is in a hurry.

use std::time::Duration;

use bailian::task::Patience;
use bailian::{Client, ClientOptions};
use simulator::{Options, Simulator};

use crate::support::KEY;

/// Asks often, because the pretended service needs no time.
pub fn soon() -> Patience {
    Patience {
        first: Duration::from_millis(1),
        cap: Duration::from_millis(5),
        total: Duration::from_mins(1),
    }
}

pub async fn studio() -> (Simulator, Client) {
    let simulator = Simulator::start(Options::immediate()).await.unwrap();
    let client = Client::new(ClientOptions::new(simulator.base_url(), KEY)).unwrap();
    (simulator, client)
}
