//! People, groups and roles, as those see them who administer them.

use serde::{Deserialize, Serialize};

use crate::{
    DisplayName, Email, FailureCode, GroupId, InvitationId, Millis, ModelName, PermissionSet, Rank,
    RoleId, UserId,
};

/// A role by its name. A built-in role's name is its code, which the page translates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleRef {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PersonState {
    /// It can.
    Active,
    /// Its address is not shown to be theirs yet, which this site asks for.
    Pending,
    /// An administrator has closed it.
    Disabled,
}

/// A line of the list of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: DisplayName,
    /// Their address.
    pub email: Email,
    /// Whether the account can be used.
    pub state: PersonState,
    /// Their own roles; those of their groups come on top.
    pub roles: Vec<RoleRef>,
    /// The highest rank of all their roles.
    pub rank: Rank,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// When the account was made.
    pub created_at: Millis,
    /// When they were last here, to a minute.
    pub seen_at: Option<Millis>,
}

/// All that an administrator sees of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact by itself, shown as such"
)]
pub struct PersonDetail {
    /// As in the list.
    pub person: Person,
    /// Their groups.
    pub groups: Vec<Group>,
    /// What they may do, with their groups' roles.
    pub permissions: PermissionSet,
    /// Sessions in browsers and on devices that are open now.
    pub sessions: u32,
    /// API keys that are valid now.
    pub api_keys: u32,
    /// Passkeys.
    pub passkeys: u32,
    /// Whether six digits from an app are set up.
    pub totp: bool,
    /// Where else they sign in: the providers' names.
    pub providers: Vec<String>,
    /// Whether they can sign in with a password.
    pub has_password: bool,
    /// Whether the caller may change anything here: they stand higher, and have the permission.
    pub can_write: bool,
    /// Whether the caller may give and take roles here.
    pub can_grant: bool,
}

/// Which people are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFilter {
    /// The beginning of a name or of an address, or a word in them; at most 100 characters.
    #[serde(default)]
    pub search: String,
    /// In this state.
    #[serde(default)]
    pub state: Option<PersonState>,
    /// With this role of their own.
    #[serde(default)]
    pub role: Option<RoleId>,
    /// In this group.
    #[serde(default)]
    pub group: Option<GroupId>,
}

/// How much the members of a group may use, each for themselves. `None` is no limit; of several groups the most
/// generous counts. A day is one of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quota {
    /// Answers a day.
    #[serde(default)]
    pub answers_per_day: Option<i64>,
    /// Tokens a day, questions and answers together.
    #[serde(default)]
    pub tokens_per_day: Option<i64>,
}

impl Quota {
    /// Whether so much is all that a day has, in one respect or the other.
    pub fn is_used_up(&self, answers: i64, tokens: i64) -> bool {
        let is_up = |limit: Option<i64>, used: i64| limit.is_some_and(|limit| used >= limit);
        is_up(self.answers_per_day, answers) || is_up(self.tokens_per_day, tokens)
    }
}

/// How much the members of a group may ask together through the gateway. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupRates {
    /// Requests a minute.
    #[serde(default)]
    pub requests_per_minute: Option<i64>,
    /// Tokens a minute, questions and answers together.
    #[serde(default)]
    pub tokens_per_minute: Option<i64>,
    /// Requests that run at once.
    #[serde(default)]
    pub at_once: Option<i64>,
}

/// A group of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How many people are in it.
    pub members: i64,
    /// When it was made.
    pub created_at: Millis,
}

/// All of a group but its members, which are listed by [`PersonFilter::group`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupDetail {
    /// As in the list.
    pub group: Group,
    /// The roles of its members.
    pub roles: Vec<RoleRef>,
    /// The models that its members may use; `None` is all of them.
    pub models: Option<Vec<ModelName>>,
    /// How much its members may use.
    pub quota: Quota,
    /// How much its members may ask together.
    pub rates: GroupRates,
    /// Whether answers that the gateway keeps are its members' together.
    pub shares_answers: bool,
    /// Whether the caller may change it.
    pub can_write: bool,
}

