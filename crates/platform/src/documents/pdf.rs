//! PDF: the glyphs of each page, in the order in which they are drawn, which is nearly always the one in which they are read.

mod layout;

use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask,
    font::{Glyph, GlyphRun},
    hayro_cmap::{BfString, WritingMode},
    hayro_syntax::{LoadPdfError, Pdf},
    interpret_page,
    kurbo::{Affine, BezPath, Rect},
};

use super::{
    Reading, Unreadable,
    written::{Written, count},
};
use layout::{Drawn, Layout};

/// Pages that are read at most.
const PAGES: usize = 5_000;
/// Glyphs of a page that are read at most.
const GLYPHS: usize = 400_000;
/// Units of a glyph's own space for the height of a line.
const UNITS: f64 = 1_000.0;

/// Reads the text.
pub(super) fn read(bytes: Vec<u8>) -> Result<Reading, Unreadable> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => Unreadable::Locked,
        LoadPdfError::Invalid => Unreadable::Damaged,
    })?;
    let pages = pdf.pages();
    if pages.is_empty() {
        return Err(Unreadable::Damaged);
    }
    let cache = InterpreterCache::new();
    let mut written = Written::default();
    let mut blank = 0_u32;
    for (place, page) in pages.iter().enumerate() {
        if place == PAGES || written.is_full() {
            written.cut();
            break;
        }
        // Where on the sheet something stands does not matter, only where it stands to the others.
        let mut context = Context::new(
            Affine::IDENTITY,
            Rect::new(0.0, 0.0, 1.0, 1.0),
            &cache,
            pdf.xref(),
            InterpreterSettings::default(),
        );
        let mut looker = Looker::default();
        interpret_page(page, &mut context, &mut looker);
        written.mark(format!("[page {}]", place + 1));
        let (lines, is_cut) = looker.lines();
        if is_cut {
            written.cut();
        }
        match lines {
            Some(lines) => {
                for line in &lines {
                    written.line(line);
                }
            }
            None => blank += u32::from(looker.has_drawn),
        }
    }
    Ok(written.reading(Some(count(pages.len())), blank))
}

/// Looks at what is drawn on a page.
#[derive(Default)]
struct Looker {
    layout: Layout,
    glyphs: usize,
    /// Glyphs of which nothing says which character they are.
    unknown: usize,
    /// The beginning of the run that was filled last: text with an outline is drawn twice.
    filled: Option<(f64, f64)>,
    /// Something other than known characters is there.
    has_drawn: bool,
}

impl Looker {
    /// The lines, if most of what is written is known, and whether there was more.
    fn lines(&mut self) -> (Option<Vec<String>>, bool) {
        let is_cut = self.glyphs > GLYPHS;
        let lines = std::mem::take(&mut self.layout).lines();
        let known: usize = lines
            .iter()
            .map(|line| line.chars().filter(|c| !c.is_whitespace()).count())
            .sum();
        let is_text = known > 0 && known >= self.unknown;
        (is_text.then_some(lines), is_cut)
    }

    fn take(&mut self, glyph: &Glyph<'_>, place: Affine, is_vertical: bool) {
        self.glyphs += 1;
        if self.glyphs > GLYPHS {
            return;
        }
        let coefficients = place.as_coeffs();
        if !coefficients.into_iter().all(f64::is_finite) {
            return;
        }
        let [along_x, along_y, up_x, up_y, x, y] = coefficients;
        let text = match glyph.as_unicode() {
            Some(BfString::Char(c)) => c.to_string(),
            Some(BfString::String(text)) => text,
            None => {
                self.unknown += 1;
                self.has_drawn = true;
                return;
            }
        };
        let (across, up) = (along_x.hypot(along_y), up_x.hypot(up_y));
        let width = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            // What a unit is there, each font says for itself.
            Glyph::Type3(_) => None,
        };
        let width = width.map_or(UNITS / 2.0, f64::from);
        let (direction, length, size) = if is_vertical {
            ((-up_x / up, -up_y / up), UNITS * up, UNITS * across)
        } else {
            (
                (along_x / across, along_y / across),
                width * across,
                UNITS * up,
            )
        };
        self.layout.take(&Drawn {
            text,
            place: (x, y),
            direction,
            length,
            size,
        });
    }
}

impl Device<'_> for Looker {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, mode: &DrawMode) {
        let Some(first) = run.glyphs().first() else {
            return;
        };
        let [.., x, y] = (props.transform * first.transform()).as_coeffs();
        if matches!(mode, DrawMode::Stroke(_)) && self.filled == Some((x, y)) {
            return;
        }
        self.filled = Some((x, y));
        let is_vertical = run.writing_mode() == WritingMode::Vertical;
        for glyph in run.glyphs() {
            self.take(glyph, props.transform * glyph.transform(), is_vertical);
        }
    }

    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {
        self.has_drawn = true;
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
