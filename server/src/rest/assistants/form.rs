//! An assistant in JSON: as it is sent, and as it is shown.

use model::{
    Assistant, AssistantCard, AssistantDraft, AssistantGallery, AssistantView, Audience,
    FailureCode, GroupId, Hundredths, Parameters, ParametersDraft,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An assistant as it is to be kept. What is left out is empty.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AssistantForm {
    /// What it is called: 1 to 60 characters.
    name: String,
    /// A sign or two that stand for it.
    #[serde(default)]
    emoji: String,
    /// What it is for, in a sentence of at most 300 characters.
    #[serde(default)]
    description: String,
    /// What models are told, with `{{variables}}`, in at most 8,000 characters. Needed unless an application answers.
    #[serde(default)]
    instructions: String,
    /// The model that it begins with; none for the reader's own default.
    #[serde(default)]
    model: Option<String>,
    /// How its answers are to be written.
    #[serde(default)]
    parameters: Set,
    /// What its models may call, by name.
    #[serde(default)]
    tools: Vec<String>,
    /// Questions to begin with: at most 6 of one line each.
    #[serde(default)]
    starters: Vec<String>,
    /// The application of Bailian's that answers, if one does.
    #[serde(default)]
    application: Option<String>,
    /// Who else may use it: `private`, `group` or `everybody`; `private` when left out.
    #[serde(default)]
    audience: Option<String>,
    /// The group, where it is for one.
    #[serde(default)]
    group: Option<GroupId>,
}

/// How answers are to be written. What is left out is as the model does.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[schema(as = AssistantParameters)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Set {
    /// How freely words are chosen: at least 0, below 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    /// Among how much of what is likely they are chosen: above 0, at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    /// The longest answer in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    /// The same seed draws the same words, as far as the model can.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    /// Whether the model reasons first.
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<bool>,
    /// The longest reasoning in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_budget: Option<u32>,
    /// Whether the model may search the web.
    search: bool,
    /// Whether the answer is one JSON object.
    json: bool,
}

impl Set {
    fn of(kept: &Parameters) -> Self {
        Self {
            temperature: kept.temperature.map(Hundredths::as_f64),
            top_p: kept.top_p.map(Hundredths::as_f64),
            max_tokens: kept.max_tokens,
            seed: kept.seed,
            thinking: kept.thinking,
            thinking_budget: kept.thinking_budget,
            search: kept.search,
            json: kept.json,
        }
    }

    /// As a form would say it, so that the same limits hold.
    fn draft(&self) -> ParametersDraft {
        /// A number, or nothing, as it is typed.
        fn text(number: Option<impl ToString>) -> String {
            number.map(|number| number.to_string()).unwrap_or_default()
        }
        let ticked = |is_on: bool| if is_on { "on" } else { "" }.to_owned();
        let thinking = self
            .thinking
            .map(|thinks| if thinks { "on" } else { "off" });
        ParametersDraft {
            temperature: text(self.temperature),
            top_p: text(self.top_p),
            max_tokens: text(self.max_tokens),
            seed: text(self.seed),
            thinking: text(thinking),
            thinking_budget: text(self.thinking_budget),
            search: ticked(self.search),
            json: ticked(self.json),
            instructions: String::new(),
        }
    }
}

impl AssistantForm {
    /// Checks every field as the page's form does.
    pub(super) fn parse(self) -> Result<(Assistant, Audience, Option<GroupId>), FailureCode> {
        // Each is one line there.
        if self.starters.iter().any(|starter| starter.contains('\n')) {
            return Err(FailureCode::InvalidStarters);
        }
        let audience = match (self.audience.as_deref(), self.group) {
            (Some("group"), Some(group)) => group.to_string(),
            (Some(audience @ ("private" | "everybody")), None) => audience.to_owned(),
            (None, None) => String::new(),
            _ => return Err(FailureCode::BadRequest),
        };
        AssistantDraft {
            name: self.name,
            emoji: self.emoji,
            description: self.description,
            instructions: self.instructions,
            model: self.model.unwrap_or_default(),
            parameters: self.parameters.draft(),
            tools: self.tools,
            starters: self.starters.join("\n"),
            audience,
            application: self.application.unwrap_or_default(),
        }
        .parse()
    }
}

