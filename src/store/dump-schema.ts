import type { Sql } from './pool.ts';

/**
 * The schema `public` as SQL, from the catalog: what `pg_dump --schema-only` gives, which does not come with the embedded
 * PostgreSQL. In a fixed order, so that two equal schemas give equal texts. Throws on a kind of object it cannot write.
 */
export async function dumpSchema(sql: Sql): Promise<string> {
  await refuseOthers(sql);
  const tables = await sql<Table[]>`
    SELECT c.oid, c.relname AS name, pg_get_partkeydef(c.oid) AS "partitionKey",
           (SELECT i.inhparent::regclass::text FROM pg_inherits i WHERE i.inhrelid = c.oid) AS parent,
           pg_get_expr(c.relpartbound, c.oid) AS bound, array_to_string(c.reloptions, ', ') AS options
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    ORDER BY c.relispartition, c.relname`;
  const columns = await sql<{ table: number; line: string }[]>`
    SELECT a.attrelid AS table,
           concat_ws(' ', '  ' || quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                     CASE WHEN a.attnotnull THEN 'NOT NULL' END, 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)) AS line
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ANY(${tables.map((table) => table.oid)}::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum`;
  const columnsOf = Map.groupBy(columns, (column) => column.table);
  const statements = [
    ...tables.map((table) => createTable(table, columnsOf.get(table.oid) ?? [])),
    ...(await constraints(sql, 'pu')),
    ...(await constraints(sql, 'c')),
    ...(await indexes(sql)),
    ...(await constraints(sql, 'f')), // when every table has its key
    ...(await functions(sql)),
  ];
  return `${statements.map((statement) => `${statement};\n`).join('\n')}`;
}

interface Table {
  oid: number;
  name: string;
  partitionKey: string | null;
  parent: string | null;
  bound: string | null;
  options: string | null;
}

function createTable({ name, partitionKey, parent, bound, options }: Table, columns: { line: string }[]): string {
  const body =
    parent === null ? `(\n${columns.map((column) => column.line).join(',\n')}\n)` : `PARTITION OF ${parent} ${bound}`;
  const tail = [partitionKey && ` PARTITION BY ${partitionKey}`, options && ` WITH (${options})`].join('');
  return `CREATE TABLE ${name} ${body}${tail}`;
}

/** Of these kinds (`pg_constraint.contype`), without those a partition has from its parent. */
async function constraints(sql: Sql, kinds: string): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS text
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND conparentid = 0 AND contype::text = ANY(${[...kinds]})
    ORDER BY conrelid::regclass::text, conname`;
  return rows.map((row) => row.text);
}

/** Those no constraint makes. */
async function indexes(sql: Sql): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    SELECT replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') AS text
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
    ORDER BY c.relname`;
  return rows.map((row) => row.text);
}

async function functions(sql: Sql): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY oid::regprocedure::text`;
  return rows.map((row) => row.text.trimEnd());
}

async function refuseOthers(sql: Sql): Promise<void> {
  const others = await sql<{ name: string }[]>`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('r', 'p', 'i', 'I', 't')
    UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r')
    UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'`;
  if (others.length === 0) return;
  throw new Error(`the schema dump cannot write ${others.map(({ name }) => name).join(', ')}: extend dump-schema.ts`);
}