impl From<&GroupDetail> for GroupDraft {
    /// As it is: what is the same is equal.
    fn from(group: &GroupDetail) -> Self {
        let mut roles: Vec<RoleId> = group.roles.iter().map(|role| role.id).collect();
        roles.sort_unstable();
        Self {
            name: group.group.name.clone(),
            description: group.group.description.clone(),
            roles,
            models: group.models.clone(),
            quota: group.quota,
            rates: group.rates,
            shares_answers: group.shares_answers,
        }
    }
}

impl GroupDraft {
    /// Each of its numbers is at most that, a million million: beyond what anybody means.
    pub const MOST: i64 = 1_000_000_000_000;
}

/// What a group is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupDraft {
    /// Its name: 1 to 60 characters, no two alike.
    pub name: String,
    /// What it is for, at most 500 characters.
    #[serde(default)]
    pub description: String,
    /// The roles of its members, below the caller's rank.
    #[serde(default)]
    pub roles: Vec<RoleId>,
    /// The models that its members may use; `None` is all of them.
    #[serde(default)]
    pub models: Option<Vec<ModelName>>,
    /// How much its members may use.
    #[serde(default)]
    pub quota: Quota,
    /// How much its members may ask together.
    #[serde(default)]
    pub rates: GroupRates,
    /// Whether answers that the gateway keeps are its members' together: who sends the same request as another member is given
    /// that one's answer. Otherwise each is the key's alone that asked for it.
    #[serde(default)]
    pub shares_answers: bool,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name; a built-in role's is its code.
    pub name: String,
    /// What it is for; empty with those that are built in.
    pub description: String,
    /// How high it stands.
    pub rank: Rank,
    /// What it allows.
    pub permissions: PermissionSet,
    /// Whether every site has it.
    pub built_in: bool,
    /// Whether it asks for a second factor.
    pub requires_second_factor: bool,
    /// How many people have it by themselves, not through a group.
    pub people: i64,
    /// Whether the caller may change it: it is below their rank.
    pub can_write: bool,
}

impl From<&Role> for RoleDraft {
    /// As it is: what is the same is equal.
    fn from(role: &Role) -> Self {
        Self {
            name: role.name.clone(),
            description: role.description.clone(),
            rank: role.rank,
            permissions: role.permissions,
            requires_second_factor: role.requires_second_factor,
        }
    }
}

/// What a role is to be. Of a built-in role only `requires_second_factor` can be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleDraft {
    /// Its name: 1 to 60 characters, no two alike.
    pub name: String,
    /// What it is for, at most 500 characters.
    #[serde(default)]
    pub description: String,
    /// Below the caller's own rank, at least 1.
    pub rank: Rank,
    /// Of those that the caller has.
    pub permissions: PermissionSet,
    /// Whether it asks for a second factor.
    #[serde(default)]
    pub requires_second_factor: bool,
}

/// An invitation that was not used yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Whom it was sent to; `None` for a link that was handed over.
    pub email: Option<Email>,
    /// The roles that the newcomer gets.
    pub roles: Vec<RoleRef>,
    /// The name of who invited; `None` when the account is gone.
    pub invited_by: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// Until when it can be used.
    pub expires_at: Millis,
}

/// Whom to invite, and to what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationDraft {
    /// Where to send it; without, the link is for whoever gets it.
    #[serde(default)]
    pub email: Option<Email>,
    /// Roles below the inviter's rank; none means *member*.
    #[serde(default)]
    pub roles: Vec<RoleId>,
    /// Groups to be in.
    #[serde(default)]
    pub groups: Vec<GroupId>,
}

/// An invitation that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewInvitation {
    /// It.
    pub invitation: Invitation,
    /// The link, shown once.
    pub link: String,
}

/// What became of an act on many people: each is judged by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkOutcome {
    /// With whom it was done.
    pub done: Vec<UserId>,
    /// With whom it was not, and why.
    pub refused: Vec<(UserId, FailureCode)>,
}
