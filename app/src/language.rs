//! The page's language. It is settled before the page is drawn and changes by loading the page anew, so texts are
//! plain `&'static str` and cost no reactivity.

use leptos::prelude::*;
use model::{FailureCode, Permission};

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// A language that the page speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    /// The cookie that remembers a choice.
    pub const COOKIE: &'static str = "lt_language";

    /// The language of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "en" => Some(Self::En),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }

    /// Its name in the cookie.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// Its name in HTML.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// What tells a browser how the site is installed as an app.
    pub const fn manifest(self) -> &'static str {
        match self {
            Self::En => "/manifest.en.webmanifest",
            Self::Zh => "/manifest.zh.webmanifest",
        }
    }

    /// The first language of an `Accept-Language` header that the page speaks, by weight; English otherwise.
    pub fn accepted(header: &str) -> Self {
        let mut best = (Self::En, 0.0_f32);
        for part in header.split(',') {
            let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
            let weight = parameters
                .trim()
                .strip_prefix("q=")
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            let primary = tag.trim().split('-').next().unwrap_or_default();
            let language = Self::from_name(primary.to_ascii_lowercase().as_str());
            if let Some(language) = language
                && weight > best.1
            {
                best = (language, weight);
            }
        }
        best.0
    }

    /// Its texts.
    pub fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::Zh => &ZH,
        }
    }
}

/// The page's language.
pub fn use_language() -> Language {
    use_context().unwrap_or(Language::En)
}

/// The page's texts.
pub fn use_words() -> &'static Words {
    use_language().words()
}

