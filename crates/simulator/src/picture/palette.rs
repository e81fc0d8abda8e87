//! What the words ask for: a place, an hour, things to see.

use super::canvas::Color;
use crate::dice::Dice;

/// The place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Mountains,
    Sea,
    City,
    Forest,
    Dunes,
    Dream,
}

/// Something in front of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Boat,
    Lighthouse,
    Lanterns,
    Cat,
    Flowers,
    Snow,
}

/// The colours of an hour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    pub(super) top: Color,
    pub(super) middle: Color,
    pub(super) low: Color,
    pub(super) light: Color,
    pub(super) far: Color,
    pub(super) near: Color,
    pub(super) accent: Color,
    pub(super) is_night: bool,
}

/// The place that the words name, or one by chance.
pub(super) fn place(words: &str, dice: &mut Dice) -> Place {
    const NAMED: [(Place, &[&str]); 6] = [
        (
            Place::Sea,
            &[
                "海",
                "湖",
                "江",
                "船",
                "浪",
                "sea",
                "ocean",
                "lake",
                "beach",
                "wave",
                "surf",
                "boat",
                "lighthouse",
            ],
        ),
        (
            Place::City,
            &[
                "城",
                "街",
                "楼",
                "夜市",
                "霓虹",
                "city",
                "street",
                "night market",
                "neon",
                "skyline",
                "tower",
            ],
        ),
        (
            Place::Forest,
            &[
                "林", "树", "竹", "forest", "tree", "wood", "bamboo", "garden",
            ],
        ),
        (
            Place::Dunes,
            &["沙", "漠", "desert", "dune", "sand", "mars"],
        ),
        (
            Place::Mountains,
            &[
                "山", "峰", "雪", "mountain", "peak", "snow", "valley", "hill", "kite",
            ],
        ),
        (
            Place::Dream,
            &[
                "抽象", "梦", "宇宙", "abstract", "dream", "space", "logo", "poster", "pattern",
            ],
        ),
    ];
    named(words, &NAMED).unwrap_or_else(|| {
        [
            Place::Mountains,
            Place::Sea,
            Place::City,
            Place::Forest,
            Place::Dunes,
            Place::Dream,
        ][dice.below(6)]
    })
}

/// What else the words name.
pub(super) fn things(words: &str) -> Vec<Thing> {
    const NAMED: [(Thing, &[&str]); 6] = [
        (Thing::Boat, &["船", "帆", "boat", "sail", "ship"]),
        (Thing::Lighthouse, &["灯塔", "lighthouse"]),
        (Thing::Lanterns, &["灯笼", "lantern", "夜市", "market"]),
        (Thing::Cat, &["猫", "cat", "kitten"]),
        (Thing::Flowers, &["花", "flower", "bloom", "spring", "春"]),
        (Thing::Snow, &["雪", "snow", "winter", "冬"]),
    ];
    let is_named = |(_, names): &&(Thing, &[&str])| names.iter().any(|name| words.contains(name));
    NAMED
        .iter()
        .filter(is_named)
        .map(|(thing, _)| *thing)
        .collect()
}

/// The colours of the hour that the words name, or of one by chance.
pub(super) fn palette(words: &str, dice: &mut Dice) -> Palette {
    const NAMED: [(usize, &[&str]); 6] = [
        (
            0,
            &["夜", "月", "星", "霓虹", "night", "moon", "star", "neon"],
        ),
        (
            1,
            &["落日", "夕", "黄昏", "日落", "sunset", "dusk", "evening"],
        ),
        (2, &["清晨", "晨", "日出", "dawn", "sunrise", "morning"]),
        (3, &["雪", "冬", "雾", "snow", "winter", "fog", "mist"]),
        (4, &["秋", "沙", "漠", "autumn", "fall", "desert", "mars"]),
        (
            6,
            &["水墨", "国画", "ink", "<chinese painting>", "<sketch>"],
        ),
    ];
    let hour = named(words, &NAMED).unwrap_or_else(|| dice.below(HOURS.len() - 1));
    HOURS[hour]
}

fn named<T: Copy>(words: &str, named: &[(T, &[&str])]) -> Option<T> {
    let found = named
        .iter()
        .find(|(_, names)| names.iter().any(|name| words.contains(name)));
    found.map(|(thing, _)| *thing)
}

/// Night, sunset, dawn, winter, autumn, a clear day, and ink on paper, which has to be asked for.
const HOURS: [Palette; 7] = [
    Palette {
        top: [8, 12, 38],
        middle: [24, 36, 84],
        low: [72, 78, 134],
        light: [246, 240, 214],
        far: [52, 62, 112],
        near: [6, 10, 26],
        accent: [255, 196, 92],
        is_night: true,
    },
    Palette {
        top: [52, 42, 104],
        middle: [214, 92, 98],
        low: [255, 190, 112],
        light: [255, 232, 178],
        far: [168, 92, 118],
        near: [34, 20, 52],
        accent: [255, 132, 72],
        is_night: false,
    },
    Palette {
        top: [94, 142, 204],
        middle: [184, 190, 224],
        low: [255, 216, 190],
        light: [255, 244, 214],
        far: [150, 160, 198],
        near: [38, 58, 86],
        accent: [244, 128, 136],
        is_night: false,
    },
    Palette {
        top: [148, 172, 198],
        middle: [196, 210, 224],
        low: [236, 240, 244],
        light: [255, 255, 250],
        far: [176, 192, 210],
        near: [58, 78, 102],
        accent: [206, 70, 66],
        is_night: false,
    },
    Palette {
        top: [104, 132, 158],
        middle: [222, 182, 132],
        low: [248, 220, 164],
        light: [255, 246, 214],
        far: [206, 150, 96],
        near: [104, 50, 34],
        accent: [222, 92, 40],
        is_night: false,
    },
    Palette {
        top: [38, 108, 196],
        middle: [106, 174, 232],
        low: [206, 232, 246],
        light: [255, 252, 226],
        far: [118, 164, 190],
        near: [24, 74, 64],
        accent: [250, 186, 60],
        is_night: false,
    },
    Palette {
        top: [236, 230, 214],
        middle: [242, 238, 224],
        low: [228, 222, 206],
        light: [206, 64, 48],
        far: [178, 176, 170],
        near: [44, 44, 46],
        accent: [190, 48, 40],
        is_night: false,
    },
];
