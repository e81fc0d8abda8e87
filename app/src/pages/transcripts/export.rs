//! Taking it along: a link for each form, which works without scripts.

use leptos::prelude::*;
use model::{TranscriptId, transcript::ExportFormat};

use crate::{
    address::with_query,
    language::{use_language, use_words},
};

/// The menu.
#[component]
pub(super) fn Export(id: TranscriptId, translation: Option<String>) -> impl IntoView {
    let words = use_words();
    let language = use_language().name();
    let path = format!("/transcripts/{id}/export");
    let links = ExportFormat::ALL
        .iter()
        .map(|format| {
            let mut pairs = vec![("format", format.as_str()), ("language", language)];
            pairs.extend(translation.as_deref().map(|translation| ("translation", translation)));
            let label = match format {
                ExportFormat::Txt => words.export_txt,
                ExportFormat::Srt => words.export_srt,
                ExportFormat::Vtt => words.export_vtt,
                ExportFormat::Docx => words.export_docx,
                ExportFormat::Markdown => words.export_md,
                ExportFormat::Json => words.export_json,
            };
            // The router is not to draw it: it is a file.
            view! { <li><a class="minutes__export" href=with_query(&path, &pairs) rel="external" download="">{label}</a></li> }
        })
        .collect_view();
    view! {
        <details class="confirm">
            <summary class="button">{words.export}</summary>
            <div class="confirm__question" data-tone="calm"><ul class="minutes__exports">{links}</ul></div>
        </details>
    }
}