impl Words {
    /// What a permission is called.
    pub fn permission(&self, permission: Permission) -> &'static str {
        match permission {
            Permission::ChatUse => self.permission_chat_use,
            Permission::MediaUse => self.permission_media_use,
            Permission::MediaShare => self.permission_media_share,
            Permission::ApiKeysUse => self.permission_api_keys_use,
            Permission::GatewayUse => self.permission_gateway_use,
            Permission::ToolsUse => self.permission_tools_use,
            Permission::FilesUse => self.permission_files_use,
            Permission::AssistantsPublish => self.permission_assistants_publish,
            Permission::UsersRead => self.permission_users_read,
            Permission::UsersInvite => self.permission_users_invite,
            Permission::UsersWrite => self.permission_users_write,
            Permission::UsersGrant => self.permission_users_grant,
            Permission::GroupsRead => self.permission_groups_read,
            Permission::GroupsWrite => self.permission_groups_write,
            Permission::RolesRead => self.permission_roles_read,
            Permission::RolesWrite => self.permission_roles_write,
            Permission::AuditRead => self.permission_audit_read,
            Permission::UsageRead => self.permission_usage_read,
            Permission::JobsRead => self.permission_jobs_read,
            Permission::JobsWrite => self.permission_jobs_write,
            Permission::ToolsWrite => self.permission_tools_write,
            Permission::GatewayWrite => self.permission_gateway_write,
        }
    }

    /// What happened and what to do about it.
    #[expect(clippy::too_many_lines, reason = "a line a code")]
    pub fn failure(&self, code: FailureCode) -> &'static str {
        match code {
            FailureCode::SignInNeeded => self.error_sign_in_needed,
            FailureCode::WrongCredentials => self.error_wrong_credentials,
            FailureCode::TooManyAttempts => self.error_too_many_attempts,
            FailureCode::ForeignOrigin => self.error_foreign_origin,
            FailureCode::InvalidEmail => self.error_invalid_email,
            FailureCode::InvalidModelName => self.error_invalid_model_name,
            FailureCode::NoSuchPerson => self.error_no_such_person,
            FailureCode::InvalidName => self.error_invalid_name,
            FailureCode::PasswordTooShort => self.error_password_too_short,
            FailureCode::PasswordTooLong => self.error_password_too_long,
            FailureCode::PasswordTooCommon => self.error_password_too_common,
            FailureCode::EmailTaken => self.error_email_taken,
            FailureCode::Forbidden => self.error_forbidden,
            FailureCode::StepUpNeeded => self.error_step_up_needed,
            FailureCode::SecondFactorNeeded => self.error_second_factor_needed,
            FailureCode::SecondFactorRequired => self.error_second_factor_required,
            FailureCode::EmailUnverified => self.error_email_unverified,
            FailureCode::WrongCode => self.error_wrong_code,
            FailureCode::PasskeyRefused => self.error_passkey_refused,
            FailureCode::LinkInvalid => self.error_link_invalid,
            FailureCode::InvitationInvalid => self.error_invitation_invalid,
            FailureCode::EmailDomainRefused => self.error_email_domain_refused,
            FailureCode::ProviderRefused => self.error_provider_refused,
            FailureCode::ProviderUnavailable => self.error_provider_unavailable,
            FailureCode::NoSuchAccount => self.error_no_such_account,
            FailureCode::AlreadyLinked => self.error_already_linked,
            FailureCode::LastWayIn => self.error_last_way_in,
            FailureCode::WrongPassword => self.error_wrong_password,
            FailureCode::RankTooHigh => self.error_rank_too_high,
            FailureCode::LastOwner => self.error_last_owner,
            FailureCode::BuiltInRole => self.error_built_in_role,
            FailureCode::NameTaken => self.error_name_taken,
            FailureCode::InvalidToolServerName => self.error_invalid_tool_server_name,
            FailureCode::InvalidToolServerAddress => self.error_invalid_tool_server_address,
            FailureCode::InvalidServerToken => self.error_invalid_server_token,
            FailureCode::ToolServerUnavailable => self.error_tool_server_unavailable,
            FailureCode::ToolServerRefused => self.error_tool_server_refused,
            FailureCode::InvalidDescription => self.error_invalid_description,
            FailureCode::InvalidNumber => self.error_invalid_number,
            FailureCode::InvalidNetwork => self.error_invalid_network,
            FailureCode::InvalidTimeZone => self.error_invalid_time_zone,
            FailureCode::InvalidPeriod => self.error_invalid_period,
            FailureCode::InvalidExpiry => self.error_invalid_expiry,
            FailureCode::InvalidPicture => self.error_invalid_picture,
            FailureCode::UnfitImage => self.error_unfit_image,
            FailureCode::FileTypeRefused => self.error_file_type_refused,
            FailureCode::FileTypeMismatch => self.error_file_type_mismatch,
            FailureCode::InvalidFile => self.error_invalid_file,
            FailureCode::FileInfected => self.error_file_infected,
            FailureCode::ScannerUnavailable => self.error_scanner_unavailable,
            FailureCode::LongTextNeedsWav => self.error_long_text_needs_wav,
            FailureCode::AttachmentRefused => self.error_attachment_refused,
            FailureCode::FileGone => self.error_file_gone,
            FailureCode::UnreadableText => self.error_unreadable_text,
            FailureCode::ModelCantSee => self.error_model_cant_see,
            FailureCode::ModelCantHear => self.error_model_cant_hear,
            FailureCode::ModelCantWatch => self.error_model_cant_watch,
            FailureCode::FileLocked => self.error_file_locked,
            FailureCode::DocumentWithoutText => self.error_document_without_text,
            FailureCode::DocumentTooComplex => self.error_document_too_complex,
            FailureCode::DiagramTooLong => self.error_diagram_too_long,
            FailureCode::DocumentRefused => self.error_document_refused,
            FailureCode::MediaMixed => self.error_media_mixed,
            FailureCode::WrongOffset => self.error_wrong_offset,
            FailureCode::StorageUsedUp => self.error_storage_used_up,
            FailureCode::FilesUnavailable => self.error_files_unavailable,
            FailureCode::DeletedSince => self.error_deleted_since,
            FailureCode::Outdated => self.error_outdated,
            FailureCode::TooMany => self.error_too_many,
            FailureCode::TooManyOpen => self.error_too_many_open,
            FailureCode::InvalidToken => self.error_invalid_token,
            FailureCode::NetworkRefused => self.error_network_refused,
            FailureCode::QuotaUsedUp => self.error_quota_used_up,
            FailureCode::NotConfirmed => self.error_not_confirmed,
            FailureCode::RegistrationClosed => self.error_registration_closed,
            FailureCode::SetupLinkInvalid => self.error_setup_link_invalid,
            FailureCode::NotFound => self.error_not_found,
            FailureCode::InvalidText => self.error_invalid_text,
            FailureCode::InvalidTitle => self.error_invalid_title,
            FailureCode::InvalidTemperature => self.error_invalid_temperature,
            FailureCode::InvalidTopP => self.error_invalid_top_p,
            FailureCode::InvalidMaxTokens => self.error_invalid_max_tokens,
            FailureCode::InvalidSeed => self.error_invalid_seed,
            FailureCode::InvalidThinkingBudget => self.error_invalid_thinking_budget,
            FailureCode::JsonWhileThinking => self.error_json_while_thinking,
            FailureCode::InvalidFolderName => self.error_invalid_folder_name,
            FailureCode::InvalidTagName => self.error_invalid_tag_name,
            FailureCode::InvalidFact => self.error_invalid_fact,
            FailureCode::InvalidInstructions => self.error_invalid_instructions,
            FailureCode::InvalidPromptName => self.error_invalid_prompt_name,
            FailureCode::InvalidAssistantName => self.error_invalid_assistant_name,
            FailureCode::InvalidSign => self.error_invalid_sign,
            FailureCode::InvalidStarters => self.error_invalid_starters,
            FailureCode::InvalidApplication => self.error_invalid_application,
            FailureCode::AssistantGone => self.error_assistant_gone,
            FailureCode::ApplicationAlone => self.error_application_alone,
            FailureCode::InvalidComment => self.error_invalid_comment,
            FailureCode::UnknownModel => self.error_unknown_model,
            FailureCode::AlreadyGenerating => self.error_already_generating,
            FailureCode::QueueFull => self.error_queue_full,
            FailureCode::CompareUnfit => self.error_compare_unfit,
            FailureCode::CannotContinue => self.error_cannot_continue,
            FailureCode::TooLarge => self.error_too_large,
            FailureCode::BadRequest => self.error_bad_request,
            FailureCode::Overloaded => self.error_overloaded,
            FailureCode::StoreUnavailable => self.error_store_unavailable,
            FailureCode::Internal => self.error_internal,
            FailureCode::UpstreamRefused => self.error_upstream_refused,
            FailureCode::UpstreamThrottled => self.error_upstream_throttled,
            FailureCode::UpstreamQuota => self.error_upstream_quota,
            FailureCode::UpstreamUnavailable => self.error_upstream_unavailable,
            FailureCode::UpstreamTimeout => self.error_upstream_timeout,
            FailureCode::UpstreamInterrupted => self.error_upstream_interrupted,
            FailureCode::AnswerLost => self.error_answer_lost,
            FailureCode::UpstreamUnreadable => self.error_upstream_unreadable,
            FailureCode::ContentRefused => self.error_content_refused,
            FailureCode::UpstreamInvalid => self.error_upstream_invalid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_preference_decides_by_weight() {
        for (header, expected) in [
            ("", Language::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("en-GB,zh;q=0.5", Language::En),
            ("de,fr;q=0.9,zh;q=0.2,en;q=0.1", Language::Zh),
            ("zh;q=0,en", Language::En),
            ("*", Language::En),
        ] {
            assert_eq!(Language::accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn a_text_is_filled_in() {
        assert_eq!(Language::En.words().thought_for("3"), "Thought for 3 s");
        assert_eq!(Language::Zh.words().earlier("2025", "11"), "2025 年 11 月");
    }
}
