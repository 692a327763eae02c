-- The schema as the catalogs of PostgreSQL and TimescaleDB tell it, in a form that does not depend on their versions.

-- BLOCK relations
SELECT CASE WHEN c.relkind = 'v' THEN 'view' ELSE 'table' END AS kind, c.relname AS name,
       array_agg(format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
         CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
         CASE WHEN a.attidentity <> '' THEN ' generated as identity'
              WHEN d.adbin IS NOT NULL THEN ' default ' || pg_get_expr(d.adbin, d.adrelid)
              ELSE '' END) ORDER BY a.attnum) AS columns
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
GROUP BY c.oid, c.relkind, c.relname
ORDER BY c.relname

-- BLOCK rules
SELECT relation, rule FROM (
  SELECT c.relname AS relation, format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid)) AS rule
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE c.relnamespace = 'public'::regnamespace AND k.contype <> 'n'
  UNION ALL
  SELECT x.tablename, x.indexdef FROM pg_indexes x
  WHERE x.schemaname = 'public'
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conname = x.indexname AND k.contype IN ('p', 'u'))
  UNION ALL
  SELECT h.hypertable_name, format('hypertable by %I every %s', h.column_name, h.time_interval)
  FROM timescaledb_information.dimensions h WHERE h.hypertable_schema = 'public'
) AS every
ORDER BY relation, rule

-- BLOCK functions
-- Their bodies are in sql/repeatable, where they are read more easily.
SELECT format('%s %s(%s)%s', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.proname,
         pg_get_function_identity_arguments(p.oid), ' returns ' || pg_get_function_result(p.oid)) AS definition
FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')
ORDER BY p.proname, p.oid::regprocedure::text

-- BLOCK aggregates
SELECT view_name::text AS name, materialized_only FROM timescaledb_information.continuous_aggregates ORDER BY view_name
