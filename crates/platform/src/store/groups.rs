//! Groups of people: what their members have in common, and who is in them.

mod changing;

use model::{
    Group, GroupDetail, GroupId, GroupRates, Millis, ModelName, Quota, Rank, RoleId, RoleRef,
    UserId,
};
use sqlx::{FromRow, types::Json};

use super::{
    Db, Result,
    audit::append_audit,
    on_pool,
    people::{Touched, below},
    rows,
};
use crate::audit::Record;

pub(crate) use changing::NewGroup;

macro_rules! columns {
    ($more:literal) => {
        concat!(
            "SELECT id, name, name_key, description, created_at, \
             (SELECT COUNT(*) FROM group_members m WHERE m.group_id = groups.id) AS members",
            $more,
            " FROM groups "
        )
    };
}

const LIST: &str = concat!(
    columns!(""),
    "WHERE name_key > $1 ORDER BY name_key LIMIT $2"
);
const OF_USER: &str = concat!(
    columns!(""),
    "WHERE id IN (SELECT group_id FROM group_members WHERE user_id = $1) ORDER BY name_key"
);
const ONE: &str = concat!(
    columns!(
        ", models, answers_per_day, tokens_per_day, requests_per_minute, tokens_per_minute, calls_at_once, \
         shares_answers"
    ),
    "WHERE id = $1"
);
const ROLES_OF: &str = "SELECT r.id, r.name FROM group_roles g JOIN roles r ON r.id = g.role_id \
     WHERE g.group_id = $1 ORDER BY r.rank DESC, r.name_key";
const RATES: &str = "SELECT id, requests_per_minute, tokens_per_minute, calls_at_once, shares_answers FROM groups \
     WHERE id IN (SELECT group_id FROM group_members WHERE user_id = $1) ORDER BY id";
const IS_THERE: &str = "SELECT COUNT(*) FROM groups WHERE id = $1";
pub(super) const JOIN: &str = "INSERT INTO group_members (group_id, user_id, added_at) VALUES ($1, $2, $3) \
     ON CONFLICT (group_id, user_id) DO NOTHING";
const LEAVE: &str = "DELETE FROM group_members WHERE group_id = $1 AND user_id = $2";
/// The highest that a group's members have besides it: nobody may be lifted or lowered who stands too high.
const HIGHEST: &str = "SELECT MAX(r.rank) FROM roles r WHERE r.id IN ( \
       SELECT u.role_id FROM group_members m JOIN user_roles u ON u.user_id = m.user_id WHERE m.group_id = $1 \
       UNION SELECT g.role_id FROM group_members m JOIN group_members n ON n.user_id = m.user_id \
       JOIN group_roles g ON g.group_id = n.group_id WHERE m.group_id = $1)";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("LIST", LIST),
    ("OF_USER", OF_USER),
    ("RATES", RATES),
    ("ONE", ONE),
    ("ROLES_OF", ROLES_OF),
    ("TAKE", changing::TAKE),
    ("UPDATE", changing::UPDATE),
    ("TAKE_ROLES", changing::TAKE_ROLES),
    ("DELETE", changing::DELETE),
    ("IS_THERE", IS_THERE),
    ("LEAVE", LEAVE),
];

/// A group, as far as it decides about its members' calls.
pub(crate) struct CallersGroup {
    pub(crate) id: GroupId,
    /// What they may ask together.
    pub(crate) rates: GroupRates,
    /// Whether kept answers are theirs together.
    pub(crate) shares_answers: bool,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    name_key: String,
    description: String,
    created_at: i64,
    members: i64,
}

#[derive(FromRow)]
struct DetailRow {
    #[sqlx(flatten)]
    group: Row,
    models: Option<Json<Vec<ModelName>>>,
    answers_per_day: Option<i64>,
    tokens_per_day: Option<i64>,
    requests_per_minute: Option<i64>,
    tokens_per_minute: Option<i64>,
    calls_at_once: Option<i64>,
    shares_answers: bool,
}

impl TryFrom<Row> for Group {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: rows::id("groups", "id", &row.id)?,
            name: row.name,
            description: row.description,
            members: row.members,
            created_at: Millis::new(row.created_at),
        })
    }
}

impl DetailRow {
    fn detail(self, roles: Vec<RoleRef>) -> Result<GroupDetail> {
        Ok(GroupDetail {
            group: self.group.try_into()?,
            roles,
            models: self.models.map(|models| models.0),
            quota: Quota {
                answers_per_day: self.answers_per_day,
                tokens_per_day: self.tokens_per_day,
            },
            rates: GroupRates {
                requests_per_minute: self.requests_per_minute,
                tokens_per_minute: self.tokens_per_minute,
                at_once: self.calls_at_once,
            },
            shares_answers: self.shares_answers,
            can_write: false,
        })
    }
}

