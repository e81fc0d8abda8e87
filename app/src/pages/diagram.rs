//! A diagram from an answer, in the dialog over it: drawn by the server and shown in a frame that can reach nothing, with its source beneath.

use leptos::{prelude::*, task::spawn_local};
use model::Drawing;

use crate::{
    api::diagrams::draw_diagram,
    browser,
    chat::tools::{Previewed, Shown, give},
    error::AppError,
    language::use_words,
    ui::{notice::Notice, visible::visible},
};

/// What came of drawing it, once something did.
type Came = Option<Result<Drawing, AppError>>;

/// The diagram whose source is in the context.
#[component]
pub fn DiagramPanel() -> impl IntoView {
    let words = use_words();
    let Previewed(shown) = expect_context();
    let source = shown.with_untracked(|shown| match shown {
        Some(Shown::Diagram(source)) => source.clone(),
        Some(Shown::Page(_)) | None => String::new(),
    });
    let came = RwSignal::<Came>::new(None);
    let asked = source.clone();
    let draw = move || {
        came.set(None);
        let source = asked.clone();
        spawn_local(async move {
            let drawn = draw_diagram(source).await;
            // The dialog may be closed meanwhile.
            came.try_set(Some(drawn));
        });
    };
    let again = draw.clone();
    Effect::new(move |_| draw());
    let is_drawn =
        Memo::new(move |_| came.with(|came| matches!(came, Some(Ok(Drawing::Drawn(_))))));
    view! {
        <div class="diagram">
            {move || match came.get() {
                None => view! { <p role="status">{words.diagram_drawing}</p> }.into_any(),
                Some(Ok(Drawing::Drawn(drawing))) => view! { <Drawn drawing/> }.into_any(),
                Some(Ok(Drawing::Misunderstood(message))) => {
                    view! {
                        <div class="notice" data-tone="calm" role="alert">
                            <p>{words.diagram_misunderstood}</p>
                            <p class="diagram__message" lang="en">{visible(message)}</p>
                        </div>
                    }
                        .into_any()
                }
                Some(Ok(Drawing::Undrawable)) => {
                    view! { <div class="notice" data-tone="calm" role="alert"><p>{words.diagram_undrawable}</p></div> }
                        .into_any()
                }
                Some(Err(error)) => {
                    let again = again.clone();
                    view! {
                        <Notice error=Signal::stored(Some(error))/>
                        <button class="button" type="button" on:click=move |_| again()>{words.try_again}</button>
                    }
                        .into_any()
                }
            }}
            <details class="diagram__source" open=move || came.with(Option::is_some) && !is_drawn.get()>
                <summary>{words.diagram_source}</summary>
                <pre tabindex="0"><code>{visible(source)}</code></pre>
            </details>
        </div>
    }
}

/// The drawing, in its frame, and a way to keep it.
#[component]
fn Drawn(drawing: String) -> impl IntoView {
    let words = use_words();
    let given = drawing.clone();
    view! {
        <iframe
            class="code-preview"
            src="/sandbox/diagram"
            sandbox="allow-scripts"
            referrerpolicy="no-referrer"
            title=words.diagram
            on:load=move |event| give(&event, &given)
        ></iframe>
        <button class="button" type="button" on:click=move |_| browser::save("diagram.svg", &drawing)>
            {words.diagram_save}
        </button>
    }
}
