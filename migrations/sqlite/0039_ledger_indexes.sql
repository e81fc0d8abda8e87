-- No query looks for reservations by their process: those of the dead are found among all that run. Each call wrote the index
-- twice for nothing.
DROP INDEX call_holds_node;
