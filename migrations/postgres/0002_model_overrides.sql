-- What an operator knows of models better than the built-in catalogue: fields that replace the model's own.
CREATE TABLE model_overrides (
    model      TEXT NOT NULL PRIMARY KEY,
    card       JSONB NOT NULL,
    updated_at BIGINT NOT NULL
);
