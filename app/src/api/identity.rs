//! Getting in and out.

use leptos::prelude::*;
use model::Session;

use crate::error::AppError;

/// What every page needs to know before it draws itself.
#[server(prefix = "/fn", endpoint = "identity.session", input = server_fn::codec::GetUrl)]
pub async fn load_session() -> Result<Session, AppError> {
    use crate::glue;
    let services = glue::services()?;
    let account = services
        .identity
        .account(&glue::session()?)
        .await
        .map_err(glue::refuse)?;
    Ok(Session {
        account,
        simulated: services.generations.simulated(),
        registration_open: services.identity.registration_open(),
    })
}

/// Signs in.
#[server(prefix = "/fn", endpoint = "identity.sign_in")]
pub async fn sign_in(
    email: String,
    password: String,
    next: Option<String>,
) -> Result<(), AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    let account = identity
        .sign_in(&email, &password, glue::address())
        .await
        .map_err(glue::refuse)?;
    identity
        .begin(&glue::session()?, account.id)
        .await
        .map_err(glue::refuse)?;
    glue::go(
        next.as_deref()
            .filter(|path| glue::is_local(path))
            .unwrap_or("/"),
    );
    Ok(())
}

/// Makes an account and signs in to it.
#[server(prefix = "/fn", endpoint = "identity.register")]
pub async fn register(name: String, email: String, password: String) -> Result<(), AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    let who = registration(&name, &email, password)?;
    let account = identity
        .register(who, glue::address())
        .await
        .map_err(glue::refuse)?;
    identity
        .begin(&glue::session()?, account.id)
        .await
        .map_err(glue::refuse)?;
    glue::go("/");
    Ok(())
}

/// Makes the first account, the site's owner, through the link that the server printed.
#[server(prefix = "/fn", endpoint = "identity.set_up")]
pub async fn set_up(
    token: String,
    name: String,
    email: String,
    password: String,
) -> Result<(), AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    let who = registration(&name, &email, password)?;
    let account = identity
        .set_up(&token, who, glue::address())
        .await
        .map_err(glue::refuse)?;
    identity
        .begin(&glue::session()?, account.id)
        .await
        .map_err(glue::refuse)?;
    glue::go("/");
    Ok(())
}

/// Whether a setup link can still be used.
#[server(prefix = "/fn", endpoint = "identity.check_setup_link")]
pub async fn check_setup_link(token: String) -> Result<bool, AppError> {
    use crate::glue;
    glue::services()?
        .identity
        .setup_link_is_valid(&token)
        .await
        .map_err(glue::refuse)
}

/// Signs out.
#[server(prefix = "/fn", endpoint = "identity.sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    use crate::glue;
    glue::services()?
        .identity
        .end(&glue::session()?)
        .await
        .map_err(glue::refuse)?;
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
