//! Getting in and out.

use leptos::prelude::*;
use model::{Factor, Session};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What every page needs to know before it draws itself.
#[server(prefix = "/fn", endpoint = "identity.session", input = server_fn::codec::GetUrl, output = super::encoding::Answer)]
pub async fn load_session() -> Result<Session, AppError> {
    use crate::glue;
    let services = glue::services()?;
    let identity = &services.identity;
    let session = glue::session()?;
    let signed_in = identity
        .signed_in(&session, &glue::visitor())
        .await
        .map_err(glue::refuse)?;
    let awaited = match &signed_in {
        Some(_) => Vec::new(),
        None => identity.awaited(&session).await.map_err(glue::refuse)?,
    };
    let mut page = Session {
        awaited,
        simulated: services.generations.simulated(),
        registration: identity.registration(),
        providers: identity.providers(),
        endless_shares: services.shares.may_be_endless(),
        utc_offset_minutes: glue::utc_offset_minutes(),
        ..Session::default()
    };
    if let Some(signed_in) = signed_in {
        glue::apply_profile(&signed_in);
        if let Some(minutes) = identity.utc_offset_minutes(&signed_in) {
            page.utc_offset_minutes = minutes;
        }
        page.permissions = signed_in.caller.permissions();
        page.picture = signed_in.picture;
        page.lacking = signed_in.lacking;
        page.habits = signed_in.habits;
        page.account = Some(signed_in.account);
    }
    Ok(page)
}

/// Signs in, or half: what comes back are the second factors of which one is awaited then.
#[server(prefix = "/fn", endpoint = "identity.sign_in", output = super::encoding::Answer)]
pub async fn sign_in(
    email: String,
    password: String,
    next: Option<String>,
) -> Result<Vec<Factor>, AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    let visitor = glue::visitor();
    let proof = identity
        .sign_in(&email, &password, &visitor)
        .await
        .map_err(glue::refuse)?;
    let awaited = identity
        .enter(&glue::session()?, proof, &visitor)
        .await
        .map_err(glue::refuse)?;
    let next = next.filter(|path| glue::is_local(path));
    let next = next.as_deref().unwrap_or("/");
    if awaited.is_empty() {
        glue::welcome().await?;
        glue::go(next);
    } else {
        glue::go(&glue::with_next("/login/factor", next));
    }
    Ok(awaited)
}

/// What came of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registered {
    /// Signed in.
    Entered,
    /// A letter says how to go on. It is the same for an address that has an account already.
    MailSent,
}

/// Makes an account, on one's own or with an invitation, and signs in to it where no letter must be awaited.
#[server(prefix = "/fn", endpoint = "identity.register", output = super::encoding::Answer)]
pub async fn register(
    name: String,
    email: String,
    password: String,
    invitation: Option<String>,
) -> Result<Registered, AppError> {
    use crate::glue;
    use platform::identity::Registered as Outcome;
    let identity = glue::services()?.identity;
    let who = registration(&name, &email, password)?;
    let visitor = glue::visitor();
    let outcome = identity
        .register(who, invitation.as_deref(), &visitor, glue::mail_language())
        .await
        .map_err(glue::refuse)?;
    match outcome {
        Outcome::Entered(proof) => {
            identity
                .enter(&glue::session()?, proof, &visitor)
                .await
                .map_err(glue::refuse)?;
            glue::go("/");
            Ok(Registered::Entered)
        }
        Outcome::MailSent => {
            glue::go("/register?sent=1");
            Ok(Registered::MailSent)
        }
    }
}

/// Makes the first account, the site's owner, through the link that the server printed.
#[server(prefix = "/fn", endpoint = "identity.set_up", output = super::encoding::Answer)]
pub async fn set_up(
    token: String,
    name: String,
    email: String,
    password: String,
) -> Result<(), AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    let who = registration(&name, &email, password)?;
    let visitor = glue::visitor();
    let proof = identity
        .set_up(&token, who, &visitor)
        .await
        .map_err(glue::refuse)?;
    identity
        .enter(&glue::session()?, proof, &visitor)
        .await
        .map_err(glue::refuse)?;
    glue::go("/");
    Ok(())
}

/// Whether a setup link can still be used.
#[server(prefix = "/fn", endpoint = "identity.check_setup_link", output = super::encoding::Answer)]
pub async fn check_setup_link(token: String) -> Result<bool, AppError> {
    use crate::glue;
    glue::services()?
        .identity
        .setup_link_is_valid(&token)
        .await
        .map_err(glue::refuse)
}

/// Signs out.
#[server(prefix = "/fn", endpoint = "identity.sign_out", output = super::encoding::Answer)]
pub async fn sign_out() -> Result<(), AppError> {
    use crate::glue;
    glue::services()?
        .identity
        .end(&glue::session()?, &glue::visitor())
        .await
        .map_err(glue::refuse)?;
    glue::forget_everything();
    glue::go("/login");
    Ok(())
}

#[cfg(feature = "ssr")]
fn registration(
    name: &str,
    email: &str,
    password: String,
) -> Result<platform::identity::Registration, AppError> {
    use crate::glue::refuse_text;
    use model::{DisplayName, Email, FailureCode, Password, account::InvalidPassword};
    Ok(platform::identity::Registration {
        name: DisplayName::parse(name).map_err(|_| refuse_text(FailureCode::InvalidName))?,
        email: Email::parse(email).map_err(|_| refuse_text(FailureCode::InvalidEmail))?,
        password: Password::parse(password).map_err(|why| {
            refuse_text(match why {
                InvalidPassword::TooShort => FailureCode::PasswordTooShort,
                InvalidPassword::TooLong => FailureCode::PasswordTooLong,
            })
        })?,
    })
}
