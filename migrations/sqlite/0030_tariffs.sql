-- The prices of the moment at which a call began that ends later, as whoever books it reads them: written with `task_id`. Empty for calls
-- that are answered at once, and for those that waited before prices were kept: they are booked at the prices of then.
ALTER TABLE call_holds ADD COLUMN tariff TEXT NOT NULL DEFAULT '';
