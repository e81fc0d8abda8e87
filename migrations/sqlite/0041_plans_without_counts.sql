-- SQLite counted rows whenever a process ended, and believed the counts until the next one did: after a first hour with two messages it
-- read all messages rather than an index, for as long as the process ran. Without counts it plans as the tests of the queries prove.
DROP TABLE IF EXISTS sqlite_stat1;
DROP TABLE IF EXISTS sqlite_stat4;
