//! An assistant that one question is put to, in a conversation that goes on with whoever answers in it otherwise.

use model::{AssistantCard, FailureCode, Given, UserId, template};

use super::{BegunWith, beginning, found_by};
use crate::{
    Error,
    identity::Caller,
    store::{Beginning, Db},
};

/// The copy that goes with one question of the caller's, its variables filled in. An application has a session that one question
/// can't borrow, so it answers only where it was begun with.
pub(crate) async fn for_one_question(
    db: &Db,
    caller: &Caller,
    asked: &BegunWith,
) -> Result<Beginning, Error> {
    let begun = beginning(db, caller, asked).await?;
    if begun.snapshot.application.is_some() {
        return Err(Error::Refused(FailureCode::ApplicationAlone));
    }
    Ok(begun)
}

/// The assistant that a draft, or what waits, names, with what was given for variables that it still has; none where it is not open to
/// that person any more.
pub(crate) async fn called(
    db: &Db,
    user: UserId,
    (key, given): (&str, Vec<Given>),
) -> Result<Option<AssistantCard>, Error> {
    let Ok(key) = key.parse() else {
        return Ok(None);
    };
    let view = found_by(db, user, &key).await?;
    Ok(view.map(|view| AssistantCard {
        given: still_asked(&view.assistant.instructions, given),
        key: view.key,
        name: view.assistant.name,
        emoji: view.assistant.emoji,
        description: view.assistant.description,
        is_application: view.is_application,
        model: view.assistant.model,
        audience: view.audience,
        picture: view.picture,
    }))
}

fn still_asked(instructions: &str, mut given: Vec<Given>) -> Vec<Given> {
    let variables = template::variables(instructions);
    given.retain(|one| variables.iter().any(|found| found.name == one.name));
    given
}
