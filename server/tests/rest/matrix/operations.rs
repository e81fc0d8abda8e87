//! The table: every operation, what it needs, and a body that does no harm.

use model::Permission;
use serde_json::{Value, json};

use super::{NOWHERE, Needs, Operation};

/// A line for each operation.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn operations() -> Vec<Operation> {
    use Needs::{Fresh, May, MayFresh, MayPerson, Nothing, Person};
    use Permission::{
        ApiKeysUse, AuditRead, FilesUse, GatewayWrite, GroupsRead, GroupsWrite, JobsRead,
        JobsWrite, MediaShare, MediaUse, RolesRead, RolesWrite, UsageRead, UsersGrant, UsersInvite,
        UsersRead, UsersWrite,
    };
    let none = || Value::Null;
    let nobody = || json!({ "users": [NOWHERE] });
    let key = || json!({ "name": "A key", "scopes": [] });
    let group = || json!({ "name": "A group" });
    let role = || json!({ "name": "A role", "rank": 1, "permissions": [] });
    let login = json!({ "email": "nobody@example.com", "password": "wrong password" });
    let newcomer = json!({ "name": "", "email": "", "password": "" });
    let refresh = || json!({ "refresh_token": "ltr-guessed" });
    let person = json!({ "name": "Bo", "email": "bo@example.com" });
    let wish = || json!({ "kind": "image", "model": "no-such-model", "prompt": "fog", "count": 1 });
    let recording = || json!({ "file": NOWHERE });
    vec![
        ("get", "/rest/v1/transcripts", May(MediaUse), none()),
        (
            "post",
            "/rest/v1/transcripts",
            May(MediaUse),
            json!({ "wish": recording() }),
        ),
        (
            "get",
            "/rest/v1/transcripts/related?words=fog",
            May(MediaUse),
            none(),
        ),
        ("get", "/rest/v1/transcripts/offers", May(MediaUse), none()),
        (
            "post",
            "/rest/v1/transcripts/quote",
            May(MediaUse),
            recording(),
        ),
        ("get", "/rest/v1/transcripts/{id}", May(MediaUse), none()),
        (
            "patch",
            "/rest/v1/transcripts/{id}",
            May(MediaUse),
            json!({ "title": "x", "version": 0 }),
        ),
        ("delete", "/rest/v1/transcripts/{id}", May(MediaUse), none()),
        (
            "get",
            "/rest/v1/transcripts/{id}/export?format=srt",
            May(MediaUse),
            none(),
        ),
        (
            "post",
            "/rest/v1/transcripts/{id}/cancel",
            May(MediaUse),
            none(),
        ),
        (
            "post",
            "/rest/v1/transcripts/{id}/again",
            May(MediaUse),
            json!({ "what": "notes" }),
        ),
        (
            "put",
            "/rest/v1/transcripts/{id}/sentences/{sentence}",
            May(MediaUse),
            json!({ "text": "x", "version": 0 }),
        ),
        (
            "put",
            "/rest/v1/transcripts/{id}/speakers/{speaker}",
            May(MediaUse),
            json!({ "name": "x", "version": 0 }),
        ),
        (
            "post",
            "/rest/v1/transcripts/{id}/merge-speakers",
            May(MediaUse),
            json!({ "from": 1, "into": 0, "version": 0 }),
        ),
        (
            "post",
            "/rest/v1/transcripts/{id}/ask",
            May(MediaUse),
            json!({ "question": "x" }),
        ),
        ("get", "/rest/v1/shares", May(MediaShare), none()),
        (
            "post",
            "/rest/v1/shares",
            May(MediaShare),
            json!({ "thing": { "kind": "work", "id": NOWHERE }, "life": "day" }),
        ),
        ("delete", "/rest/v1/shares/{id}", May(MediaShare), none()),
        (
            "post",
            "/rest/v1/shares/{id}/refresh",
            May(MediaShare),
            none(),
        ),
        ("get", "/rest/v1/library", May(MediaUse), none()),
        (
            "post",
            "/rest/v1/library/delete",
            May(MediaUse),
            json!({ "ids": [format!("work:{NOWHERE}")] }),
        ),
        ("get", "/rest/v1/works", May(MediaUse), none()),
        (
            "delete",
            "/rest/v1/works",
            May(MediaUse),
            json!({ "ids": [NOWHERE] }),
        ),
        (
            "get",
            "/rest/v1/works/related?words=fog",
            May(MediaUse),
            none(),
        ),
        ("get", "/rest/v1/works/offers", May(MediaUse), none()),
        ("post", "/rest/v1/works/quote", May(MediaUse), wish()),
        ("get", "/rest/v1/makings?kind=image", May(MediaUse), none()),
        (
            "post",
            "/rest/v1/makings",
            May(MediaUse),
            json!({ "wish": wish() }),
        ),
        ("get", "/rest/v1/makings/{id}", May(MediaUse), none()),
        ("delete", "/rest/v1/makings/{id}", May(MediaUse), none()),
        (
            "post",
            "/rest/v1/makings/{id}/cancel",
            May(MediaUse),
            none(),
        ),
        (
            "post",
            "/rest/v1/makings/{id}/again",
            May(MediaUse),
            json!({}),
        ),
        ("post", "/rest/v1/auth/register", Nothing, newcomer),
        ("post", "/rest/v1/auth/login", Nothing, login),
        ("post", "/rest/v1/auth/refresh", Nothing, refresh()),
        ("post", "/rest/v1/auth/logout", Nothing, refresh()),
        ("get", "/rest/v1/me", Person, none()),
        ("patch", "/rest/v1/me", Person, json!({ "theme": "dark" })),
        ("get", "/rest/v1/me/picture", Person, none()),
        ("put", "/rest/v1/me/picture", Person, none()),
        ("delete", "/rest/v1/me/picture", Person, none()),
        ("get", "/rest/v1/me/security", Person, none()),
        ("post", "/rest/v1/me/export", Fresh, none()),
        (
            "post",
            "/rest/v1/me/delete",
            Fresh,
            json!({ "email": "not@mine.example" }),
        ),
        ("get", "/rest/v1/me/sessions", Person, none()),
        ("delete", "/rest/v1/me/sessions", Fresh, none()),
        ("delete", "/rest/v1/me/sessions/browser/{id}", Fresh, none()),
        ("delete", "/rest/v1/me/sessions/device/{id}", Fresh, none()),
        ("get", "/rest/v1/me/api-keys", Person, none()),
        ("post", "/rest/v1/me/api-keys", MayFresh(ApiKeysUse), key()),
        (
            "put",
            "/rest/v1/me/api-keys/{id}",
            MayFresh(ApiKeysUse),
            key(),
        ),
        ("delete", "/rest/v1/me/api-keys/{id}", Person, none()),
        ("get", "/rest/v1/files", May(FilesUse), none()),
        ("post", "/rest/v1/files", May(FilesUse), none()),
        (
            "post",
            "/rest/v1/files/delete",
            May(FilesUse),
            json!({ "ids": [NOWHERE] }),
        ),
        ("get", "/rest/v1/files/used", May(FilesUse), none()),
        ("get", "/rest/v1/files/{id}", May(FilesUse), none()),
        (
            "patch",
            "/rest/v1/files/{id}",
            May(FilesUse),
            json!({ "name": "a" }),
        ),
        ("delete", "/rest/v1/files/{id}", May(FilesUse), none()),
        ("get", "/rest/v1/files/{id}/content", May(FilesUse), none()),
        (
            "get",
            "/rest/v1/files/{id}/thumbnail",
            May(FilesUse),
            none(),
        ),
        ("get", "/rest/v1/users", May(UsersRead), none()),
        ("post", "/rest/v1/users", May(UsersWrite), person),
        ("get", "/rest/v1/users/{id}", May(UsersRead), none()),
        ("post", "/rest/v1/users/disable", May(UsersWrite), nobody()),
        ("post", "/rest/v1/users/enable", May(UsersWrite), nobody()),
        (
            "post",
            "/rest/v1/users/delete",
            MayFresh(UsersWrite),
            json!({ "users": [NOWHERE], "confirm": "1" }),
        ),
        (
            "post",
            "/rest/v1/users/end-sessions",
            May(UsersWrite),
            nobody(),
        ),
        (
            "post",
            "/rest/v1/users/{id}/reset-factors",
            MayFresh(UsersWrite),
            none(),
        ),
        (
            "post",
            "/rest/v1/users/{id}/send-reset",
            May(UsersWrite),
            none(),
        ),
        (
            "put",
            "/rest/v1/users/{id}/roles",
            MayFresh(UsersGrant),
            json!({ "roles": [] }),
        ),
        (
            "put",
            "/rest/v1/users/{id}/groups",
            May(GroupsWrite),
            json!({ "groups": [] }),
        ),
        ("get", "/rest/v1/groups", May(GroupsRead), none()),
        ("post", "/rest/v1/groups", MayFresh(GroupsWrite), group()),
        ("get", "/rest/v1/groups/{id}", May(GroupsRead), none()),
        (
            "put",
            "/rest/v1/groups/{id}",
            MayFresh(GroupsWrite),
            group(),
        ),
        (
            "delete",
            "/rest/v1/groups/{id}",
            MayFresh(GroupsWrite),
            none(),
        ),
        (
            "post",
            "/rest/v1/groups/{id}/add-members",
            May(GroupsWrite),
            nobody(),
        ),
        (
            "post",
            "/rest/v1/groups/{id}/remove-members",
            May(GroupsWrite),
            nobody(),
        ),
        ("get", "/rest/v1/roles", May(RolesRead), none()),
        ("post", "/rest/v1/roles", MayFresh(RolesWrite), role()),
        ("get", "/rest/v1/roles/{id}", May(RolesRead), none()),
        ("put", "/rest/v1/roles/{id}", MayFresh(RolesWrite), role()),
        (
            "delete",
            "/rest/v1/roles/{id}",
            MayFresh(RolesWrite),
            none(),
        ),
        ("get", "/rest/v1/invitations", May(UsersInvite), none()),
        (
            "post",
            "/rest/v1/invitations",
            MayPerson(UsersInvite),
            json!({}),
        ),
        (
            "delete",
            "/rest/v1/invitations/{id}",
            MayPerson(UsersInvite),
            none(),
        ),
        ("get", "/rest/v1/audit", May(AuditRead), none()),
        (
            "post",
            "/rest/v1/audit/export",
            MayPerson(AuditRead),
            json!({ "format": "json_lines" }),
        ),
        ("get", "/rest/v1/usage", Person, none()),
        ("get", "/rest/v1/usage/calls", Person, none()),
        ("get", "/rest/v1/usage/export", Person, none()),
        ("get", "/rest/v1/admin/usage", May(UsageRead), none()),
        ("get", "/rest/v1/admin/usage/calls", May(UsageRead), none()),
        ("get", "/rest/v1/admin/usage/export", May(UsageRead), none()),
        ("get", "/rest/v1/admin/jobs", May(JobsRead), none()),
        (
            "post",
            "/rest/v1/admin/jobs/{id}/stop",
            May(JobsWrite),
            none(),
        ),
        (
            "post",
            "/rest/v1/admin/jobs/{id}/again",
            May(JobsWrite),
            none(),
        ),
        (
            "put",
            "/rest/v1/admin/jobs/{id}/place",
            May(JobsWrite),
            json!({ "first": true }),
        ),
        ("get", "/rest/v1/admin/budgets", May(UsageRead), none()),
        (
            "put",
            "/rest/v1/admin/budgets",
            May(GatewayWrite),
            json!({ "scope": "user", "id": NOWHERE, "period": "day", "limit": 1 }),
        ),
        (
            "delete",
            "/rest/v1/admin/budgets?scope=site&period=total",
            May(GatewayWrite),
            none(),
        ),
        ("get", "/rest/v1/admin/model-names", May(UsageRead), none()),
        (
            "put",
            "/rest/v1/admin/model-names/{name}",
            May(GatewayWrite),
            json!({ "models": ["no-such-model"] }),
        ),
        (
            "delete",
            "/rest/v1/admin/model-names/{name}",
            May(GatewayWrite),
            none(),
        ),
    ]
}
