//! What the page's address asks for: the wish of another making, or an image to begin with. It is done once, and then
//! taken out of the address, so that loading the page again does not undo what was typed.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
    params::ParamsMap,
};
use model::Wish;

use super::typed::Typed;
use crate::{
    api::works::{MakingsView, WishForm, load_making, load_makings},
    error::AppError,
};

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The making whose wish is wanted again.
    pub again: String,
    /// The image to begin with.
    pub image: String,
    /// The model to begin with.
    pub model: String,
}

impl Wanted {
    fn of(query: &ParamsMap) -> Self {
        let text = |name| query.get_str(name).unwrap_or_default().to_owned();
        Self {
            again: text("again"),
            image: text("image"),
            model: text("model"),
        }
    }

    /// What this page's address asks for now.
    pub fn now() -> Self {
        use_query_map().with_untracked(Self::of)
    }

    /// Whether it is nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What a page of makings begins with.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Beginning {
    /// What can be made, and what was.
    pub view: MakingsView,
    /// The wish that is wanted again, where it is still remembered.
    pub again: Option<Wish>,
}

/// Loads it.
pub async fn load_beginning(kind: &'static str, wanted: Wanted) -> Result<Beginning, AppError> {
    let view = load_makings(kind.to_owned()).await?;
    let known = view
        .makings
        .items
        .iter()
        .find(|making| making.id.to_string() == wanted.again)
        .map(|making| making.wish.clone());
    let again = match known {
        Some(wish) => Some(wish),
        None if wanted.again.is_empty() => None,
        None => load_making(wanted.again)
            .await
            .ok()
            .map(|making| making.wish),
    };
    Ok(Beginning { view, again })
}

/// The form that the page begins with.
pub fn first_form(kind: &'static str, again: Option<&Wish>, wanted: &Wanted) -> WishForm {
    let mut form = again.map(WishForm::of).unwrap_or_default();
    kind.clone_into(&mut form.kind);
    if !wanted.image.is_empty() {
        form.image.clone_from(&wanted.image);
    }
    if !wanted.model.is_empty() {
        form.model.clone_from(&wanted.model);
    }
    form
}

/// Does what the address asks for while the page stands, and takes it out of the address.
pub fn follow_address(typed: Typed) {
    let query = use_query_map();
    let path = use_location().pathname;
    let navigate = use_navigate();
    let home = path.get_untracked();
    Effect::new(move |was_there: Option<bool>| {
        let wanted = query.with(Wanted::of);
        if path.get_untracked() != home || wanted.is_nothing() {
            return true;
        }
        // The form has begun with what the first address asked for.
        if was_there.is_some() {
            if !wanted.image.is_empty() {
                typed.image.set(wanted.image.clone());
            }
            if !wanted.again.is_empty() {
                spawn_local(async move {
                    if let Ok(making) = load_making(wanted.again).await {
                        typed.fill(WishForm::of(&making.wish));
                    }
                });
            }
        }
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&home, options);
        true
    });
}
