//! What is said about what a message shows: sizes, colours and lengths, which need no understanding.

use super::language::Language;
use crate::picture;

/// Something that the model was given beside text, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    Picture {
        width: u32,
        height: u32,
        colors: Vec<Color>,
    },
    Frames(usize),
    Film,
    Sound {
        milliseconds: u64,
    },
    Document {
        name: String,
        opening: String,
    },
    /// What stood between fences, by its beginning.
    Passage(String),
    /// On another machine, which is not asked.
    Elsewhere,
}

/// A colour as people call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Color {
    Black,
    Grey,
    White,
    Red,
    Orange,
    Yellow,
    Green,
    Cyan,
    Blue,
    Purple,
}

const COLORS: [(Color, &str, &str); 10] = [
    (Color::Black, "黑色", "black"),
    (Color::Grey, "灰色", "grey"),
    (Color::White, "白色", "white"),
    (Color::Red, "红色", "red"),
    (Color::Orange, "橙色", "orange"),
    (Color::Yellow, "黄色", "yellow"),
    (Color::Green, "绿色", "green"),
    (Color::Cyan, "青色", "cyan"),
    (Color::Blue, "蓝色", "blue"),
    (Color::Purple, "紫色", "purple"),
];
/// A look takes about so many points of a picture.
const POINTS: u32 = 64;
/// How many colours are worth naming.
const MAIN: usize = 3;

/// Looks at a picture; nothing when it can't be decoded.
pub(crate) fn look(bytes: &[u8]) -> Option<Sight> {
    let picture = picture::read(bytes)?;
    let (width, height) = picture.dimensions();
    let mut counts = [0_u32; COLORS.len()];
    let (across, down) = ((width / POINTS).max(1), (height / POINTS).max(1));
    for y in (0..height).step_by(usize::try_from(down).unwrap_or(1)) {
        for x in (0..width).step_by(usize::try_from(across).unwrap_or(1)) {
            let color = name(picture.get_pixel(x, y).0);
            let place = COLORS.iter().position(|(known, ..)| *known == color);
            if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
                *count += 1;
            }
        }
    }
    let all: u32 = counts.iter().sum();
    let mut ranked: Vec<(u32, Color)> = counts
        .iter()
        .zip(COLORS)
        .map(|(count, (color, ..))| (*count, color))
        .filter(|(count, _)| count * 10 >= all)
        .collect();
    ranked.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    let colors = ranked.into_iter().take(MAIN).map(|(_, color)| color);
    Some(Sight::Picture {
        width,
        height,
        colors: colors.collect(),
    })
}

/// What stands between fences in a question is material: how it begins, without marks in brackets.
pub(crate) fn passage(question: &str) -> Option<Sight> {
    let mut lines = question.lines().map(str::trim);
    lines.find(|line| line.starts_with("```"))?;
    let mut inside = lines.take_while(|line| !line.starts_with("```"));
    let opening = inside.find(|line| !line.is_empty() && !line.starts_with('['))?;
    Some(Sight::Passage(opening.chars().take(80).collect()))
}

/// A sentence for each, in the language of the question.
pub(crate) fn describe(sights: &[Sight], question: &str) -> String {
    let language = Language::of(question);
    let sentences: Vec<String> = sights
        .iter()
        .map(|sight| sentence(sight, language))
        .collect();
    sentences.join("\n")
}

