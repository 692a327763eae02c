-- BLOCK set_policies
select set_policies($retention_days::integer, $rejected_days::integer, $record_days::integer)::text as done
