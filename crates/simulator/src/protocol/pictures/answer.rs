//! What is answered once pictures are made: addresses, prompts, usage.

use serde_json::{Map, Value, json};

use super::{
    studio::Order,
    synthesis::ResultsForm,
    trouble::{BLOCKED, Trouble},
};
use crate::{Billed, Handle, Refusal, models::media::PictureUsage};

/// The addresses of all pictures of an order; nothing for one that is withheld.
pub(super) fn make(handle: &Handle, order: &Order) -> Result<Vec<Option<String>>, Refusal> {
    let trouble = order.trouble();
    if let Some(refusal) = Trouble::refusal(trouble, order.count) {
        return Err(refusal);
    }
    let shown = order.count - Trouble::blocked(trouble);
    let make = |number| {
        (number < shown)
            .then(|| order.make(handle, number))
            .transpose()
    };
    (0..order.count).map(make).collect()
}

/// How many pictures there are.
pub(super) fn made(urls: &[Option<String>]) -> u32 {
    u32::try_from(urls.iter().flatten().count()).unwrap_or(u32::MAX)
}

/// What so many pictures cost.
pub(super) fn bill(model: &str, images: u32) -> Billed {
    Billed {
        model: model.to_owned(),
        images,
        ..Billed::default()
    }
}

/// `results`: what was made, and why something was not.
pub(super) fn results(order: &Order, urls: &[Option<String>], form: ResultsForm) -> Vec<Value> {
    let prompt = &order.idea.prompt;
    let result = |url: &Option<String>| match url {
        None => json!({ "code": BLOCKED.0, "message": BLOCKED.1 }),
        Some(url) => match form {
            ResultsForm::Plain => json!({ "url": url }),
            ResultsForm::WithPrompt => json!({ "orig_prompt": prompt, "url": url }),
            ResultsForm::WithBothPrompts => json!({
                "orig_prompt": prompt,
                "actual_prompt": written_out(prompt),
                "url": url,
            }),
        },
    };
    urls.iter().map(result).collect()
}

/// A prompt as the service writes it out before it draws.
pub(crate) fn written_out(prompt: &str) -> String {
    let prompt = prompt.trim_end_matches(['。', '.', '，', ',', ' ']);
    if prompt.is_ascii() {
        format!(
            "{prompt}. Layered depth from the foreground to the haze of the horizon, soft side light, calm colours, a balanced composition with room around the subject."
        )
    } else {
        format!(
            "{prompt}。画面由近及远层次分明，侧光柔和，色调沉静，主体居中，四周留白，构图稳定，细节丰富。"
        )
    }
}

/// `choices`: one for each picture.
pub(super) fn choices(urls: &[Option<String>], usage: PictureUsage) -> Vec<Value> {
    let choice = |url: &String| {
        let (content, message);
        if usage == PictureUsage::Size {
            content = json!([{ "image": url, "type": "image" }]);
            message = json!({ "role": "assistant", "content": content });
        } else {
            content = json!([{ "image": url }]);
            message = json!({ "content": content, "role": "assistant" });
        }
        json!({ "finish_reason": "stop", "message": message })
    };
    urls.iter().flatten().map(choice).collect()
}

/// `output` of an answer in the form of messages.
pub(super) fn output(order: &Order, urls: &[Option<String>], usage: PictureUsage) -> Value {
    let mut output = Map::new();
    output.insert("choices".to_owned(), choices(urls, usage).into());
    match usage {
        PictureUsage::Size => {
            output.insert("finished".to_owned(), true.into());
        }
        PictureUsage::Counted => {
            let made = made(urls);
            let metric =
                json!({ "TOTAL": order.count, "SUCCEEDED": made, "FAILED": order.count - made });
            output.insert("task_metric".to_owned(), metric);
        }
        PictureUsage::Sides | PictureUsage::Detailed => {}
    }
    output.into()
}

/// `usage` of so many pictures in the form of messages.
pub(super) fn usage(order: &Order, made: u32, inputs: usize, usage: PictureUsage) -> Value {
    let (width, height) = order.size;
    match usage {
        PictureUsage::Size => json!({
            "image_count": made,
            "input_tokens": 0,
            "output_tokens": 0,
            "total_tokens": 0,
            "size": format!("{width}*{height}"),
        }),
        PictureUsage::Counted | PictureUsage::Sides => {
            json!({ "height": height, "image_count": made, "width": width })
        }
        PictureUsage::Detailed => json!({
            "output_height": height,
            "output_width": width,
            "input_image_count": inputs,
            "input_image_type": "image",
            "output_image_count": made,
            "output_image_type": "image",
        }),
    }
}
