-- What people think of answers. `id` is new with each change, so that the newest come first; it names the rating in lists.
-- `model` is the one that answered: the message may go before the list is read, but then its ratings go with it.
CREATE TABLE ratings (
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id         TEXT NOT NULL,
    good       BOOLEAN NOT NULL,
    comment    TEXT NOT NULL,
    model      TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (message_id, user_id)
);
CREATE UNIQUE INDEX ratings_newest ON ratings (id);
CREATE INDEX ratings_by_user ON ratings (user_id);
CREATE INDEX ratings_by_time ON ratings (updated_at);

-- What a shared answer cites. NULL where that is nothing.
ALTER TABLE share_messages ADD COLUMN sources TEXT;
