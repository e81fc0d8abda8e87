//! In which part of the page each text is said, as the sources tell. A part of the module that a browser loads later brings its own
//! texts along. To be wrong about one costs bytes and nothing else.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

/// To what a text belongs, beginning with what every page loads. From each there is a way to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The chat, and whatever is not known here.
    Every,
    /// More than one of those below.
    Several,
    /// `Own` in `routes/parts.rs`.
    Own,
    /// `Site`.
    Site,
    /// `Studio`.
    Studio,
    /// `Entrance`.
    Entrance,
    /// What lies over the page.
    Over,
}

/// The part of the sources whose path, below `src`, begins so; the first that fits.
const PLACES: &[(&str, Part)] = &[
    ("pages/chat", Part::Every),
    ("pages/not_found", Part::Every),
    ("over/palette", Part::Over),
    ("over/sheet", Part::Over),
    // What several of them use.
    ("admin/choices", Part::Several),
    ("admin/filters", Part::Several),
    ("admin/form", Part::Several),
    ("pages/admin.rs", Part::Several),
    ("pages/transcripts/words", Part::Several),
    ("ui/key_bounds", Part::Several),
    ("works/aloud", Part::Several),
    ("works/share", Part::Several),
    ("works/words", Part::Several),
    ("admin", Part::Site),
    ("pages/admin", Part::Site),
    ("works", Part::Studio),
    ("pages/images", Part::Studio),
    ("pages/library", Part::Studio),
    ("pages/speech", Part::Studio),
    ("pages/transcripts", Part::Studio),
    ("pages/videos", Part::Studio),
    ("pages/factor", Part::Entrance),
    ("pages/login", Part::Entrance),
    ("pages/recovery", Part::Entrance),
    ("pages/register", Part::Entrance),
    ("pages/setup", Part::Entrance),
    ("pages/shared", Part::Entrance),
    ("pages/verify", Part::Entrance),
    ("pages/welcome", Part::Entrance),
    ("pages/", Part::Own),
];

impl Part {
    /// All of them, in their order.
    pub const ALL: [Self; 7] = [
        Self::Every,
        Self::Several,
        Self::Own,
        Self::Site,
        Self::Studio,
        Self::Entrance,
        Self::Over,
    ];

    /// What the struct of its texts is called.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Every => "Words",
            Self::Several => "SeveralWords",
            Self::Own => "OwnWords",
            Self::Site => "SiteWords",
            Self::Studio => "StudioWords",
            Self::Entrance => "EntranceWords",
            Self::Over => "OverWords",
        }
    }

    /// What the constants of its texts are called after their language.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Every => "",
            Self::Several => "_SEVERAL",
            Self::Own => "_OWN",
            Self::Site => "_SITE",
            Self::Studio => "_STUDIO",
            Self::Entrance => "_ENTRANCE",
            Self::Over => "_OVER",
        }
    }

    /// Where what is said in both has to be.
    fn and(self, other: Self) -> Self {
        if self == other {
            self
        } else if self == Self::Every || other == Self::Every {
            Self::Every
        } else {
            Self::Several
        }
    }

    fn of(path: &str) -> Self {
        let place = PLACES.iter().find(|(begin, _)| path.starts_with(*begin));
        place.map_or(Self::Every, |(_, part)| *part)
    }
}

/// The part of each name that is said anywhere below `sources`.
pub fn find(sources: &Path) -> Result<BTreeMap<String, Part>, Box<dyn Error>> {
    let mut found = BTreeMap::new();
    look(sources, sources, &mut found)?;
    Ok(found)
}

fn look(
    folder: &Path,
    sources: &Path,
    found: &mut BTreeMap<String, Part>,
) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            look(&path, sources, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let place = path.strip_prefix(sources)?.to_string_lossy();
            let part = Part::of(&place.replace('\\', "/"));
            let code = fs::read_to_string(&path)?;
            for name in said(&code) {
                found
                    .entry(name.to_owned())
                    .and_modify(|known| *known = known.and(part))
                    .or_insert(part);
            }
        }
    }
    Ok(())
}

/// The names behind `words.`, `words().` and, in methods of the texts, `self.`.
fn said(code: &str) -> impl Iterator<Item = &str> {
    code.match_indices('.').filter_map(move |(at, _)| {
        let before = code[..at].trim_end();
        let is_said = ["words", "words()", "self"]
            .into_iter()
            .any(|speaker| before.ends_with(speaker));
        let after = code[at + 1..].trim_start();
        let end = after
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(after.len());
        (is_said && end > 0).then(|| &after[..end])
    })
}
