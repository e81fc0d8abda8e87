//! Every refusal of the service's own list of error codes.

use serde::Deserialize;

use crate::Refusal;

#[derive(Debug, Deserialize)]
struct Row {
    status: u16,
    code: String,
    compatible: String,
    message: String,
}

/// The refusal with this code, native or compatible. A code with several wordings has them numbered from 1.
pub(super) fn refusal(code: &str, wording: usize) -> Option<Refusal> {
    let row = rows()
        .into_iter()
        .filter(|row| row.code.eq_ignore_ascii_case(code) || row.compatible == code)
        .nth(wording.checked_sub(1)?)?;
    let kind = if row.compatible == "invalid_parameter_error" || row.status == 401 {
        "invalid_request_error".to_owned()
    } else {
        row.compatible.clone()
    };
    let refusal = Refusal::new(row.status, row.compatible, row.message);
    Some(refusal.of_type(kind).natively(row.code))
}

fn rows() -> Vec<Row> {
    // The file is part of the program, and a test reads it.
    serde_json::from_str(include_str!("../../data/refusals.json")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{refusal, rows};

    #[test]
    fn every_code_of_the_list_is_found_by_itself() {
        let rows = rows();
        assert!(rows.len() > 200);
        for row in rows {
            let found = refusal(&row.code, 1).map(|refusal| refusal.native_code);
            assert!(
                found.is_some_and(
                    |code| code.eq_ignore_ascii_case(&row.code) || row.compatible == row.code
                ),
                "{}",
                row.code
            );
        }
    }

    #[test]
    fn wordings_of_one_code_are_numbered() {
        let first = refusal("InvalidParameter", 1);
        let second = refusal("InvalidParameter", 2);
        assert!(first.is_some() && second.is_some() && first != second);
        assert_eq!(refusal("InvalidParameter", 0), None);
        assert_eq!(refusal("InvalidParameter", 9999), None);
    }
}
