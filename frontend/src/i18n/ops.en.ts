import type zh from './ops.zh-CN'

const en: typeof zh = {
  title: {
    'ops-organisations': 'Organisations', 'ops-organisation': 'Organisation', 'ops-approvals': 'Approvals', 'ops-people': 'People', 'ops-villages': 'Villages', 'ops-village': 'Change a village', 'ops-village-new': 'New village', 'ops-village-import': 'Import villages', 'ops-audit': 'Audit log', 'ops-ledger': 'Ledger', 'ops-ledger-account': 'Account statement', 'ops-ledger-transaction': 'Transaction',
  },
  ops: {
    nav: 'Desk', readsOnly: 'You are here as an auditor: to look, not to change. Personal data is masked.', search: 'Search', searchHint: 'Name, credit code, mobile number, order or card number', searchNone: 'Nothing found', queues: 'Waiting to be done', oldest: 'oldest {age}', queueEmpty: 'nothing waits',
    queue: { admissions_county: 'For the county to recommend', admissions_federation: 'For the platform to review', approvals: 'For a second person', events_stuck: 'Stuck events', jobs_failed: 'Failed jobs' },
    found: { organisation: 'Organisations', user: 'People', village: 'Villages', order: 'Orders', card: 'Aid cards' },
    status: 'Status', anyStatus: 'Any status', anyKind: 'Any kind', orgSearch: 'Name or credit code', orgNone: 'No such organisation', submittedOn: 'submitted {date}',
    decide: 'Decide', noDesk: 'You have no desk at the county or the federation, so you cannot decide.', noAction: 'Nothing for you to decide now.', atDesk: '{desk} desk', reasonSeen: 'The applicant reads this: say what has to change.', decided: '{org}: {status}', inAudit: 'See it in the audit log',
    verb: { recommend: 'Recommend', approve: 'Approve', return: 'Send back', reject: 'Reject', suspend: 'Suspend', reinstate: 'Reinstate' },
    served: 'Villages served', servedEdit: 'Change the villages', servedDone: 'Villages changed', save: 'Save',
  },
  people: {
    find: 'Find by mobile number', findHint: 'The whole number, 11 digits', none: 'No account with this number', noRoles: 'No platform role', grant: 'Grant a role', revoke: 'Revoke', revokeOf: 'Revoke {role} from {name}', revokeAsk: 'It takes effect at once, also on pages that are open.', revoked: 'Role of {name} revoked', twoPersons: 'It takes two people: you ask, another operator approves.', roleLabel: 'Role', desk: 'Desk', ask: 'Ask', asked: 'Asked; another operator must approve',
    role: { operator: 'Operator', auditor: 'Auditor', liaison: 'Liaison' },
  },
  villageEdit: { new: 'New village', import: 'Import', saved: '{village} saved', name: 'Name', county: 'County', code: 'Administrative code', codeHint: '12 digits, may be left empty', produceHint: 'Separated by commas, for example: terrace rice, wild honey', note: 'In one sentence', noteHint: 'Shown at the top of the village page', storyHint: 'Tell about the village: where it is, what grows, why help matters. An empty line begins a new paragraph.', picture: 'Picture {n}' },
  collective: { head: 'Head of the collective', headHow: 'The county invites the first head by mobile number. Whoever signs in with that number and has verified it accepts, and then invites the others.', headInstead: 'Inviting again withdraws the invitation above.', countyInvites: 'The county’s desk invites.', payeeNone: 'No payee account yet.', payeeHow: 'While the village has nobody, two operators do it: you ask, another operator confirms. Where it has a head or an accountant, they confirm. A cooling time follows. The number is stored encrypted; pages show the last four digits.', payeeAsked: 'Asked; another person must confirm' },
  importing: {
    step1: '1 Get the template and fill it in', step1Hint: 'The first row names the columns; leave it. One village a row.', xlsx: 'Excel template', csv: 'CSV template', step2: '2 Choose the file for a trial', step2Hint: 'The trial writes nothing. Decide after you have seen the result.', sheet: 'sheet', sending: 'Uploading', templateName: 'village-import-template.{format}', fileName: 'errors-{name}',
    progress: 'Progress of the import', isDry: 'trial', isReal: 'import', queued: 'Waiting…', running: '{done} of {total} rows', failed: 'Not finished: stopped at {done} of {total} rows', tried: 'Trial done: {total} rows, {wrong} errors', imported: 'Imported: {total} rows, {added} villages added', leave: 'You may leave or reload this page; the job goes on and shows its progress when you come back.',
    errors: '{n} errors', errorsHint: 'Download your file with the errors marked, put it right and choose it again.', download: 'Download the marked file', whole: 'whole file', row: 'Row', column: 'Column', reason: 'Reason', more: '{n} more are in the file.', allGood: 'All {n} rows are fine and can be imported.', someBad: 'With errors nothing is imported. Put them right and choose the file again.', now: 'Import {n} rows', see: 'See the villages', anew: 'Another file',
  },
  error: { has_head: 'The collective has a head, who invites others.', higher_desk: 'The federation suspended it and has to lift that.', last_operator: 'The platform keeps at least one operator.', village_exists: 'This village is here already.', import_rejected: 'The file has errors; nothing was imported. Download the marked file, put it right and come back.', file_not_a_table: 'This is neither Excel nor CSV.', file_renamed: 'The name says another format than the content. Save it as the right one.', file_unreadable: 'The file is damaged or incomplete.', file_encoding: 'The text is neither UTF-8 nor GBK.', file_unzips_too_large: 'The file is too large once unpacked.', too_many_rows: 'Too many rows; split the file.', too_many_columns: 'Too many columns.', no_rows: 'There is nothing below the header.' },
  ledger: {
    sign: 'A positive balance is owed to the account’s owner. Money in the bank is owed to us, so it is negative. All accounts together sum to zero.', code: 'Account code', codeExample: 'such as card: or village:', day: 'As of the end of', none: 'No such accounts', noneHint: 'Codes match from their beginning; what was sealed by the end of the day counts.', noEntries: 'No entries in this period', period: 'Period',
    totals: 'Trial balance', asOfSeq: 'up to transaction {seq}', classLabel: 'Class', accounts: 'Accounts', balance: 'Balance', sum: 'Sum', balanced: 'balanced', unbalanced: 'not balanced', account: 'Account', amount: 'Amount', opening: 'Opening balance', closing: 'Closing balance', after: 'balance', seq: 'no. {seq}',
    reference: 'Reference', postedAt: 'Posted', sealedAt: 'Sealed', unsealed: 'not sealed yet', reversed: 'This was reversed by', vouchers: 'Export vouchers', vouchersHint: 'One row for each entry, for bookkeeping programs; without dates, everything.',
    class: { bank: 'Bank', card: 'Aid cards', cooperative: 'Cooperatives', freight: 'Freight', village: 'Village collectives', enterprise: 'Enterprises' },
    kind: { order_payment: 'Order paid', refund: 'Refund', card_funding: 'Cards paid for', card_issue: 'Card issued', reversal: 'Reversal' },
  },
  audit: {
    actionLabel: 'Action', actionExample: 'such as organisation.approved', subject: 'Kind of thing', subjectId: 'Number of the thing', requestId: 'Request id', since: 'From', until: 'To', csv: 'Download CSV', none: 'No such entries', system: 'The program', from: 'from {peer}',
    action: {
      organisation_created: 'Application begun', organisation_changed: 'Application changed', organisation_submitted: 'Application submitted', organisation_recommended: 'Recommended', organisation_admitted: 'Admitted', organisation_returned: 'Sent back', organisation_rejected: 'Rejected', organisation_suspended: 'Suspended', organisation_reinstated: 'Reinstated', organisation_withdrawn: 'Application withdrawn', file_read: 'Document read', audit_exported: 'Log exported',
      member_invited: 'Member invited', member_joined: 'Member joined', member_left: 'Member left', member_removed: 'Member removed', member_role_changed: 'Member’s role changed', invitation_accepted: 'Invitation accepted', invitation_revoked: 'Invitation withdrawn', invitation_declined: 'Invitation declined', role_granted: 'Role granted', role_revoked: 'Role revoked', payee_account_changed: 'Payee account changed',
      approval_requested: 'Decision asked for', approval_approved: 'Approved', approval_rejected: 'Not approved', approval_withdrawn: 'Request withdrawn', village_added: 'Village added', village_changed: 'Village changed', village_import_started: 'Import of villages', cooperative_villages_changed: 'Villages served changed',
      session_started: 'Signed in', user_created: 'Account made', user_registered: 'Registered', user_password_changed: 'Password changed', user_password_reset: 'Password reset', consent_given: 'Consent given', consent_withdrawn: 'Consent withdrawn', session_ended: 'Device signed out', user_deleted: 'Account deleted', user_exported: 'Data downloaded', user_phone_verified: 'Number verified', user_renamed: 'Renamed', user_signed_out_everywhere: 'Signed out everywhere', card_claimed: 'Aid card added', order_placed: 'Order placed', order_cancelled: 'Order cancelled', order_refunded: 'Refund',
    },
  },
}

export default en
