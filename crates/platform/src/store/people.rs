//! People as those see them who administer them: the list, and what is done to one of them. Each act takes its turn with
//! all others, looks at how high the person stands within its own transaction, and writes the log's line there.

mod acts;

use model::{
    DisplayName, Email, GroupId, Millis, Person, PersonState, Rank, Role, RoleId, RoleRef, UserId,
};
use sqlx::FromRow;

pub(crate) use acts::{NewRoles, Touched};
pub(super) use acts::{RANK, below};

use super::{Db, Result, on_pool, rows};

/// A pattern of `LIKE` that is `''` asks for nothing; so do empty ids. One text for all filters: it walks the people by
/// name from where the page begins, and stops when the page is full.
macro_rules! person {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.name, u.email, u.disabled, u.email_verified_at, u.created_at, u.seen_at, \
             (SELECT string_agg(o.role_id, ',') FROM user_roles o WHERE o.user_id = u.id) AS own_roles, \
             (SELECT string_agg(g.role_id, ',') FROM group_members m JOIN group_roles g \
              ON g.group_id = m.group_id WHERE m.user_id = u.id) AS group_roles, \
             (EXISTS (SELECT 1 FROM totp_factors t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) \
              OR EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = u.id)) AS second_factor \
             FROM users u WHERE ",
            $rest
        )
    };
}

const LIST: &str = person!(
    "(u.name, u.id) > ($1, $2) \
     AND ($3 = '' OR u.email_key LIKE $3 ESCAPE '\\' OR LOWER(u.name) LIKE $3 ESCAPE '\\' \
          OR LOWER(u.name) LIKE $4 ESCAPE '\\' OR u.name LIKE $5 ESCAPE '\\' OR u.name LIKE $6 ESCAPE '\\') \
     AND ($7 = '' OR EXISTS (SELECT 1 FROM user_roles o WHERE o.user_id = u.id AND o.role_id = $7)) \
     AND ($8 = '' OR EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = $8 AND m.user_id = u.id)) \
     AND ($9 = '' OR $9 = CASE WHEN u.disabled = TRUE THEN 'disabled' \
          WHEN $10 = 1 AND u.email_verified_at IS NULL THEN 'pending' ELSE 'active' END) \
     ORDER BY u.name, u.id LIMIT $11"
);
const ONE: &str = person!("u.id = $1");
const FACTS: &str = "SELECT \
     (SELECT COUNT(*) FROM api_keys k WHERE k.user_id = u.id AND (k.expires_at IS NULL OR k.expires_at > $2)) AS api_keys, \
     (SELECT COUNT(*) FROM passkeys p WHERE p.user_id = u.id) AS passkeys, \
     EXISTS (SELECT 1 FROM totp_factors t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS totp, \
     (SELECT string_agg(l.provider, ',') FROM linked_accounts l WHERE l.user_id = u.id) AS providers, \
     u.password_hash IS NOT NULL AS has_password \
     FROM users u WHERE u.id = $1";
const OWNERS: &str = "SELECT COUNT(*) FROM users u WHERE u.disabled = FALSE \
     AND u.id IN (SELECT r.user_id FROM user_roles r WHERE r.role_id = $1)";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("LIST", LIST),
    ("ONE", ONE),
    ("FACTS", FACTS),
    ("OWNERS", OWNERS),
];

/// Which people, and from where on.
pub(crate) struct PeopleQuery<'a> {
    /// The name and id of the last one before.
    pub(crate) after: Option<(&'a str, UserId)>,
    /// The beginning of an address, a name or a word of a name.
    pub(crate) search: &'a str,
    pub(crate) state: Option<PersonState>,
    pub(crate) role: Option<RoleId>,
    pub(crate) group: Option<GroupId>,
    /// Whether an address that is not shown to be its owner's makes an account pending.
    pub(crate) verify_email: bool,
    pub(crate) limit: u32,
}

/// What an administrator sees of a person besides the line of the list.
#[derive(FromRow)]
pub(crate) struct Facts {
    pub(crate) api_keys: i64,
    pub(crate) passkeys: i64,
    pub(crate) totp: bool,
    providers: Option<String>,
    pub(crate) has_password: bool,
}

impl Facts {
    /// Where else they sign in.
    pub(crate) fn providers(&self) -> Vec<String> {
        let providers = self.providers.as_deref().unwrap_or_default();
        let named = providers.split(',').filter(|name| !name.is_empty());
        named.map(str::to_owned).collect()
    }
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    email: String,
    disabled: bool,
    email_verified_at: Option<i64>,
    created_at: i64,
    seen_at: Option<i64>,
    own_roles: Option<String>,
    group_roles: Option<String>,
    second_factor: bool,
}

