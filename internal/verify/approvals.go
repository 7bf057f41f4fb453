package verify

// ofApprovals are rules about who asked and who decided: the log says so too.
var ofApprovals = []Invariant{
	{"an approval was asked for, and ended once as it says, by whom it says", "approvals", `
		SELECT a.id broken FROM approvals a LEFT JOIN audit_log w ON w.subject = 'approval' AND w.subject_id = a.id
		GROUP BY a.id, a.status HAVING SUM(CASE WHEN w.action = 'approval.requested' AND w.actor_id = a.requested_by THEN 1 ELSE 0 END) <> 1
			OR SUM(CASE WHEN w.action <> 'approval.requested' THEN 1 ELSE 0 END) <> CASE WHEN a.status = 'pending' THEN 0 ELSE 1 END
			OR SUM(CASE WHEN w.action = CONCAT('approval.', a.status) AND w.actor_id = a.decided_by THEN 1 ELSE 0 END) <> CASE WHEN a.status = 'pending' THEN 0 ELSE 1 END`},
	{"nobody approves what they asked for", "approvals", `
		SELECT a.id broken FROM approvals a WHERE a.status = 'approved' AND a.decided_by = a.requested_by`},
	{"an approval that the log says was asked for is there", "approvals", `
		SELECT w.subject_id broken FROM audit_log w LEFT JOIN approvals a ON a.id = w.subject_id
		WHERE w.subject = 'approval' AND w.action = 'approval.requested' AND a.id IS NULL`},
}
