//! What all tests of faults share: a simulator, a client that counts what it leaves behind, and the check that
//! nothing is left.

use bailian::{ChatStream, Client, ClientOptions, Error};
use simulator::{Answer, Options, Simulator};
use tokio::runtime::Handle;

use crate::support::{asking, collect, text};

/// A client of a simulator of its own.
pub struct Stage {
    pub simulator: Simulator,
    pub client: Client,
    /// Tasks that ran before anything was asked.
    tasks: usize,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With other options of the client than the usual ones.
    pub async fn with(change: impl FnOnce(&mut ClientOptions)) -> Self {
        let simulator = Simulator::start(Options::immediate()).await.unwrap();
        let mut options = ClientOptions::new(simulator.base_url(), "sk-simulated");
        change(&mut options);
        let client = Client::new(options).unwrap();
        // What the simulator starts for itself, it has started by its first answer.
        let first = Client::new(ClientOptions::new(simulator.base_url(), "sk-first"));
        first.unwrap().models().await.unwrap();
        settled().await;
        let tasks = Handle::current().metrics().num_alive_tasks();
        Self {
            simulator,
            client,
            tasks,
        }
    }

    /// The simulator answers the following requests so, in this order, and usually afterwards.
    pub fn answering(self, answers: impl IntoIterator<Item = Answer>) -> Self {
        for answer in answers {
            self.simulator.next_answer(answer);
        }
        self
    }

    pub async fn stream(&self) -> Result<ChatStream, Error> {
        self.client.chat_stream(asking().include_usage()).await
    }

    /// What a streamed answer said, and how it ended. The next one is as it should be.
    pub async fn streamed(&self) -> (String, Option<Error>) {
        let ended = match self.stream().await {
            Ok(stream) => {
                let (chunks, error) = collect(stream).await;
                (text(&chunks), error)
            }
            Err(error) => (String::new(), Some(error)),
        };
        self.simulator.next_answer(Answer::words(["好"]));
        let next = self.client.chat(asking()).await.unwrap();
        assert_eq!(next.message().unwrap().text(), "好");
        ended
    }

    /// How many requests the simulator saw, but for the very first.
    pub fn sent(&self) -> usize {
        self.simulator.received().len() - 1
    }

    /// Neither an answer nor a task is left of what was asked.
    pub async fn leaves_nothing(self) {
        self.simulator
            .wait_until(|account| account.open_streams() == 0)
            .await;
        assert_eq!(self.client.status().in_flight, 0);
        drop(self.client);
        settled().await;
        assert_eq!(Handle::current().metrics().num_alive_tasks(), self.tasks);
    }
}

/// Connections end when both sides have seen that the other is gone: waits until nothing ends any more.
async fn settled() {
    let mut alive = usize::MAX;
    loop {
        let now = Handle::current().metrics().num_alive_tasks();
        if now >= alive {
            return;
        }
        alive = now;
        for _ in 0..5_000 {
            tokio::task::yield_now().await;
        }
    }
}
