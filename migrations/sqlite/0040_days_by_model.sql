-- On which days a model was called: that says where in the log its calls are, which has no index by model. A row of sums is inserted
-- once a day for each model of a key, so that calls pay nothing for this index.
CREATE INDEX usage_days_model ON usage_days (model, day, owner_id, key_id);
