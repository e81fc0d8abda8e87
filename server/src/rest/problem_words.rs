//! Where in a request the problem lies, in words.

use app::language::Language;
use model::FailureCode;

/// What can't be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not JSON.
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// A field that does not belong there.
    Unknown(String),
    /// A field that is not there.
    Missing(String),
    /// A field that is there twice.
    Twice(String),
    /// A value of another type than is asked for.
    Value {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Something in the query.
    Query,
    /// Credentials that contradict each other.
    Credentials,
    /// A credential in the query.
    CredentialInQuery,
    /// A key in the query of what lists keys.
    KeyInQuery,
    /// Another form than JSON.
    MediaType,
    /// Another method than the path has.
    Method,
}

impl Fault {
    /// The field that it speaks of.
    pub(super) fn field(&self) -> Option<String> {
        match self {
            Self::Unknown(field) | Self::Missing(field) | Self::Twice(field) => Some(field.clone()),
            Self::Syntax { .. }
            | Self::Value { .. }
            | Self::Query
            | Self::Credentials
            | Self::CredentialInQuery
            | Self::KeyInQuery
            | Self::MediaType
            | Self::Method => None,
        }
    }

    /// One sentence.
    pub(super) fn words(&self, language: Language) -> String {
        match language {
            Language::En => self.english(),
            Language::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Syntax { line, column } => {
                format!("The body is not JSON: line {line}, column {column}.")
            }
            Self::Unknown(field) => format!("There is no field “{field}” here."),
            Self::Missing(field) => format!("The field “{field}” is missing."),
            Self::Twice(field) => format!("The field “{field}” is given twice."),
            Self::Value { line, column } => {
                format!("The value before line {line}, column {column} is not of the kind that belongs there.")
            }
            Self::Query => "A parameter in the query is unknown, given twice, or not of the kind that belongs there.".to_owned(),
            Self::Credentials => "Send one credential: as “Authorization: Bearer …” or as “X-API-Key”.".to_owned(),
            Self::CredentialInQuery => "Credentials belong into a header. This one was in the address, where logs keep it: end it and take a new one.".to_owned(),
            Self::KeyInQuery => "A key, or how one begins, was in the address, where logs keep it: end it if that was all of it. Look for keys by POST /rest/v1/admin/keys/search, in the body.".to_owned(),
            Self::MediaType => "The body must be “application/json”.".to_owned(),
            Self::Method => "This path does not have that method.".to_owned(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Syntax { line, column } => {
                format!("请求体不是有效的 JSON：第 {line} 行第 {column} 列。")
            }
            Self::Unknown(field) => format!("这里没有字段“{field}”。"),
            Self::Missing(field) => format!("缺少字段“{field}”。"),
            Self::Twice(field) => format!("字段“{field}”出现了两次。"),
            Self::Value { line, column } => {
                format!("第 {line} 行第 {column} 列之前的值类型不符。")
            }
            Self::Query => "查询参数未知、重复或类型不符。".to_owned(),
            Self::Credentials => {
                "请只发送一个凭据：“Authorization: Bearer …”或“X-API-Key”。".to_owned()
            }
            Self::CredentialInQuery => {
                "凭据应放在请求头中。它出现在网址里，可能已被日志记录：请作废并更换。".to_owned()
            }
            Self::KeyInQuery => {
                "网址中出现了密钥或其开头，可能已被日志记录：如果是完整的密钥，请作废。请用 POST /rest/v1/admin/keys/search 在请求体中查找密钥。".to_owned()
            }
            Self::MediaType => "请求体必须是“application/json”。".to_owned(),
            Self::Method => "此路径不支持该方法。".to_owned(),
        }
    }
}

/// The field of a body that a code speaks of, where it is always the same one.
pub(super) fn field_of(code: FailureCode) -> Option<&'static str> {
    const FIELDS: &[(FailureCode, &str)] = &[
        (FailureCode::InvalidEmail, "email"),
        (FailureCode::EmailTaken, "email"),
        (FailureCode::EmailDomainRefused, "email"),
        (FailureCode::NotConfirmed, "email"),
        (FailureCode::InvalidName, "name"),
        (FailureCode::InvalidAssistantName, "name"),
        (FailureCode::InvalidPromptName, "name"),
        (FailureCode::InvalidSign, "emoji"),
        (FailureCode::InvalidStarters, "starters"),
        (FailureCode::InvalidApplication, "application"),
        (FailureCode::InvalidModelName, "name"),
        (FailureCode::NameTaken, "name"),
        (FailureCode::PasswordTooShort, "password"),
        (FailureCode::PasswordTooLong, "password"),
        (FailureCode::PasswordTooCommon, "password"),
        (FailureCode::WrongCode, "code"),
        (FailureCode::InvitationInvalid, "invitation"),
        (FailureCode::InvalidDescription, "description"),
        (FailureCode::InvalidNetwork, "networks"),
        (FailureCode::InvalidTimeZone, "time_zone"),
        (FailureCode::InvalidPeriod, "to"),
        (FailureCode::InvalidExpiry, "expires_at"),
    ];
    let found = FIELDS.iter().find(|(of, _)| *of == code);
    found.map(|(_, field)| *field)
}
