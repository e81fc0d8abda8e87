//! Codes of media tasks, of the cloud's gateway and of Tingwu ("Errors").

use super::{ErrorKind, Limit, Retry};

/// How codes begin that find fault with what was sent in.
const INPUTS: [&str; 4] = ["InvalidURL", "InvalidFile", "InvalidImage", "TSC."];

/// The meaning of a code, which may also stand in a task that failed.
pub(super) fn by_code(code: &str) -> Option<(ErrorKind, Retry)> {
    let invalid = ErrorKind::InvalidParameter { parameter: None };
    let (kind, retry) = match code {
        "SignatureDoesNotMatch" | "IncompleteSignature" | "MissingSecurityToken" => {
            (ErrorKind::Authentication, Retry::Never)
        }
        _ if code.starts_with("InvalidAccessKeyId") || code.starts_with("InvalidTimeStamp") => {
            (ErrorKind::Authentication, Retry::Never)
        }
        // The next attempt has another nonce.
        "SignatureNonceUsed" => (ErrorKind::Authentication, Retry::Once),
        "NoPermission"
        | "BRK.InvalidAppKey"
        | "BRK.InvalidService"
        | "BRK.InvalidTenant"
        | "BRK.ServiceLinkedRoleNotExist" => (ErrorKind::PermissionDenied, Retry::Never),
        _ if code.starts_with("Forbidden") => (ErrorKind::PermissionDenied, Retry::Never),
        "BRK.OverdueService" | "BRK.OverdueTenant" => (ErrorKind::Arrears, Retry::Never),
        "PRE.AudioDurationQuotaLimit" => (ErrorKind::QuotaExhausted, Retry::Never),
        "InvalidAction.NotFound" => (ErrorKind::NotFound, Retry::Never),
        "InvalidVersion" => (invalid, Retry::Never),
        "Throttling.User" => {
            let limit = Limit::Requests;
            (ErrorKind::Throttled { limit }, Retry::Yes)
        }
        _ if code.starts_with("Throttling.") => {
            let limit = Limit::Unspecified;
            (ErrorKind::Throttled { limit }, Retry::Yes)
        }
        "FILE_403_FORBIDDEN" | "FILE_DOWNLOAD_FAILED" | "SUCCESS_WITH_NO_VALID_FRAGMENT" => {
            (invalid, Retry::Never)
        }
        _ if INPUTS.iter().any(|start| code.starts_with(start)) => (invalid, Retry::Never),
        _ => return None,
    };
    Some((kind, retry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_s_and_tingwu_s_codes_have_their_meaning() {
        for (code, name, retry) in [
            ("SignatureDoesNotMatch", "authentication", Retry::Never),
            (
                "InvalidAccessKeyId.NotFound",
                "authentication",
                Retry::Never,
            ),
            ("InvalidTimeStamp.Expired", "authentication", Retry::Never),
            ("SignatureNonceUsed", "authentication", Retry::Once),
            ("Forbidden.RAM", "permission_denied", Retry::Never),
            ("BRK.InvalidAppKey", "permission_denied", Retry::Never),
            ("BRK.OverdueTenant", "arrears", Retry::Never),
            (
                "PRE.AudioDurationQuotaLimit",
                "quota_exhausted",
                Retry::Never,
            ),
            ("Throttling.User", "throttled", Retry::Yes),
            ("Throttling.Api", "throttled", Retry::Yes),
            ("TSC.AudioFileLink", "invalid_parameter", Retry::Never),
            (
                "InvalidFile.DownloadFailed",
                "invalid_parameter",
                Retry::Never,
            ),
            ("FILE_403_FORBIDDEN", "invalid_parameter", Retry::Never),
        ] {
            let (kind, said) = by_code(code).unwrap();
            assert_eq!((kind.name(), said), (name, retry), "{code}");
        }
        assert_eq!(by_code("SomethingElse"), None);
    }
}
