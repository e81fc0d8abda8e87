-- Roles: what people may do. Those that are built in have their permissions in the program.
CREATE TABLE roles (
    id                     TEXT NOT NULL PRIMARY KEY,
    name                   TEXT NOT NULL,
    name_key               TEXT NOT NULL,
    description            TEXT NOT NULL,
    rank                   BIGINT NOT NULL,
    permissions            TEXT NOT NULL,
    built_in               BOOLEAN NOT NULL,
    requires_second_factor BOOLEAN NOT NULL,
    created_at             BIGINT NOT NULL,
    updated_at             BIGINT NOT NULL
);
CREATE UNIQUE INDEX roles_name_key ON roles (name_key);
INSERT INTO roles (id, name, name_key, description, rank, permissions, built_in, requires_second_factor, created_at, updated_at)
VALUES
    ('00000000-0000-7000-8000-000000000001', 'owner', 'owner', '', 100, '[]', TRUE, FALSE, 0, 0),
    ('00000000-0000-7000-8000-000000000002', 'administrator', 'administrator', '', 80, '[]', TRUE, FALSE, 0, 0),
    ('00000000-0000-7000-8000-000000000003', 'operator', 'operator', '', 60, '[]', TRUE, FALSE, 0, 0),
    ('00000000-0000-7000-8000-000000000004', 'auditor', 'auditor', '', 50, '[]', TRUE, FALSE, 0, 0),
    ('00000000-0000-7000-8000-000000000005', 'member', 'member', '', 20, '[]', TRUE, FALSE, 0, 0),
    ('00000000-0000-7000-8000-000000000006', 'guest', 'guest', '', 10, '[]', TRUE, FALSE, 0, 0);

