//! What somebody sees of their own account: profile, proofs, sessions, keys.

use serde::{Deserialize, Serialize};

use crate::{
    ApiKeyId, DisplayName, Email, FamilyId, Habits, LinkId, Millis, ModelName, PasskeyId,
    PermissionSet, SessionId,
};

/// One's own profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// What to be called.
    pub name: DisplayName,
    /// What one signs in with.
    pub email: Email,
    /// Whether it is shown to be one's own.
    pub email_verified: bool,
    /// A new address that waits for the link in its mail to be followed.
    pub new_email: Option<Email>,
    /// When the picture was changed last; `None` without one.
    pub picture: Option<Millis>,
    /// `en` or `zh`; `None` as the browser says.
    pub language: Option<String>,
    /// `light`, `dark` or `system`.
    pub theme: Option<String>,
    /// A name like `Asia/Shanghai`; `None` as the browser says.
    pub time_zone: Option<String>,
    /// How one likes the page to be.
    pub habits: Habits,
}

/// What a profile is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProfileDraft {
    /// What to be called.
    pub name: String,
    /// `en`, `zh`, or empty: as the browser says.
    #[serde(default)]
    pub language: String,
    /// `light`, `dark`, `system`, or empty.
    #[serde(default)]
    pub theme: String,
    /// A name like `Asia/Shanghai`, or empty: as the browser says.
    #[serde(default)]
    pub time_zone: String,
}

/// Everything about how one gets in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact by itself, shown as such"
)]
pub struct SecurityOverview {
    /// Whether there is a password; who signs in elsewhere only has none.
    pub has_password: bool,
    /// Whether six digits from an app are set up.
    pub totp: bool,
    /// Recovery codes that are left.
    pub recovery_codes: u32,
    /// Passkeys.
    pub passkeys: Vec<Passkey>,
    /// Accounts elsewhere.
    pub linked: Vec<LinkedAccount>,
    /// Whether one of the roles asks for a second factor.
    pub factor_required: bool,
    /// Whether the last proof is young enough for what is sensitive; else one is asked for first.
    pub fresh: bool,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Millis,
    /// When it was last used.
    pub used_at: Option<Millis>,
}

/// An account elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkedAccount {
    /// The link's id.
    pub id: LinkId,
    /// The provider's label; its id when it is no longer configured.
    pub provider: String,
    /// The address there, to tell it by.
    pub email: Option<String>,
    /// When it was linked.
    pub created_at: Millis,
    /// When it was last used.
    pub used_at: Option<Millis>,
}

/// Six digits that are being set up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpEnrolment {
    /// The QR code, as SVG.
    pub svg: String,
    /// The seed for typing, in groups of four.
    pub secret: String,
}

impl std::fmt::Debug for TotpEnrolment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("TotpEnrolment(…)")
    }
}

/// Codes to write down, shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodes(pub Vec<String>);

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("RecoveryCodes(…)")
    }
}

/// Where one is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionSummary {
    /// Which.
    pub id: SessionRef,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Browser and system, `Chrome · Linux`, as far as its own words tell; a client's own name for a device.
    pub device: String,
    /// The address it began from.
    pub address: String,
    /// When it began.
    pub created_at: Millis,
    /// When it was last used, to a minute.
    pub seen_at: Millis,
}

/// A session in a browser or a device with tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SessionRef {
    /// A browser's.
    Browser(SessionId),
    /// A device's.
    Device(FamilyId),
}

/// An API key, without itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub name: String,
    /// Its beginning and end, `lt-abcd…wxyz`.
    pub hint: String,
    /// What it may be used for, of what its owner may do.
    pub scopes: PermissionSet,
    /// The models that it may be used for; `None` is all of its owner's.
    pub models: Option<Vec<ModelName>>,
    /// The networks that it may be used from; empty is everywhere.
    pub networks: Vec<String>,
    /// Requests a minute.
    pub requests_per_minute: Option<i64>,
    /// Tokens a minute.
    pub tokens_per_minute: Option<i64>,
    /// Requests to models that run at once.
    pub at_once: Option<i64>,
    /// Micro-yuan a month.
    pub budget_per_month: Option<i64>,
    /// Whether an answer is read to its end, and paid for, when whoever asked has left.
    pub finishes: bool,
    /// For so many seconds an answer is kept and given again to the same request, unless a request says otherwise.
    pub cache_seconds: Option<i64>,
    /// When it was made.
    pub created_at: Millis,
    /// When it ends.
    pub expires_at: Option<Millis>,
    /// When it was last used, to a minute.
    pub used_at: Option<Millis>,
    /// From where it was last used.
    pub used_from: Option<String>,
}

impl ApiKey {
    /// An answer is kept for so many seconds at most: a day.
    pub const LONGEST_CACHE_SECONDS: i64 = 24 * 60 * 60;
    /// Requests a minute at most: refills finer than one each millisecond can't be counted.
    pub const MOST_REQUESTS: i64 = 60_000;
    /// Tokens a minute at most: a thousand million, beyond what anybody means.
    pub const MOST_TOKENS: i64 = 1_000_000_000;
    /// Requests at once at most: more than any process has room for.
    pub const MOST_AT_ONCE: i64 = 100_000;
    /// Micro-yuan a month at most: a thousand million yuan, beyond what anybody means.
    pub const MOST_BUDGET: i64 = 1_000_000_000 * 1_000_000;
}

/// What an API key is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyDraft {
    /// What to call it: 1 to 60 characters.
    pub name: String,
    /// What it may be used for, of what its owner may do.
    pub scopes: PermissionSet,
    /// The models that it may be used for; `None` is all of its owner's.
    #[serde(default)]
    pub models: Option<Vec<ModelName>>,
    /// The networks that it may be used from, `203.0.113.0/24`; empty is everywhere.
    #[serde(default)]
    pub networks: Vec<String>,
    /// Requests a minute, at least 1.
    #[serde(default)]
    pub requests_per_minute: Option<i64>,
    /// Tokens a minute, at least 1.
    #[serde(default)]
    pub tokens_per_minute: Option<i64>,
    /// Requests to models that run at once, at least 1.
    #[serde(default)]
    pub at_once: Option<i64>,
    /// Micro-yuan a month.
    #[serde(default)]
    pub budget_per_month: Option<i64>,
    /// Whether an answer is read to its end, and paid for, when whoever asked has left; otherwise it is called off.
    #[serde(default)]
    pub finishes: bool,
    /// For so many seconds, 1 to 86,400, an answer is kept and given again to the same request, unless a request says
    /// otherwise by `x-liantai-cache`; without, only where a request says so.
    #[serde(default)]
    pub cache_seconds: Option<i64>,
    /// When it ends.
    #[serde(default)]
    pub expires_at: Option<Millis>,
}

/// A key that was just made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeySecret {
    /// It.
    pub key: ApiKey,
    /// The key itself, shown once.
    pub secret: String,
}

impl std::fmt::Debug for ApiKeySecret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ApiKeySecret")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
