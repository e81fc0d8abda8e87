//! Putting what is near in the order in which it answers what was looked for, by a model that reads both. What that model can't say in
//! time, the nearness of the vectors says.

use std::time::Duration;

use bailian::{Usage, rerank::RerankRequest};
use model::{CallOutcome, Operation};

use super::{Meanings, asking::AskError, finding::SHOWN};
use crate::{
    gateway::{Ending, GatewayError},
    identity::Caller,
};

/// The nearest things, which are put in order.
const RANKED: usize = 30;
/// Characters of a thing that are read: with all of them together far from what the models take.
const LONGEST: usize = 400;
/// A page is not kept waiting for longer: it has something to show.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// What is read of a thing that says nothing.
const NOTHING: &str = "…";

impl Meanings {
    /// Whether a model puts things in order.
    pub(super) fn ranks(&self) -> bool {
        self.0.rerank_model.is_some()
    }

    /// How many of the nearest things are looked at: as many as are shown, or as are put in order before.
    pub(super) fn candidates(&self) -> usize {
        if self.ranks() { RANKED } else { SHOWN }
    }

    /// The best of the things, each of which comes with what it says, in the order in which they answer `words`; as they come where that
    /// can't be told.
    pub(super) async fn best<T>(
        &self,
        caller: &Caller,
        words: &str,
        things: Vec<(T, String)>,
    ) -> Vec<T> {
        let (mut things, texts): (Vec<T>, Vec<String>) = things
            .into_iter()
            .map(|(thing, text)| (thing, cut(&text)))
            .unzip();
        if let Some(best_first) = self.order(caller, words, &texts).await {
            things = ordered(things, &best_first);
        }
        things.truncate(SHOWN);
        things
    }

    async fn order(&self, caller: &Caller, words: &str, texts: &[String]) -> Option<Vec<usize>> {
        let model = self.0.rerank_model.as_deref()?;
        // One is in order by itself.
        if texts.len() < 2 {
            return None;
        }
        let asked = self.ask_ranks(caller, model, words, texts);
        let failed = match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(best_first)) => return best_first,
            // Who has nothing left to spend has the nearest first.
            Ok(Err(AskError::NotNow(
                GatewayError::OverBudget { .. }
                | GatewayError::NoPrice
                | GatewayError::QuotaUsedUp { .. },
            ))) => return None,
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        let error = failed.as_ref().map(|error| error as &dyn std::error::Error);
        tracing::warn!(error, "what was found stays in the order of its vectors");
        None
    }

    /// The places of the texts, best first; `None` where the caller may not have the model. The call is booked when this returns; dropped
    /// before, it counts as cancelled.
    #[tracing::instrument(name = "meaning.rank", skip_all)]
    async fn ask_ranks(
        &self,
        caller: &Caller,
        model: &str,
        words: &str,
        texts: &[String],
    ) -> Result<Option<Vec<usize>>, AskError> {
        let owner = caller.user();
        let allowance = self.0.db.allowance(owner).await?;
        if !allowance.allows(model) {
            return Ok(None);
        }
        let gateway = &self.0.gateway;
        let said: usize = texts.iter().map(String::len).sum();
        // What is looked for counts with each of them.
        let bytes = words.len().saturating_mul(texts.len()).saturating_add(said);
        let request_id = caller.visitor().request_id.clone();
        let call = gateway.admit_texts(owner, (Operation::Rerank, model), bytes, request_id);
        let call = match call.await {
            Ok(call) => call,
            Err(GatewayError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(AskError::NotNow(error)),
        };
        let request = RerankRequest::new(model, words, texts.iter().map(String::as_str));
        let is_native = gateway.card(model).is_some_and(|card| card.native_only);
        let answered = if is_native {
            gateway.client().rerank_natively(request).await
        } else {
            gateway.client().rerank(request).await
        };
        let ending = match &answered {
            Ok(answer) => {
                let tokens = answer.usage.as_ref().and_then(|used| used.total_tokens);
                let usage = tokens.map(|tokens| Usage {
                    prompt_tokens: Some(tokens),
                    total_tokens: Some(tokens),
                    ..Usage::default()
                });
                Ending::of_answer(CallOutcome::Succeeded, usage, 0)
            }
            Err(error) => Ending::failed(error),
        };
        call.close(ending).await?;
        let answer = answered.map_err(|error| AskError::Upstream(Some(error)))?;
        let best_first = answer.results.iter().map(|rank| rank.index);
        Ok(Some(best_first.collect()))
    }
}

/// As much of a text as is read.
fn cut(text: &str) -> String {
    let text: String = text.trim().chars().take(LONGEST).collect();
    if text.is_empty() {
        NOTHING.to_owned()
    } else {
        text
    }
}

/// The things in that order. Those that it does not name come behind, as they were; what it names and is not there is passed over.
fn ordered<T>(things: Vec<T>, best_first: &[usize]) -> Vec<T> {
    let mut left: Vec<Option<T>> = things.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(left.len());
    for place in best_first {
        ordered.extend(left.get_mut(*place).and_then(Option::take));
    }
    ordered.extend(left.into_iter().flatten());
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_or_doubled_whatever_the_order_says() {
        let things = || vec!["a", "b", "c"];
        assert_eq!(ordered(things(), &[2, 0, 1]), ["c", "a", "b"]);
        assert_eq!(ordered(things(), &[]), ["a", "b", "c"]);
        assert_eq!(ordered(things(), &[1, 1, 9, usize::MAX]), ["b", "a", "c"]);
    }

    #[test]
    fn what_is_read_is_bounded_and_never_empty() {
        assert_eq!(cut(" \n"), NOTHING);
        assert_eq!(cut(" 春眠 "), "春眠");
        assert_eq!(cut(&"晓".repeat(9_000)).chars().count(), LONGEST);
    }
}
