//! Lists come in pages, each led to by the one before.

use model::FailureCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::Problem;

/// Items of a page when nobody says.
const USUAL: u32 = 50;

/// Items of a page at most.
const MOST: u32 = 100;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// What the page before gave as `next`.
    pub(super) after: Option<String>,
    /// Items, 1 to 100; 50 when left out.
    pub(super) limit: Option<u32>,
}

/// How many items were asked for.
pub(super) fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked {
        None => Ok(USUAL),
        Some(limit) if (1..=MOST).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::of(FailureCode::InvalidNumber)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AP-13.
    #[test]
    fn a_page_is_bounded() {
        let read = |asked| limit(asked).ok();
        assert_eq!(read(None), Some(50));
        assert_eq!(read(Some(1)), Some(1));
        assert_eq!(read(Some(100)), Some(100));
        assert_eq!(read(Some(0)), None);
        assert_eq!(read(Some(101)), None);
    }
}
