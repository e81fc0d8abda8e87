//! A diagram from its source, here and now, which nothing but the process that was made for it should do.

use mermaid_svg::Theme;
use model::Drawing;

use super::clean::clean;
use crate::files::text::is_shown;

/// The largest drawing, in bytes.
pub(super) const LARGEST: usize = 1024 * 1024;
/// The most that is told of what is wrong with a source, in characters.
const TOLD: usize = 240;

/// Draws it.
pub(super) fn draw(source: &str) -> Drawing {
    let (theme, variables) = match mermaid_svg::parse_with_meta(source) {
        Ok((_, meta)) => (
            meta.theme.as_deref().and_then(Theme::by_name),
            meta.theme_variables,
        ),
        Err(error) => return Drawing::Misunderstood(told(&error.to_string())),
    };
    let theme = theme.unwrap_or_default();
    let drawn = match mermaid_svg::render_with(source, &theme) {
        Ok(drawn) => drawn,
        Err(error) => return Drawing::Misunderstood(told(&error.to_string())),
    };
    // The ground that the colours are meant for, so that it can be read on a dark page too.
    let mut shown = theme;
    shown.apply_theme_variables(&variables);
    match clean(&drawn, &shown.bg) {
        Some(drawing) if drawing.len() <= LARGEST => Drawing::Drawn(drawing),
        _ => Drawing::Undrawable,
    }
}

/// What is said of a source. It may quote it at any length.
fn told(message: &str) -> String {
    let seen = || message.chars().filter(|&c| is_shown(c));
    let mut told: String = seen().take(TOLD).collect();
    if seen().nth(TOLD).is_some() {
        told.push('…');
    }
    told
}
