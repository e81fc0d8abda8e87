//! What people may do: permissions, and the roles that bundle them. A service asks for a permission, never for a role.

use serde::{Deserialize, Serialize};

use crate::RoleId;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// One thing that somebody may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Permission { $($(#[$doc])* #[serde(rename = $code)] $name,)* }

        impl Permission {
            /// Every permission.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name, as on the wire and in scopes.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The permission of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

permissions! {
    /// Ask models in conversations.
    ChatUse = "chat.use";
    /// Have images, videos and speech made.
    MediaUse = "media.use";
    /// Make links by which people without an account see what one has made.
    MediaShare = "media.share";
    /// Make API keys for oneself, and use them.
    ApiKeysUse = "api_keys.use";
    /// Call models from programs, with a key or a token.
    GatewayUse = "gateway.use";
    /// Let models call tools in conversations.
    ToolsUse = "tools.use";
    /// Keep files: upload them, and read what models made.
    FilesUse = "files.use";
    /// Offer assistants to everybody, and put Bailian's applications behind them.
    AssistantsPublish = "assistants.publish";
    /// See who has an account.
    UsersRead = "users.read";
    /// Invite people.
    UsersInvite = "users.invite";
    /// Make, disable and delete accounts, reset their factors, end their sessions: of lower ranks only.
    UsersWrite = "users.write";
    /// Give and take roles below one's own rank.
    UsersGrant = "users.grant";
    /// See groups.
    GroupsRead = "groups.read";
    /// Make, change and delete groups.
    GroupsWrite = "groups.write";
    /// See roles.
    RolesRead = "roles.read";
    /// Make, change and delete roles below one's own rank, with permissions that one has.
    RolesWrite = "roles.write";
    /// Read and export the audit log.
    AuditRead = "audit.read";
    /// See what everybody used and what it cost.
    UsageRead = "usage.read";
    /// See everybody's jobs.
    JobsRead = "jobs.read";
    /// Stop anybody's jobs.
    JobsWrite = "jobs.write";
    /// See and set which servers of tools there are, and who may use what is on them.
    ToolsWrite = "tools.write";
    /// Set budgets, and which models stand behind which names.
    GatewayWrite = "gateway.write";
}

/// A set of permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Permission>", into = "Vec<Permission>")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = Vec<Permission>))]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// None.
    pub const EMPTY: Self = Self(0);

    /// Exactly these.
    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < permissions.len() {
            bits |= 1 << permissions[index] as u64;
            index += 1;
        }
        Self(bits)
    }

    /// All there are.
    pub const fn all() -> Self {
        Self::of(Permission::ALL)
    }

    /// Whether `permission` is among them.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u64) != 0
    }

    /// Whether all of `other` are among them.
    pub const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Those of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that both have.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |permission| self.contains(*permission))
    }
}

impl From<Vec<Permission>> for PermissionSet {
    fn from(permissions: Vec<Permission>) -> Self {
        Self::of(&permissions)
    }
}

impl From<PermissionSet> for Vec<Permission> {
    fn from(set: PermissionSet) -> Self {
        set.iter().collect()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions
            .into_iter()
            .fold(Self::EMPTY, |set, permission| {
                set.union(Self::of(&[permission]))
            })
    }
}

impl std::fmt::Debug for PermissionSet {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_set()
            .entries(self.iter().map(Permission::as_str))
            .finish()
    }
}

/// How high somebody stands: nobody touches an equal or a higher rank. 1 to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rank(u8);

impl Rank {
    /// Nothing at all: who has no role.
    pub const NONE: Self = Self(0);
    /// The owner's.
    pub const OWNER: Self = Self(100);

    /// A rank, if it is at most 100.
    pub const fn new(rank: u8) -> Option<Self> {
        if rank <= 100 { Some(Self(rank)) } else { None }
    }

    /// As a number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// A role that every site has. Its id, rank and permissions are fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuiltIn {
    /// Answers for the site; there is always one.
    Owner,
    /// Governs people, groups and roles.
    Administrator,
    /// Keeps the site running: sees people and the audit log.
    Operator,
    /// Sees everything that is governed, and changes nothing.
    Auditor,
    /// Uses the site.
    Member,
    /// Tries it: asks models, and no more.
    Guest,
}

