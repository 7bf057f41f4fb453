import type zh from './ent.zh-CN'

const en: typeof zh = {
  title: { 'ent-reconciliation': 'Reconciliation of cards', 'ent-batches': 'Batches of aid cards', 'ent-batch': 'Batch', 'ent-batch-new': 'Buy aid cards' },
  ent: {
    none: 'You belong to no enterprise or chamber', noneHint: 'Once yours is admitted, its members buy cards and hand them out here.', forOrg: 'For which organisation', new: 'Buy aid cards', noBatches: 'No cards were bought yet', noBatchesHint: 'Say how many of which sum; a colleague confirms, the money is transferred, and the cards are issued.',
    status: { awaiting_confirmation: 'Waits for a colleague', awaiting_funds: 'Waits for the money', awaiting_issue: 'Waits to be issued', issuing: 'Being issued', issued: 'Issued', cancelled: 'Cancelled' },
    kind: { registered: 'Registered', anonymous: 'Anonymous' }, kindLabel: 'Kind of card',
    kindHint: { registered: 'Each card is for somebody, who finds it by signing in with their phone. It does not expire and can be reported lost.', anonymous: 'Whoever has the code has the card. Codes can be exported or printed.' },
    face: 'Sum on each (yuan)', faceHint: { registered: 'At most 5,000 yuan', anonymous: 'At most 1,000 yuan' }, count: 'Cards', countHint: 'At most 100,000', validUntil: 'Valid until', campaign: 'For which campaign', noCampaign: 'None', validHint: 'At least 3 years for anonymous cards',
    total: 'Total', goodUntil: 'valid until {day}', progress: '{done} of {total} cards issued', order: 'Order',
    step: { 1: 'Sum and number', 2: 'List of people', 3: 'A colleague confirms', 4: 'Transfer', 5: 'Issue' },
    list: 'Who gets a card', listed: '{n} people for {of} cards', look: 'Refresh', listFile: 'card recipients', listHint: 'A row for each person: name, phone, department. At most 10,000 rows in a file; several files may follow each other.', imported: '{n} people were put down.', seeBatch: 'See the batch',
    second: 'The second member', secondWaits: 'You ordered this batch: another member confirms it on this page. If you are the only one, an operator does.', secondAsk: 'A colleague ordered these cards for {total}. Once confirmed they can be paid.', confirm: 'Confirm the order',
    pay: 'Pay by transfer', payHint: 'Transfer exactly this sum from your organisation’s own account, with this code in the memo.', payee: 'Payee', payeeBank: 'Bank', payeeNumber: 'Account', paid: 'The money is in. An operator issues the cards.',
    cancel: 'Cancel the batch', cancelAsk: 'This cannot be undone. Money that has come in goes back to where it came from.',
    people: 'Who has claimed', department: 'Department', noDepartment: 'No department', anyDepartment: 'All departments', statusLabel: 'Claimed or not', anyStatus: 'All', claim: { unminted: 'Not issued', unclaimed: 'Not claimed', claimed: 'Claimed', recalled: 'Taken back' },
    remind: 'Remind who has not claimed', reminded: '{n} people were reminded', remindedAt: 'reminded {time}', recall: 'Take back unclaimed cards', recallAsk: '{n} cards that nobody has claimed become void, and their money is yours again. This cannot be undone.', recalled: '{n} cards taken back, {amount}', noCards: 'There is no such card',
    returns: 'Give cards back', returnsHint: 'Cards that nobody has claimed go back within some days of the payment. Once operators agree, they are void and the money goes to the account of your organisation.', giveBack: 'Give cards back', giveBackHint: 'At most {n} at once, of those that nobody has claimed. They are frozen meanwhile.', giveBackCount: 'How many', giveBackSum: '{n} cards, {sum}', returnStatus: { requested: 'With the operators', approved: 'To be transferred', done: 'Transferred', rejected: 'Refused' },
    rekey: 'New code', rekeyAsk: 'The code of {number} is dead at once. Then export again, only cards without a code.', rekeyed: 'The old code is dead', onlyMissing: 'Only cards without a code; the others keep theirs',
    codes: 'Export codes', codesHint: 'Codes are made once a colleague approves. Each export kills the codes of the one before. The file is encrypted under your password and kept for 24 hours.', formatLabel: 'File', format: { xlsx: 'Encrypted Excel', pdf: 'PDF to print (encrypted zip)', json: 'JSON (encrypted zip)' },
    password: 'Password of the file', passwordHint: '12 to 64 characters; tell it by another way', ask: 'Ask for the file', approve: 'Approve', download: 'Download', cardsN: '{n} cards', until: 'kept until {time}', export: { awaiting_approval: 'waits for a colleague', refused: 'not approved', making: 'being made', ready: 'ready', expired: 'deleted' },
  },
  recon: {
    day: 'As of which day', dayHint: 'At its end, in China; empty: now', look: 'Show', file: 'Reconciliation as Excel', fileCards: 'Every card as Excel', fileName: { terms: 'reconciliation-{day}.xlsx', cards: 'reconciliation-cards-{day}.xlsx' },
    none: 'No card was issued by then', noneHint: 'Once cards are issued, they are reconciled here by batch and department.',
    balanced: 'As of {until} there are {cards} cards. Of the {amount} put onto them every fen is accounted for: the books balance.', unbalanced: 'As of {until} the books do not balance: {amount} are missing. Please tell an operator.', seq: 'Counted to transaction {seq} of the ledger.',
    total: 'All batches', paidIn: 'Paid in, and on no card:', batch: '{face} each · {cards} cards', cards: '{n} cards', even: 'Balanced', off: 'Off by {amount}', noDepartment: 'No department', seeOf: 'See the cards of {name}: {term}',
    given: 'Put onto cards', found: 'Where it is', term: { issued: 'Face of cards issued', moved_in: 'Moved in from other cards', spent: 'Spent', refunded: 'Came back for goods', balance: 'On cards', expired: 'On expired cards (can be re-activated)', voided: 'Voided', returned: 'Cards given back', moved_out: 'Moved to other cards' },
  },
  error: { recipients_missing: 'The list does not have as many people as there are cards.', reminded_lately: 'Everybody was reminded within a day.', export_not_ready: 'The file is not made yet, or is deleted.', cards_have_recipients: 'Cards that are for somebody have no codes.', no_cards_left: 'No card is left to export.' },
  field: { over_limit: 'More than the law allows', too_soon: 'Anonymous cards are good for at least 3 years', not_ours: 'This is not our account', in_future: 'This has not been yet' },
}
export default en
