//! What is wrong with a site, as far as its database tells.

use super::People;
use crate::store;

/// Something that an operator should know and do something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The audit log is not whole.
    AuditBroken {
        /// The place of the first line that is not what it should be.
        at: i64,
    },
    /// Nobody who can sign in owns the site.
    NoOwner,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AuditBroken { at } => write!(
                out,
                "the audit log is broken at line {at}: it was changed, or lines are missing or were put in"
            ),
            Self::NoOwner => out.write_str(
                "nobody who can sign in owns the site: open the setup link that `liantai serve` prints, or run `liantai user role ADDRESS owner`",
            ),
        }
    }
}

impl People {
    /// Looks at the audit log and for owners.
    #[tracing::instrument(name = "api.people.examine", skip_all)]
    pub async fn examine(&self) -> store::Result<Vec<Finding>> {
        let mut findings = Vec::new();
        if let Some(at) = self.trail().verify().await?.broken_at {
            findings.push(Finding::AuditBroken { at });
        }
        if self.db.owners().await? == 0 {
            findings.push(Finding::NoOwner);
        }
        Ok(findings)
    }
}
