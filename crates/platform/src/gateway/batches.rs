//! Batches: what one can cost is reckoned from its file, which is read while it is handed on because Bailian gives it back to nobody,
//! and stays reserved until the batch has ended.

mod lines;
mod lost;
mod settling;

use bailian::capability::Catalogue;
use model::Operation;
use serde::{Deserialize, Serialize};

use super::{Gateway, GatewayError, ObjectKind, Principal, Running};
use crate::store;
use lines::{Lines, Request};

/// Before the id of a batch, where the ledger keeps that of a task.
const BATCH: &str = "batch:";
/// The provider's model for trying batches out, which is free.
const TRIAL: &str = "batch-test-model";

/// What the requests of a file ask together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchFile {
    /// The model of all of them.
    pub model: String,
    /// How many there are.
    pub requests: u32,
    /// The most that they can cost, in micro-yuan; `None` when the model has no price in batches.
    pub at_most: Option<i64>,
}

/// Why no batch can be made of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchFault {
    /// Nobody here has read it.
    Unread,
    /// There is nothing in it.
    Empty,
    /// That line is no request.
    Line {
        /// Which, from 1.
        number: u64,
    },
    /// That line refers to a file at the upstream, whose owner is not looked up for batches.
    File {
        /// Which, from 1.
        number: u64,
    },
    /// It asks more than one model.
    Models,
    /// It has more lines than a batch may have, or a longer one.
    TooLarge,
}

/// A file that is being read.
pub struct BatchReading {
    gateway: Gateway,
    lines: Lines,
    sum: Sum,
    fault: Option<BatchFault>,
}

/// What was read so far.
#[derive(Default)]
struct Sum {
    model: Option<String>,
    at_most: i64,
    unpriced: bool,
}

impl Sum {
    fn add(&mut self, gateway: &Gateway, request: Request) -> Result<(), BatchFault> {
        if self
            .model
            .as_ref()
            .is_some_and(|only| *only != request.model)
        {
            return Err(BatchFault::Models);
        }
        let price = if request.model == TRIAL {
            Some(0)
        } else {
            let prices = gateway.prices();
            prices.at_most(&request.model, Operation::Batch, request.extent)
        };
        match price {
            Some(price) => self.at_most = self.at_most.saturating_add(price),
            None => self.unpriced = true,
        }
        self.model.get_or_insert(request.model);
        Ok(())
    }
}

impl BatchReading {
    /// Reads the next piece.
    pub fn take(&mut self, piece: &[u8]) {
        if self.fault.is_some() {
            return;
        }
        let (gateway, sum) = (&self.gateway, &mut self.sum);
        let taken = self.lines.take(piece, |request| sum.add(gateway, request));
        self.fault = taken.err();
    }

    /// What the file asks, after its last piece.
    pub fn end(self) -> Result<BatchFile, BatchFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let (gateway, mut sum) = (self.gateway, self.sum);
        let requests = self.lines.end(|request| sum.add(&gateway, request))?;
        Ok(BatchFile {
            model: sum.model.ok_or(BatchFault::Empty)?,
            requests,
            at_most: (!sum.unpriced).then_some(sum.at_most),
        })
    }
}

impl Gateway {
    /// Begins to read a file of requests.
    pub fn read_batch_file(&self) -> BatchReading {
        BatchReading {
            gateway: self.clone(),
            lines: Lines::default(),
            sum: Sum::default(),
            fault: None,
        }
    }

    /// Keeps what the caller's file asks, or why no batch can be made of it. To be done before its id is handed out.
    pub async fn keep_batch_file(
        &self,
        principal: &Principal,
        id: &str,
        read: &Result<BatchFile, BatchFault>,
    ) -> Result<(), GatewayError> {
        let asks = serde_json::to_string(read).unwrap_or_default();
        let kind = ObjectKind::File.as_str();
        let keep = self.0.db.keep_asks(kind, id, principal.user(), &asks);
        Ok(keep.await?)
    }

    /// What the caller's file asks; refuses where no batch can be made of it, or its model is not the caller's. A name that stands for
    /// models is none here: the file is not written anew.
    pub async fn batch_file(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<BatchFile, GatewayError> {
        let kind = ObjectKind::File.as_str();
        let asks = self.0.db.asks(kind, id, principal.user()).await?;
        let read = asks.and_then(|asks| serde_json::from_str(&asks).ok());
        let read: Result<BatchFile, BatchFault> = read.unwrap_or(Err(BatchFault::Unread));
        let file = read?;
        let is_there = is_known(&self.0.options.catalogue, &file.model);
        if is_there && principal.may_use(&file.model) {
            Ok(file)
        } else {
            Err(GatewayError::UnknownModel { model: file.model })
        }
    }
}

impl Running {
    /// Leaves it open until the batch ends; returns when that is durable.
    pub async fn wait_for_batch(&mut self, id: &str) -> Result<(), store::Error> {
        self.wait_for_task(&reference(id)).await
    }
}

fn is_known(catalogue: &Catalogue, model: &str) -> bool {
    model == TRIAL || catalogue.get(model).is_some()
}

/// How the ledger names what a batch has reserved.
fn reference(id: &str) -> String {
    format!("{BATCH}{id}")
}