CREATE TABLE user_roles (
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role_id    TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_roles_role ON user_roles (role_id, user_id);
INSERT INTO user_roles (user_id, role_id, granted_at)
SELECT id,
       CASE role WHEN 'owner' THEN '00000000-0000-7000-8000-000000000001' ELSE '00000000-0000-7000-8000-000000000005' END,
       created_at
FROM users;
ALTER TABLE users DROP COLUMN role;

-- Who signs in elsewhere only has no password.
ALTER TABLE users RENAME COLUMN password_hash TO former_password_hash;
ALTER TABLE users ADD COLUMN password_hash TEXT;
UPDATE users SET password_hash = former_password_hash;
ALTER TABLE users DROP COLUMN former_password_hash;

ALTER TABLE users ADD COLUMN email_verified_at BIGINT;
ALTER TABLE users ADD COLUMN language TEXT;
ALTER TABLE users ADD COLUMN theme TEXT;
ALTER TABLE users ADD COLUMN time_zone TEXT;
ALTER TABLE users ADD COLUMN seen_at BIGINT;
CREATE INDEX users_by_name ON users (name, id);
CREATE INDEX users_by_creation ON users (created_at, id);

-- Pictures, re-encoded by us.
CREATE TABLE user_pictures (
    user_id    TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    image      BLOB NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Groups: people with roles, models and quotas in common. No models means all of them, no quota none.
CREATE TABLE groups (
    id              TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    description     TEXT NOT NULL,
    models          TEXT,
    answers_per_day BIGINT,
    tokens_per_day  BIGINT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX groups_name_key ON groups (name_key);

CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_user ON group_members (user_id);

CREATE TABLE group_roles (
    group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    role_id  TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, role_id)
);
CREATE INDEX group_roles_role ON group_roles (role_id);

-- For quotas: what somebody had written since a moment.
CREATE INDEX generations_owner ON generations (owner_id, started_at);

-- Secrets that a mail carries, as their SHA-256. One of a purpose for a person; used once.
CREATE TABLE one_time_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    purpose    TEXT NOT NULL CHECK (purpose IN ('reset', 'verify')),
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX one_time_tokens_newest ON one_time_tokens (user_id, purpose);
CREATE INDEX one_time_tokens_expires_at ON one_time_tokens (expires_at);

CREATE TABLE invitations (
    id         TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL,
    email      TEXT,
    roles      TEXT NOT NULL,
    groups     TEXT NOT NULL,
    invited_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT,
    used_by    TEXT REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX invitations_token ON invitations (token_hash);
CREATE INDEX invitations_open ON invitations (created_at, id) WHERE used_at IS NULL;
CREATE INDEX invitations_invited_by ON invitations (invited_by);
CREATE INDEX invitations_used_by ON invitations (used_by);

-- Second factors. The seed is sealed; `last_step` is the newest time step that was used up.
CREATE TABLE totp_factors (
    user_id      TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret       BLOB NOT NULL,
    last_step    BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    confirmed_at BIGINT
);

-- A seed that is shown and not confirmed yet; the factor that is there, if any, stays until it is.
CREATE TABLE totp_enrolments (
    user_id    TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret     BLOB NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX totp_enrolments_expires_at ON totp_enrolments (expires_at);

CREATE TABLE recovery_codes (
    user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE passkeys (
    id            TEXT NOT NULL PRIMARY KEY,
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    credential    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    used_at       BIGINT
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential_id);
CREATE INDEX passkeys_user ON passkeys (user_id);

-- What was begun with a browser and has to be finished by the same one: a passkey's challenge, a sign-in elsewhere.
CREATE TABLE ceremonies (
    id_hash    TEXT NOT NULL PRIMARY KEY,
    kind       TEXT NOT NULL,
    browser    TEXT NOT NULL,
    state      BLOB NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ceremonies_expires_at ON ceremonies (expires_at);

-- Accounts elsewhere. A person there is (issuer, subject) and nothing else.
CREATE TABLE linked_accounts (
    id         TEXT NOT NULL PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider   TEXT NOT NULL,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    email      TEXT,
    created_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE UNIQUE INDEX linked_accounts_subject ON linked_accounts (issuer, subject);
CREATE INDEX linked_accounts_user ON linked_accounts (user_id);

-- From where and with what somebody signed in before, as a hash: anything else is told to them by mail.
CREATE TABLE known_places (
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    place_hash TEXT NOT NULL,
    seen_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, place_hash)
);

-- Keys that sign access tokens; the private half is sealed.
CREATE TABLE signing_keys (
    id         TEXT NOT NULL PRIMARY KEY,
    secret     BLOB NOT NULL,
    public_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT,
    expires_at BIGINT
);

-- A device that signed in over REST: refresh tokens follow each other, each used once.
CREATE TABLE token_families (
    id               TEXT NOT NULL PRIMARY KEY,
    user_id          TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device           TEXT NOT NULL,
    address          TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    used_at          BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL
);
CREATE INDEX token_families_user ON token_families (user_id);
CREATE INDEX token_families_expires_at ON token_families (expires_at);

CREATE TABLE refresh_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    family_id  TEXT NOT NULL REFERENCES token_families (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

-- API keys, as their SHA-256, with enough of the key to tell them apart.
CREATE TABLE api_keys (
    id                  TEXT NOT NULL PRIMARY KEY,
    user_id             TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name                TEXT NOT NULL,
    key_hash            TEXT NOT NULL,
    hint                TEXT NOT NULL,
    scopes              TEXT NOT NULL,
    models              TEXT,
    networks            TEXT NOT NULL,
    requests_per_minute BIGINT,
    tokens_per_minute   BIGINT,
    budget_per_month    BIGINT,
    created_at          BIGINT NOT NULL,
    expires_at          BIGINT,
    used_at             BIGINT,
    used_from           TEXT
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (key_hash);
CREATE INDEX api_keys_user ON api_keys (user_id, id);

-- What was done, in order: each row's hash covers the one before. Nothing here is changed or deleted.
CREATE TABLE audit_log (
    seq         BIGINT NOT NULL PRIMARY KEY,
    at          BIGINT NOT NULL,
    actor_id    TEXT,
    via         TEXT NOT NULL,
    address     TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    action      TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id   TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    details     TEXT NOT NULL,
    hash        TEXT NOT NULL
);
CREATE INDEX audit_log_actor ON audit_log (actor_id, seq);
CREATE INDEX audit_log_object ON audit_log (object_id, seq);
CREATE INDEX audit_log_action ON audit_log (action, seq);
CREATE INDEX audit_log_at ON audit_log (at, seq);

CREATE TABLE audit_head (
    one  BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    seq  BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (one, seq, hash) VALUES (1, 0, '');

CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- Proof that the master key is the one that this database was sealed with.
CREATE TABLE master_key_check (
    one    BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    sealed BLOB NOT NULL
);

-- A session's name in lists, which is no secret.
ALTER TABLE sessions ADD COLUMN session_id TEXT;
CREATE INDEX sessions_session ON sessions (session_id);

-- All conversations of somebody, the trash too: for taking them along, and for deleting an account.
CREATE INDEX conversations_of_owner ON conversations (owner_id, id);
