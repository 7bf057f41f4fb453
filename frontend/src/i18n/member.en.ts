import type zh from './member.zh-CN'

const en: typeof zh = {
  title: {
    security: 'Account security', privacy: 'Privacy and data', approval: 'Waiting for you', org: 'Organisation', ops: 'Desk', inbox: 'Messages',
    'org-apply': 'Apply for admission', 'org-edit': 'Change the application', 'org-members': 'Members', 'org-payee': 'Payee account', 'org-money': 'Money', 'org-statement': 'Statement',
  },
  confirm: { reason: 'Reason', reasonOptional: 'Remark (optional)' },
  step: { done: 'done', now: 'now', later: 'to come', stopped: 'not passed' },
  file: { choose: 'Choose a file', camera: 'Take a photo', remove: 'Remove', removeOf: 'Remove {name}', openOf: 'Open {name}', sendingOf: 'Uploading {name}' },
  age: { minutes: 'waiting {n} min', hours: 'waiting {n} h', days: 'waiting {n} days' },
  change: {
    what: 'What', before: 'Before', after: 'After', yes: 'yes', no: 'no',
    field: { issuer: 'Issuer', filing_number: 'Filing number', legal_basis: 'Legal basis', rule_pack: 'Rules', accepts_all: 'All cooperatives accept', cooperative_ids: 'Cooperatives that accept', balance_fen: 'Balance', card_count: 'Cards', removed_head: 'No longer head', topic: 'Event', user_id: 'User', organisation: 'Organisation', phone_verified: 'Number verified', cooperatives: 'Cooperatives', code: 'Division code', produce: 'Produce', amount: 'Amount', why: 'Difference', payer: 'Payer', account: 'Account', bank_reference: 'Bank reference', return_reference: 'Paid out as', order_id: 'Order', version: 'Version', document: 'Document', given: 'Agreed', status: 'Status', role: 'Role', desk: 'Desk', holder: 'Account holder', bank: 'Bank', number: 'Account number', agency: 'Agency account', roles: 'Roles', desks: 'Desks', subject: 'Kind of thing', subject_id: 'Number', name: 'Name', phone: 'Mobile number', value: 'Value', village_ids: 'Villages served', designations: 'Designations', township: 'Township', county: 'County', story: 'Story', note: 'Note', pictures: 'Pictures', kind: 'Kind', credit_code: 'Credit code', contact_name: 'Contact', contact_phone: 'Contact phone', usable_from: 'Usable from', statements: 'Statements', total_fen: 'Total', waiting: 'Not paid yet', documents: 'Documents', found: 'Found' },
  },
  org: {
    mine: 'My organisations', mineNone: 'You belong to no organisation yet. Cooperatives, enterprises and chambers can apply here.', apply: 'Apply for admission', unnamed: 'No name yet', tabs: 'Pages of the organisation', facts: 'Registration', kindLabel: 'Kind', creditCode: 'Unified social credit code',
    created: 'Created', submitted: 'Submitted', documents: 'Documents', documentsNone: 'No documents were uploaded.', history: 'History', historyNone: 'Nothing has happened yet.', villagesN: '{n} villages', reason: 'What the reviewer says', giveUp: 'Give up the application', givenUp: 'The application was given up', giveUpHint: 'The application, its contact and its files are erased. Its credit code can be used again.', contactChange: 'Change the contact', contactSave: 'Save the contact', contactChanged: 'Contact changed', goOn: 'Go on filling in', changeAgain: 'Change and submit again',
    actFor: 'Organisation you act for', actAny: 'Not set, chosen by the page', actHint: 'You belong to several organisations. What you do from now on counts for the one chosen here.', actNow: 'Now acting for: {org}',
    tab: { status: 'Progress', members: 'Members', payee: 'Payee account', coop: 'Orders and delivery', money: 'Money' },
    step: { applied: 'Application', recommended: 'County', admitted: 'Platform' },
    kind: { cooperative: 'Cooperative', enterprise: 'Enterprise', chamber: 'Chamber', village_collective: 'Village collective', county: 'County', federation: 'Federation' },
    status: { draft: 'Draft', submitted: 'Submitted', recommended: 'Recommended', returned: 'To be changed', rejected: 'Rejected', admitted: 'Admitted', suspended: 'Suspended', withdrawn: 'Withdrawn' },
    role: { owner: 'Owner', packer: 'Packer', accountant: 'Accountant', secretary: 'Secretary', buyer: 'Buyer', finance: 'Finance', head: 'Head', operator: 'Operator', auditor: 'Auditor', liaison: 'Liaison' },
    words: {
      draft: 'Not submitted yet. We see the application once you submit it.', submitted: 'Received and under review. The result comes to your messages.', recommended: 'The county recommends it; the platform reviews it now. The result comes to your messages.',
      returned: 'Please change what is named below and submit again.', rejected: 'This application did not pass, for the reason below.', admitted: 'Admitted. You can start.', suspended: 'Suspended, for the reason below. Please contact the county with questions.', withdrawn: 'The application was withdrawn.',
    },
    document: { business_licence: 'Business licence', id_card: 'ID card of the representative', bank_permit: 'Bank account permit', other: 'Other documents' },
    documentHint: { business_licence: 'The whole licence, all four corners in the picture.', id_card: 'Both sides of the legal representative’s ID card.', bank_permit: 'The basic account information will do as well.', other: 'Articles or awards, for example. Leave empty if there are none.' },
  },
  creditCode: { hint: '{of} characters, on the business licence; {n} so far', right: '✓ The code is right', empty: 'Enter the unified social credit code', alphabet: 'A character that cannot occur. There is no I, O, S, V or Z in a code.', short: 'Not complete yet: {n} characters', check: 'The last character does not fit. Please compare with the licence.' },
  villagePick: { chosen: 'Chosen villages', search: 'Village name', hint: 'Type part of the name and tap to choose; several are possible.', removeOf: 'Do not choose {village}' },
  apply: {
    change: 'Change the application', resumed: 'What you entered last time is back.', anew: 'Start anew', step: 'Step {n} of {of}', next: 'Next', back: 'Back', submit: 'Submit', sent: 'Application submitted', kept: 'What you enter is kept on this device; come back at any time.', nothing: 'Nothing entered',
    title: { basics: 'Who you are', villages: 'Villages you serve', documents: 'Documents', check: 'Check and submit' },
    lead: { basics: 'As on the business licence; five things.', villages: 'For which villages does the cooperative sell? Their collectives earn.', documents: 'A phone picture will do, or a PDF.', check: 'Look it over, then submit.' },
    who: 'Applying as', kindHint: { cooperative: 'sells produce', enterprise: 'buys aid cards for its people', chamber: 'buys together with its members' },
    name: 'Name', nameHint: 'As on the business licence', contactName: 'Contact person', contactPhone: 'Contact phone', phoneAgain: 'It was {phone}; please enter it again, we keep it masked', villages: 'Villages served',
    nextCooperative: 'Next: the county recommends, then the platform reviews. You get a message at each step.', nextOther: 'Next: the platform reviews. You get a message with the result.',
  },
  member: {
    title: 'Members', me: 'You', since: 'since {date}', roleOf: 'Role of {name}', remove: 'Remove', removeOf: 'Remove {name}', leave: 'Leave', removeAsk: '{name} will no longer act for {org}. What was done before stays on record.', leaveAsk: 'You will no longer act for {org}, and need an invitation to come back.', removed: '{name} is no longer a member', roleDone: '{name} is now: {role}', rolesWhat: 'What each role may do', colon: ': ',
    what: { owner: 'manages details, members and the payee account', packer: 'prepares and ships goods', accountant: 'sees the books, handles the payee account', secretary: 'manages details, members and the payee account', buyer: 'buys and hands out cards', finance: 'sees the books, handles payments and the payee account', head: 'manages details, members and the payee account', operator: 'reviews and daily operation' },
  },
  invitation: {
    mine: 'Invitations for you', words: '{org} ({kind}) invites you as {role}.', until: 'valid until {date}', accept: 'Accept', decline: 'Decline', accepted: 'You joined {org}', declined: 'You declined the invitation of {org}',
    title: 'Invite a member', how: 'Enter their mobile number. Whoever signs in with that number and has verified it sees the invitation.', role: 'Role', send: 'Invite', sent: 'Invitation sent', waiting: 'Waiting for an answer', revoke: 'Withdraw', revokeOf: 'Withdraw the invitation to {phone}', revoked: 'Invitation withdrawn', later: 'Members are invited once the organisation is admitted.',
  },
  payee: {
    title: 'Payee account', none: 'No payee account yet. Sales are paid out once there is one.', holder: 'Account holder', bank: 'Bank', number: 'Account number', bankHint: 'With the branch, for example: Rural Commercial Bank, Shuiche branch', numberBad: '8 to 32 digits', agency: 'Kept by the township', agencyHint: 'If the township keeps the books of the village; the holder may then be its agency account.', agencyTag: 'Agency account of the township',
    coolingUntil: 'For safety a new account waits first: nothing is paid out to it before {time}.', former: 'Former accounts ({n})', change: 'Ask for another account', register: 'Register the payee account', remark: 'Remark', how: 'It takes two people: you ask, another member confirms who has managed or handled money for three days; if there is none, an operator does. A cooling time follows before the next payout. The number is stored encrypted; pages show the last four digits.',
    howCollective: 'It takes two people: you ask, an operator confirms who invited nobody into the village. A cooling time follows before the next payout. The number is stored encrypted; pages show the last four digits.',
    reason: 'Why it changes', ask: 'Ask', asked: 'Asked; another person must confirm',
  },
  statement: {
    title: 'Statement', list: 'Statements', none: 'No statements yet', noneHint: 'Once sales and shares are available, a statement comes at the beginning of each month.', opening: 'Carried forward', moved: 'This period', closing: 'To be paid', items: 'Items', noItems: 'No items', freight: 'Freight', net: 'Net', refunded: 'Refunded', share: 'Village’s share', rule: 'Rule: {name} ({rate}, {source})', quantity: '×{n}',
    confirm: 'It is right', confirmAsk: 'Then it waits for payment and can no longer be disputed.', confirmed: 'Confirmed', dispute: 'Dispute it', disputeHint: 'Say which item is wrong. The platform answers; amounts stay and are corrected in the next period.', disputeSend: 'Send the dispute', disputeLabel: 'What is wrong', disputed: 'Dispute sent', reason: 'Dispute', answer: 'Answer', auto: 'Confirmed by silence', until: 'Without an answer until {time} it counts as confirmed', bank: 'Bank reference', paidAt: 'Paid',
    xlsx: 'Download Excel', pdf: 'Download PDF', fileName: 'statement-{id}.{format}', created: 'until {date}', number: 'Statement number', period: 'Period', month: 'Month {period}', made: 'Made at', order: 'Order {id}',
    status: { issued: 'To be confirmed', disputed: 'Disputed', confirmed: 'Confirmed', approved: 'To be paid', paid: 'Paid', closed: 'Settled', carried: 'Carried on' },
    waits: { no_payee_account: 'No payee account: not paid yet', payee_cooling: 'The payee account is still cooling', balance_low: 'Refunds since leave less than this on the account' },
    kind: { sub_order_close: 'Completed order', refund: 'Refund', reversal: 'Correction' },
  },
  money: {
    pending: 'Pending', pendingHint: 'may still be refunded', available: 'Available', paid: 'Paid so far', shares: 'Shares given to villages', income: 'All shares', open: 'Unpaid statements ({n})', carried: 'To be made up for', carriedHint: 'Refunded after a payout; later sales make up for it.', sharesList: 'Shares', sharesNone: 'No shares yet', event: { order_payment: 'Sold', sub_order_close: 'No longer refundable', refund: 'Refunded', reversal: 'Corrected' }, stage: { pending: 'pending', available: 'available' },
  },
  card: {
    about: 'This card', of: 'Program', issuer: 'Issued by', filing: 'Filing number', basis: 'Legal basis', sort: 'Kind', expiry: 'Validity', accepted: 'Where it pays', everywhere: 'All cooperatives of the marketplace', replaces: 'Money came from', replacedBy: 'Money went to', seeOther: 'See that card',
    sorts: { registered: 'Registered: does not expire, replaced when lost', anonymous: 'Anonymous: expires, not replaced when lost' },
    bases: { seller_of_record: 'The operator is the seller', licensed_institution: 'Issued by a licensed institution', goods_voucher: 'Voucher for goods' },
    stateWords: { active: 'You can pay with it.', issued: 'Nobody has added it yet.', frozen: 'Frozen by the operator for now. Ask them if you do not know why.', lost: 'Reported lost: nobody pays with it. Get a new card and the balance moves there.', void: 'Void for good.', moved: 'Its balance is on another card; this one is void.', expired: 'Expired, but the balance is still yours: re-activate it, or move it to another card of yours.' },
    reactivate: 'Re-activate', reactivateAsk: 'A new period begins today; the balance stays.', reactivated: 'Re-activated', move: 'Move the balance', moveAsk: 'All of the balance goes to the chosen card, and this one becomes void.', moveTo: 'To', moved: 'Balance moved', noTarget: 'You have no other usable card of this program.',
    lose: 'Report it lost', loseAsk: 'The card stops at once, for everybody.', lost: 'Reported lost', replace: 'Get a new card', replaceAsk: 'The new card has the same balance; the old one becomes void and its entries stay readable.', replaced: 'A new card is here',
  },
  approval: {
    waiting: 'Waiting for a second person', lead: 'These take two people: one asks, another looks at the reason and the change, and decides. Nobody decides their own request.', by: 'asked by {name}', own: 'Mine', ownHint: 'This is your own request; another person decides it.', reason: 'Reason', decidedBy: 'Decided by {name}, {time}', expires: 'Lapses if not decided by {time}', approve: 'Approve', reject: 'Reject', withdraw: 'Withdraw', none: 'No such requests',
    status: { pending: 'Waiting', approved: 'Approved', rejected: 'Rejected', withdrawn: 'Withdrawn', expired: 'Expired' },
    kind: { payee_account_change: 'Change of the payee account', role_grant: 'Grant of a platform role', bank_difference_settle: 'Settle a bank difference', settlement_payout: 'Payout of statements', collective_head_removal: 'Removal of a collective’s head', card_program_change: 'Change of a card program', card_void: 'Voiding a card with money on it', card_return: 'Cards given back' },
    done: { approve: 'Approved', reject: 'Rejected', withdraw: 'Withdrawn' },
  },
  inbox: { none: 'No messages yet', noneHint: 'Results of applications, invitations and what waits for you will appear here.', unread: 'unread', readAll: 'Mark all as read', go: 'Take a look' },
  security: {
    name: 'Name', rename: 'Save', renamed: 'Name changed',
    phone: 'Mobile number', phoneIs: '{phone} is verified.', phoneWhy: 'A verified number receives invitations and can reset the password.', phoneOwn: 'Your mobile number (on file: {phone})', verify: 'Verify', phoneDone: 'Number verified',
    password: 'Password', passwordHint: 'Other devices will have to sign in with the new password.', current: 'Current password', next: 'New password', change: 'Change password', passwordDone: 'Password changed; other devices are signed out',
    devices: 'Devices signed in', thisDevice: 'This device', unknownDevice: 'Unknown device', lastUsed: 'Last used {time} · {peer}', end: 'Sign out', endOf: 'Sign out {device}', ended: 'That device is signed out', everywhere: 'Sign out everywhere', everywhereDo: 'Sign out all', everywhereAsk: 'All devices, this one too, will have to sign in again.',
  },
  privacy: {
    consents: 'What I agreed to', version: 'version {version}', givenAt: 'agreed {time}', withdrawnAt: 'withdrawn {time}', neverAsked: 'never answered', give: 'Agree', withdraw: 'Withdraw', document: { privacy_policy: 'Privacy policy', terms_of_service: 'Terms of service' },
    export: 'Download my data', exportWords: 'One file with your details, addresses, cart, orders, cards, uploads, invitations, decisions and messages, where you signed in and what you did.', exportDo: 'Download', exportNoCart: 'The cart could not be reached, so this file is without it. Download it again later.', delete: 'Delete my account', deleteWords: 'This cannot be undone: your name, number and addresses are erased. Orders and books are kept as the law asks, without showing that they were yours.', deleteSure: 'I understand that this cannot be undone', deleteDo: 'Delete account', deleted: 'Account deleted',
    left: { cards: 'There is money on your aid cards; spend it first', orders: 'Orders are under way; wait or cancel them', memberships: 'You are the only manager of an organisation; hand it over first', roles: 'You are the only operator of your desk; another has to take over first' },
  },
  error: {
    card_not_replaceable: 'An anonymous card is neither reported lost nor replaced.', card_other_program: 'A balance moves within one program only.', card_limit: 'That card would then hold more than one card may.',
    settlement_running: 'Statements are being made; come back in a moment.', nothing_to_pay: 'No statement can be paid now.', payee_changed: 'An account or a balance has changed: reject it and ask again.', statements_open: 'Some statements are not paid yet.',
    last_manager: 'An organisation always keeps one manager. Hand over first.', account_in_use: 'The account cannot be deleted yet. This must be settled first:', credit_code_taken: 'Another application was handed in with this credit code.', asker_gone: 'Whoever asked may not do this any more; reject the request.', org_not_admitted: 'This is possible once the organisation is admitted.', already_member: 'This person is a member already.', invitation_pending: 'This number is invited already; withdraw that invitation first.', invitation_expired: 'The invitation has expired; ask for a new one.', own_request: 'Another person does this: not who asked, nor whom it concerns, nor who is or was a member, nor who recommended it.', decided_lately: 'You decided something about this organisation as an operator in the last 7 days, so you cannot join it now.', approval_expired: 'The request has expired; ask again.', payee_missing: 'There is no payee account yet.', payee_cooling: 'The new account is still in its cooling time.', approval_pending: 'A request is already waiting for a decision.', org_suspended: 'The organisation is suspended.', body_too_large: 'This is too large.', file_too_large: 'The file is too large: pictures up to 15 MB, other files up to 10 MB.', file_type_not_supported: 'This kind of file is not accepted.', unsupported_media_type: 'This kind of file is not accepted.', invalid_file: 'Something is wrong with this file. Try another.', storage_full: 'Your file space is full. Remove some first.', request_timeout: 'The upload was too slow. Try another network.', sms_unavailable: 'Text messages cannot be sent at the moment. Try again soon.',
  },
  field: { business_licence_required: 'Please add the business licence', taken: 'Exists already', duplicate: 'Twice', too_many: 'Too many', wrong: 'Not right, please check', not_allowed: 'Not allowed here', not_an_id: 'No longer valid; remove it and choose again', cut_off: 'The upload was interrupted; try again', invalid_name: 'The file’s name holds a folder, a control character or one that cannot be seen; rename it', mixed_content: 'This PDF also holds a web page or an archive; export it anew', unreadable: 'The file is damaged or incomplete; choose another', too_many_pixels: 'The picture is too large; make it smaller', empty: 'The file is empty' },
}

export default en
