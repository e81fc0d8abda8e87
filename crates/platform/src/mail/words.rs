//! The words of each letter, in both languages. Names that people chose stand in the text only, never in a subject.

use jiff::Timestamp;
use model::Millis;

use super::letter::Letter;

/// A letter's words; the link stands between the paragraphs, with its label.
pub(super) struct Words<'a> {
    pub(super) subject: String,
    pub(super) before: Vec<String>,
    pub(super) link: Option<(&'static str, &'a str)>,
    pub(super) after: Vec<String>,
}

fn words<'a>(
    subject: String,
    before: &[&str],
    link: Option<(&'static str, &'a str)>,
    after: &[&str],
) -> Words<'a> {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Words {
        subject,
        before: owned(before),
        link,
        after: owned(after),
    }
}

const NOT_YOU: &str = "If that was not you, choose a new password at once, end the other sessions in your settings, and \
                       tell whoever runs this site.";

pub(super) fn english<'a>(letter: &'a Letter, site: &str) -> Words<'a> {
    match letter {
        Letter::VerifyEmail { link } => words(
            format!("Confirm your address for {site}"),
            &[
                "Follow this link to confirm that this address is yours. It can be used once, within 24 hours.",
            ],
            Some(("Confirm the address", link)),
            &["If you did not ask for this, don't follow the link: nothing happens then."],
        ),
        Letter::ResetPassword { link } => words(
            format!("A new password for {site}"),
            &[
                "Somebody, hopefully you, forgot the password of the account with this address. Follow this link to choose \
               a new one. It can be used once, within 10 minutes; only the newest link is good.",
            ],
            Some(("Choose a new password", link)),
            &["If you did not ask for this, ignore this letter: your password stays as it is."],
        ),
        Letter::Invitation { link, by } => words(
            format!("You are invited to {site}"),
            &[
                &match by {
                    Some(name) => format!("{name} invites you to {site}."),
                    None => format!("You are invited to {site}."),
                },
                "Follow this link to make your account. It can be used once, within 7 days.",
            ],
            Some(("Make an account", link)),
            &["If you don't know what this is about, ignore this letter."],
        ),
        Letter::AddressTaken { link } => words(
            format!("You have an account at {site} already"),
            &[
                "Somebody, hopefully you, wanted to use this address for an account. There is one of this address already: \
               sign in to it. If you forgot the password, you can choose a new one there.",
            ],
            Some(("Sign in", link)),
            &["If that was not you, ignore this letter: nothing was changed."],
        ),
        Letter::PasswordChanged => words(
            format!("Your password for {site} was changed"),
            &["The password of your account was changed.", NOT_YOU],
            None,
            &[],
        ),
        Letter::EmailChanged { new } => words(
            format!("Your address at {site} is about to change"),
            &[
                &format!(
                    "Somebody who is signed in to your account asked for its address to become {}. It does when the link \
                     that was sent there is followed.",
                    new.as_str()
                ),
                NOT_YOU,
            ],
            None,
            &[],
        ),
        Letter::FactorsChanged => words(
            format!("How you sign in to {site} was changed"),
            &[
                "A second factor, a passkey, recovery codes or a linked account was added to your account or removed from it.",
                NOT_YOU,
            ],
            None,
            &[],
        ),
        Letter::NewSignIn {
            device,
            address,
            at,
        } => words(
            format!("A new sign-in to {site}"),
            &[
                "Somebody signed in to your account with a device and from a network that were not seen with it before:",
                &seen(
                    if device.is_empty() {
                        "unknown device"
                    } else {
                        device
                    },
                    address,
                    *at,
                ),
                NOT_YOU,
            ],
            None,
            &[],
        ),
        Letter::ResetByAdministrator { link } => words(
            format!("Choose your password for {site}"),
            &[
                "An administrator sends you this link to choose the password of your account. It can be used once, within \
               10 minutes; when it is too old, ask for another one by \u{201c}Forgot the password?\u{201d} where you sign in.",
            ],
            Some(("Choose a password", link)),
            &[],
        ),
    }
}

