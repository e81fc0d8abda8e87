//! Reading what was done.

use leptos::prelude::*;
use model::{AuditEntry, Page, UserId};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Which lines are asked for, as the page's address says it. Empty fields ask for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// The id of who did it.
    #[serde(default)]
    pub person: String,
    /// An action, or with a dot at the end all that begin so.
    #[serde(default)]
    pub action: String,
    /// The id of what it was done to.
    #[serde(default)]
    pub object: String,
    /// The first day, `2026-11-28`.
    #[serde(default)]
    pub from: String,
    /// The last day.
    #[serde(default)]
    pub until: String,
    /// Where the page begins.
    #[serde(default)]
    pub after: String,
}

/// An id that nobody has.
#[cfg(feature = "ssr")]
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

impl AuditQuery {
    /// Whether it names as who did it what is nobody's id: a name, as one would type it.
    pub fn is_of_no_person(&self) -> bool {
        let person = self.person.trim();
        !person.is_empty() && person.parse::<UserId>().is_err()
    }
}

/// A page of the log, the newest first.
#[server(prefix = "/fn", endpoint = "audit.list", output = super::encoding::Answer)]
pub async fn load_audit(query: AuditQuery) -> Result<Page<AuditEntry>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let mut query = query;
    // The page says so at the field, which would be gone with an error.
    if query.is_of_no_person() {
        NOBODY.clone_into(&mut query.person);
    }
    let offset = glue::clock_offset_minutes().await?;
    let filter = filter(&query, offset).map_err(glue::refuse_text)?;
    let after = Some(query.after.as_str()).filter(|after| !after.is_empty());
    let people = glue::services()?.people;
    people
        .audit(&caller, filter, after, 50)
        .await
        .map_err(glue::refuse)
}

#[cfg(feature = "ssr")]
pub use typed::filter;

#[cfg(feature = "ssr")]
mod typed {
    use model::{AuditFilter, FailureCode, Millis};

    use super::AuditQuery;
    use crate::ui::moment::end_of_day;

    const DAY_MS: i64 = 86_400_000;

    /// The filter that is asked for, by a clock that is so far from UTC.
    pub fn filter(query: &AuditQuery, offset_minutes: i32) -> Result<AuditFilter, FailureCode> {
        let actor = match query.person.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| FailureCode::BadRequest)?),
        };
        let day_end = |text: &str| match text.trim() {
            "" => Ok(None),
            text => end_of_day(text, offset_minutes)
                .map(|end| Some(end.get() + 1))
                .ok_or(FailureCode::BadRequest),
        };
        Ok(AuditFilter {
            actor,
            action: query.action.clone(),
            object: query.object.clone(),
            from: day_end(&query.from)?.map(|end| Millis::new(end - DAY_MS)),
            until: day_end(&query.until)?.map(Millis::new),
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_day_is_asked_for_as_its_reader_counts_it() {
            let query = AuditQuery {
                from: "2026-01-01".to_owned(),
                until: "2026-01-01".to_owned(),
                ..AuditQuery::default()
            };
            let filter = filter(&query, 480).unwrap_or_default();
            assert_eq!(filter.from, Some(Millis::new(1_767_196_800_000)));
            assert_eq!(filter.until, Some(Millis::new(1_767_283_200_000)));
        }

        #[test]
        fn a_name_is_no_id_of_a_person() {
            let of = |person: &str| AuditQuery {
                person: person.to_owned(),
                ..AuditQuery::default()
            };
            assert!(of("lin").is_of_no_person());
            assert!(!of(" ").is_of_no_person());
            let nobody = of(super::super::NOBODY);
            assert!(!nobody.is_of_no_person());
            assert!(filter(&nobody, 0).is_ok_and(|filter| filter.actor.is_some()));
        }

        #[test]
        fn what_is_no_person_and_no_day_is_refused() {
            for (person, from) in [("lin", ""), ("", "yesterday"), ("", "2026-02-30")] {
                let query = AuditQuery {
                    person: person.to_owned(),
                    from: from.to_owned(),
                    ..AuditQuery::default()
                };
                assert_eq!(filter(&query, 0), Err(FailureCode::BadRequest));
            }
        }
    }
}