impl BuiltIn {
    /// Every one of them.
    pub const ALL: [Self; 6] = [
        Self::Owner,
        Self::Administrator,
        Self::Operator,
        Self::Auditor,
        Self::Member,
        Self::Guest,
    ];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
            Self::Member => "member",
            Self::Guest => "guest",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// The id that it has in every database.
    pub const fn id(self) -> RoleId {
        let number = match self {
            Self::Owner => 1,
            Self::Administrator => 2,
            Self::Operator => 3,
            Self::Auditor => 4,
            Self::Member => 5,
            Self::Guest => 6,
        };
        RoleId::from_uuid(uuid::Uuid::from_u128(
            0x0000_0000_0000_7000_8000_0000_0000_0000 + number,
        ))
    }

    /// The built-in role of that id.
    pub fn of_id(id: RoleId) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.id() == id)
    }

    /// How high it stands.
    pub const fn rank(self) -> Rank {
        Rank(match self {
            Self::Owner => 100,
            Self::Administrator => 80,
            Self::Operator => 60,
            Self::Auditor => 50,
            Self::Member => 20,
            Self::Guest => 10,
        })
    }

    /// What it may do.
    pub const fn permissions(self) -> PermissionSet {
        use Permission::{
            ApiKeysUse, AssistantsPublish, AuditRead, ChatUse, FilesUse, GatewayUse, GroupsRead,
            JobsRead, JobsWrite, MediaShare, MediaUse, RolesRead, ToolsUse, UsageRead, UsersInvite,
            UsersRead,
        };
        match self {
            Self::Owner | Self::Administrator => PermissionSet::all(),
            Self::Operator => PermissionSet::of(&[
                ChatUse,
                MediaUse,
                MediaShare,
                ApiKeysUse,
                GatewayUse,
                ToolsUse,
                FilesUse,
                AssistantsPublish,
                UsersRead,
                UsersInvite,
                GroupsRead,
                RolesRead,
                AuditRead,
                UsageRead,
                JobsRead,
                JobsWrite,
            ]),
            Self::Auditor => PermissionSet::of(&[
                UsersRead, GroupsRead, RolesRead, AuditRead, UsageRead, JobsRead,
            ]),
            Self::Member => PermissionSet::of(&[
                ChatUse, MediaUse, MediaShare, ApiKeysUse, GatewayUse, ToolsUse, FilesUse,
            ]),
            Self::Guest => PermissionSet::of(&[ChatUse]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_survives_its_json() -> Result<(), serde_json::Error> {
        let set = PermissionSet::of(&[Permission::ChatUse, Permission::AuditRead]);
        assert!(set.contains(Permission::AuditRead) && !set.contains(Permission::UsersRead));
        assert_eq!(serde_json::to_string(&set)?, r#"["chat.use","audit.read"]"#);
        assert_eq!(
            serde_json::from_str::<PermissionSet>(r#"["audit.read","chat.use"]"#)?,
            set
        );
        Ok(())
    }

    #[test]
    fn permissions_and_built_in_roles_are_found_by_their_names() {
        for permission in Permission::ALL {
            assert_eq!(
                Permission::from_name(permission.as_str()),
                Some(*permission)
            );
        }
        for role in BuiltIn::ALL {
            assert_eq!(BuiltIn::from_name(role.as_str()), Some(role));
            assert_eq!(BuiltIn::of_id(role.id()), Some(role));
        }
    }

    #[test]
    fn a_higher_built_in_role_may_do_all_that_a_lower_one_may() {
        assert!(
            BuiltIn::Owner
                .permissions()
                .includes(BuiltIn::Administrator.permissions())
        );
        assert!(
            BuiltIn::Administrator
                .permissions()
                .includes(BuiltIn::Operator.permissions())
        );
        assert!(
            BuiltIn::Operator
                .permissions()
                .includes(BuiltIn::Member.permissions())
        );
        assert!(
            BuiltIn::Member
                .permissions()
                .includes(BuiltIn::Guest.permissions())
        );
    }
}
