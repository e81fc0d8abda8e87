//! Codes to write down: how many are left, and new ones.

use leptos::prelude::*;
use model::RecoveryCodes;
use server_fn::ServerFn;

use super::Security;
use crate::{
    api::security::{RenewRecoveryCodes, renew_recovery_codes},
    browser,
    language::use_words,
    ui::{confirm::Confirm, submission::Submission},
};

/// The part of the page.
#[component]
pub fn RecoveryPanel(left: u32) -> impl IntoView {
    let words = use_words();
    let security = expect_context::<Security>();
    let submission = Submission::new(&[]);
    let renew = submission.on_submit(renew_recovery_codes, move |RecoveryCodes(codes)| {
        browser::close_questions();
        security.codes.try_set(Some(codes));
        security.overview.refetch();
    });
    view! {
        <section class="panel" aria-labelledby="recovery-heading">
            <h2 id="recovery-heading">{words.recovery_title}</h2>
            <p>{words.recovery_left(&left.to_string())}</p>
            <Confirm label=words.recovery_renew question=words.recovery_renew_question>
                <form method="post" action=RenewRecoveryCodes::PATH on:submit=renew>
                    {submission.view()}
                    <button class="button" data-tone="danger" aria-busy=submission.busy()>{words.recovery_renew}</button>
                </form>
            </Confirm>
        </section>
    }
}
