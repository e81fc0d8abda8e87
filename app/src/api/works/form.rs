//! A wish as a form has it.

use serde::{Deserialize, Serialize};

/// A wish as it is typed: every field a text, so that a plain form can send it. What a kind does not have stays empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WishForm {
    /// `image`, `video` or `speech`.
    pub kind: String,
    /// The model.
    pub model: String,
    /// The prompt, or the text that is spoken.
    pub prompt: String,
    /// What is not to be seen.
    pub negative_prompt: String,
    /// `1024x1024`; empty for the model's own choice.
    pub size: String,
    /// How many images.
    pub count: String,
    /// A seed; empty for another one each time.
    pub seed: String,
    /// Whether the upstream may write the prompt out: `1` or `0`; empty for the model's own choice.
    pub prompt_extend: String,
    /// A style of the model's.
    pub style: String,
    /// The id of the image that is changed, or that a video begins with.
    pub image: String,
    /// The name of what is done with the image, for models that name their functions.
    pub function: String,
    /// The id of the mask.
    pub mask: String,
    /// Hundredths.
    pub strength: String,
    /// Hundredths.
    pub expand: String,
    /// Times.
    pub enlarge: String,
    /// Lines of a video.
    pub lines: String,
    /// Ratio of a video.
    pub ratio: String,
    /// Seconds of a video.
    pub seconds: String,
    /// Who speaks.
    pub voice: String,
    /// How fast, in hundredths.
    pub speed: String,
    /// As what speech is kept.
    pub format: String,
}

impl WishForm {
    /// The form that would make the same again.
    pub fn of(wish: &model::Wish) -> Self {
        use model::Wish;
        let text =
            |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let extend = |extend: Option<bool>| match extend {
            None => String::new(),
            Some(extend) => if extend { "1" } else { "0" }.to_owned(),
        };
        let form = Self {
            kind: wish.kind().as_str().to_owned(),
            model: wish.model().to_owned(),
            prompt: wish.prompt().to_owned(),
            ..Self::default()
        };
        match wish {
            Wish::Image(wish) => {
                let size = wish.size;
                let edit = wish.edit.as_ref();
                Self {
                    negative_prompt: wish.negative_prompt.clone(),
                    size: size
                        .map(|size| format!("{}x{}", size.width, size.height))
                        .unwrap_or_default(),
                    count: wish.count.to_string(),
                    seed: text(wish.seed),
                    prompt_extend: extend(wish.prompt_extend),
                    style: wish.style.clone().unwrap_or_default(),
                    image: edit.map(|edit| edit.image.to_string()).unwrap_or_default(),
                    function: edit
                        .and_then(|edit| edit.function)
                        .map(|function| function.as_str().to_owned())
                        .unwrap_or_default(),
                    mask: edit
                        .and_then(|edit| edit.mask)
                        .map(|mask| mask.to_string())
                        .unwrap_or_default(),
                    strength: text(edit.and_then(|edit| edit.strength)),
                    expand: text(edit.and_then(|edit| edit.expand)),
                    enlarge: text(edit.and_then(|edit| edit.enlarge)),
                    ..form
                }
            }
            Wish::Video(wish) => Self {
                negative_prompt: wish.negative_prompt.clone(),
                image: wish
                    .first_frame
                    .map(|id| id.to_string())
                    .unwrap_or_default(),
                lines: text(wish.lines),
                ratio: wish.ratio.clone().unwrap_or_default(),
                seconds: text(wish.seconds),
                seed: text(wish.seed),
                prompt_extend: extend(wish.prompt_extend),
                ..form
            },
            Wish::Speech(wish) => Self {
                voice: wish.voice.clone(),
                speed: text(wish.speed),
                format: wish.format.as_str().to_owned(),
                ..form
            },
        }
    }

