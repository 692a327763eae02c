-- After all the views: the documented defaults, which the server replaces by its settings when it starts.
select set_policies(retention_days => 800, rejected_days => 90, record_days => 3653);
