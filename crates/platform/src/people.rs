//! Administering people, groups and roles.

use std::sync::Arc;

use crate::{Clock, Ids, identity::Identity, store::Db};

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct People {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Ids,
    pub(crate) identity: Identity,
}

impl People {
    /// The service over this database.
    pub fn new(db: Db, clock: Arc<dyn Clock>, ids: Ids, identity: Identity) -> Self {
        Self {
            db,
            clock,
            ids,
            identity,
        }
    }
}
