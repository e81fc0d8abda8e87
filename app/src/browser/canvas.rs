//! Painting on a canvas: strokes of a round brush, and what they come to in black and white.

use js_sys::Promise;
use wasm_bindgen::{Clamped, JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// What a stroke does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Paints along the points.
    Paint,
    /// Takes away along the points.
    Erase,
    /// Paints everything.
    All,
}

/// A stroke, in the canvas's own pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    /// What it does.
    pub touch: Touch,
    /// The width of the brush.
    pub width: f64,
    /// Where it goes along.
    pub points: Vec<(f64, f64)>,
}

/// Draws all strokes anew, in this colour.
pub fn redraw(canvas: &HtmlCanvasElement, strokes: &[Stroke], colour: &str) {
    let Some(context) = context_of(canvas) else {
        return;
    };
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    context.clear_rect(0.0, 0.0, width, height);
    for stroke in strokes {
        draw(&context, stroke, colour, (width, height));
    }
}

/// Draws what was added to a stroke last.
pub fn draw_end(canvas: &HtmlCanvasElement, stroke: &Stroke, colour: &str) {
    let Some(context) = context_of(canvas) else {
        return;
    };
    let end = Stroke {
        points: stroke.points[stroke.points.len().saturating_sub(2)..].to_vec(),
        ..*stroke
    };
    draw(&context, &end, colour, (0.0, 0.0));
}

fn draw(context: &CanvasRenderingContext2d, stroke: &Stroke, colour: &str, size: (f64, f64)) {
    let mode = match stroke.touch {
        Touch::Paint | Touch::All => "source-over",
        Touch::Erase => "destination-out",
    };
    // Fails only for a mode that does not exist.
    let _set = context.set_global_composite_operation(mode);
    context.set_fill_style_str(colour);
    context.set_stroke_style_str(colour);
    context.set_line_cap("round");
    context.set_line_join("round");
    context.set_line_width(stroke.width);
    if stroke.touch == Touch::All {
        context.fill_rect(0.0, 0.0, size.0, size.1);
        return;
    }
    context.begin_path();
    for (place, (x, y)) in stroke.points.iter().enumerate() {
        if place == 0 {
            context.move_to(*x, *y);
            // A touch that does not move is a dot.
            context.line_to(*x + 0.01, *y);
        } else {
            context.line_to(*x, *y);
        }
    }
    context.stroke();
}

/// The strokes as a PNG of the canvas's size: white where they are, black elsewhere, and nothing between.
pub async fn mask_of(canvas: &HtmlCanvasElement, strokes: &[Stroke]) -> Option<Blob> {
    let mask: HtmlCanvasElement = super::window()?
        .document()?
        .create_element("canvas")
        .ok()?
        .dyn_into()
        .ok()?;
    mask.set_width(canvas.width());
    mask.set_height(canvas.height());
    redraw(&mask, strokes, "#fff");
    let context = context_of(&mask)?;
    let (width, height) = (f64::from(mask.width()), f64::from(mask.height()));
    let painted = context.get_image_data(0.0, 0.0, width, height).ok()?;
    let mut pixels = painted.data().0;
    for pixel in pixels.chunks_exact_mut(4) {
        let shade = if pixel[3] >= 128 { 255 } else { 0 };
        pixel.copy_from_slice(&[shade, shade, shade, 255]);
    }
    let sharp =
        ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), mask.width(), mask.height());
    context.put_image_data(&sharp.ok()?, 0.0, 0.0).ok()?;
    png_of(&mask).await
}

async fn png_of(canvas: &HtmlCanvasElement) -> Option<Blob> {
    let made = Promise::new(&mut |resolve, reject| {
        let done = Closure::once_into_js(move |blob: JsValue| {
            // Nothing is left to do when nobody waits.
            let _told = resolve.call1(&JsValue::NULL, &blob);
        });
        if canvas.to_blob(done.unchecked_ref()).is_err() {
            let _told = reject.call0(&JsValue::NULL);
        }
    });
    JsFuture::from(made).await.ok()?.dyn_into().ok()
}

fn context_of(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}