/// An assistant as it is offered.
#[derive(Serialize, ToSchema)]
#[schema(as = AssistantCard)]
pub(super) struct Card {
    /// Its id, or the name of one that everybody has.
    id: String,
    /// What it is called.
    name: String,
    /// A sign or two that stand for it.
    emoji: String,
    /// What it is for.
    description: String,
    /// An application of Bailian's answers.
    is_application: bool,
    /// Who else may use it: `private`, `group` or `everybody`.
    audience: String,
    /// It has a picture.
    has_picture: bool,
}

impl From<AssistantCard> for Card {
    fn from(card: AssistantCard) -> Self {
        Self {
            id: card.key.to_string(),
            name: card.name,
            emoji: card.emoji,
            description: card.description,
            is_application: card.is_application,
            audience: card.audience.as_str().to_owned(),
            has_picture: card.picture.is_some(),
        }
    }
}

/// What there is to choose from.
#[derive(Serialize, ToSchema)]
#[schema(as = AssistantGallery)]
pub(super) struct Gallery {
    /// One's own, the newest first; with the first page only.
    own: Vec<Card>,
    /// What others share, the newest first: a page of it.
    shared: Vec<Card>,
    /// Those that everybody has; with the first page only.
    built_in: Vec<Card>,
    /// What to ask for as `after`, where others share more.
    next: Option<String>,
}

impl Gallery {
    /// A page of it.
    pub(super) fn of(gallery: AssistantGallery, is_first: bool) -> Self {
        let cards = |cards: Vec<AssistantCard>| -> Vec<Card> {
            cards.into_iter().map(Card::from).collect()
        };
        let first = |all: Vec<AssistantCard>| if is_first { cards(all) } else { Vec::new() };
        Self {
            own: first(gallery.own),
            shared: cards(gallery.shared.items),
            built_in: first(gallery.built_in),
            next: gallery.shared.next,
        }
    }
}

/// An assistant, whole.
#[derive(Serialize, ToSchema)]
#[schema(as = Assistant)]
pub(super) struct Shown {
    /// Its id, or the name of one that everybody has.
    id: String,
    /// What it is called.
    name: String,
    /// A sign or two that stand for it.
    emoji: String,
    /// What it is for.
    description: String,
    /// What models are told.
    instructions: String,
    /// The model that it begins with.
    model: Option<String>,
    /// How its answers are to be written.
    parameters: Set,
    /// What its models may call.
    tools: Vec<String>,
    /// Questions to begin with.
    starters: Vec<String>,
    /// The application that answers, for whose the assistant is.
    application: Option<String>,
    /// An application of Bailian's answers.
    is_application: bool,
    /// It is one's own.
    is_mine: bool,
    /// Who else may use it: `private`, `group` or `everybody`.
    audience: String,
    /// The group, where it is for one.
    group: Option<GroupId>,
    /// It has a picture.
    has_picture: bool,
}

impl Shown {
    /// As it is sent.
    pub(super) fn of(view: AssistantView) -> Self {
        let kept = view.assistant;
        Self {
            id: view.key.to_string(),
            name: kept.name,
            emoji: kept.emoji,
            description: kept.description,
            instructions: kept.instructions,
            model: kept.model.map(String::from),
            parameters: Set::of(&kept.parameters),
            tools: kept.tools.iter().map(ToString::to_string).collect(),
            starters: kept.starters,
            application: kept.application.map(String::from),
            is_application: view.is_application,
            is_mine: view.is_mine,
            audience: view.audience.as_str().to_owned(),
            group: view.group,
            has_picture: view.picture.is_some(),
        }
    }
}