/// Roles by their ids and names.
fn named(found: Vec<(String, String)>) -> Result<Vec<RoleRef>> {
    let named = |(id, name): (String, String)| {
        Ok(RoleRef {
            id: rows::id::<RoleId>("group_roles", "role_id", &id)?,
            name,
        })
    };
    found.into_iter().map(named).collect()
}

impl Db {
    /// Groups after that name's key, by name; with each its key.
    #[tracing::instrument(name = "store.groups.list", skip_all)]
    pub(crate) async fn groups(&self, after: &str, limit: u32) -> Result<Vec<(String, Group)>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let keyed = |row: Row| Ok((row.name_key.clone(), Group::try_from(row)?));
        found.into_iter().map(keyed).collect()
    }

    /// The groups that the person is in.
    #[tracing::instrument(name = "store.groups.of_user", skip_all)]
    pub(crate) async fn groups_of(&self, user: UserId) -> Result<Vec<Group>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_USER)
            .bind(user.to_string())
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Group::try_from).collect()
    }

    /// The groups that the person is in, with what they mean for their members' calls.
    #[tracing::instrument(name = "store.groups.rates", skip_all)]
    pub(crate) async fn group_rates_of(&self, user: UserId) -> Result<Vec<CallersGroup>> {
        type Found = (String, Option<i64>, Option<i64>, Option<i64>, bool);
        let found: Vec<Found> = on_pool!(self.reader(), |pool| sqlx::query_as(RATES)
            .bind(user.to_string())
            .fetch_all(pool)
            .await?);
        let read =
            |(id, requests_per_minute, tokens_per_minute, at_once, shares_answers): Found| {
                Ok(CallersGroup {
                    id: rows::id("groups", "id", &id)?,
                    rates: GroupRates {
                        requests_per_minute,
                        tokens_per_minute,
                        at_once,
                    },
                    shares_answers,
                })
            };
        found.into_iter().map(read).collect()
    }

    /// The group of that id.
    #[tracing::instrument(name = "store.groups.one", skip_all)]
    pub(crate) async fn group(&self, id: GroupId) -> Result<Option<GroupDetail>> {
        let row: Option<DetailRow> = on_pool!(self.reader(), |pool| sqlx::query_as(ONE)
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?);
        let Some(row) = row else { return Ok(None) };
        Ok(Some(row.detail(self.roles_of_group(id).await?)?))
    }

    /// The roles that the group's members have by it.
    #[tracing::instrument(name = "store.groups.roles_of", skip_all)]
    pub(crate) async fn roles_of_group(&self, id: GroupId) -> Result<Vec<RoleRef>> {
        let found: Vec<(String, String)> = on_pool!(self.reader(), |pool| sqlx::query_as(ROLES_OF)
            .bind(id.to_string())
            .fetch_all(pool)
            .await?);
        named(found)
    }

    /// How high the highest of the group's members stands; nothing when it has none.
    #[tracing::instrument(name = "store.groups.highest", skip_all)]
    pub(crate) async fn highest_in_group(&self, id: GroupId) -> Result<Rank> {
        let rank: Option<i64> = on_pool!(self.reader(), |pool| sqlx::query_scalar(HIGHEST)
            .bind(id.to_string())
            .fetch_one(pool)
            .await?);
        let rank = u8::try_from(rank.unwrap_or(0)).ok().and_then(Rank::new);
        rank.ok_or_else(|| rows::corrupt("roles", "rank", "MAX"))
    }

    /// Puts the person into the group, if they stand below `ceiling`.
    #[tracing::instrument(name = "store.groups.join", skip_all)]
    pub(crate) async fn join_group(
        &self,
        group: GroupId,
        user: UserId,
        ceiling: Option<Rank>,
        now: Millis,
        record: &Record,
    ) -> Result<Touched> {
        let (group, user) = (group.to_string(), user.to_string());
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            below!(transaction, &user, ceiling);
            let there: i64 = sqlx::query_scalar(IS_THERE)
                .bind(&group)
                .fetch_one(&mut *transaction)
                .await?;
            if there == 0 {
                return Ok(Touched::Nobody);
            }
            let joined = sqlx::query(JOIN)
                .bind(&group)
                .bind(&user)
                .bind(now.get())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if joined == 0 {
                return Ok(Touched::Unchanged);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Touched::Done)
    }

    /// Takes the person out of the group, if they stand below `ceiling`.
    #[tracing::instrument(name = "store.groups.leave", skip_all)]
    pub(crate) async fn leave_group(
        &self,
        group: GroupId,
        user: UserId,
        ceiling: Option<Rank>,
        record: &Record,
    ) -> Result<Touched> {
        let (group, user) = (group.to_string(), user.to_string());
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            below!(transaction, &user, ceiling);
            let left = sqlx::query(LEAVE)
                .bind(&group)
                .bind(&user)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if left == 0 {
                return Ok(Touched::Unchanged);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Touched::Done)
    }
}
