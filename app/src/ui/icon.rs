//! Icons, drawn in the text's colour.

use leptos::prelude::*;

/// Which one. Each is a path on a grid of 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A keyboard: shortcuts.
    Keyboard,
    /// A pen on paper: a new conversation.
    Compose,
    /// Three lines: the sidebar.
    Menu,
    /// An arrow up: send.
    Send,
    /// A square: stop.
    Stop,
    /// Two sheets: copy.
    Copy,
    /// An arrow in a circle: once more.
    Again,
    /// A pen: rename.
    Pen,
    /// A bin: delete.
    Bin,
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Downwards.
    Down,
    /// A triangle: go on.
    Continue,
    /// A door: sign out.
    Leave,
    /// A cross: close.
    Close,
    /// Two sliders: settings.
    Settings,
    /// Two people: administration.
    People,
    /// Columns upon a line: usage.
    Columns,
    /// A landscape in a frame: images.
    Image,
    /// A screen with a triangle: videos.
    Film,
    /// Bars of sound: speech.
    Voice,
    /// Four tiles: the library.
    Library,
    /// An arrow into a tray: download.
    Download,
    /// An arrow out of a tray: upload.
    Upload,
    /// A die: by chance.
    Dice,
    /// A brush: paint.
    Brush,
    /// An arrow back: undo.
    Undo,
    /// A glass: search.
    Search,
    /// A bulb: reason first.
    Bulb,
    /// A globe: the web.
    Globe,
    /// A spark: make.
    Spark,
    /// A microphone: speak.
    Microphone,
    /// A drawing pin: keep at the top.
    Pin,
    /// A box with a lid: put away.
    Archive,
    /// A folder.
    Folder,
    /// An hourglass: temporary.
    Hourglass,
    /// Three dots: what else there is.
    More,
    /// A quotation mark: quote.
    Quote,
    /// A paper clip: hand in files.
    Clip,
    /// A sheet with lines: a text.
    Sheet,
    /// A thumb up: good.
    ThumbUp,
    /// A thumb down: not good.
    ThumbDown,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Compose => {
                "M12 20H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2h6M18.4 3.6a2 2 0 0 1 2.8 2.8L13 14.6l-3.6.8.8-3.6z"
            }
            Self::Keyboard => "M3.5 7h17v10h-17zM7 10.5v.1M12 10.5v.1M17 10.5v.1M8 14h8",
            Self::Menu => "M4 5h16v14H4zM10 5v14",
            Self::Send => "M12 19V5M6 11l6-6 6 6",
            Self::Stop => "M8 8h8v8H8z",
            Self::Copy => "M9 9h10v10H9zM5 15V5h10",
            Self::Again => "M20 12a8 8 0 1 1-2.3-5.7L20 8.5M20 4v4.5h-4.5",
            Self::Pen => "M4 20l1-4L16.5 4.5a2.1 2.1 0 0 1 3 3L8 19z",
            Self::Bin => "M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 11v5M13.5 11v5",
            Self::Left => "M14.5 6l-6 6 6 6",
            Self::Right => "M9.5 6l6 6-6 6",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
            Self::Continue => "M8 5.5l10 6.5-10 6.5z",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Settings => "M4 8h9M19 8h1M16 5.5v5M4 16h1M11 16h9M8 13.5v5",
            Self::People => {
                "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M15.5 4.4a3.5 3.5 0 0 1 0 6.2M17.5 14.2a6.5 6.5 0 0 1 4 5.8"
            }
            Self::Columns => "M4 20h16M7.5 20v-6M12 20V6M16.5 20v-9",
            Self::Image => "M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15 9.2v.1",
            Self::Film => "M4 5.5h16v13H4zM10 9.2l5 2.8-5 2.8z",
            Self::Voice => "M5 10v4M9 7v10M13 4.5v15M17 8v8M21 10.5v3",
            Self::Library => "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
            Self::Download => "M12 4v11M7 10.5l5 5 5-5M4 19.5h16",
            Self::Upload => "M12 16V5M7 9.5l5-5 5 5M4 19.5h16",
            Self::Dice => "M5 5h14v14H5zM9 9v.1M15 9v.1M12 12v.1M9 15v.1M15 15v.1",
            Self::Brush => "M14.5 4.5l5 5L11 16l-4-3zM7 13c-2 .5-2 3-3.5 5.5 2.5.5 6 .5 7.5-2.5",
            Self::Undo => "M8 5L4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4",
            Self::Bulb => "M9.5 18h5M10.5 20.5h3M9.5 15.5a6 6 0 1 1 5 0V18h-5z",
            Self::Globe => {
                "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM4 12h16M12 4c2.4 2.2 3.5 5 3.5 8s-1.1 5.8-3.5 8c-2.4-2.2-3.5-5-3.5-8s1.1-5.8 3.5-8"
            }
            Self::Spark => {
                "M12 4l1.8 5.2L19 11l-5.2 1.8L12 18l-1.8-5.2L5 11l5.2-1.8zM18.5 17v3.5M16.8 18.8h3.5"
            }
            Self::Search => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
            Self::Microphone => {
                "M12 4a3 3 0 0 1 3 3v4a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v3.5"
            }
            Self::Pin => "M8.5 4h7l-1 6.5 3 3.5h-11l3-3.5zM12 14v6.5",
            Self::Folder => "M3.5 6h6l2 2.5h9V19h-17z",
            Self::Hourglass => "M7 4h10M7 20h10M8 4v4l4 4 4-4V4M8 20v-4l4-4 4 4v4",
            Self::Archive => "M4 5h16v4H4zM5.5 9v10h13V9M10 13h4",
            Self::More => {
                "M6 11.4a.6.6 0 1 0 .01 0M12 11.4a.6.6 0 1 0 .01 0M18 11.4a.6.6 0 1 0 .01 0"
            }
            Self::Quote => {
                "M10 7H5v6h5V7zM10 13c0 2.5-1.5 4-4 4M19 7h-5v6h5V7zM19 13c0 2.5-1.5 4-4 4"
            }
            Self::Clip => {
                "M20 11l-8.2 8.2a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8l-8.1 8.1a1.7 1.7 0 0 1-2.4-2.4L14.5 7.5"
            }
            Self::Sheet => "M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12h6M9 16h6",
            Self::ThumbUp => {
                "M4 11h3.5v9H4zM7.5 11L11 4a2 2 0 0 1 2 2v4h5a2 2 0 0 1 2 2.3l-1 6A2 2 0 0 1 17 20H7.5"
            }
            Self::ThumbDown => {
                "M4 13h3.5V4H4zM7.5 13L11 20a2 2 0 0 0 2-2v-4h5a2 2 0 0 0 2-2.3l-1-6A2 2 0 0 0 17 4H7.5"
            }
            Self::Leave => "M10 4H5v16h5M10 12h10M16 8l4 4-4 4",
        }
    }
}

/// An icon. It says nothing to screen readers: whatever holds it has a name.
#[component]
pub fn Glyph(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=icon.path()/>
        </svg>
    }
}

/// The mark: a flame over a hearth.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
            <path class="mark__flame" d="M16.4 3.5c.6 4.3 6.6 6.6 6.6 12.9a7 7 0 0 1-14 .1c0-3 1.5-4.9 3.2-6.7.2 1.9.9 3 2 3.6-.5-3.6.2-7.4 2.2-9.9z"/>
            <path class="mark__hearth" d="M5 24.5h22l-2.2 4.5H7.2z"/>
        </svg>
    }
}
