//! Lines out of glyphs: where the next one stands beside the last one, on its line, they are of one word or parted by a gap; where it does not, a
//! line begins. That also holds for pages that are turned, and for lines that go down the page.

/// A glyph of which the character is known.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub(super) text: String,
    /// Where it begins.
    pub(super) place: (f64, f64),
    /// Where its line goes, one long.
    pub(super) direction: (f64, f64),
    /// How far it goes there.
    pub(super) length: f64,
    /// The height of its line.
    pub(super) size: f64,
}

/// What of the height of a line the next glyph is moved by where a space was meant, where a column begins, and where it is of another line.
const SPACE: f64 = 0.2;
const COLUMN: f64 = 1.5;
const OTHER_LINE: f64 = 0.5;
/// Lines that are further apart are paragraphs.
const PARAGRAPH: f64 = 1.9;
/// How far back a glyph may begin before the end of the last one: letters are drawn closer together, and accents upon them.
const BACK: f64 = 0.6;

/// Lines as they come about.
#[derive(Debug, Default)]
pub(super) struct Layout {
    lines: Vec<String>,
    line: String,
    last: Option<Drawn>,
}

impl Layout {
    /// Puts the next glyph where it belongs.
    pub(super) fn take(&mut self, drawn: &Drawn) {
        if let Some(last) = self.last.take() {
            let size = drawn.size.max(last.size).max(f64::MIN_POSITIVE);
            let moved = (drawn.place.0 - last.place.0, drawn.place.1 - last.place.1);
            let (ux, uy) = last.direction;
            let along = (moved.0 * ux + moved.1 * uy - last.length) / size;
            let across = (moved.1 * ux - moved.0 * uy).abs() / size;
            let is_turned = ux * drawn.direction.0 + uy * drawn.direction.1 < 0.9;
            if is_turned || across > OTHER_LINE || along < -BACK {
                self.end();
                if across > PARAGRAPH {
                    self.lines.push(String::new());
                }
            } else {
                self.part(along, &last.text, &drawn.text);
            }
        }
        self.line.push_str(&drawn.text);
        self.last = Some(drawn.clone());
    }

    /// The gap between two glyphs of a line.
    fn part(&mut self, gap: f64, before: &str, behind: &str) {
        let is_parted = self.line.ends_with(char::is_whitespace) || behind.starts_with(' ');
        // Characters that fill a square stand apart without a space between them.
        let is_wide = |text: &str| text.chars().all(|c| c >= '\u{2E80}');
        let enough = if is_wide(before) && is_wide(behind) {
            COLUMN / 2.0
        } else {
            SPACE
        };
        if gap > COLUMN {
            self.line.truncate(self.line.trim_end().len());
            self.line.push('\t');
        } else if gap > enough && !is_parted {
            self.line.push(' ');
        }
    }

    fn end(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
    }

    /// All lines.
    pub(super) fn lines(mut self) -> Vec<String> {
        if !self.line.is_empty() {
            self.end();
        }
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters ten high and six wide from there on.
    fn write(layout: &mut Layout, text: &str, (x, y): (f64, f64)) {
        let mut at = x;
        for c in text.chars() {
            let length = if c < '\u{2E80}' { 6.0 } else { 10.0 };
            layout.take(&Drawn {
                text: c.to_string(),
                place: (at, y),
                direction: (1.0, 0.0),
                length,
                size: 10.0,
            });
            at += length;
        }
    }

    #[test]
    fn gaps_are_spaces_and_columns_and_moves_are_lines() {
        let mut layout = Layout::default();
        write(&mut layout, "Spring", (0.0, 100.0));
        write(&mut layout, "dawn", (39.0, 100.0));
        write(&mut layout, "42", (200.0, 101.0));
        write(&mut layout, "春眠", (0.0, 88.0));
        write(&mut layout, "不觉晓", (21.0, 88.0));
        write(&mut layout, "end", (0.0, 40.0));
        assert_eq!(layout.lines(), ["Spring dawn\t42", "春眠不觉晓", "", "end"]);
    }

    #[test]
    fn lines_may_go_down_the_page() {
        let mut layout = Layout::default();
        for (line, x) in [("春眠", 50.0), ("处处", 35.0)] {
            for (place, c) in line.chars().enumerate() {
                layout.take(&Drawn {
                    text: c.to_string(),
                    place: (x, 100.0 - 10.0 * f64::from(u8::try_from(place).unwrap())),
                    direction: (0.0, -1.0),
                    length: 10.0,
                    size: 10.0,
                });
            }
        }
        assert_eq!(layout.lines(), ["春眠", "处处"]);
    }
}