const NOT_YOU_ZH: &str =
    "如果不是您本人操作，请立即修改密码，在设置中结束其他会话，并告知本站管理员。";

pub(super) fn chinese<'a>(letter: &'a Letter, site: &str) -> Words<'a> {
    match letter {
        Letter::VerifyEmail { link } => words(
            format!("确认您在 {site} 使用的邮箱"),
            &["请打开下面的链接，确认这个邮箱属于您。链接在 24 小时内有效，只能使用一次。"],
            Some(("确认邮箱", link)),
            &["如果您没有提出此请求，请不要打开链接，什么都不会发生。"],
        ),
        Letter::ResetPassword { link } => words(
            format!("重设 {site} 的密码"),
            &[
                "有人（但愿是您）忘记了此邮箱所对应账号的密码。请打开下面的链接设置新密码。链接在 10 分钟内有效，只能使用一次，且只有最新的链接有效。",
            ],
            Some(("设置新密码", link)),
            &["如果您没有提出此请求，请忽略本邮件，密码不会改变。"],
        ),
        Letter::Invitation { link, by } => words(
            format!("邀请您加入 {site}"),
            &[
                &match by {
                    Some(name) => format!("{name} 邀请您加入 {site}。"),
                    None => format!("您被邀请加入 {site}。"),
                },
                "请打开下面的链接创建账号。链接在 7 天内有效，只能使用一次。",
            ],
            Some(("创建账号", link)),
            &["如果您不知道这是什么，请忽略本邮件。"],
        ),
        Letter::AddressTaken { link } => words(
            format!("您在 {site} 已有账号"),
            &[
                "有人（但愿是您）想用此邮箱创建账号，但它已对应一个账号，请直接登录。如果忘记了密码，可以在登录页重设。",
            ],
            Some(("登录", link)),
            &["如果不是您本人操作，请忽略本邮件，什么都没有改变。"],
        ),
        Letter::PasswordChanged => words(
            format!("您在 {site} 的密码已修改"),
            &["您账号的密码已被修改。", NOT_YOU_ZH],
            None,
            &[],
        ),
        Letter::EmailChanged { new } => words(
            format!("您在 {site} 的邮箱即将更改"),
            &[
                &format!(
                    "有人登录了您的账号，要求将邮箱改为 {}。打开发往该邮箱的链接后，更改才会生效。",
                    new.as_str()
                ),
                NOT_YOU_ZH,
            ],
            None,
            &[],
        ),
        Letter::FactorsChanged => words(
            format!("您登录 {site} 的方式已更改"),
            &[
                "您的账号新增或移除了两步验证方式、通行密钥、恢复码或关联账号。",
                NOT_YOU_ZH,
            ],
            None,
            &[],
        ),
        Letter::NewSignIn {
            device,
            address,
            at,
        } => words(
            format!("{site} 有新的登录"),
            &[
                "有人使用从未见过的设备、从从未见过的网络登录了您的账号：",
                &seen(
                    if device.is_empty() {
                        "未知设备"
                    } else {
                        device
                    },
                    address,
                    *at,
                ),
                NOT_YOU_ZH,
            ],
            None,
            &[],
        ),
        Letter::ResetByAdministrator { link } => words(
            format!("设置您在 {site} 的密码"),
            &[
                "管理员向您发送此链接，用于设置账号密码。链接在 10 分钟内有效，只能使用一次；过期后请在登录页点击“忘记密码”重新获取。",
            ],
            Some(("设置密码", link)),
            &[],
        ),
    }
}

/// What is known of a sign-in.
fn seen(device: &str, address: &str, at: Millis) -> String {
    let at = Timestamp::from_millisecond(at.get()).unwrap_or_default();
    format!(
        "{device} · {address} · {}",
        at.strftime("%Y-%m-%d %H:%M UTC")
    )
}
