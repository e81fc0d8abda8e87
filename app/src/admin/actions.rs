//! What the audit log tells of, in the reader's words.

use crate::language::Words;

/// The reader's words for one action.
type Label = fn(&Words) -> &'static str;

/// Every action by its name in the log, and with a dot at the end those that ask for all that begin so.
const ACTIONS: &[(&str, Label)] = &[
    ("user.", |words| words.action_user_all),
    ("role.", |words| words.action_role_all),
    ("group.", |words| words.action_group_all),
    ("session.", |words| words.action_session_all),
    ("factor.", |words| words.action_factor_all),
    ("api_key.", |words| words.action_api_key_all),
    ("budget.", |words| words.action_budget_all),
    ("model_route.", |words| words.action_model_route_all),
    ("tool_server.", |words| words.action_tool_server_all),
    ("tool_server.create", |words| {
        words.action_tool_server_create
    }),
    ("tool_server.update", |words| {
        words.action_tool_server_update
    }),
    ("tool_server.delete", |words| {
        words.action_tool_server_delete
    }),
    ("tool_server.set_tool", |words| {
        words.action_tool_server_set_tool
    }),
    ("job.", |words| words.action_job_all),
    ("job.stop", |words| words.action_job_stop),
    ("job.put_first", |words| words.action_job_put_first),
    ("job.again", |words| words.action_job_again),
    ("model.set", |words| words.action_model_set),
    ("model.unset", |words| words.action_model_unset),
    ("assistant.take_down", |words| {
        words.action_assistant_take_down
    }),
    ("user.register", |words| words.action_user_register),
    ("user.invite", |words| words.action_user_invite),
    ("user.disable", |words| words.action_user_disable),
    ("user.enable", |words| words.action_user_enable),
    ("user.delete", |words| words.action_user_delete),
    ("user.role.grant", |words| words.action_user_role_grant),
    ("user.role.revoke", |words| words.action_user_role_revoke),
    ("user.group.add", |words| words.action_user_group_add),
    ("user.group.remove", |words| words.action_user_group_remove),
    ("user.factors.reset", |words| {
        words.action_user_factors_reset
    }),
    ("user.password.reset_sent", |words| {
        words.action_user_password_reset_sent
    }),
    ("user.sessions.end", |words| words.action_user_sessions_end),
    ("role.create", |words| words.action_role_create),
    ("role.update", |words| words.action_role_update),
    ("role.delete", |words| words.action_role_delete),
    ("group.create", |words| words.action_group_create),
    ("group.update", |words| words.action_group_update),
    ("group.delete", |words| words.action_group_delete),
    ("session.begin", |words| words.action_session_begin),
    ("session.end", |words| words.action_session_end),
    ("session.end_others", |words| {
        words.action_session_end_others
    }),
    ("session.step_up", |words| words.action_session_step_up),
    ("password.change", |words| words.action_password_change),
    ("password.reset_asked", |words| {
        words.action_password_reset_asked
    }),
    ("password.reset", |words| words.action_password_reset),
    ("email.verify", |words| words.action_email_verify),
    ("email.change", |words| words.action_email_change),
    ("factor.totp.add", |words| words.action_factor_totp_add),
    ("factor.totp.remove", |words| {
        words.action_factor_totp_remove
    }),
    ("factor.recovery.renew", |words| {
        words.action_factor_recovery_renew
    }),
    ("factor.recovery.use", |words| {
        words.action_factor_recovery_use
    }),
    ("factor.passkey.add", |words| {
        words.action_factor_passkey_add
    }),
    ("factor.passkey.remove", |words| {
        words.action_factor_passkey_remove
    }),
    ("sso.link", |words| words.action_sso_link),
    ("sso.unlink", |words| words.action_sso_unlink),
    ("token.begin", |words| words.action_token_begin),
    ("token.refresh_reuse", |words| {
        words.action_token_refresh_reuse
    }),
    ("token.end", |words| words.action_token_end),
    ("api_key.create", |words| words.action_api_key_create),
    ("api_key.update", |words| words.action_api_key_update),
    ("api_key.delete", |words| words.action_api_key_delete),
    ("api_key.revoke", |words| words.action_api_key_revoke),
    ("profile.update", |words| words.action_profile_update),
    ("profile.picture", |words| words.action_profile_picture),
    ("account.export", |words| words.action_account_export),
    ("account.delete", |words| words.action_account_delete),
    ("budget.set", |words| words.action_budget_set),
    ("budget.delete", |words| words.action_budget_delete),
    ("model_route.set", |words| words.action_model_route_set),
    ("model_route.delete", |words| {
        words.action_model_route_delete
    }),
    ("audit.export", |words| words.action_audit_export),
];

/// Every action, for choosing one.
pub fn all(words: &Words) -> impl Iterator<Item = (&'static str, &'static str)> {
    ACTIONS
        .iter()
        .map(move |(name, label)| (*name, label(words)))
}

/// What an action is called; one that is not known here by its name in the log.
pub fn label(words: &Words, action: &str) -> String {
    let found = ACTIONS.iter().find(|(name, _)| *name == action);
    found.map_or_else(|| action.to_owned(), |(_, label)| label(words).to_owned())
}

#[cfg(test)]
mod tests {
    use crate::language::Language;

    use super::*;

    #[test]
    fn an_action_has_words_in_both_languages_and_an_unknown_one_its_name() {
        assert_eq!(
            label(Language::En.words(), "user.disable"),
            "Disabled an account"
        );
        assert_eq!(label(Language::Zh.words(), "user.disable"), "停用用户");
        assert_eq!(label(Language::Zh.words(), "moon.landing"), "moon.landing");
    }
}
