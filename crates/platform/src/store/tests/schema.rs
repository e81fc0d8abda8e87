//! The two dialects' schemas are one.

use std::{collections::BTreeSet, sync::Mutex};

use sqlx::{PgPool, SqlitePool};

use crate::store::{db::Pool, testing::on_both};

/// A line for each column, key and index.
type Schema = BTreeSet<String>;

const SQLITE: [&str; 3] = [
    "SELECT t.name || '.' || c.name || ' ' || c.type || (CASE WHEN c.\"notnull\" THEN ' NOT NULL' ELSE '' END)
            || (CASE WHEN c.pk > 0 THEN ' KEY ' || c.pk ELSE '' END)
     FROM sqlite_master t JOIN pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '_sqlx_migrations'",
    "SELECT i.tbl_name || ' INDEX ' || i.name || (CASE WHEN l.\"unique\" THEN ' UNIQUE' ELSE '' END)
            || (CASE WHEN l.partial THEN ' PARTIAL' ELSE '' END)
     FROM sqlite_master i JOIN pragma_index_list(i.tbl_name) l ON l.name = i.name
     WHERE i.type = 'index' AND i.sql IS NOT NULL",
    "SELECT t.name || '.' || f.\"from\" || ' REFERENCES ' || f.\"table\" || '.' || f.\"to\" || ' ' || f.on_delete
     FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
];

const POSTGRES: [&str; 3] = [
    "SELECT c.table_name || '.' || c.column_name || ' ' ||
            CASE c.data_type WHEN 'jsonb' THEN 'TEXT' WHEN 'bytea' THEN 'BLOB' ELSE UPPER(c.data_type) END
            || (CASE WHEN c.is_nullable = 'NO' THEN ' NOT NULL' ELSE '' END)
            || COALESCE(' KEY ' || k.ordinal_position, '')
     FROM information_schema.columns c
     LEFT JOIN information_schema.table_constraints p ON p.table_schema = c.table_schema
          AND p.table_name = c.table_name AND p.constraint_type = 'PRIMARY KEY'
     LEFT JOIN information_schema.key_column_usage k ON k.constraint_schema = p.constraint_schema
          AND k.constraint_name = p.constraint_name AND k.column_name = c.column_name
     WHERE c.table_schema = CURRENT_SCHEMA AND c.table_name <> '_sqlx_migrations'",
    "SELECT t.relname || ' INDEX ' || n.relname || (CASE WHEN i.indisunique THEN ' UNIQUE' ELSE '' END)
            || (CASE WHEN i.indpred IS NOT NULL THEN ' PARTIAL' ELSE '' END)
     FROM pg_index i JOIN pg_class n ON n.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
     WHERE t.relnamespace = CURRENT_SCHEMA::regnamespace AND NOT i.indisprimary",
    "SELECT c.relname || '.' || a.attname || ' REFERENCES ' || p.relname || '.' || b.attname || ' ' ||
            CASE f.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT'
                 ELSE 'NO ACTION' END
     FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
     JOIN pg_attribute b ON b.attrelid = p.oid AND b.attnum = f.confkey[1]
     WHERE f.contype = 'f' AND c.relnamespace = CURRENT_SCHEMA::regnamespace",
];

async fn of_sqlite(pool: &SqlitePool) -> Schema {
    let mut schema = Schema::new();
    for query in SQLITE {
        let lines: Vec<String> = sqlx::query_scalar(query).fetch_all(pool).await.unwrap();
        schema.extend(lines);
    }
    schema
}

async fn of_postgres(pool: &PgPool) -> Schema {
    let mut schema = Schema::new();
    for query in POSTGRES {
        let lines: Vec<String> = sqlx::query_scalar(query).fetch_all(pool).await.unwrap();
        schema.extend(lines);
    }
    schema
}

/// Without the index of terms, which each dialect has in its own way.
fn shared(mut schema: Schema) -> Schema {
    schema.retain(|line| !line.contains("search_terms"));
    schema
}

#[tokio::test]
async fn both_schemas_have_the_same_tables_columns_keys_and_indexes() {
    let schemas = Mutex::new(Vec::new());
    on_both(async |db| {
        let schema = match db.reader() {
            Pool::Sqlite(pool) => of_sqlite(pool).await,
            Pool::Postgres(pool) => of_postgres(pool).await,
        };
        schemas.lock().unwrap().push(shared(schema));
    })
    .await;
    let schemas = schemas.into_inner().unwrap();
    assert!(schemas[0].contains("conversations.owner_id TEXT NOT NULL"));
    if let [sqlite, postgres] = &*schemas {
        let parted: Vec<_> = sqlite.symmetric_difference(postgres).collect();
        assert_eq!(parted, [""; 0], "in one of them only");
    }
}
