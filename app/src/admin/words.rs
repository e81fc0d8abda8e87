//! What roles, states and actions are called.

use model::{AuditOutcome, BuiltIn, Permission, PersonState, Role, RoleId};

use crate::language::Words;

impl Words {
    /// A role's name: its own, or the translation of one that is built in.
    pub fn role_name(&self, id: RoleId, name: &str) -> String {
        match BuiltIn::of_id(id) {
            Some(role) => self.built_in_role(role).to_owned(),
            None => name.to_owned(),
        }
    }

    /// What a role is for.
    pub fn role_purpose(&self, role: &Role) -> String {
        match BuiltIn::of_id(role.id) {
            Some(built_in) => self.built_in_purpose(built_in).to_owned(),
            None => role.description.clone(),
        }
    }

    fn built_in_role(&self, role: BuiltIn) -> &'static str {
        match role {
            BuiltIn::Owner => self.role_owner,
            BuiltIn::Administrator => self.role_administrator,
            BuiltIn::Operator => self.role_operator,
            BuiltIn::Auditor => self.role_auditor,
            BuiltIn::Member => self.role_member,
            BuiltIn::Guest => self.role_guest,
        }
    }

    fn built_in_purpose(&self, role: BuiltIn) -> &'static str {
        match role {
            BuiltIn::Owner => self.role_owner_for,
            BuiltIn::Administrator => self.role_administrator_for,
            BuiltIn::Operator => self.role_operator_for,
            BuiltIn::Auditor => self.role_auditor_for,
            BuiltIn::Member => self.role_member_for,
            BuiltIn::Guest => self.role_guest_for,
        }
    }

    /// What a permission means, plainly.
    pub fn permission_meaning(&self, permission: Permission) -> &'static str {
        match permission {
            Permission::ChatUse => self.meaning_chat_use,
            Permission::MediaUse => self.meaning_media_use,
            Permission::MediaShare => self.meaning_media_share,
            Permission::ApiKeysUse => self.meaning_api_keys_use,
            Permission::GatewayUse => self.meaning_gateway_use,
            Permission::ToolsUse => self.meaning_tools_use,
            Permission::FilesUse => self.meaning_files_use,
            Permission::AssistantsPublish => self.meaning_assistants_publish,
            Permission::UsersRead => self.meaning_users_read,
            Permission::UsersInvite => self.meaning_users_invite,
            Permission::UsersWrite => self.meaning_users_write,
            Permission::UsersGrant => self.meaning_users_grant,
            Permission::GroupsRead => self.meaning_groups_read,
            Permission::GroupsWrite => self.meaning_groups_write,
            Permission::RolesRead => self.meaning_roles_read,
            Permission::RolesWrite => self.meaning_roles_write,
            Permission::AuditRead => self.meaning_audit_read,
            Permission::UsageRead => self.meaning_usage_read,
            Permission::JobsRead => self.meaning_jobs_read,
            Permission::JobsWrite => self.meaning_jobs_write,
            Permission::ToolsWrite => self.meaning_tools_write,
            Permission::GatewayWrite => self.meaning_gateway_write,
        }
    }

    /// Whether an account can be used.
    pub fn person_state(&self, state: PersonState) -> &'static str {
        match state {
            PersonState::Active => self.state_active,
            PersonState::Pending => self.state_pending,
            PersonState::Disabled => self.state_disabled,
        }
    }

    /// How an act ended.
    pub fn audit_outcome(&self, outcome: AuditOutcome) -> &'static str {
        match outcome {
            AuditOutcome::Done => self.audit_done,
            AuditOutcome::Refused => self.audit_refused,
        }
    }

    /// With what somebody acted.
    pub fn audit_via(&self, via: &str) -> String {
        match via {
            "session" => self.via_session,
            "token" => self.via_token,
            "key" => self.via_key,
            "command_line" => self.via_command_line,
            "nobody" => self.via_nobody,
            other => return other.to_owned(),
        }
        .to_owned()
    }
}
