//! When the page follows an answer and when it leaves the reader alone, as a plain type.

/// How near the top a question comes to rest, in pixels.
pub const ANCHOR: f64 = 50.0;
const SHOW_BUTTON: f64 = 200.0;
const HIDE_BUTTON: f64 = 60.0;
const AT_END: f64 = 2.0;
const LOAD_OLDER: f64 = 800.0;

/// What the reader does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gesture {
    /// Turned the wheel or moved two fingers; `inner` when something inside scrolls by it.
    Wheel {
        /// To the right.
        across: f64,
        /// Downwards.
        down: f64,
        /// With Ctrl: a pinch.
        pinch: bool,
        /// Over a code block or table that scrolls by itself.
        inner: bool,
    },
    /// Moved so many fingers over the transcript.
    Touch {
        /// How many.
        fingers: u32,
    },
    /// Pressed a key that goes up.
    KeyUp,
    /// Took hold of the scroll bar.
    ScrollBar,
}

/// Whether the end is being followed, and whether the way back is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scroll {
    follows: bool,
    /// Since the reader went up, the view has rested above the end.
    has_left: bool,
    offers_button: bool,
}

impl Default for Scroll {
    /// A conversation opens at its end.
    fn default() -> Self {
        Self {
            follows: true,
            has_left: false,
            offers_button: false,
        }
    }
}

impl Scroll {
    /// Whether growing text should be followed.
    pub const fn follows(self) -> bool {
        self.follows
    }

    /// Whether the button to the end shows.
    pub const fn offers_button(self) -> bool {
        self.offers_button
    }

    /// The reader sent a question, or asked to see the end.
    pub const fn attach(&mut self) {
        self.follows = true;
        self.offers_button = false;
    }

    /// The reader came for a message, wherever the end is.
    pub const fn detach(&mut self) {
        self.follows = false;
        self.has_left = false;
    }

    /// The reader moved.
    pub fn feel(&mut self, gesture: Gesture) {
        let detaches = match gesture {
            Gesture::Wheel {
                across,
                down,
                pinch,
                inner,
            } => !pinch && !inner && down < 0.0 && down.abs() > across.abs(),
            Gesture::Touch { fingers } => fingers == 1,
            Gesture::KeyUp | Gesture::ScrollBar => true,
        };
        if detaches && self.follows {
            self.detach();
        }
    }

    /// The view is now so many pixels above the end. Coming back to the end follows it again; being there still, by a
    /// movement that had begun before the reader's, does not.
    pub fn rest(&mut self, distance: f64) {
        if distance > SHOW_BUTTON && !self.follows {
            self.offers_button = true;
        } else if distance < HIDE_BUTTON {
            self.offers_button = false;
        }
        if distance >= AT_END {
            self.has_left = true;
        } else if self.has_left {
            self.follows = true;
        }
    }
}

/// Whether it is time to load what is above.
pub fn wants_older(top: f64) -> bool {
    top < LOAD_OLDER
}

/// The empty space under the answer that lets its question rest near the top of a view of this height, when
/// question and answer are `content` high.
pub fn spacer(view: f64, content: f64) -> f64 {
    (view - ANCHOR - content).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: Gesture = Gesture::Wheel {
        across: 0.0,
        down: -40.0,
        pinch: false,
        inner: false,
    };

    #[test]
    fn the_end_is_followed_until_the_reader_goes_up() {
        for gesture in [
            UP,
            Gesture::Touch { fingers: 1 },
            Gesture::KeyUp,
            Gesture::ScrollBar,
        ] {
            let mut scroll = Scroll::default();
            scroll.feel(gesture);
            assert!(!scroll.follows(), "{gesture:?}");
        }
    }

    #[test]
    fn zooming_and_scrolling_sideways_or_inside_do_not_detach() {
        for gesture in [
            Gesture::Wheel {
                across: 0.0,
                down: -40.0,
                pinch: true,
                inner: false,
            },
            Gesture::Wheel {
                across: 60.0,
                down: -3.0,
                pinch: false,
                inner: false,
            },
            Gesture::Wheel {
                across: 0.0,
                down: -40.0,
                pinch: false,
                inner: true,
            },
            Gesture::Wheel {
                across: 0.0,
                down: 40.0,
                pinch: false,
                inner: false,
            },
            Gesture::Touch { fingers: 2 },
        ] {
            let mut scroll = Scroll::default();
            scroll.feel(gesture);
            assert!(scroll.follows(), "{gesture:?}");
        }
    }

    #[test]
    fn the_way_back_shows_late_and_hides_late() {
        let mut scroll = Scroll::default();
        scroll.feel(UP);
        let mut shown = vec![];
        for distance in [100.0, 201.0, 100.0, 61.0, 59.0, 100.0] {
            scroll.rest(distance);
            shown.push(scroll.offers_button());
        }
        assert_eq!(shown, [false, true, true, true, false, false]);
    }

    #[test]
    fn following_text_that_outruns_the_view_offers_no_button() {
        let mut scroll = Scroll::default();
        scroll.rest(500.0);
        assert!(!scroll.offers_button());
    }

    #[test]
    fn reaching_the_end_follows_again() {
        let mut scroll = Scroll::default();
        scroll.feel(UP);
        scroll.rest(300.0);
        scroll.rest(0.0);
        assert!(scroll.follows());
    }

    #[test]
    fn a_movement_that_was_under_way_does_not_take_the_reader_back() {
        let mut scroll = Scroll::default();
        scroll.feel(UP);
        scroll.rest(0.0);
        assert!(!scroll.follows());
        scroll.rest(40.0);
        assert!(!scroll.follows());
    }

    #[test]
    fn a_question_rests_near_the_top_until_its_answer_fills_the_view() {
        assert!((spacer(800.0, 150.0) - 600.0).abs() < f64::EPSILON);
        assert!(spacer(800.0, 2000.0).abs() < f64::EPSILON);
    }
}