impl Row {
    fn person(self, roles: &[Role], verify_email: bool) -> Result<Person> {
        let corrupt = |column| rows::corrupt("users", column, &self.id);
        let own = known(roles, self.own_roles.as_deref());
        let by_groups = known(roles, self.group_roles.as_deref());
        let rank = own.iter().chain(&by_groups).map(|role| role.rank).max();
        Ok(Person {
            id: rows::id("users", "id", &self.id)?,
            name: DisplayName::parse(&self.name).map_err(|_| corrupt("name"))?,
            email: Email::parse(&self.email).map_err(|_| corrupt("email"))?,
            state: if self.disabled {
                PersonState::Disabled
            } else if verify_email && self.email_verified_at.is_none() {
                PersonState::Pending
            } else {
                PersonState::Active
            },
            roles: own
                .iter()
                .map(|role| RoleRef {
                    id: role.id,
                    name: role.name.clone(),
                })
                .collect(),
            rank: rank.unwrap_or(Rank::NONE),
            second_factor: self.second_factor,
            created_at: Millis::new(self.created_at),
            seen_at: self.seen_at.map(Millis::new),
        })
    }
}

/// Those of the roles that stand in the list of ids, the highest first as they come.
fn known<'a>(roles: &'a [Role], ids: Option<&str>) -> Vec<&'a Role> {
    let ids: Vec<RoleId> = ids
        .unwrap_or_default()
        .split(',')
        .filter_map(|id| id.parse().ok())
        .collect();
    roles.iter().filter(|role| ids.contains(&role.id)).collect()
}

/// The text with what `LIKE` takes for more than itself escaped by a backslash. (IO-03)
pub(super) fn escaped(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len() + 4), |mut out, c| {
            if matches!(c, '%' | '_' | '\\') {
                out.push('\\');
            }
            out.push(c);
            out
        })
}

const fn state_text(state: PersonState) -> &'static str {
    match state {
        PersonState::Active => "active",
        PersonState::Pending => "pending",
        PersonState::Disabled => "disabled",
    }
}

impl Db {
    /// A page of people, by name.
    #[tracing::instrument(name = "store.people.list", skip_all)]
    pub(crate) async fn people(&self, query: &PeopleQuery<'_>) -> Result<Vec<Person>> {
        let roles = self.roles().await?;
        let (name, id) = query
            .after
            .map_or((String::new(), String::new()), |(name, id)| {
                (name.to_owned(), id.to_string())
            });
        // SQLite lowers ASCII only, so names are compared as they were typed as well.
        let (typed, lowered) = (escaped(query.search), escaped(&query.search.to_lowercase()));
        let pattern = |text: &str, before: &str| match text {
            "" => String::new(),
            text => format!("{before}{text}%"),
        };
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(name)
            .bind(id)
            .bind(pattern(&lowered, ""))
            .bind(pattern(&lowered, "% "))
            .bind(pattern(&typed, ""))
            .bind(pattern(&typed, "% "))
            .bind(query.role.map(|id| id.to_string()).unwrap_or_default())
            .bind(query.group.map(|id| id.to_string()).unwrap_or_default())
            .bind(query.state.map(state_text).unwrap_or_default())
            .bind(i32::from(query.verify_email))
            .bind(i64::from(query.limit))
            .fetch_all(pool)
            .await?);
        let people = found.into_iter();
        people
            .map(|row| row.person(&roles, query.verify_email))
            .collect()
    }

    /// The person of that id, as in the list.
    #[tracing::instrument(name = "store.people.one", skip_all)]
    pub(crate) async fn person(&self, id: UserId, verify_email: bool) -> Result<Option<Person>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(ONE)
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?);
        let Some(row) = row else { return Ok(None) };
        row.person(&self.roles().await?, verify_email).map(Some)
    }

    /// What an administrator sees of that person besides.
    #[tracing::instrument(name = "store.people.facts", skip_all)]
    pub(crate) async fn facts(&self, id: UserId, now: Millis) -> Result<Option<Facts>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(FACTS)
            .bind(id.to_string())
            .bind(now.get())
            .fetch_optional(pool)
            .await?))
    }

    /// How many owners can sign in.
    #[tracing::instrument(name = "store.people.owners", skip_all)]
    pub(crate) async fn owners(&self) -> Result<i64> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(OWNERS)
            .bind(model::BuiltIn::Owner.id().to_string())
            .fetch_one(pool)
            .await?))
    }
}