    /// The wish that was typed; what it must not be is refused by its name.
    pub fn read(&self) -> Result<model::Wish, model::FailureCode> {
        use model::{
            EditFunction, FailureCode, ImageEdit, ImageWish, JobKind, Pixels, SpeechFormat,
            SpeechWish, VideoWish, Wish,
        };
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let extend = match self.prompt_extend.as_str() {
            "" => None,
            extend => Some(extend == "1"),
        };
        match JobKind::from_name(&self.kind).ok_or(FailureCode::BadRequest)? {
            JobKind::Image => Ok(Wish::Image(ImageWish {
                model: self.model.clone(),
                prompt: self.prompt.trim().to_owned(),
                negative_prompt: self.negative_prompt.trim().to_owned(),
                size: match self.size.split_once('x') {
                    Some((width, height)) => Some(Pixels {
                        width: number(width)?.ok_or(FailureCode::InvalidNumber)?,
                        height: number(height)?.ok_or(FailureCode::InvalidNumber)?,
                    }),
                    None if self.size.is_empty() => None,
                    None => return Err(FailureCode::InvalidNumber),
                },
                count: number(&self.count)?.unwrap_or(1),
                seed: number(&self.seed)?,
                prompt_extend: extend,
                style: text(&self.style),
                edit: match id(&self.image)? {
                    None => None,
                    Some(image) => Some(ImageEdit {
                        image,
                        function: match text(&self.function) {
                            None => None,
                            Some(name) => {
                                let function = EditFunction::from_name(&name);
                                Some(function.ok_or(FailureCode::BadRequest)?)
                            }
                        },
                        mask: id(&self.mask)?,
                        strength: number(&self.strength)?,
                        expand: number(&self.expand)?,
                        enlarge: number(&self.enlarge)?,
                    }),
                },
            })),
            JobKind::Video => Ok(Wish::Video(VideoWish {
                model: self.model.clone(),
                prompt: self.prompt.trim().to_owned(),
                negative_prompt: self.negative_prompt.trim().to_owned(),
                first_frame: id(&self.image)?,
                lines: number(&self.lines)?,
                ratio: text(&self.ratio),
                seconds: number(&self.seconds)?,
                seed: number(&self.seed)?,
                prompt_extend: extend,
            })),
            JobKind::Speech => Ok(Wish::Speech(SpeechWish {
                model: self.model.clone(),
                text: self.prompt.trim().to_owned(),
                voice: self.voice.clone(),
                speed: number(&self.speed)?,
                format: SpeechFormat::from_name(&self.format).unwrap_or(SpeechFormat::Wav),
            })),
            JobKind::Transcript => Err(FailureCode::BadRequest),
        }
    }
}

fn number(text: &str) -> Result<Option<u32>, model::FailureCode> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| model::FailureCode::InvalidNumber),
    }
}

fn id(text: &str) -> Result<Option<model::FileId>, model::FailureCode> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| model::FailureCode::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use model::{FailureCode, Wish};

    use super::WishForm;

    #[test]
    fn a_wish_survives_its_form() -> Result<(), FailureCode> {
        let file = "01990000-0000-7000-8000-000000000001";
        for form in [
            WishForm {
                kind: "image".into(),
                model: "wanx2.1-imageedit".into(),
                prompt: "a ceramic cat".into(),
                negative_prompt: "people".into(),
                size: "1280x720".into(),
                count: "2".into(),
                seed: "7".into(),
                prompt_extend: "0".into(),
                image: file.into(),
                function: "description_edit_with_mask".into(),
                mask: file.into(),
                strength: "50".into(),
                ..WishForm::default()
            },
            WishForm {
                kind: "video".into(),
                model: "wan2.2-t2v-plus".into(),
                prompt: "waves".into(),
                lines: "480".into(),
                ratio: "16:9".into(),
                seconds: "5".into(),
                ..WishForm::default()
            },
            WishForm {
                kind: "speech".into(),
                model: "cosyvoice-v3-flash".into(),
                prompt: "你好".into(),
                voice: "longanyang".into(),
                speed: "120".into(),
                format: "mp3".into(),
                ..WishForm::default()
            },
        ] {
            assert_eq!(WishForm::of(&form.read()?), form);
        }
        Ok(())
    }

    #[test]
    fn what_is_no_number_or_no_file_is_refused() {
        let form = |change: fn(&mut WishForm)| {
            let mut form = WishForm {
                kind: "image".into(),
                ..WishForm::default()
            };
            change(&mut form);
            form.read().map(|wish: Wish| wish.kind())
        };
        let number = Err(FailureCode::InvalidNumber);
        assert_eq!(form(|form| form.count = "many".into()), number);
        assert_eq!(form(|form| form.size = "large".into()), number);
        assert_eq!(form(|form| form.seed = "-1".into()), number);
        assert_eq!(
            form(|form| form.image = "x".into()),
            Err(FailureCode::NotFound)
        );
        assert_eq!(
            form(|form| form.kind = String::new()),
            Err(FailureCode::BadRequest)
        );
    }
}
