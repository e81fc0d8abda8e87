//! People with browsers and apps: what tests of factors have in common.

use std::sync::Mutex;

use model::{BuiltIn, Factor, FailureCode, RecoveryCodes, UserId};
use tower_sessions::{Session, session::Id};

use super::{HOME, House, PASSWORD, cheap, code, tokens};
use crate::{
    identity::{Caller, IdentityOptions, SignedIn},
    store::testing,
    visitor::Visitor,
};

/// A site where passkeys work.
pub(super) fn site() -> IdentityOptions {
    IdentityOptions {
        origin: "https://ai.example.com".to_owned(),
        ..cheap()
    }
}

/// A browser: it keeps a cookie and nothing else, as each request finds it.
pub(super) struct Browser<'a> {
    house: &'a House,
    cookie: Mutex<Option<Id>>,
}

impl<'a> Browser<'a> {
    pub(super) fn new(house: &'a House) -> Self {
        Self {
            house,
            cookie: Mutex::new(None),
        }
    }

    /// The browser of somebody who is signed in by their password.
    pub(super) async fn of(house: &'a House, user: UserId) -> Self {
        let browser = Self::new(house);
        assert_eq!(browser.says_password(user).await, []);
        browser
    }

    /// What a request sees; what it leaves must be [kept](Self::keep).
    pub(super) fn session(&self) -> Session {
        self.house.session(*self.cookie.lock().unwrap())
    }

    pub(super) fn keep(&self, session: &Session) {
        *self.cookie.lock().unwrap() = session.id();
    }

    pub(super) fn cookie(&self) -> Option<Id> {
        *self.cookie.lock().unwrap()
    }

    /// Signs in by the password; what is awaited then.
    pub(super) async fn says_password(&self, user: UserId) -> Vec<Factor> {
        let (identity, email) = (&self.house.identity, address(user));
        let proof = identity.sign_in(&email, PASSWORD, &home()).await.unwrap();
        let session = self.session();
        let awaited = identity.enter(&session, proof, &home()).await.unwrap();
        self.keep(&session);
        awaited
    }

    /// Answers with a code after the password.
    pub(super) async fn says_code(&self, text: &str) -> Result<(), FailureCode> {
        let session = self.session();
        let identity = &self.house.identity;
        code(identity.answer_code(&session, text, &home()).await)?;
        self.keep(&session);
        Ok(())
    }

    pub(super) async fn signed_in(&self) -> Option<SignedIn> {
        let session = self.session();
        self.house
            .identity
            .signed_in(&session, &home())
            .await
            .unwrap()
    }

    /// Who is calling, for what is open while something is lacking.
    pub(super) async fn newcomer(&self) -> Caller {
        self.signed_in().await.unwrap().caller
    }

    /// Who is calling, for everything else.
    pub(super) async fn caller(&self) -> Result<UserId, FailureCode> {
        let session = self.session();
        let caller = self.house.identity.caller(&session, &home()).await;
        code(caller).map(|caller| caller.user())
    }
}

/// An app with a seed.
pub(super) struct App(Vec<u8>);

impl App {
    /// Reads the seed as a person would type it.
    pub(super) fn with(secret: &str) -> Self {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
        for typed in secret.bytes().filter(|byte| *byte != b' ') {
            let value = letters.iter().position(|letter| *letter == typed).unwrap();
            bits = ((bits << 5) | u32::try_from(value).unwrap()) & 0xffff;
            held += 5;
            if held >= 8 {
                held -= 8;
                bytes.push(u8::try_from((bits >> held) & 0xff).unwrap());
            }
        }
        Self(bytes)
    }

    /// Sets the factor up; with the codes that come with it.
    pub(super) async fn of(browser: &Browser<'_>) -> (Self, Option<RecoveryCodes>) {
        let (house, caller) = (browser.house, browser.newcomer().await);
        let shown = house.identity.begin_totp(&caller).await.unwrap();
        let app = Self::with(&shown.secret);
        let code = app.code(house);
        let codes = house.identity.confirm_totp(&caller, &code).await.unwrap();
        // The code that confirmed it is used up.
        house.clock.advance(30_000);
        (app, codes)
    }

    pub(super) fn seed(&self) -> &[u8] {
        &self.0
    }

    /// What it shows now.
    pub(super) fn code(&self, house: &House) -> String {
        self.code_off(house, 0)
    }

    /// What it shows so many steps from now.
    pub(super) fn code_off(&self, house: &House, steps: i64) -> String {
        use crate::clock::Clock as _;
        let seconds = house.clock.now().get() / 1000 + 30 * steps;
        let seed: [u8; 20] = self.0.as_slice().try_into().unwrap();
        totp_rs::Builder::new()
            .with_secret(seed)
            .build_noncompliant()
            .generate(u64::try_from(seconds).unwrap())
            .to_string()
    }

    /// Six digits that it does not show around now.
    pub(super) fn wrong_code(&self, house: &House) -> String {
        let near = [-1, 0, 1].map(|off| self.code_off(house, off));
        (0..1_000_000)
            .map(|number| format!("{number:06}"))
            .find(|code| !near.contains(code))
            .unwrap()
    }
}

/// A member with a password.
pub(super) async fn member(house: &House) -> UserId {
    let user = tokens::person(house, BuiltIn::Member).await;
    let place = house.identity.0.hashing.enqueue().unwrap();
    let hash = place.hash(PASSWORD).await.unwrap();
    let sql = format!("UPDATE users SET password_hash = '{hash}' WHERE id = '{user}'");
    testing::execute(&house.db, &sql).await;
    user
}

pub(super) fn address(user: UserId) -> String {
    format!("{user}@example.com")
}

pub(super) fn home() -> Visitor {
    Visitor::at(HOME)
}

/// Members must have a second factor.
pub(super) async fn ask_members_for_a_factor(house: &House) {
    let sql = format!(
        "UPDATE roles SET requires_second_factor = TRUE WHERE id = '{}'",
        BuiltIn::Member.id()
    );
    testing::execute(&house.db, &sql).await;
}

/// Lines of the log with that action and outcome.
pub(super) async fn lines(house: &House, action: &str, outcome: &str) -> i64 {
    house
        .count(&format!(
            "SELECT COUNT(*) FROM audit_log WHERE action = '{action}' AND outcome = '{outcome}'"
        ))
        .await
}
