//! The document around the app: what must be right before the first paint.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{App, glue};

/// The addresses of the files that make the page live.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The loader of the WebAssembly module.
    pub js: String,
    /// The WebAssembly module.
    pub wasm: String,
}

/// The document: language and theme of the reader, style, scripts, the app.
pub fn shell(assets: &Assets) -> impl IntoView + use<> {
    let Assets { css, js, wasm } = assets.clone();
    // A page that the browser kept as it was left may show what is gone since, or another person's. Where a screen keyboard lies over a
    // conversation (Safari does not know `interactive-widget`), that is as high as what is left of the page; not where one is pinched. What
    // one types into had its place in the higher one.
    // The first paint comes first: what makes the page live is ten times all else, and would share the way with the styles. A page that
    // nobody sees is not painted, and none may wait for that.
    let start = format!(
        "addEventListener('pageshow',e=>{{if(e.persisted){{document.documentElement.hidden=true;location.reload()}}}});\
         const v=window.visualViewport;v&&matchMedia('(pointer:coarse)').matches&&v.addEventListener('resize',()=>{{\
         if(v.scale<1.01&&document.querySelector('.frame')){{document.documentElement.style.setProperty('--seen',v.height+'px');scrollTo(0,0);\
         const a=document.activeElement;a&&a.matches('input,textarea')&&a.scrollIntoView({{block:'nearest'}})}}}});\
         let woken;const wake=()=>{{if(woken)return;woken=true;const w=fetch({wasm:?});\
         import({js:?}).then(m=>m.default({{module_or_path:w}}).then(()=>m.hydrate()))}};\
         requestAnimationFrame(()=>setTimeout(wake));setTimeout(wake,document.hidden?0:500)"
    );
    view! {
        <!DOCTYPE html>
        <html lang=glue::language().tag() data-theme=glue::theme().name()>
            <head>
                <meta charset="utf-8"/>
                <meta
                    name="viewport"
                    content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
                />
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#fbfaf8"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#17181b"/>
                <link rel="stylesheet" href=css/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href=glue::language().manifest()/>
                <link rel="modulepreload" href=js.clone() nonce=use_nonce()/>
                <script type="module" nonce=use_nonce()>
                    {start}
                </script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
