//! What is set for the answers and switched by one press, beside the choice of the model: whether that reasons first, and whether it may
//! search the web. It is kept where the dialog of parameters keeps it, which is the way without scripts.

use leptos::{prelude::*, task::spawn_local};
use model::{Switch, Switches};

use super::parameters::ParametersOf;
use crate::{
    api::parameters::{load_switches, switch_parameter},
    error::AppError,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        turns::Turns,
    },
};

/// The switches that the model has.
#[component]
pub fn ParameterSwitches(of: ParametersOf, problem: RwSignal<Option<AppError>>) -> impl IntoView {
    let words = use_words();
    let stand = RwSignal::new(Switches::default());
    let busy = RwSignal::new(false);
    let turns = Turns::new();
    let id = move || of.conversation.map(|id| id.to_string()).unwrap_or_default();
    Effect::new(move |_| {
        let model = of.model.get();
        // What is saved in the dialog is read again when that closes.
        if of.open.get() {
            return;
        }
        let turn = turns.begin();
        spawn_local(async move {
            let loaded = load_switches(id(), model.into()).await;
            if turns.is_last(turn) {
                // What can't be read is not shown: the dialog says why.
                stand.try_set(loaded.unwrap_or_default());
            }
        });
    });
    let press = move |switch: Switch, on: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(None);
        let (turn, model) = (turns.begin(), of.model.get_untracked());
        spawn_local(async move {
            let name = switch.as_str().to_owned();
            let done = switch_parameter(id(), model.into(), name, on).await;
            busy.try_set(false);
            match done {
                Ok(switched) if turns.is_last(turn) => {
                    stand.try_set(switched);
                }
                Ok(_) => {}
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    };
    let button = move |switch: Switch| {
        let (label, icon) = match switch {
            Switch::Thinking => (words.think_first, Icon::Bulb),
            Switch::Search => (words.web_search, Icon::Globe),
        };
        let is_there = Memo::new(move |_| stand.get().get(switch).is_some());
        let is_on = Memo::new(move |_| stand.get().get(switch) == Some(true));
        move || {
            is_there.get().then(|| {
                view! {
                    <button
                        class="icon-button composer__switch"
                        type="button"
                        data-switch=switch.as_str()
                        title=label
                        aria-label=label
                        aria-pressed=move || if is_on.get() { "true" } else { "false" }
                        aria-busy=move || busy.get().then_some("true")
                        on:click=move |_| press(switch, !is_on.get_untracked())
                    >
                        <Glyph icon/>
                    </button>
                }
            })
        }
    };
    view! {
        {button(Switch::Thinking)}
        {button(Switch::Search)}
    }
}