fn sentence(sight: &Sight, language: Language) -> String {
    let is_chinese = language == Language::Chinese;
    match sight {
        Sight::Picture {
            width,
            height,
            colors,
        } => {
            let named: Vec<&str> = colors
                .iter()
                .filter_map(|color| COLORS.iter().find(|(known, ..)| known == color))
                .map(|(_, chinese, english)| if is_chinese { *chinese } else { *english })
                .collect();
            if is_chinese {
                format!(
                    "这张图片是 {width} × {height} 像素，主要颜色：{}。",
                    named.join("、")
                )
            } else {
                let named = named.join(", ");
                format!("The picture is {width} × {height} pixels, mostly {named}.")
            }
        }
        Sight::Frames(count) if is_chinese => format!("这段视频由 {count} 张图片组成。"),
        Sight::Frames(count) => format!("The video is a sequence of {count} pictures."),
        Sight::Film if is_chinese => "收到了一段视频。".to_owned(),
        Sight::Film => "There is a video.".to_owned(),
        Sight::Sound { milliseconds } => {
            let (whole, tenths) = (milliseconds / 1000, milliseconds % 1000 / 100);
            if is_chinese {
                format!("这段音频长 {whole}.{tenths} 秒。")
            } else {
                format!("The sound lasts {whole}.{tenths} seconds.")
            }
        }
        Sight::Document { name, opening } if is_chinese => {
            format!("文件 {name} 开头写道：“{opening}”")
        }
        Sight::Document { name, opening } => format!("The file {name} begins: “{opening}”"),
        Sight::Passage(opening) if is_chinese => format!("所附文本开头写道：“{opening}”"),
        Sight::Passage(opening) => format!("The text that came along begins: “{opening}”"),
        Sight::Elsewhere if is_chinese => "那个地址在别的机器上，模拟器看不到。".to_owned(),
        Sight::Elsewhere => {
            "That address is on another machine, where the simulator can't look.".to_owned()
        }
    }
}

fn name([red, green, blue]: [u8; 3]) -> Color {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let spread = u16::from(most - least);
    if most < 50 {
        return Color::Black;
    }
    if spread * 6 < u16::from(most) {
        return if least > 215 {
            Color::White
        } else {
            Color::Grey
        };
    }
    let share = |part: u8| u16::from(part - least) * 60 / spread;
    let hue = if most == red {
        if green >= blue {
            share(green)
        } else {
            360 - share(blue)
        }
    } else if most == green {
        if blue >= red {
            120 + share(blue)
        } else {
            120 - share(red)
        }
    } else if red >= green {
        240 + share(red)
    } else {
        240 - share(green)
    };
    match hue {
        0..=15 | 341.. => Color::Red,
        16..=40 => Color::Orange,
        41..=65 => Color::Yellow,
        66..=160 => Color::Green,
        161..=195 => Color::Cyan,
        196..=255 => Color::Blue,
        256..=340 => Color::Purple,
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::{Color, Sight, describe, look, name, passage};
    use crate::picture;

    #[test]
    fn colours_have_their_names() {
        for (color, called) in [
            ([0, 0, 0], Color::Black),
            ([250, 250, 250], Color::White),
            ([128, 128, 128], Color::Grey),
            ([255, 0, 0], Color::Red),
            ([255, 128, 0], Color::Orange),
            ([255, 255, 0], Color::Yellow),
            ([0, 200, 0], Color::Green),
            ([0, 220, 220], Color::Cyan),
            ([20, 40, 250], Color::Blue),
            ([160, 30, 200], Color::Purple),
        ] {
            assert_eq!(name(color), called, "{color:?}");
        }
    }

    #[test]
    fn what_stands_between_fences_is_told_of() {
        let question = "Sum it up.\n\n```\n[page 1]\nSpring dawn\n```";
        assert_eq!(
            passage(question),
            Some(Sight::Passage("Spring dawn".to_owned()))
        );
        assert_eq!(passage("Spring dawn"), None);
        assert_eq!(passage("```\n```"), None);
    }

    #[test]
    fn a_picture_is_described_in_the_language_of_the_question() {
        let half = |x: u32| Rgb(if x < 60 { [255, 0, 0] } else { [255, 255, 255] });
        let picture = RgbImage::from_fn(100, 40, |x, _| half(x));
        let Some(sight) = picture::png(&picture).ok().and_then(|bytes| look(&bytes)) else {
            panic!("it can be read")
        };
        let colors = vec![Color::Red, Color::White];
        assert_eq!(
            sight,
            Sight::Picture {
                width: 100,
                height: 40,
                colors
            }
        );
        assert_eq!(
            describe(std::slice::from_ref(&sight), "What is this?"),
            "The picture is 100 × 40 pixels, mostly red, white."
        );
        assert_eq!(
            describe(&[sight], "这是什么"),
            "这张图片是 100 × 40 像素，主要颜色：红色、白色。"
        );
        assert_eq!(look(b"no picture"), None);
    }
}
